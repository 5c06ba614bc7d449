import { Alert, Button, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTexts } from "../texts/useTexts";
import { problemKey } from "../texts/problems";
import { useReply } from "./useReply";

interface Props {
  ticketId: number;
  isReopening: boolean;
}

/** A few more words to the technicians; on a solved ticket they open it again. */
export function ReplyForm({ ticketId, isReopening }: Props) {
  const { t } = useTexts();
  const { text, write, state, send } = useReply(ticketId, isReopening);
  const [isEmpty, setIsEmpty] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsEmpty(text.trim() === "");
    if (text.trim() !== "") send();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Textarea
          aria-labelledby="reply"
          description={t(isReopening ? "ticket.againHint" : "ticket.replyHint")}
          rows={3}
          maxLength={20_000}
          value={text}
          readOnly={state.at === "sending"}
          onChange={(event) => write(event.currentTarget.value)}
          error={isEmpty && text.trim() === "" && t("ticket.replyEmpty")}
        />
        {state.at === "failed" && <Alert color="red">{t(problemKey(state.error))}</Alert>}
        <Text size="sm" role="status">
          {state.at === "sent" && t("ticket.sent2")}
          {state.at === "offline" && t("ticket.offline")}
        </Text>
        <Button type="submit" loading={state.at === "sending"}>
          {t(isReopening ? "ticket.reopen" : "ticket.send")}
        </Button>
      </Stack>
    </form>
  );
}
