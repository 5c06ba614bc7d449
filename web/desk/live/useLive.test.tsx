import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQueries } from "../../ui/page";
import type { Look } from "./news";
import { lookKey, useLive } from "./useLive";

/** The desk's end of a WebSocket. */
class Line {
  static readonly CLOSED = 3;
  static opened: Line[] = [];
  readyState = 1;
  onmessage?: (message: { data: string }) => void;
  onclose?: (closed: { code: number }) => void;

  constructor(readonly url: string) {
    Line.opened.push(this);
  }

  tell(news: object): void {
    act(() => this.onmessage?.({ data: JSON.stringify(news) }));
  }

  cut(code = 1006): void {
    this.readyState = Line.CLOSED;
    act(() => this.onclose?.({ code }));
  }

  close(): void {
    this.readyState = Line.CLOSED;
  }
}

const last = (): Line => Line.opened.at(-1) as Line;

beforeEach(() => {
  Line.opened = [];
  vi.stubGlobal("WebSocket", Line);
});
afterEach(() => vi.unstubAllGlobals());

function start() {
  const queries = createQueries();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const { result, unmount } = renderHook(() => useLive(true), { wrapper });
  return { queries, result, unmount };
}

it("shows a cut, and goes on from the last line once the network is back", async () => {
  const { result } = start();
  last().tell({ kind: "ready", id: 40 });
  last().tell({ kind: "changed", id: 41, ticket_id: 7, detail: {} });
  expect(result.current).toBe("live");

  last().cut();
  expect(result.current).toBe("cut");
  act(() => void window.dispatchEvent(new Event("online")));

  await waitFor(() => expect(Line.opened).toHaveLength(2));
  expect(last().url).toMatch(/\/ws\?after=41$/);
  last().tell({ kind: "beat", id: 41 });
  expect(result.current).toBe("live");
});

it("has a changed ticket asked for again, and keeps the model's look for its session", () => {
  const { queries } = start();
  queries.setQueryData(["ticket", 7], {});
  last().tell({ kind: "ready", id: 1 });
  queries.setQueryData(["ticket", 7], {});

  last().tell({ kind: "changed", id: 2, ticket_id: 7, detail: {} });
  last().tell({ kind: "refined", id: 3, session_id: "s", summary: null, masked: "m", why: "busy" });

  expect(queries.getQueryState(["ticket", 7])?.isInvalidated).toBe(true);
  expect(queries.getQueryData<Look>(lookKey("s"))).toEqual({ summary: null, masked: "m", why: "busy" });
});

it("does not call again where it is not allowed, nor after the page has left", () => {
  const { result, unmount } = start();
  last().cut(4403);
  expect(result.current).toBe("off");
  unmount();
  act(() => void window.dispatchEvent(new Event("online")));

  expect(Line.opened).toHaveLength(1);
});
