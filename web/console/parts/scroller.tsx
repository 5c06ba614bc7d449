import type { ReactNode } from "react";

/** Scrolls sideways by itself, also by keyboard, so that the page does not. */
export function Scroller({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="scroller" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
