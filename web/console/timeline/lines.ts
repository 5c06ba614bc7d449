import type { TimelineEntry } from "../api";
import type { Tone } from "../parts/mark";

const TONES: Partial<Record<TimelineEntry["type"], Tone>> = {
  effect: "good",
  refusal: "bad",
  error: "bad",
  wait: "warn",
  policy: "info",
  verdict: "info",
  person: "info",
};
const FINE = ["", "ok", "replayed"];
const SAYS_NO = ["refuse", "leave"];

/** How a line of the journal weighs at a glance. */
export function toneOf(entry: Pick<TimelineEntry, "type" | "outcome" | "verdict" | "is_effect">): Tone {
  if (!FINE.includes(entry.outcome)) return "bad";
  if (entry.type === "policy" && SAYS_NO.includes(entry.verdict)) return "bad";
  if (entry.is_effect) return "good";
  return TONES[entry.type] ?? "none";
}

/** Fields of a line that have a place of their own on the screen. */
const SHOWN = new Set([
  "tool",
  "step",
  "agent",
  "plan",
  "by",
  "outcome",
  "verdict",
  "responsible",
  "decision",
  "code",
  "reason",
  "message",
  "arguments",
  "ms",
  "waited_ms",
  "prompt_tokens",
  "output_tokens",
]);

/** What else a line says. */
export function namedDetail(entry: Pick<TimelineEntry, "detail">): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry.detail).filter(([name]) => !SHOWN.has(name)));
}

/** How much of a timeline is shown: decisions and effects; also the steps on the way; also the model's lock. */
export const DEPTHS = ["brief", "steps", "all"] as const;
export type Depth = (typeof DEPTHS)[number];

const WEIGHTY: TimelineEntry["type"][] = [
  "effect",
  "policy",
  "verdict",
  "person",
  "refusal",
  "error",
  "end",
  "intake",
  "wait",
];

export function isShown(entry: Pick<TimelineEntry, "type" | "is_effect">, depth: Depth): boolean {
  if (depth === "all") return true;
  if (depth === "steps") return entry.type !== "lock";
  return entry.is_effect || WEIGHTY.includes(entry.type);
}
