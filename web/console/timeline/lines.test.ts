import { expect, test } from "vitest";
import { keyOf } from "../dead-letters/letterKey";
import { isShown, namedDetail, toneOf } from "./lines";

test("a refusal by policy and a failed call stand out, and so does what changed something", () => {
  const call = { type: "tool", outcome: "ok", verdict: "", is_effect: false } as const;
  expect(toneOf(call)).toBe("none");
  expect(toneOf({ ...call, outcome: "upstream_unavailable" })).toBe("bad");
  expect(toneOf({ ...call, is_effect: true })).toBe("good");
  expect(toneOf({ ...call, type: "policy", outcome: "", verdict: "refuse" })).toBe("bad");
});

test("steps leave out the lock, and the brief shows decisions and effects alone", () => {
  expect(isShown({ type: "lock", is_effect: false }, "all")).toBe(true);
  expect(isShown({ type: "lock", is_effect: false }, "steps")).toBe(false);
  expect(isShown({ type: "tool", is_effect: false }, "brief")).toBe(false);
  expect(isShown({ type: "tool", is_effect: true }, "brief")).toBe(true);
});

test("what has a place of its own is not said again", () => {
  expect(namedDetail({ detail: { tool: "x", ms: 3, answer_chars: 7 } })).toEqual({ answer_chars: 7 });
});

test("the key of a dead letter may hold colons", () => {
  expect(keyOf({ id: "run:request:3-a-1", kind: "run" })).toBe("request:3-a-1");
});
