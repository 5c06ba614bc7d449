import { fr } from "../texts/fr";

type Reason = keyof typeof fr.signIn.failed;

/** Why one comes back from the organisation's sign-in without being signed in; null: one does not. */
export function parseOutcome(search: string): Reason | null {
  const told = new URLSearchParams(search);
  if (told.get("signin") !== "failed") return null;
  const reason = told.get("reason") ?? "";
  return isReason(reason) ? reason : "invalid";
}

const isReason = (reason: string): reason is Reason => Object.hasOwn(fr.signIn.failed, reason);
