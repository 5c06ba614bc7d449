import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Change } from "./changes";
import { type Connection, followChanges, pauseAfter } from "./live";

/** Answers of the orchestrator, in order; then it is away. */
let answers: (() => Response)[] = [];
let asked: Request[] = [];
const fetchBefore = globalThis.fetch;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  globalThis.fetch = (address, options) => {
    asked.push(new Request(new URL(String(address), "http://console.example"), options as RequestInit));
    const next = answers.shift();
    return next ? Promise.resolve(next()) : Promise.reject(new TypeError("away"));
  };
});

afterEach(() => {
  vi.useRealTimers();
  globalThis.fetch = fetchBefore;
});

const stream = (text: string) => () => new Response(text, { headers: { "content-type": "text/event-stream" } });
const EVENT = 'event: run\nid: e-7\ndata: {"kind":"run","key":"obs-1","at":"2026-11-21T00:00:00Z"}\n\n';

function follow(): { states: Connection["state"][]; changes: Change[]; isOut: () => boolean; stop: () => void } {
  const states: Connection["state"][] = [];
  const changes: Change[] = [];
  let out = false;
  const stop = followChanges({
    onConnection: ({ state }) => states.push(state),
    onChange: (change) => changes.push(change),
    onSignedOut: () => {
      out = true;
    },
  });
  return { states, changes, isOut: () => out, stop };
}

test("a stream that ends is taken up where it ended, and nobody is told of a loss", async () => {
  answers = [stream(`: ping\n\n${EVENT}`), stream(": ping\n\n")];
  const heard = follow();
  await vi.advanceTimersByTimeAsync(600);
  heard.stop();

  expect(heard.changes).toMatchObject([{ kind: "run", key: "obs-1" }]);
  expect(asked[1]?.headers.get("last-event-id")).toBe("e-7");
  expect(heard.states).not.toContain("lost");
});

test("a line that cannot be had again is lost, and live once it is back", async () => {
  answers = [stream(EVENT)];
  const heard = follow();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(heard.states.at(-1)).toBe("lost");

  answers = [stream(EVENT)];
  await vi.advanceTimersByTimeAsync(11_000);
  heard.stop();

  expect(heard.states.indexOf("live", heard.states.indexOf("lost"))).toBeGreaterThan(0);
});

test("a session that is over is told, and not asked for again", async () => {
  answers = [() => new Response("", { status: 401 })];
  const heard = follow();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(heard.isOut()).toBe(true);
  expect(asked).toHaveLength(1);
});

test("pauses grow, and end growing", () => {
  expect([1, 2, 3, 20].map(pauseAfter)).toEqual([500, 1000, 2000, 10_000]);
});
