import type { Analyzed, Summary } from "../api";

/** What the person changed of a summary; nothing: it is right as it is. */
export interface Corrections {
  category_id?: number;
  priority?: number;
  title?: string;
  symptoms?: string[];
}

/** What is to be sent to the desk. It stays until the desk has answered, over sign-ins and outages. */
export type Task =
  | { kind: "analyze" }
  | { kind: "answer"; answer: string }
  | { kind: "file"; corrections: Corrections; refined: boolean };

/** What keeps the task waiting; null: nothing, it is under way. */
export type Hindrance = "sign-in" | "offline" | "away" | null;

/** A conversation, from the first word to the ticket. text: all that was said so far; task: what is to be done next. */
export interface Report {
  text: string;
  said: string[];
  task: Task | null;
  waitsFor: Hindrance;
  step: Analyzed | null;
  problem: string | null;
  isAgain: boolean;
  made: { ticketId: number; number: string } | null;
}

export const NEW_REPORT: Report = {
  text: "",
  said: [],
  task: null,
  waitsFor: null,
  step: null,
  problem: null,
  isAgain: false,
  made: null,
};

export type Event =
  | { type: "sent"; text: string }
  | { type: "answered"; answer: string }
  | { type: "agreed"; corrections: Corrections; refined: boolean }
  | { type: "understood"; step: Analyzed }
  | { type: "filed"; ticketId: number; number: string }
  | { type: "hindered"; by: NonNullable<Hindrance> }
  | { type: "freed" }
  | { type: "refused"; code: string }
  | { type: "expired" }
  | { type: "left" };

/** The conversation after an event. Pure. */
export function advance(report: Report, event: Event): Report {
  switch (event.type) {
    case "sent":
      return { ...NEW_REPORT, text: event.text, said: [event.text], task: { kind: "analyze" } };
    case "answered":
      return { ...going(report), task: { kind: "answer", answer: event.answer } };
    case "agreed":
      return { ...going(report), task: { kind: "file", corrections: event.corrections, refined: event.refined } };
    case "understood":
      return understood(report, event.step);
    case "filed":
      return { ...report, task: null, waitsFor: null, made: { ticketId: event.ticketId, number: event.number } };
    case "hindered":
      return { ...report, waitsFor: event.by };
    case "freed":
      return { ...report, waitsFor: null };
    case "refused":
      return { ...report, task: null, waitsFor: null, problem: event.code };
    case "expired":
      return { ...withAnswer(report), step: null, task: { kind: "analyze" }, waitsFor: null, isAgain: true };
    case "left":
      return NEW_REPORT;
  }
}

const going = (report: Report): Report => ({ ...report, problem: null, waitsFor: null, isAgain: false });

function understood(report: Report, step: Analyzed): Report {
  return { ...withAnswer(report), step, task: null, waitsFor: null, problem: null };
}

/** What was being answered is part of what was said. */
function withAnswer(report: Report): Report {
  if (report.task?.kind !== "answer") return report;
  const { answer } = report.task;
  return { ...report, text: `${report.text}\n\n${answer}`, said: [...report.said, answer] };
}

/** What the model saw otherwise than the rules: worth a question to the person. */
export function isAnotherReading(first: Summary, second: Summary): boolean {
  return (
    first.category_id !== second.category_id ||
    first.symptoms.length !== second.symptoms.length ||
    first.symptoms.some((symptom) => !second.symptoms.includes(symptom))
  );
}
