import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTexts } from "../texts/useTexts";
import { aboutQuery, ticketQuery } from "../api";
import { FocusTitle } from "../shell/focusTitle";
import { go } from "../shell/place";
import { delayUnit } from "../texts/delay";
import { PhotoButton } from "../tickets/photoButton";
import { StatusLine } from "../tickets/statusLine";

interface Props {
  made: { ticketId: number; number: string };
  priority: number;
  isMine: boolean;
  another: () => void;
}

/** The number, what happens next and when, and the status as it changes. */
export function Filed({ made, priority, isMine, another }: Props) {
  const { t } = useTexts();
  const about = useQuery(aboutQuery).data;
  const ticket = useQuery({ ...ticketQuery(made.ticketId), enabled: isMine }).data;
  const hours = about?.answer_delays_h[String(ticket?.priority ?? priority)];
  const delay = hours === undefined ? null : delayUnit(hours);
  const isKept = !ticket?.synced_to_glpi && about?.glpi_is_down;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="filed">
      <Stack>
        <FocusTitle order={2} size="h3" id="filed">
          {t("filed.title")}
        </FocusTitle>
        <Text>
          {t("filed.number")} <strong>{made.number}</strong>
        </Text>
        <div>
          <Text fw={700}>{t("filed.next")}</Text>
          <Text>{t(ticket?.synced_to_glpi ? "filed.delivered" : isKept ? "filed.waiting" : "filed.onItsWay")}</Text>
          <Text>
            {!isMine
              ? t("filed.anonymous")
              : delay
                ? t("filed.delay", { delay: t(`delay.${delay.unit}`, { count: delay.count }) })
                : t("filed.noDelay")}
          </Text>
        </div>
        {ticket && <StatusLine ticket={ticket} />}
        {isMine && (
          <Group>
            <Button onClick={() => go({ view: "ticket", ticketId: made.ticketId })}>{t("filed.open")}</Button>
            <PhotoButton ticketId={made.ticketId} />
          </Group>
        )}
        <Button variant="default" onClick={another}>
          {t("filed.another")}
        </Button>
      </Stack>
    </Paper>
  );
}
