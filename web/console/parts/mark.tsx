import type { ReactNode } from "react";

export type Tone = "bad" | "warn" | "good" | "info" | "none";

/** A word with a sign beside it: the shape says the same as the colour. */
export function Mark({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="mark" data-tone={tone}>
      {children}
    </span>
  );
}
