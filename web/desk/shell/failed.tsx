import { Alert, Button } from "@mantine/core";
import { useTexts } from "../texts/useTexts";
import { Human } from "./human";

/** A view that could not be loaded. */
export function Failed({ again }: { again: () => void }) {
  const { t } = useTexts();
  return (
    <>
      <Alert color="orange" mb="md">
        {t("state.failed")}{" "}
        <Button variant="default" size="compact-sm" onClick={again}>
          {t("retry")}
        </Button>
      </Alert>
      <Human />
    </>
  );
}
