import { Badge, Button, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTexts } from "../texts/useTexts";
import { take } from "../../ui/api";
import { formatSince } from "../../ui/format";
import { api, meQuery, type TicketRow } from "../api";
import { Failed } from "../shell/failed";
import { FocusTitle } from "../shell/focusTitle";
import { go } from "../shell/place";
import { PlaceLink } from "../shell/placeLink";
import { isDone } from "./steps";

/** One's own tickets, newest first; a referent's, those of the establishment. */
export function TicketsPage() {
  const { t } = useTexts();
  const me = useQuery(meQuery).data;
  const pages = useInfiniteQuery({
    queryKey: ["tickets"],
    queryFn: ({ pageParam }) =>
      take(api.GET("/api/v1/tickets", { params: { query: { limit: 30, ...(pageParam && { before: pageParam }) } } })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next_before,
    refetchInterval: 60_000,
  });
  const tickets = pages.data?.pages.flatMap((page) => page.tickets) ?? [];
  return (
    <Stack>
      <FocusTitle order={1}>{t(me?.is_referent ? "tickets.titleReferent" : "tickets.title")}</FocusTitle>
      {pages.isPending && <Text role="status">{t("loading")}</Text>}
      {pages.isError && <Failed again={() => void pages.refetch()} />}
      {pages.data && tickets.length === 0 && (
        <>
          <Text>{t("tickets.empty")}</Text>
          <Button onClick={() => go({ view: "report" })}>{t("nav.report")}</Button>
        </>
      )}
      <Stack component="ul" className="plain" gap="sm">
        {tickets.map((ticket) => (
          <li key={ticket.id}>
            <Row ticket={ticket} isOthers={ticket.email !== me?.email} />
          </li>
        ))}
      </Stack>
      {pages.hasNextPage && (
        <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t("tickets.more")}
        </Button>
      )}
    </Stack>
  );
}

function Row({ ticket, isOthers }: { ticket: TicketRow; isOthers: boolean }) {
  const { t, i18n } = useTexts();
  return (
    <PlaceLink to={{ view: "ticket", ticketId: ticket.id }} className="row" underline="never">
      <div>
        <Text fw={600} lang="fr">
          {ticket.title}
        </Text>
        <Text size="sm" c="dimmed">
          {ticket.number} · {formatSince(ticket.created_at, new Date(), i18n.language)}
          {isOthers && ` · ${t("tickets.by", { email: ticket.email })}`}
        </Text>
      </div>
      <Badge variant={isOver(ticket) ? "default" : "light"} tt="none" size="lg">
        {t(ticket.deleted_at ? "status.deleted" : `status.${ticket.status}`)}
      </Badge>
    </PlaceLink>
  );
}

const isOver = (ticket: TicketRow): boolean => ticket.deleted_at !== null || isDone(ticket.status);
