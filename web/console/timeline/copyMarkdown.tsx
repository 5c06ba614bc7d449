import { Button, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Kind, readMarkdown } from "../api";
import { Failed } from "../parts/states";

/** Puts the whole story on the clipboard, to be pasted into a ticket or a mail. */
export function CopyMarkdown({ kind, id }: { kind: Kind; id: string }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<string | null>(null);
  const copy = useMutation({
    mutationFn: async () => {
      const text = await readMarkdown(kind, id);
      try {
        await navigator.clipboard.writeText(text);
        setShown(null);
      } catch {
        // No clipboard without TLS, or not allowed: there to be copied by hand.
        setShown(text);
      }
    },
  });
  return (
    <div className="copy">
      <Button variant="default" size="compact-sm" loading={copy.isPending} onClick={() => copy.mutate()}>
        {t("copy.markdown")}
      </Button>
      <span role="status" className="quietText">
        {copy.isSuccess && shown === null && t("copy.done")}
      </span>
      {copy.isError && <Failed error={copy.error} />}
      {shown !== null && (
        <Textarea
          autoFocus
          readOnly
          rows={8}
          label={t("copy.byHand")}
          value={shown}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </div>
  );
}
