import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { isWorthRetrying, take } from "../../ui/api";
import { api, isSignedOut, meQuery, ticketQuery, type TicketDetail } from "../api";
import { keepDraft, loadDraft, replyKey } from "../report/draft";

const AGAIN_MS = 4000;

export type ReplyState =
  { at: "writing" } | { at: "sending" } | { at: "sent" } | { at: "offline" } | { at: "failed"; error: unknown };

/** A reply that is kept in the browser until the desk has it: over an outage, and over a sign-in that has ended. */
export function useReply(ticketId: number, isReopening: boolean) {
  const queries = useQueryClient();
  const [start] = useState(() => loadDraft(localStorage, new Date(), replyKey(ticketId)));
  const [text, setText] = useState(start.text);
  const [state, setState] = useState<ReplyState>({ at: start.isSent ? "offline" : "writing" });
  const keep = useCallback(
    (value: string, isSent: boolean) =>
      keepDraft(localStorage, { text: value, isSent }, new Date(), replyKey(ticketId)),
    [ticketId],
  );

  const write = useCallback(
    (value: string) => {
      setText(value);
      setState({ at: "writing" });
      keep(value, false);
    },
    [keep],
  );

  const send = useCallback(
    async (isAgain: boolean) => {
      setState({ at: isAgain ? "offline" : "sending" });
      keep(text, true);
      try {
        const query = { ...ticketQuery(ticketId), staleTime: 0 };
        // A lost answer is no lost message: look before it is sent again.
        const isThere = isAgain && holds(await queries.fetchQuery(query), text);
        if (!isThere) {
          const params = { path: { ticket_id: ticketId } };
          const body = { content: text, reopen: isReopening };
          const ticket = await take(api.POST("/api/v1/tickets/{ticket_id}/followups", { params, body }));
          queries.setQueryData(query.queryKey, ticket);
        }
        write("");
        setState({ at: "sent" });
      } catch (error) {
        const isLate = isWorthRetrying(error);
        keep(text, isLate);
        if (isSignedOut(error)) queries.setQueryData(meQuery.queryKey, null);
        setState(isLate ? { at: "offline" } : { at: "failed", error });
      }
    },
    [ticketId, isReopening, text, queries, write, keep],
  );

  const isOffline = state.at === "offline";
  useEffect(() => {
    if (!isOffline) return;
    const again = () => void send(true);
    const timer = window.setInterval(again, AGAIN_MS);
    window.addEventListener("online", again);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [isOffline, send]);

  return { text, write, state, send: () => void send(false) };
}

/** Whether a ticket has these words already, blanks aside: GLPI shortens them. */
export function holds(ticket: Pick<TicketDetail, "timeline" | "unread">, text: string): boolean {
  const words = (value: string) => value.split(/\s+/).join(" ").trim();
  const said = [...ticket.timeline.filter((entry) => entry.by === "requester"), ...ticket.unread];
  return said.some((entry) => words(entry.text) === words(text));
}
