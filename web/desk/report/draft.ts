/** What was typed, kept in this browser until it is a ticket. isSent: it was sent off, and no answer has come yet. */
export interface Draft {
  text: string;
  isSent: boolean;
}

const KEY = "widip-draft";
const REPLY = "widip-reply-";
const KEPT_MS = 24 * 3_600_000;
const NOTHING: Draft = { text: "", isSent: false };

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The draft of the last day; an older one, on a computer that many use, is gone. */
export function loadDraft(shelf: Shelf, now: Date, key = KEY): Draft {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(key) ?? "null");
    if (isKept(kept) && now.getTime() - kept.at < KEPT_MS) return { text: kept.text, isSent: kept.isSent };
  } catch {
    // Nothing kept, or nothing that can be read.
  }
  return NOTHING;
}

export function keepDraft(shelf: Shelf, draft: Draft, now: Date, key = KEY): void {
  try {
    if (draft.text === "") shelf.removeItem(key);
    else shelf.setItem(key, JSON.stringify({ ...draft, at: now.getTime() }));
  } catch {
    // A browser that keeps nothing still sends.
  }
}

/** Under which a reply to a ticket is kept. */
export const replyKey = (ticketId: number) => `${REPLY}${ticketId}`;

/** The next one at this computer finds nothing of the last. */
export function forgetDrafts(shelf: Storage): void {
  try {
    for (const key of Object.keys(shelf)) if (key === KEY || key.startsWith(REPLY)) shelf.removeItem(key);
  } catch {
    // Nothing was kept either.
  }
}

function isKept(value: unknown): value is Draft & { at: number } {
  if (typeof value !== "object" || value === null) return false;
  const kept = value as Record<string, unknown>;
  return typeof kept.text === "string" && typeof kept.isSent === "boolean" && typeof kept.at === "number";
}
