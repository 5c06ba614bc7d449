import { Stack, Text, Title } from "@mantine/core";
import { useTexts } from "../texts/useTexts";
import { formatInstant } from "../../ui/format";
import type { Entry, TicketDetail, Unread } from "../api";

/** What was said on both sides, oldest first; new words are read out. */
export function Timeline({ ticket, isMine }: { ticket: TicketDetail; isMine: boolean }) {
  const { t } = useTexts();
  const isQuiet = ticket.timeline.length === 0 && ticket.unread.length === 0;
  return (
    <section aria-labelledby="timeline">
      <Title order={2} size="h4" id="timeline" mb="xs">
        {t("ticket.timeline")}
      </Title>
      <Stack role="log" gap="sm" aria-labelledby="timeline">
        <Said isMine who={isMine ? t("ticket.yours") : ticket.email} at={ticket.created_at} text={ticket.description} />
        {ticket.timeline.map((entry) => (
          <FromGlpi key={`${entry.kind} ${entry.entry_id}`} entry={entry} />
        ))}
        {ticket.unread.map((entry) => (
          <OnItsWay key={`${entry.at} ${entry.text}`} entry={entry} />
        ))}
      </Stack>
      {isQuiet && (
        <Text c="dimmed" mt="sm">
          {t("ticket.nothing")}
        </Text>
      )}
    </section>
  );
}

function FromGlpi({ entry }: { entry: Entry }) {
  const { t } = useTexts();
  const isMine = entry.by === "requester";
  const kinds = { followup: t("ticket.technician"), task: t("ticket.task"), solution: t("ticket.solution") };
  return (
    <Said
      isMine={isMine}
      who={isMine ? t("ticket.you") : kinds[entry.kind]}
      at={entry.at}
      text={entry.text}
      {...(entry.is_cut && { note: t("ticket.cut") })}
    />
  );
}

function OnItsWay({ entry }: { entry: Unread }) {
  const { t } = useTexts();
  const text = entry.kind === "photo" ? t("ticket.photo", { name: entry.text }) : entry.text;
  return <Said isMine who={t("ticket.you")} at={entry.at} text={text} note={t("ticket.unread")} />;
}

interface SaidProps {
  isMine: boolean;
  who: string;
  at: string | null;
  text: string;
  note?: string;
}

function Said({ isMine, who, at, text, note }: SaidProps) {
  const { i18n } = useTexts();
  return (
    <div className={`bubble ${isMine ? "mine" : "theirs"}`}>
      <Text size="sm" fw={700}>
        {who}
        {at && (
          <Text span size="sm" fw={400} ml="xs">
            <time dateTime={at}>{formatInstant(at, i18n.language)}</time>
          </Text>
        )}
      </Text>
      {text}
      {note && (
        <Text size="sm" fs="italic">
          {note}
        </Text>
      )}
    </div>
  );
}
