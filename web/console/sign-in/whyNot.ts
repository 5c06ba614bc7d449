import { ApiProblem } from "../../ui/api";

export interface WhyNot {
  code: "wrong" | "locked" | "too_many" | "away";
  /** When it may be tried again. */
  minutes: number;
}

/** Why nobody was signed in; null when nothing went wrong. */
export function whyNotSignedIn(error: unknown): WhyNot | null {
  if (error === null || error === undefined) return null;
  if (!(error instanceof ApiProblem)) return { code: "away", minutes: 0 };
  const { code, retry_after_s: seconds } = error.detail;
  const minutes = typeof seconds === "number" ? Math.max(1, Math.ceil(seconds / 60)) : 1;
  return { code: code === "wrong" || code === "locked" || code === "too_many" ? code : "away", minutes };
}
