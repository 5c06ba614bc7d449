import { expect, it } from "vitest";
import { parseOutcome } from "./outcome";

it("knows why a sign-in elsewhere failed, and says something for reasons it does not know", () => {
  expect(parseOutcome("")).toBeNull();
  expect(parseOutcome("?signin=failed&reason=unknown_account")).toBe("unknown_account");
  expect(parseOutcome("?signin=failed&reason=__proto__")).toBe("invalid");
});
