import type { DeadLetter } from "../api";

/** The part of `kind:key` behind the kind; keys hold colons themselves. */
export function keyOf(letter: Pick<DeadLetter, "id" | "kind">): string {
  return letter.id.slice(letter.kind.length + 1);
}
