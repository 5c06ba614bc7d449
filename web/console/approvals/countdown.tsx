import { useTranslation } from "react-i18next";
import { formatLeft } from "../parts/clock";
import { useTick } from "../parts/useTick";

const SOON_MS = 15 * 60_000;

/** What is left to decide. By the orchestrator's clock: this machine's may be wrong. Not read out each second. */
export function Countdown({ secondsLeft, readAt }: { secondsLeft: number; readAt: number }) {
  const { t } = useTranslation();
  const now = useTick(1000);
  const left = leftAt(now.getTime(), secondsLeft, readAt);
  return (
    <span className="countdown" data-soon={left < SOON_MS || undefined} role="timer" aria-live="off">
      {left > 0 ? t("approval.left", { time: formatLeft(left) }) : t("approval.over")}
    </span>
  );
}

/** Milliseconds left of `secondsLeft`, which were read at `readAt`. */
export function leftAt(now: number, secondsLeft: number, readAt: number): number {
  return Math.max(0, readAt + secondsLeft * 1000 - now);
}
