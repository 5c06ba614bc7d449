import { useTranslation } from "react-i18next";
import { formatDuration } from "../../ui/format";
import type { Durations, Statistics } from "../api";

/** The whole period in a few figures. */
export function Tiles({ total }: { total: Statistics["total"] }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const refused = Object.values(total.refusals).reduce((sum, count) => sum + count, 0);
  const shown: [string, string][] = [
    ["tickets", number.format(total.tickets)],
    ["timeToTicket", inWords(total.time_to_ticket, i18n.language)],
    ["timeToVerdict", inWords(total.time_to_verdict, i18n.language)],
    ["resets", number.format(total.resets)],
    ["refusals", number.format(refused)],
    ["tokens", number.format(total.prompt_tokens + total.output_tokens)],
  ];
  return (
    <dl className="tiles">
      {shown.map(([name, value]) => (
        <div key={name} className="tile">
          <dt>{t(`tile.${name}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** "1,2 s / 4 s": half took no longer than the first, 95 of 100 no longer than the second. */
function inWords({ p50_s, p95_s }: Durations, language: string): string {
  if (p50_s === null || p95_s === null) return "–";
  return `${formatDuration(p50_s * 1000, language)} / ${formatDuration(p95_s * 1000, language)}`;
}
