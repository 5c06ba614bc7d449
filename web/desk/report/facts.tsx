import { CloseButton, Text } from "@mantine/core";
import { useRef } from "react";
import { useTexts } from "../texts/useTexts";
import type { Summary } from "../api";
import { urgencyKey } from "../texts/urgency";

/** A summary in words. What the desk words is French in every language. */
export function Facts({ summary, remove }: { summary: Summary; remove: (symptom: string) => void }) {
  const { t } = useTexts();
  const list = useRef<HTMLUListElement>(null);
  const takeOut = (symptom: string) => {
    remove(symptom);
    list.current?.focus();
  };
  const place = [summary.site, summary.equipment].filter(Boolean).join(", ");
  return (
    <>
      <Text fw={700} size="lg" lang="fr">
        {summary.title}
      </Text>
      <dl className="facts">
        <dt>{t("card.category")}</dt>
        <dd {...(summary.category !== null && { lang: "fr" })}>{summary.category ?? t("card.noCategory")}</dd>
        <dt>{t("card.urgency")}</dt>
        <dd>{t(urgencyKey(summary.priority))}</dd>
        {place && (
          <>
            <dt>{t("card.where")}</dt>
            <dd lang="fr">{place}</dd>
          </>
        )}
        {summary.symptoms.length > 0 && (
          <>
            <dt>{t("card.symptoms")}</dt>
            <dd>
              <ul className="chips" ref={list} tabIndex={-1}>
                {summary.symptoms.map((symptom) => (
                  <li key={symptom} className="chip">
                    <span lang="fr">{symptom}</span>
                    <CloseButton aria-label={t("card.removeSymptom", { symptom })} onClick={() => takeOut(symptom)} />
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
      </dl>
      {summary.several && <Text size="sm">{t("card.several")}</Text>}
    </>
  );
}

/** What a technician might still ask; nobody has to know it. */
export function Missing({ summary }: { summary: Summary }) {
  const { t } = useTexts();
  if (summary.missing.length === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {t("card.missing")} <span lang="fr">{summary.missing.join(", ")}</span>. {t("card.missingHint")}
    </Text>
  );
}
