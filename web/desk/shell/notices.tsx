import { Alert, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTexts } from "../texts/useTexts";
import { aboutQuery } from "../api";
import type { Connection } from "../live/useLive";

/** What does not work right now, and what that means. */
export function Notices({ connection }: { connection: Connection }) {
  const { t } = useTexts();
  const about = useQuery(aboutQuery).data;
  return (
    <div role="status">
      {about?.glpi_is_down && (
        <Alert color="orange" mb="md" role="presentation">
          {t("state.glpiDown")}
        </Alert>
      )}
      {connection === "cut" && (
        <Text size="sm" c="dimmed" mb="md">
          {t("state.cut")}
        </Text>
      )}
    </div>
  );
}
