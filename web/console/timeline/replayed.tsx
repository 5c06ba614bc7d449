import { useTranslation } from "react-i18next";
import { formatDuration } from "../../ui/format";
import type { components } from "../../ui/api/orchestrator";
import { Responsible } from "../incidents/words";
import { Mark } from "../parts/mark";
import { Why } from "../requests/words";
import { Steps } from "./steps";

type IncidentReplay = components["schemas"]["IncidentReplay"];
type RequestReplay = components["schemas"]["RequestReplay"];

/** What the rules would say now, beside what they said. */
export function IncidentReplayed({ result }: { result: IncidentReplay }) {
  const { t } = useTranslation();
  return (
    <>
      <p>
        <Mark tone={result.same ? "good" : "warn"}>{t(result.same ? "replay.same" : "replay.other")}</Mark>
      </p>
      <dl className="facts">
        <dt>{t("replay.before")}</dt>
        <dd>
          <Verdict verdict={result.before} />
        </dd>
        <dt>{t("replay.now")}</dt>
        <dd>
          <Verdict verdict={result.now} />
        </dd>
        <dt>{t("replay.next")}</dt>
        <dd>{result.next_work ? t(`incident.work.${result.next_work}`) : t("replay.nothing")}</dd>
      </dl>
      <Reads reads={result.reads} />
    </>
  );
}

function Verdict({ verdict }: { verdict: Record<string, unknown> | null }) {
  const sure = typeof verdict?.confidence === "number" ? verdict.confidence : null;
  return (
    <>
      <Responsible name={String(verdict?.responsible ?? "")} confidence={sure} />{" "}
      <span className="code quietText">{String(verdict?.rule ?? "")}</span>
    </>
  );
}

/** What policy would say now, and what would be done. */
export function RequestReplayed({ result }: { result: RequestReplay }) {
  const { t } = useTranslation();
  return (
    <>
      <p>
        <strong>{t(`verdict.${result.verdict}`)}</strong> <Why code={result.code} why={result.why} />
      </p>
      {result.steps.length > 0 && (
        <>
          <p>{t(result.same_action ? "replay.sameAction" : "replay.otherAction")}</p>
          <Steps steps={result.steps} />
        </>
      )}
      <Reads reads={result.reads} />
    </>
  );
}

function Reads({ reads }: { reads: IncidentReplay["reads"] }) {
  const { t, i18n } = useTranslation();
  return (
    <details>
      <summary>{t("evidence.reads", { count: reads.length })}</summary>
      <ul>
        {reads.map((read, number) => (
          <li key={number}>
            <span className="code">{read.tool}</span>{" "}
            <span className="quietText">
              {t(`outcome.${read.outcome}`, read.outcome)}
              {read.ms !== null && ` · ${formatDuration(read.ms, i18n.language)}`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
