import { Alert, Button, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTexts } from "../texts/useTexts";
import { take } from "../../ui/api";
import { api, ticketQuery, type TicketDetail } from "../api";
import { problemKey } from "../texts/problems";

/** Thumb up or down once it is solved, with a reason for who has one. */
export function Feedback({ ticket }: { ticket: TicketDetail }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const [isHelpful, setIsHelpful] = useState<boolean | null>(null);
  const [comment, setComment] = useState("");
  const give = useMutation({
    mutationFn: (helpful: boolean) =>
      take(api.POST("/api/v1/feedback", { body: { session_id: ticket.session_id, is_helpful: helpful, comment } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ticketQuery(ticket.id).queryKey }),
  });
  if (give.isSuccess || ticket.is_helpful !== null) return <Text role="status">{t("feedback.thanks")}</Text>;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isHelpful !== null) give.mutate(isHelpful);
  };
  return (
    <section aria-labelledby="feedback">
      <Title order={2} size="h4" id="feedback" mb="xs">
        {t("feedback.title")}
      </Title>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group role="group" aria-labelledby="feedback">
            {[true, false].map((value) => (
              <Button
                key={String(value)}
                variant={isHelpful === value ? "filled" : "default"}
                aria-pressed={isHelpful === value}
                onClick={() => setIsHelpful(value)}
              >
                <span aria-hidden>{value ? "👍" : "👎"}&nbsp;</span>
                {t(value ? "feedback.yes" : "feedback.no")}
              </Button>
            ))}
          </Group>
          {isHelpful !== null && (
            <>
              <Textarea
                label={t("feedback.why")}
                rows={2}
                maxLength={2000}
                value={comment}
                onChange={(event) => setComment(event.currentTarget.value)}
              />
              {give.error && <Alert color="red">{t(problemKey(give.error))}</Alert>}
              <Button type="submit" loading={give.isPending}>
                {t("feedback.send")}
              </Button>
            </>
          )}
        </Stack>
      </form>
    </section>
  );
}
