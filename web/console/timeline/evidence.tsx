import { Anchor, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Evidence, TimelineEntry } from "../api";
import { Responsible } from "../incidents/words";
import { formatOffset } from "../parts/clock";

/** The verdict, and beside it what it was made of: facts, the lines that were read, what the model found. */
export function EvidencePanel({ evidence, entries }: { evidence: Evidence; entries: TimelineEntry[] }) {
  const { t, i18n } = useTranslation();
  const reads = entries.filter((entry) => evidence.reads.includes(entry.id));
  return (
    <section aria-labelledby="verdict" className="panel verdict">
      <div>
        <Title order={2} size="h5" id="verdict">
          {t("evidence.title")}
        </Title>
        <p className="verdictName">
          <Responsible name={evidence.responsible} confidence={evidence.confidence} />
        </p>
        <p className="quietText">
          {t("evidence.rule")} <span className="code">{evidence.rule}</span>
        </p>
      </div>
      <div>
        <Title order={3} size="h6">
          {t("evidence.facts")}
        </Title>
        <ul lang="fr">
          {evidence.facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
        {evidence.finding && <Finding finding={evidence.finding} />}
        {reads.length > 0 && (
          <details>
            <summary>{t("evidence.reads", { count: reads.length })}</summary>
            <ul>
              {reads.map((entry) => (
                <li key={entry.id}>
                  <Anchor href={`#line-${entry.id}`} className="code" underline="always">
                    {entry.name}
                  </Anchor>{" "}
                  <span className="quietText">{formatOffset(entry.offset_ms, i18n.language)}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </section>
  );
}

function Finding({ finding }: { finding: Record<string, unknown> }) {
  const { t } = useTranslation();
  const texts = Object.entries(finding).filter(([, value]) => typeof value === "string" && value !== "");
  if (texts.length === 0) return null;
  return (
    <>
      <Title order={3} size="h6">
        {t("evidence.finding")}
      </Title>
      <dl className="facts" lang="fr">
        {texts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="code">{name}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
