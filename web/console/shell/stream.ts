import { createParser } from "eventsource-parser";
import { IDLE_HEADER } from "../api";
import { isIdle } from "./activity";
import type { Change } from "./changes";

const ADDRESS = "/api/events";
/** The orchestrator sends something every 15 s; a line that says nothing for so long is dead. */
const SILENCE_MS = 40_000;

export interface Told {
  onOpen: () => void;
  onChange: (change: Change) => void;
  onLastId: (id: string) => void;
}

/** Reads one stream until it ends. Throws when it breaks or never begins; SignedOut for a session that is over.
 *
 * By fetch: an EventSource hides the heartbeat and the refusals, and cannot say that nobody touched the page.
 */
export async function readStream(lastId: string, told: Told, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  signal.addEventListener("abort", end);
  const watch = startWatch(end);
  try {
    const response = await fetch(ADDRESS, {
      headers: {
        accept: "text/event-stream",
        ...(lastId ? { "last-event-id": lastId } : {}),
        ...(isIdle() ? { [IDLE_HEADER]: "1" } : {}),
      },
      signal: ended.signal,
    });
    if (response.status === 401) throw new SignedOut();
    if (!response.ok || response.body === null) throw new Error(`events: ${response.status}`);
    told.onOpen();
    await feed(response.body, told, watch.feed);
  } finally {
    watch.stop();
    signal.removeEventListener("abort", end);
    end();
  }
}

export class SignedOut extends Error {}

async function feed(body: ReadableStream<Uint8Array>, told: Told, alive: () => void): Promise<void> {
  const parser = createParser({
    onEvent: ({ id, data }) => {
      if (id) told.onLastId(id);
      told.onChange(JSON.parse(data) as Change);
    },
  });
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    parser.feed(value);
  }
}

function startWatch(end: () => void): { feed: () => void; stop: () => void } {
  const start = () => setTimeout(end, SILENCE_MS);
  let timer = start();
  const stop = () => clearTimeout(timer);
  return {
    stop,
    feed: () => {
      stop();
      timer = start();
    },
  };
}
