import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueries } from "../../ui/page";
import { forgetDrafts } from "../report/draft";
import { useReply } from "./useReply";

const TICKET = { timeline: [] as unknown[], unread: [] as unknown[] };
let posts: number;
let answer: () => Promise<Response>;

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

/** The network's edge: a ticket, and what comes of adding a followup to it. */
beforeEach(() => {
  localStorage.clear();
  posts = 0;
  answer = () => Promise.resolve(json(TICKET));
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method !== "POST") return json(TICKET);
    posts += 1;
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

function start(ticketId = 7) {
  const queries = createQueries();
  queries.setDefaultOptions({ queries: { retry: false } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  return renderHook(() => useReply(ticketId, false), { wrapper });
}

it("keeps what waits for an answer over the closing of the view, and sends it when the ticket is shown again", async () => {
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  const first = start();
  act(() => first.result.current.write("toujours en panne"));
  act(() => first.result.current.send());
  await waitFor(() => expect(first.result.current.state.at).toBe("offline"));
  first.unmount();

  answer = () => Promise.resolve(json(TICKET));
  const again = start();
  expect(again.result.current.text).toBe("toujours en panne");
  act(() => void window.dispatchEvent(new Event("online")));

  await waitFor(() => expect(again.result.current.state.at).toBe("sent"));
  expect(posts).toBe(2);
  expect(start().result.current.text).toBe("");
});

it("leaves nothing to the next one at this computer, and nothing to another ticket", () => {
  const { result } = start();
  act(() => result.current.write("mot pour le technicien"));
  expect(start(8).result.current.text).toBe("");

  forgetDrafts(localStorage);

  expect(start().result.current.text).toBe("");
});
