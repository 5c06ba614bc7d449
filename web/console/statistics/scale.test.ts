import { expect, test } from "vitest";
import { bucketLabels } from "./labels";
import { everyNth, linePieces, topOf, topOfSeconds } from "./scale";

test("axes end at round numbers", () => {
  expect([[], [0], [3], [11], [48], [8775]].map(topOf)).toEqual([1, 1, 5, 20, 50, 10_000]);
  expect([[], [0.4], [40], [4000], [100_000]].map(topOfSeconds)).toEqual([1, 1, 60, 7200, 172_800]);
});

test("a gap breaks the line", () => {
  expect(
    linePieces(
      [1, null, 2, 3],
      (n) => n,
      (v) => v,
    ),
  ).toEqual(["0,1", "2,2 3,3"]);
});

test("labels fit", () => {
  expect([everyNth(5, 7), everyNth(31, 7)]).toEqual([1, 5]);
});

test("days are France's", () => {
  expect(bucketLabels([{ at: "2026-11-20T23:00:00Z" }], "day", "fr")).toEqual(["21/11"]);
});
