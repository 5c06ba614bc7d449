import { Anchor } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { type RunRow, type RunState as State, runsQuery } from "../api";
import { Choice } from "../parts/choice";
import { More } from "../parts/more";
import { PageTitle } from "../parts/pageTitle";
import { Scroller } from "../parts/scroller";
import { Empty, Read } from "../parts/states";
import { When } from "../parts/when";
import { pathTo } from "../shell/views";
import { RunState, Took } from "./words";

const STATES: State[] = ["all", "running", "waiting", "failed", "done"];

export default function RunsPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<State>("all");
  const asked = useInfiniteQuery(runsQuery(state));
  return (
    <>
      <PageTitle title={t("nav.runs")} />
      <div className="filters">
        <Choice
          label={t("filter.state")}
          value={state}
          options={STATES.map((value) => ({ value, text: t(value === "all" ? "filter.all" : `run.state.${value}`) }))}
          onChange={setState}
        />
      </div>
      <Read asked={asked}>{({ pages }) => <Rows rows={pages.flatMap((page) => page.runs)} />}</Read>
      <More asked={asked} />
    </>
  );
}

function Rows({ rows }: { rows: RunRow[] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <Empty>{t("run.none")}</Empty>;
  return (
    <Scroller label={t("nav.runs")}>
      <table className="table wide">
        <thead>
          <tr>
            {["id", "kind", "state", "started", "took"].map((name) => (
              <th key={name} scope="col">
                {t(`run.column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                <Anchor component={Link} href={pathTo("runs", row.id)} underline="always" className="code">
                  {row.id}
                </Anchor>
              </th>
              <td>{t(`run.kind.${row.kind}`, row.kind)}</td>
              <td>
                <RunState state={row.state} />
              </td>
              <td>
                <When at={row.started_at} />
              </td>
              <td>
                <Took run={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
