import { Button, List, Stack, Textarea, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTexts } from "../texts/useTexts";

interface Props {
  questions: readonly string[];
  isBusy: boolean;
  answer: (answer: string) => void;
  send: () => void;
}

/** At most two questions, one field for the answer; nobody has to answer. */
export function Questions({ questions, isBusy, answer, send }: Props) {
  const { t } = useTexts();
  const [text, setText] = useState("");
  const [isEmpty, setIsEmpty] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") setIsEmpty(true);
    else answer(text.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Title order={3} size="h4">
          {t(questions.length > 1 ? "questions.title" : "questions.one")}
        </Title>
        <List lang="fr">
          {questions.map((question) => (
            <List.Item key={question}>{question}</List.Item>
          ))}
        </List>
        <Textarea
          label={t("questions.label")}
          rows={3}
          maxLength={5000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={isEmpty && t("questions.empty")}
        />
        <Button type="submit" size="lg" loading={isBusy}>
          {t("questions.send")}
        </Button>
        <Button variant="default" disabled={isBusy} onClick={send}>
          {t("card.sendAnyway")}
        </Button>
      </Stack>
    </form>
  );
}
