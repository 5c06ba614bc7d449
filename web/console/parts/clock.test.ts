import { expect, test } from "vitest";
import { leftAt } from "../approvals/countdown";
import { formatClock, formatLeft, formatOffset } from "./clock";

test("what is left is a clock that stops at nothing", () => {
  expect([7 * 3_600_000 + 59 * 60_000 + 1, 65_000, 900, 0, -5].map(formatLeft)).toEqual([
    "7:59:01",
    "1:05",
    "0:01",
    "0:00",
    "0:00",
  ]);
  expect(leftAt(10_000, 30, 5_000)).toBe(25_000);
  expect(leftAt(90_000, 30, 5_000)).toBe(0);
});

test("offsets are exact at first and rough later", () => {
  expect([0, 456, 12_340, 200_000, 3_700_000].map((ms) => formatOffset(ms, "en"))).toEqual([
    "+0 s",
    "+0.46 s",
    "+12.3 s",
    "+3 min 20 s",
    "+1 h 01 min",
  ]);
});

test("a clock has seconds, and 24 hours in English too", () => {
  expect(formatClock("2026-11-21T22:41:05Z", "en", "Europe/Paris")).toBe("23:41:05");
});
