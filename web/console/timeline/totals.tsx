import { useTranslation } from "react-i18next";
import { formatDuration } from "../../ui/format";
import type { Timeline } from "../api";

/** What all of it cost and changed. */
export function TotalsLine({ totals }: { totals: Timeline["totals"] }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const shown = [
    ["duration", formatDuration(totals.duration_ms, i18n.language)],
    ["effects", number.format(totals.effects)],
    ["toolCalls", `${number.format(totals.tool_calls)} · ${formatDuration(totals.tool_ms, i18n.language)}`],
    ["modelCalls", `${number.format(totals.model_calls)} · ${formatDuration(totals.model_ms, i18n.language)}`],
    ["tokens", `${number.format(totals.prompt_tokens)} + ${number.format(totals.output_tokens)}`],
  ] as const;
  return (
    <dl className="totals">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{t(`totals.${name}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
