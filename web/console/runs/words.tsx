import { useTranslation } from "react-i18next";
import { formatDuration } from "../../ui/format";
import type { RunRow } from "../api";
import { Mark, type Tone } from "../parts/mark";

const TONES: Record<string, Tone> = { running: "info", done: "good", waiting: "warn", failed: "bad" };

export function RunState({ state }: { state: string }) {
  const { t } = useTranslation();
  return <Mark tone={TONES[state] ?? "none"}>{t(`run.state.${state}`, state)}</Mark>;
}

/** How long a run took; nothing while it goes on. */
export function Took({ run }: { run: RunRow }) {
  const { i18n } = useTranslation();
  if (run.ended_at === null) return <>–</>;
  return <>{formatDuration(Date.parse(run.ended_at) - Date.parse(run.started_at), i18n.language)}</>;
}
