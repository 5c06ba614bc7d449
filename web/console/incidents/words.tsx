import { useTranslation } from "react-i18next";
import { Mark, type Tone } from "../parts/mark";

interface Standing {
  work: string | null;
  waitsFor: string;
  closedWhy?: string;
}

/** What is done for an incident, or what it waits for. */
export function standingOf({ work, waitsFor, closedWhy }: Standing): { tone: Tone; text: string } {
  if (closedWhy) return { tone: "none", text: `closed.${closedWhy}` };
  if (waitsFor === "person") return { tone: "bad", text: "waits.person" };
  if (waitsFor === "glpi") return { tone: "warn", text: "waits.glpi" };
  return work ? { tone: "info", text: `work.${work}` } : { tone: "good", text: "work.watched" };
}

export function IncidentState(standing: Standing) {
  const { t } = useTranslation();
  const { tone, text } = standingOf(standing);
  return <Mark tone={tone}>{t(`incident.${text}`)}</Mark>;
}

/** Whose outage it is and how sure the rules are; nothing before the first verdict. */
export function Responsible({ name, confidence }: { name: string; confidence: number | null }) {
  const { t, i18n } = useTranslation();
  if (!name) return <span className="quietText">{t("incident.noVerdict")}</span>;
  const sure = new Intl.NumberFormat(i18n.language, { style: "percent" });
  return (
    <span>
      {t(`responsible.${name}`)}
      {confidence !== null && <span className="quietText"> {sure.format(confidence)}</span>}
    </span>
  );
}
