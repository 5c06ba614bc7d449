import { ApiProblem, Unreachable } from "../../ui/api";
import { fr } from "./fr";

/** The key of the sentence for what went wrong. */
export function problemKey(error: unknown): `problem.${keyof typeof fr.problem}` {
  if (error instanceof Unreachable) return "problem.unreachable";
  return codeKey(error instanceof ApiProblem ? error.code : "other");
}

export function codeKey(code: string): `problem.${keyof typeof fr.problem}` {
  return `problem.${isSaid(code) ? code : "other"}`;
}

const isSaid = (code: string): code is keyof typeof fr.problem => Object.hasOwn(fr.problem, code);
