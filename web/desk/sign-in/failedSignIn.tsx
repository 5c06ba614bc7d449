import { Alert } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTexts } from "../texts/useTexts";
import { parseOutcome } from "./outcome";

/** Said once to who comes back from the organisation's sign-in without one; the address forgets it. */
export function FailedSignIn() {
  const { t } = useTexts();
  const [reason, setReason] = useState(() => parseOutcome(location.search));
  useEffect(() => {
    if (reason !== null) history.replaceState(null, "", location.pathname);
  }, [reason]);
  if (reason === null) return null;
  return (
    <Alert color="red" mb="md" withCloseButton closeButtonLabel={t("close")} onClose={() => setReason(null)}>
      {t(`signIn.failed.${reason}`)}
    </Alert>
  );
}
