import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTexts } from "../texts/useTexts";
import { aboutQuery } from "../api";
import { telOf } from "./header";

/** The way to a person: number and hours. */
export function Human({ title }: { title?: string }) {
  const { t } = useTexts();
  const about = useQuery(aboutQuery).data;
  const phone = about?.support_phone;
  return (
    <aside>
      <Text size="sm" fw={600}>
        {title ?? t("human.title")}
      </Text>
      <Text size="sm">
        {phone ? <Anchor href={telOf(phone)}>{t("human.call", { phone })}</Anchor> : t("human.nothing")}
      </Text>
      {about?.support_hours && <Text size="sm">{t("human.hours", { hours: about.support_hours })}</Text>}
      <Text size="sm" c="dimmed">
        {t("human.danger")}
      </Text>
    </aside>
  );
}
