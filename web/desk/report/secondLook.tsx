import { Alert, Button, Text } from "@mantine/core";
import { useTexts } from "../texts/useTexts";
import type { Summary } from "../api";
import { isAnotherReading } from "./report";
import type { SecondLookState } from "./useLook";

interface Props {
  look: SecondLookState;
  first: Summary;
  isTaken: boolean;
  take: () => void;
}

/** The model's reading, offered and never forced. */
export function SecondLook({ look, first, isTaken, take }: Props) {
  const { t } = useTexts();
  const isOffered = look.summary !== null && !isTaken && isAnotherReading(first, look.summary);
  return (
    <div role="status">
      {look.state === "waiting" && (
        <Text size="sm" c="dimmed">
          {t("look.waiting")}
        </Text>
      )}
      {look.state === "away" && (
        <Text size="sm" c="dimmed">
          {t("look.away")}
        </Text>
      )}
      {isTaken && <Text size="sm">{t("look.taken")}</Text>}
      {isOffered && (
        <Alert title={t("look.title")} role="presentation">
          <Text size="sm" lang="fr">
            {[look.summary?.category, ...(look.summary?.symptoms ?? [])].filter(Boolean).join(" ; ")}
          </Text>
          <Button size="compact-md" mt="xs" variant="default" onClick={take}>
            {t("look.take")}
          </Button>
        </Alert>
      )}
    </div>
  );
}

/** What the model was given to read, for whoever wants to see it. */
export function Masked({ text }: { text: string }) {
  const { t } = useTexts();
  if (text === "") return null;
  return (
    <details>
      <summary>{t("look.masked")}</summary>
      <Text size="sm" c="dimmed">
        {t("look.maskedHint")}
      </Text>
      <div className="bubble theirs">{text}</div>
    </details>
  );
}
