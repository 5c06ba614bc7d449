import { useTranslation } from "react-i18next";
import { Mark, type Tone } from "../parts/mark";

const TONES: Record<string, Tone> = {
  approving: "warn",
  confirming: "info",
  asked: "info",
  new: "info",
  acting: "info",
  scheduled: "info",
  done: "good",
  answered: "good",
  suggested: "none",
  refused: "bad",
  handed_over: "warn",
};

export function RequestState({ state }: { state: string }) {
  const { t } = useTranslation();
  return <Mark tone={TONES[state] ?? "none"}>{t(`request.state.${state}`, state)}</Mark>;
}

/** Why policy said what it said. why: the orchestrator's own French, for a code that has no words here. */
export function Why({ code, why = "" }: { code: string; why?: string }) {
  const { t } = useTranslation();
  if (!code && !why) return null;
  const known = code && t(`code.${code}`, "");
  return (
    <span>
      {known || <span lang="fr">{why}</span>} {code && <span className="code quietText">{code}</span>}
    </span>
  );
}
