import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatDuration } from "../../ui/format";
import { type By, type Bucket, statisticsQuery, type Statistics } from "../api";
import { Choice } from "../parts/choice";
import { PageTitle } from "../parts/pageTitle";
import { Read } from "../parts/states";
import { bucketLabels } from "./labels";
import { Plot, type Series } from "./plot";
import { Refusals } from "./refusals";
import { topOf, topOfSeconds } from "./scale";
import { Tiles } from "./tiles";

const PERIODS: Record<string, { days: number; by: By }> = {
  day: { days: 1, by: "hour" },
  week: { days: 7, by: "day" },
  month: { days: 30, by: "day" },
  quarter: { days: 91, by: "day" },
};
type Period = "day" | "week" | "month" | "quarter";

/** How much was handled, how soon, what was refused, what the model cost. */
export default function StatisticsPage() {
  const { t } = useTranslation();
  const [period, setPeriod] = useState<Period>("month");
  const { days, by } = PERIODS[period] ?? { days: 30, by: "day" as const };
  const asked = useQuery(statisticsQuery(days, by));
  return (
    <>
      <PageTitle title={t("nav.statistics")} />
      <div className="filters">
        <Choice<Period>
          label={t("statistics.period")}
          value={period}
          options={(["day", "week", "month", "quarter"] as const).map((value) => ({
            value,
            text: t(`statistics.${value}`),
          }))}
          onChange={setPeriod}
        />
      </div>
      <Read asked={asked}>{(found: Statistics) => <Figures found={found} />}</Read>
    </>
  );
}

function Figures({ found }: { found: Statistics }) {
  const { t, i18n } = useTranslation();
  const { buckets } = found;
  const number = new Intl.NumberFormat(i18n.language, { notation: "compact" });
  const labels = bucketLabels(buckets, found.by, i18n.language);
  const counts = (title: string, names: readonly (keyof Bucket)[]) => {
    const series = names.map((name) => ({
      name: t(`figure.${name}`),
      values: buckets.map((one) => Number(one[name])),
    }));
    const sums = buckets.map((_, n) => series.reduce((sum, { values }) => sum + (values[n] ?? 0), 0));
    const format = (value: number) => number.format(value);
    return (
      <Plot
        title={t(`statistics.${title}`)}
        labels={labels}
        series={series}
        kind="bars"
        top={topOf(sums)}
        format={format}
      />
    );
  };
  const times = (title: string, name: "time_to_ticket" | "time_to_verdict" | "time_to_done") => {
    const series: Series[] = [
      { name: t("figure.p50"), values: buckets.map((one) => one[name].p50_s) },
      { name: t("figure.p95"), values: buckets.map((one) => one[name].p95_s) },
    ];
    const top = topOfSeconds(series.flatMap(({ values }) => values.map((value) => value ?? 0)));
    const format = (value: number) => formatDuration(value * 1000, i18n.language);
    return (
      <Plot title={t(`statistics.${title}`)} labels={labels} series={series} kind="lines" top={top} format={format} />
    );
  };
  return (
    <>
      <Tiles total={found.total} />
      <div className="plots">
        {counts("tickets", ["tickets"])}
        {times("toTicket", "time_to_ticket")}
        {times("toVerdict", "time_to_verdict")}
        {times("toDone", "time_to_done")}
        {counts("resets", ["resets"])}
        {counts("tokens", ["prompt_tokens", "output_tokens"])}
        <Refusals refusals={found.total.refusals} />
      </div>
    </>
  );
}
