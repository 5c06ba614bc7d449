import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer } from "react";
import { ApiProblem, take, Unreachable } from "../../ui/api";
import { api, isSignedOut, meQuery } from "../api";
import { keepDraft, loadDraft } from "./draft";
import { advance, type Event, NEW_REPORT, type Report } from "./report";

const AGAIN_MS = 4000;

/** A conversation that survives outages, sign-ins that end and the closing of the browser. */
export function useReport(anonymous: string | null) {
  const queries = useQueryClient();
  const [report, tell] = useReducer(advance, NEW_REPORT, resume);
  const { task, waitsFor } = report;

  useEffect(() => {
    if (task === null || waitsFor !== null) return;
    let isOver = false;
    // Asked anew: a sign-in that has ended meanwhile is not whose problem this is.
    const email = async () => anonymous ?? (await queries.fetchQuery({ ...meQuery, staleTime: 0 }))?.email ?? null;
    void perform(report, email).then((event) => {
      if (isOver) return;
      // What was kept of who is signed in is no more true.
      if (event.type === "hindered" && event.by === "sign-in") queries.setQueryData(meQuery.queryKey, null);
      tell(event);
    });
    return () => {
      isOver = true;
    };
    // The task says all: the rest of the report changes with it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [task, waitsFor, anonymous, queries]);

  useEffect(() => {
    if (waitsFor !== "offline" && waitsFor !== "away") return;
    const again = () => tell({ type: "freed" });
    const timer = window.setInterval(again, AGAIN_MS);
    window.addEventListener("online", again);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [waitsFor]);

  const isMade = report.made !== null;
  useEffect(() => {
    if (isMade) {
      keepDraft(localStorage, { text: "", isSent: false }, new Date());
      void queries.invalidateQueries({ queryKey: ["tickets"] });
    } else if (report.text !== "") {
      keepDraft(localStorage, { text: report.text, isSent: true }, new Date());
    }
  }, [isMade, report.text, queries]);

  const leave = useCallback(() => {
    if (report.step !== null && !isMade) void cancel(report.step.session_id);
    keepDraft(localStorage, { text: isMade ? "" : report.text, isSent: false }, new Date());
    tell({ type: "left" });
  }, [report.step, report.text, isMade]);

  return { report, tell, leave };
}

function resume(start: Report): Report {
  const draft = loadDraft(localStorage, new Date());
  return draft.isSent ? advance(start, { type: "sent", text: draft.text }) : start;
}

/** Do what the report's task says; the event that came of it. */
async function perform(report: Report, findEmail: () => Promise<string | null>): Promise<Event> {
  try {
    return await send(report, findEmail);
  } catch (error) {
    if (error instanceof Unreachable) return { type: "hindered", by: "offline" };
    if (isSignedOut(error)) return { type: "hindered", by: "sign-in" };
    if (!(error instanceof ApiProblem)) throw error;
    return refusal(error);
  }
}

function refusal(error: ApiProblem): Event {
  const { ticket_id: ticketId, ticket_number: number } = error.detail;
  if (error.code === "session_used" && typeof ticketId === "number" && typeof number === "string")
    return { type: "filed", ticketId, number };
  if (["session_expired", "session_unknown", "session_foreign", "session_used"].includes(error.code))
    return { type: "expired" };
  return error.status >= 500 ? { type: "hindered", by: "away" } : { type: "refused", code: error.code };
}

async function send(report: Report, findEmail: () => Promise<string | null>): Promise<Event> {
  const { task, step } = report;
  if (task === null) throw new Error("nothing to do");
  if (task.kind === "analyze" || step === null) {
    const email = await findEmail();
    if (email === null) return { type: "hindered", by: "sign-in" };
    const body = { message: report.text, user_email: email };
    return { type: "understood", step: await take(api.POST("/api/v1/workflow/analyze", { body })) };
  }
  const session_id = step.session_id;
  if (task.kind === "answer") {
    const body = { session_id, answer: task.answer };
    return { type: "understood", step: await take(api.POST("/api/v1/workflow/clarify", { body })) };
  }
  const isAsItIs = Object.keys(task.corrections).length === 0 && !task.refined;
  if (isAsItIs && step.action === "auto_validate") {
    const came = await take(api.POST("/api/v1/workflow/auto-validate", { body: { session_id, user_response: "oui" } }));
    return "ticket_id" in came ? filed(came) : { type: "understood", step: came };
  }
  const body = { session_id, refined: task.refined, ...task.corrections };
  return filed(await take(api.POST("/api/v1/workflow/confirm", { body })));
}

const filed = (made: { ticket_id: number; ticket_number: string }): Event => ({
  type: "filed",
  ticketId: made.ticket_id,
  number: made.ticket_number,
});

async function cancel(session_id: string): Promise<void> {
  // Nothing waits for it: a session that is left ends by itself.
  await take(api.POST("/api/v1/workflow/cancel", { body: { session_id } })).catch(() => undefined);
}
