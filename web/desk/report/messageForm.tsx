import { Button, Stack, Text, Textarea, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTexts } from "../texts/useTexts";
import { Human } from "../shell/human";
import { keepDraft, loadDraft } from "./draft";

/** The one field. What is typed is kept in this browser at each stroke. */
export function MessageForm({ send }: { send: (text: string) => void }) {
  const { t } = useTexts();
  const [text, setText] = useState(() => loadDraft(localStorage, new Date()).text);
  const [isEmpty, setIsEmpty] = useState(false);
  const change = (value: string) => {
    setText(value);
    setIsEmpty(false);
    keepDraft(localStorage, { text: value, isSent: false }, new Date());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") setIsEmpty(true);
    else send(text.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <div>
          <Title order={1}>{t("report.title")}</Title>
          <Text c="dimmed">{t("report.intro")}</Text>
        </div>
        <Textarea
          label={t("report.label")}
          description={t("report.privacy")}
          placeholder={t("report.placeholder")}
          size="md"
          rows={5}
          maxLength={20_000}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
          error={isEmpty && t("report.empty")}
        />
        <Button type="submit" size="lg">
          {t("report.send")}
        </Button>
        <Human />
      </Stack>
    </form>
  );
}
