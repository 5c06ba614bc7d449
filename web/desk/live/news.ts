import type { Summary } from "../api";

/** What the model adds to the summary of an open session. */
export interface Look {
  summary: Summary | null;
  masked: string;
  why: string | null;
}

export type News =
  | { kind: "line"; id: number }
  | { kind: "ticket"; id: number; ticketId: number }
  | { kind: "refined"; id: number; sessionId: string; look: Look };

/** A message of /ws; null for what nobody here knows. Every one with a number moves the line to go on from. */
export function parseNews(text: string): News | null {
  const told = parse(text);
  if (told === null || typeof told.id !== "number") return null;
  const { id } = told;
  if (told.kind === "ready" || told.kind === "beat") return { kind: "line", id };
  if (told.kind === "refined" && typeof told.session_id === "string") {
    const look = { summary: told.summary as Summary | null, masked: String(told.masked), why: asText(told.why) };
    return { kind: "refined", id, sessionId: told.session_id, look };
  }
  return typeof told.ticket_id === "number" ? { kind: "ticket", id, ticketId: told.ticket_id } : null;
}

/** How long to wait before the n-th try to connect again, milliseconds: at once, then ever longer. */
export function pauseBefore(tries: number): number {
  return Math.min(1000 * 2 ** tries, 15_000);
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const asText = (value: unknown): string | null => (typeof value === "string" ? value : null);
