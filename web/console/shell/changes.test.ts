import { expect, test } from "vitest";
import { staleAfter, withoutRepeats } from "./changes";

test("a change of a run makes its own timeline old, and that of what it is about", () => {
  expect(staleAfter({ kind: "run", key: "obs-12.r2" })).toContainEqual(["timeline", "incidents", "obs-12"]);
  expect(staleAfter({ kind: "run", key: "request:3-abc-1" })).toContainEqual(["timeline", "requests", "3-abc-1"]);
  expect(staleAfter({ kind: "run", key: "request:3-abc-1" })).toContainEqual(["timeline", "runs", "request:3-abc-1"]);
});

test("an approval or a dead letter changes the first screen's counts, too", () => {
  for (const kind of ["approval", "dead_letters", "incident", "request"] as const) {
    expect(staleAfter({ kind, key: "x" })).toContainEqual(["now"]);
  }
});

test("a reset makes everything old", () => {
  expect(staleAfter({ kind: "reset", key: "" })).toEqual([[]]);
});

test("what two changes make old is read once", () => {
  expect(withoutRepeats([["now"], ["runs"], ["now"]])).toEqual([["now"], ["runs"]]);
});
