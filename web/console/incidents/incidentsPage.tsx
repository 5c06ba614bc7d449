import { Anchor, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { type IncidentRow, incidentsQuery, type OpenState } from "../api";
import { Choice } from "../parts/choice";
import { More } from "../parts/more";
import { PageTitle } from "../parts/pageTitle";
import { Scroller } from "../parts/scroller";
import { Empty, Read } from "../parts/states";
import { When } from "../parts/when";
import { pathTo } from "../shell/views";
import { IncidentState, Responsible } from "./words";

const STATES: OpenState[] = ["open", "closed", "all"];
const TYPING_MS = 300;

export default function IncidentsPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<OpenState>("open");
  const [site, setSite] = useState("");
  const [wanted] = useDebouncedValue(site.trim(), TYPING_MS);
  const asked = useInfiniteQuery(incidentsQuery(state, wanted));
  return (
    <>
      <PageTitle title={t("nav.incidents")} />
      <div className="filters">
        <Choice
          label={t("filter.state")}
          value={state}
          options={STATES.map((value) => ({ value, text: t(`filter.${value}`) }))}
          onChange={setState}
        />
        <TextInput
          label={t("filter.site")}
          size="sm"
          maxLength={32}
          value={site}
          onChange={(event) => setSite(event.currentTarget.value)}
        />
      </div>
      <Read asked={asked}>{({ pages }) => <Rows rows={pages.flatMap((page) => page.incidents)} />}</Read>
      <More asked={asked} />
    </>
  );
}

function Rows({ rows }: { rows: IncidentRow[] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <Empty>{t("incident.none")}</Empty>;
  return (
    <Scroller label={t("nav.incidents")}>
      <table className="table wide">
        <thead>
          <tr>
            {["site", "opened", "state", "verdict", "ticket"].map((name) => (
              <th key={name} scope="col">
                {t(`incident.column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <Anchor component={Link} href={pathTo("incidents", row.key)} underline="always">
                  {row.kind === "storm" ? t("incident.storm") : (row.site ?? t("now.unknownSite"))}
                </Anchor>{" "}
                <span className="quietText">{t("incident.device", { id: row.device_id })}</span>
              </th>
              <td>
                <When at={row.opened_at} />
              </td>
              <td>
                <IncidentState work={row.work} waitsFor={row.waits_for} closedWhy={row.closed_why} />
              </td>
              <td>
                <Responsible name={String(row.verdict?.responsible ?? "")} confidence={null} />
              </td>
              <td>{row.ticket_id ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
