import { expect, it } from "vitest";
import { ApiProblem, isWorthRetrying, problemFrom, take, Unreachable } from "./api";
import { formatAgo, formatDuration, formatSince } from "./format";
import { findLanguage } from "./i18n";

const NOW = new Date("2026-11-21T22:00:00Z");

it("says when something was, in words", () => {
  expect(formatAgo("2026-11-21T21:55:00Z", NOW, "fr")).toBe("il y a 5 minutes");
  expect(formatAgo("2026-11-22T00:30:00Z", NOW, "en")).toBe("in 2 hours");
  expect(formatAgo("2026-11-20T21:00:00Z", NOW, "fr")).toBe("hier");
  expect(formatSince("2026-11-21T22:01:30Z", NOW, "fr")).toBe("maintenant");
});

it("says how long something took in its two largest units", () => {
  expect([450, 20_400, 200_000, 7_500_000, 180_000_000].map((ms) => formatDuration(ms, "fr"))).toEqual([
    "450 ms",
    "20 s",
    "3 min 20 s",
    "2 h 05 min",
    "2 j 02 h",
  ]);
  expect(formatDuration(180_000_000, "en")).toBe("2 d 02 h");
});

it("speaks French unless the browser asks for English first, or was told so", () => {
  expect(findLanguage(null, ["de-DE", "en-GB", "fr"])).toBe("en");
  expect(findLanguage(null, ["pt"])).toBe("fr");
  expect(findLanguage("fr", ["en"])).toBe("fr");
});

it("tells a refusal from an answer that never came", async () => {
  const refused = {
    error: { error: "too_many", message: "Trop", detail: { n: 1 } },
    response: new Response("", { status: 429 }),
  };

  await expect(take(Promise.resolve(refused))).rejects.toMatchObject({
    status: 429,
    code: "too_many",
    detail: { n: 1 },
  });
  await expect(take(Promise.reject(new TypeError("Failed to fetch")))).rejects.toBeInstanceOf(Unreachable);
  expect(problemFrom(404, { detail: "Not Found" })).toMatchObject({ code: "http_404", message: "Not Found" });
  expect(isWorthRetrying(new ApiProblem(503, "away", ""))).toBe(true);
  expect(isWorthRetrying(new ApiProblem(401, "not_signed_in", ""))).toBe(false);
});
