import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueries } from "../../ui/page";
import { keepDraft } from "./draft";
import { useReport } from "./useReport";

type Answers = Record<string, () => Response>;

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const refusal = (code: string, status: number, detail = {}) => json({ error: code, message: code, detail }, status);
const ME = { email: "z@lilas.example", display_name: "Zoé" };
const STEP = { session_id: "s1", action: "confirm", summary: { action: "confirm" } };
const MADE = { ticket_id: 7, ticket_number: "TKT-2026-00007" };
const ANALYZE = "/api/v1/workflow/analyze";
const CONFIRM = "/api/v1/workflow/confirm";

let answers: Answers;
let asked: string[];
let bodies: unknown[];
let queries: QueryClient;

/** The network's edge: what the desk would answer at each path. */
beforeEach(() => {
  localStorage.clear();
  asked = [];
  bodies = [];
  answers = { "/api/v1/me": () => json(ME), [ANALYZE]: () => json(STEP), [CONFIRM]: () => json(MADE) };
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    if (request.method === "POST") bodies.push(await request.clone().json());
    const answer = answers[pathname];
    if (answer === undefined) throw new TypeError("Failed to fetch");
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

function start(anonymous: string | null = null) {
  queries = createQueries();
  queries.setDefaultOptions({ queries: { retry: false } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  return renderHook(() => useReport(anonymous), { wrapper }).result;
}

it("asks for a sign-in, and goes on with the same words afterwards", async () => {
  answers["/api/v1/me"] = () => refusal("not_signed_in", 401);
  const hook = start();
  act(() => hook.current.tell({ type: "sent", text: "panne" }));
  await waitFor(() => expect(hook.current.report.waitsFor).toBe("sign-in"));
  expect(asked).not.toContain(ANALYZE);

  answers["/api/v1/me"] = () => json(ME);
  queries.setQueryData(["me"], ME);
  act(() => hook.current.tell({ type: "freed" }));

  await waitFor(() => expect(hook.current.report.step?.session_id).toBe("s1"));
});

it("waits without a connection and sends once the browser says that it is back", async () => {
  const analyze = answers[ANALYZE];
  delete answers[ANALYZE];
  const hook = start();
  act(() => hook.current.tell({ type: "sent", text: "panne" }));
  await waitFor(() => expect(hook.current.report.waitsFor).toBe("offline"));

  if (analyze) answers[ANALYZE] = analyze;
  act(() => void window.dispatchEvent(new Event("online")));

  await waitFor(() => expect(hook.current.report.step?.session_id).toBe("s1"));
});

it("takes a ticket that was made already for the one it wanted, and forgets the draft", async () => {
  answers[CONFIRM] = () => refusal("session_used", 409, MADE);
  const hook = start();
  act(() => hook.current.tell({ type: "sent", text: "panne" }));
  await waitFor(() => expect(hook.current.report.step).not.toBeNull());
  expect(localStorage.getItem("widip-draft")).toContain("panne");

  act(() => hook.current.tell({ type: "agreed", corrections: {}, refined: false }));

  await waitFor(() => expect(hook.current.report.made).toEqual({ ticketId: 7, number: "TKT-2026-00007" }));
  expect(localStorage.getItem("widip-draft")).toBeNull();
});

it("reads the message again when the conversation has expired", async () => {
  answers[CONFIRM] = () => refusal("session_expired", 410);
  const hook = start();
  act(() => hook.current.tell({ type: "sent", text: "panne" }));
  await waitFor(() => expect(hook.current.report.step).not.toBeNull());

  act(() => hook.current.tell({ type: "agreed", corrections: {}, refined: false }));

  await waitFor(() => expect(asked.filter((path) => path === ANALYZE)).toHaveLength(2));
  await waitFor(() => expect(hook.current.report).toMatchObject({ isAgain: true, task: null }));
});

it("sends by itself what was sent before the browser was closed", async () => {
  keepDraft(localStorage, { text: "panne", isSent: true }, new Date());

  const hook = start();

  await waitFor(() => expect(hook.current.report.step?.session_id).toBe("s1"));
});

it("takes a report of somebody who gives an address and does not sign in", async () => {
  answers["/api/v1/me"] = () => refusal("not_signed_in", 401);
  const hook = start("somebody@lilas.example");

  act(() => hook.current.tell({ type: "sent", text: "panne" }));

  await waitFor(() => expect(hook.current.report.step?.session_id).toBe("s1"));
  expect(bodies).toEqual([{ message: "panne", user_email: "somebody@lilas.example" }]);
});

it("waits when a network's own page or a broken desk answers, and says which", async () => {
  const analyze = answers[ANALYZE];
  answers[ANALYZE] = () => new Response("<html>Wi-Fi</html>", { headers: { "content-type": "text/html" } });
  const hook = start();
  act(() => hook.current.tell({ type: "sent", text: "panne" }));
  await waitFor(() => expect(hook.current.report.waitsFor).toBe("offline"));

  answers[ANALYZE] = () => json({ error: "away", message: "away", detail: {} }, 503);
  act(() => void window.dispatchEvent(new Event("online")));
  await waitFor(() => expect(hook.current.report.waitsFor).toBe("away"));

  if (analyze) answers[ANALYZE] = analyze;
  act(() => void window.dispatchEvent(new Event("online")));
  await waitFor(() => expect(hook.current.report.step?.session_id).toBe("s1"));
});
