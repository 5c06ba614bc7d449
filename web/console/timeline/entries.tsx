import { useTranslation } from "react-i18next";
import { formatDuration } from "../../ui/format";
import type { TimelineEntry } from "../api";
import { formatClock, formatOffset } from "../parts/clock";
import { Mark } from "../parts/mark";
import { Why } from "../requests/words";
import { namedDetail, toneOf } from "./lines";

/** The journal as a list, in order. */
export function Entries({ entries }: { entries: TimelineEntry[] }) {
  return (
    <ol className="entries">
      {entries.map((entry) => (
        <Entry key={entry.id} entry={entry} />
      ))}
    </ol>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const { t, i18n } = useTranslation();
  return (
    <li id={`line-${entry.id}`} className="entry" data-effect={entry.is_effect || undefined} data-type={entry.type}>
      <time dateTime={entry.at} className="entryAt" title={formatClock(entry.at, i18n.language)}>
        {formatOffset(entry.offset_ms, i18n.language)}
      </time>
      <div className="entryBody">
        <div className="entryHead">
          <Mark tone={toneOf(entry)}>{t(`entry.${entry.type}`)}</Mark>
          <strong>{t(`kind.${entry.kind}`, entry.kind)}</strong>
          {entry.name && <span className="code">{entry.name}</span>}
          {entry.is_effect && <span className="effect">{t("entry.isEffect")}</span>}
          {entry.outcome && entry.outcome !== "ok" && (
            <span className="code" data-strong>
              {t(`outcome.${entry.outcome}`, entry.outcome)}
            </span>
          )}
          {entry.verdict && <span>{t(`verdict.${entry.verdict}`, entry.verdict)}</span>}
          <Cost entry={entry} />
          <More entry={entry} />
        </div>
        {(entry.code || entry.reason) && (
          <p className="entryWhy">
            <Why code={entry.code} why={entry.reason} />
          </p>
        )}
      </div>
    </li>
  );
}

function Cost({ entry }: { entry: TimelineEntry }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const parts = [
    entry.ms !== null ? formatDuration(entry.ms, i18n.language) : "",
    entry.waited_ms ? t("entry.waited", { time: formatDuration(entry.waited_ms, i18n.language) }) : "",
    entry.prompt_tokens !== null
      ? t("entry.tokens", {
          prompt: number.format(entry.prompt_tokens),
          output: number.format(entry.output_tokens ?? 0),
        })
      : "",
  ].filter(Boolean);
  return parts.length > 0 ? <span className="cost">{parts.join(" · ")}</span> : null;
}

/** Arguments as they are stored, and whatever else the line says. */
function More({ entry }: { entry: TimelineEntry }) {
  const { t } = useTranslation();
  const rest = namedDetail(entry);
  const hasArguments = entry.arguments !== null && Object.keys(entry.arguments).length > 0;
  if (!hasArguments && Object.keys(rest).length === 0) return null;
  return (
    <details>
      <summary>{t(hasArguments ? "entry.arguments" : "entry.detail")}</summary>
      {hasArguments && <pre className="json">{JSON.stringify(entry.arguments, null, 2)}</pre>}
      {Object.keys(rest).length > 0 && <pre className="json">{JSON.stringify(rest, null, 2)}</pre>}
    </details>
  );
}
