import { useTranslation } from "react-i18next";
import type { Mode } from "../api";
import { Mark, type Tone } from "../parts/mark";

const TONES: Record<Mode, Tone> = { on: "good", suggest: "warn", off: "bad" };

/** A mode in words; null where no switch is set. */
export function ModeMark({ mode }: { mode: Mode | null }) {
  const { t } = useTranslation();
  return <Mark tone={mode ? TONES[mode] : "none"}>{t(mode ? `mode.${mode}` : "mode.unset")}</Mark>;
}
