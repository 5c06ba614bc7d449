import { expect, test } from "vitest";
import { exportAddress, NOTHING, toInstant } from "./filters";
import { briefly } from "./lines";

test("a day lasts from its midnight to the next", () => {
  const [begin, end] = [Date.parse(toInstant("2026-11-21", "begin")), Date.parse(toInstant("2026-11-21", "end"))];
  expect(end - begin).toBe(86_400_000);
  expect(toInstant("", "begin")).toBe("");
  expect(toInstant("21/11", "begin")).toBe("");
});

test("an export asks for what is shown, and for nothing that is empty", () => {
  expect(exportAddress("audit", { ...NOTHING, actor: "ada & co" }, "csv")).toBe(
    "/api/audit/export?actor=ada+%26+co&format=csv",
  );
});

test("a long detail is cut", () => {
  expect(briefly({ way: "read-only", deliveries: 2 })).toBe("way: read-only, deliveries: 2");
  expect(briefly({ text: "x".repeat(500) })).toHaveLength(301);
});
