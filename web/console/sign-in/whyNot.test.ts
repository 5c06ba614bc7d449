import { expect, test } from "vitest";
import { problemFrom, Unreachable } from "../../ui/api";
import { whyNotSignedIn } from "./whyNot";

test("why nobody was signed in, and when to try again", () => {
  const locked = problemFrom(429, { detail: { code: "locked", message: "…", retry_after_s: 61 } });
  expect(whyNotSignedIn(locked)).toEqual({ code: "locked", minutes: 2 });
  expect(whyNotSignedIn(problemFrom(401, { detail: { code: "wrong", message: "…" } }))?.code).toBe("wrong");
  expect(whyNotSignedIn(new Unreachable())?.code).toBe("away");
  expect(whyNotSignedIn(null)).toBeNull();
});
