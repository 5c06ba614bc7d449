import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTexts } from "../texts/useTexts";
import { ApiProblem, take } from "../../ui/api";
import { formatSince } from "../../ui/format";
import { api, meQuery, ticketQuery, type TicketDetail } from "../api";
import { Failed } from "../shell/failed";
import { FocusTitle } from "../shell/focusTitle";
import { Human } from "../shell/human";
import { PlaceLink } from "../shell/placeLink";
import { problemKey } from "../texts/problems";
import { urgencyKey } from "../texts/urgency";
import { Feedback } from "./feedback";
import { PhotoButton } from "./photoButton";
import { ReplyForm } from "./replyForm";
import { StatusLine } from "./statusLine";
import { isDone, isOpen } from "./steps";
import { Timeline } from "./timeline";

/** One ticket: where it stands, what was said, and what one may still add. */
export function TicketPage({ ticketId }: { ticketId: number }) {
  const { t } = useTexts();
  const ticket = useQuery(ticketQuery(ticketId));
  return (
    <Stack>
      <div>
        <PlaceLink to={{ view: "tickets" }}>← {t("ticket.back")}</PlaceLink>
      </div>
      {ticket.isPending && <Text role="status">{t("loading")}</Text>}
      {ticket.isError && !ticket.data && <Missing error={ticket.error} again={() => void ticket.refetch()} />}
      {ticket.data && <Loaded ticket={ticket.data} />}
      <Human />
    </Stack>
  );
}

function Missing({ error, again }: { error: Error; again: () => void }) {
  const { t } = useTexts();
  if (error instanceof ApiProblem && error.status === 404) return <Text>{t("ticket.unknown")}</Text>;
  return <Failed again={again} />;
}

function Loaded({ ticket }: { ticket: TicketDetail }) {
  const { t, i18n } = useTexts();
  const isMine = useQuery(meQuery).data?.email === ticket.email;
  return (
    <>
      <div>
        <FocusTitle order={1} size="h2" lang="fr">
          {ticket.title}
        </FocusTitle>
        <Text c="dimmed">
          {ticket.number} · {t("ticket.sent", { ago: formatSince(ticket.created_at, new Date(), i18n.language) })} ·{" "}
          {t(urgencyKey(ticket.priority))}
        </Text>
      </div>
      <Paper withBorder p="md">
        <StatusLine ticket={ticket} />
        {ticket.merged_into && <Merged into={ticket.merged_into} />}
        <Refresh ticketId={ticket.id} />
      </Paper>
      <Timeline ticket={ticket} isMine={isMine} />
      {isDone(ticket.status) && isMine && <Feedback ticket={ticket} />}
      {isOpen(ticket) ? <Actions ticket={ticket} /> : !ticket.merged_into && <Text>{t("ticket.closed")}</Text>}
    </>
  );
}

/** A technician put two requests about one thing together: where it goes on. */
function Merged({ into }: { into: NonNullable<TicketDetail["merged_into"]> }) {
  const { t } = useTexts();
  return (
    <Text mt="xs">
      {t("ticket.merged")}{" "}
      {into.ticket_id && into.number ? (
        <PlaceLink to={{ view: "ticket", ticketId: into.ticket_id }}>
          {t("ticket.mergedHere", { number: into.number })}
        </PlaceLink>
      ) : (
        t("ticket.mergedElsewhere", { id: into.glpi_ticket_id })
      )}
    </Text>
  );
}

function Actions({ ticket }: { ticket: TicketDetail }) {
  const { t } = useTexts();
  const isSolved = ticket.status === "resolved";
  return (
    <section aria-labelledby="reply">
      <Title order={2} size="h4" id="reply" mb="xs">
        {t(isSolved ? "ticket.again" : "ticket.reply")}
      </Title>
      <Stack>
        <ReplyForm ticketId={ticket.id} isReopening={isSolved} />
        <Group>
          <PhotoButton ticketId={ticket.id} />
          {!isSolved && ticket.synced_to_glpi && <Solve ticketId={ticket.id} />}
        </Group>
      </Stack>
    </section>
  );
}

function Solve({ ticketId }: { ticketId: number }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const solve = useMutation({
    mutationFn: () =>
      take(
        api.PATCH("/api/v1/tickets/{ticket_id}", {
          params: { path: { ticket_id: ticketId } },
          body: { status: "resolved" },
        }),
      ),
    onSuccess: (ticket) => queries.setQueryData(ticketQuery(ticketId).queryKey, ticket),
  });
  return (
    <>
      <Button variant="default" loading={solve.isPending} onClick={() => solve.mutate()}>
        {t("ticket.solve")}
      </Button>
      <Text size="sm" role="alert">
        {solve.error && t(problemKey(solve.error))}
      </Text>
    </>
  );
}

function Refresh({ ticketId }: { ticketId: number }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const refresh = useMutation({
    mutationFn: () => take(api.POST("/api/v1/tickets/{ticket_id}/sync", { params: { path: { ticket_id: ticketId } } })),
    onSuccess: (ticket) => queries.setQueryData(ticketQuery(ticketId).queryKey, ticket),
  });
  return (
    <Group gap="xs" mt="xs" justify="flex-end">
      <Text size="sm" role="status">
        {refresh.isError && t("problem.unreachable")}
      </Text>
      <Button variant="subtle" size="compact-sm" loading={refresh.isPending} onClick={() => refresh.mutate()}>
        {t("ticket.refresh")}
      </Button>
    </Group>
  );
}
