import { describe, expect, it } from "vitest";
import type { Analyzed, Summary } from "../api";
import { findCorrections, optionsOf } from "./correctionForm";
import { keepDraft, loadDraft } from "./draft";
import { advance, type Event, isAnotherReading, NEW_REPORT, type Report } from "./report";

const SUMMARY: Summary = {
  category_id: 3,
  category: "Matériel > Imprimante",
  confidence: 0.7,
  alternatives: [{ category_id: 4, name: "Réseau" }],
  priority: 3,
  title: "Imprimante : bourrage papier",
  symptoms: ["bourrage papier"],
  site: null,
  equipment: "imprimante",
  missing: [],
  questions: [],
  action: "confirm",
  several: false,
  is_account_request: false,
};
const STEP: Analyzed = { session_id: "s1", expires_at: "2026-11-21T12:00:00Z", action: "confirm", summary: SUMMARY };

function play(...events: Event[]): Report {
  return events.reduce(advance, NEW_REPORT);
}

describe("a conversation", () => {
  it("keeps what is to be sent while it waits for a sign-in or a connection", () => {
    const report = play(
      { type: "sent", text: "panne" },
      { type: "understood", step: STEP },
      { type: "agreed", corrections: { priority: 4 }, refined: false },
      { type: "hindered", by: "sign-in" },
    );

    expect(report.task).toEqual({ kind: "file", corrections: { priority: 4 }, refined: false });
    expect(advance(report, { type: "freed" })).toMatchObject({ task: report.task, waitsFor: null, step: STEP });
  });

  it("has an answer among what was said once it has arrived, and not before", () => {
    const asked = play({ type: "sent", text: "panne" }, { type: "understood", step: STEP });
    const answered = advance(asked, { type: "answered", answer: "le wifi" });

    expect(answered.said).toEqual(["panne"]);
    expect(advance(answered, { type: "understood", step: STEP })).toMatchObject({
      said: ["panne", "le wifi"],
      text: "panne\n\nle wifi",
      task: null,
    });
  });

  it("that has expired is analyzed again with all that was said", () => {
    const report = play(
      { type: "sent", text: "panne" },
      { type: "understood", step: STEP },
      { type: "answered", answer: "le wifi" },
      { type: "expired" },
    );

    expect(report).toMatchObject({ text: "panne\n\nle wifi", task: { kind: "analyze" }, step: null, isAgain: true });
  });

  it("shows a refusal and waits for the person", () => {
    const report = play({ type: "sent", text: "panne" }, { type: "refused", code: "too_many" });

    expect(report).toMatchObject({ task: null, problem: "too_many", said: ["panne"] });
  });

  it("starts afresh once it is left", () => {
    expect(play({ type: "sent", text: "panne" }, { type: "left" })).toEqual(NEW_REPORT);
  });
});

describe("corrections", () => {
  it("are only what differs", () => {
    expect(findCorrections(SUMMARY, { category: "3", priority: "3", title: ` ${SUMMARY.title} ` })).toEqual({});
    expect(findCorrections(SUMMARY, { category: "4", priority: "5", title: "Autre" })).toEqual({
      category_id: 4,
      priority: 5,
      title: "Autre",
    });
    expect(findCorrections(SUMMARY, { category: "", priority: "3", title: "" })).toEqual({});
  });

  it("offer what the message speaks of first, each category once", () => {
    const all = [
      { category_id: 4, name: "Réseau" },
      { category_id: 9, name: "Compte" },
      { category_id: 3, name: "Matériel > Imprimante" },
    ];

    expect(optionsOf(SUMMARY, all).map((option) => option.value)).toEqual(["3", "4", "9"]);
  });
});

describe("another reading", () => {
  it("is one with another category or other symptoms", () => {
    expect(isAnotherReading(SUMMARY, { ...SUMMARY, confidence: 0.2 })).toBe(false);
    expect(isAnotherReading(SUMMARY, { ...SUMMARY, category_id: 4 })).toBe(true);
    expect(isAnotherReading(SUMMARY, { ...SUMMARY, symptoms: ["lent"] })).toBe(true);
  });
});

describe("a draft", () => {
  const now = new Date("2026-11-21T22:00:00Z");

  it("is there the next time, and on a computer of many not the day after", () => {
    keepDraft(localStorage, { text: "panne", isSent: true }, now);

    expect(loadDraft(localStorage, new Date("2026-11-22T06:00:00Z"))).toEqual({ text: "panne", isSent: true });
    expect(loadDraft(localStorage, new Date("2026-11-23T06:00:00Z"))).toEqual({ text: "", isSent: false });
  });

  it("that cannot be read is none", () => {
    localStorage.setItem("widip-draft", '{"text": 7}');
    expect(loadDraft(localStorage, now).text).toBe("");
    localStorage.setItem("widip-draft", "{");
    expect(loadDraft(localStorage, now).text).toBe("");
  });
});
