import { expect, it } from "vitest";
import { delayUnit } from "./delay";
import { en } from "./en";
import { fr } from "./fr";
import { codeKey } from "./problems";
import { urgencyKey } from "./urgency";

interface Tree {
  [name: string]: string | Tree;
}

function leaves(tree: Tree, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === "string" ? [[path + name, value] as [string, string]] : leaves(value, `${path}${name}.`),
  );
}

it("has every text in both languages, with the same values in it", () => {
  const values = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();
  const english = new Map(leaves(en));
  const wrong = leaves(fr).filter(([key, text]) => {
    const other = english.get(key);
    return !other || text === "" || String(values(other)) !== String(values(text));
  });

  expect(wrong).toEqual([]);
  expect(english.size).toBe(leaves(fr).length);
});

it("says delays, urgencies and problems in words", () => {
  expect(delayUnit(0.5)).toEqual({ unit: "minutes", count: 30 });
  expect(delayUnit(24)).toEqual({ unit: "hours", count: 24 });
  expect(delayUnit(72)).toEqual({ unit: "days", count: 3 });
  expect(urgencyKey(0)).toBe("urgency.1");
  expect(urgencyKey(9)).toBe("urgency.6");
  expect(codeKey("too_many")).toBe("problem.too_many");
  expect(codeKey("toString")).toBe("problem.other");
});
