import { expect, test } from "vitest";
import { modesFor } from "../policies/modes";
import { rightsOf } from "./session";

test("roles say what they say, and none includes another", () => {
  expect(rightsOf(["viewer"])).toEqual({ approve: false, operate: false, administer: false });
  expect(rightsOf(["approver"])).toEqual({ approve: true, operate: false, administer: false });
  expect(rightsOf(["admin"])).toEqual({ approve: false, operate: true, administer: true });
});

test("an operator turns plans down, an administrator also up, a viewer not at all", () => {
  const [viewer, operator, admin] = [rightsOf(["viewer"]), rightsOf(["operator"]), rightsOf(["admin"])];
  expect(modesFor("on", viewer)).toEqual([]);
  expect(modesFor("on", operator)).toEqual(["off", "suggest"]);
  expect(modesFor("off", operator)).toEqual([]);
  expect(modesFor(null, operator)).toEqual(["off", "suggest"]);
  expect(modesFor("off", admin)).toEqual(["suggest", "on"]);
});
