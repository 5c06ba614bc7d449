import type { Change } from "./changes";
import { readStream, SignedOut } from "./stream";

/** begin: not connected yet; live; lost: nothing has come for a moment, since `since`. */
export type Connection = { state: "begin" | "live" } | { state: "lost"; since: Date };

export interface Heard {
  onConnection: (connection: Connection) => void;
  onChange: (change: Change) => void;
  onSignedOut: () => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Follows what changes until it is stopped: connects again by itself, sooner at first. */
export function followChanges(heard: Heard): () => void {
  const stopped = new AbortController();
  void follow(heard, stopped.signal);
  return () => stopped.abort();
}

async function follow(heard: Heard, signal: AbortSignal): Promise<void> {
  let lastId = "";
  let tries = 0;
  let lostAt: Date | null = null;
  const told = {
    onOpen: () => {
      tries = 0;
      lostAt = null;
      heard.onConnection({ state: "live" });
    },
    onChange: heard.onChange,
    onLastId: (id: string) => {
      lastId = id;
    },
  };
  while (!signal.aborted) {
    try {
      await readStream(lastId, told, signal);
      // Streams end every few minutes: coming back soon is no loss.
      tries = Math.max(1, tries);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof SignedOut) return heard.onSignedOut();
      tries += 1;
    }
    if (tries > 1) heard.onConnection({ state: "lost", since: (lostAt ??= new Date()) });
    await wait(pauseAfter(tries), signal);
  }
}

/** How long to wait before the next try, in ms: half a second, then twice as long each time. */
export function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, tries - 1));
}

/** Ends early when the browser is online again. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
