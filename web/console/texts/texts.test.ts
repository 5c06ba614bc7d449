import { expect, test } from "vitest";
import orchestrator from "../../ui/api/orchestrator.json";
import { en } from "./en";
import { fr } from "./fr";

const { schemas } = orchestrator.components;

/** What has words, by the orchestrator's own lists. */
const LISTS: [keyof typeof schemas, Record<string, unknown>, Record<string, unknown>][] = [
  ["Code", fr.code, en.code],
  ["Plan", fr.plan, en.plan],
  ["Deed", fr.deed, en.deed],
  ["EntryType", fr.entry, en.entry],
  ["Verdict", fr.verdict, en.verdict],
  ["Mode", fr.mode, en.mode],
  ["ApprovalState", fr.approval.state, en.approval.state],
  ["Known", fr.approval.known, en.approval.known],
  ["OperatorRole", fr.role, en.role],
  ["LetterKind", fr.letter.kind, en.letter.kind],
];

test.each(LISTS)("every %s has its words in both languages", (name, french, english) => {
  const values = (schemas[name] as { enum?: string[] }).enum ?? [];
  expect(values.length).toBeGreaterThan(1);
  expect(values.filter((value) => !french[value] || !english[value])).toEqual([]);
});

test("French and English have the same texts", () => {
  expect(paths(en)).toEqual(paths(fr));
});

function paths(tree: object, before = ""): string[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === "string" ? [`${before}${name}`] : paths(value as object, `${before}${name}.`),
  );
}
