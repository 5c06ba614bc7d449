import { Anchor, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { type OpenState, type RequestRow, requestsQuery } from "../api";
import { Choice } from "../parts/choice";
import { More } from "../parts/more";
import { PageTitle } from "../parts/pageTitle";
import { Scroller } from "../parts/scroller";
import { Empty, Read } from "../parts/states";
import { When } from "../parts/when";
import { pathTo } from "../shell/views";
import { RequestState, Why } from "./words";

const STATES: OpenState[] = ["open", "closed", "all"];
const TYPING_MS = 300;
const TICKET = /^[1-9]\d{0,8}$/;

export default function RequestsPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<OpenState>("all");
  const [ticket, setTicket] = useState("");
  const [wanted] = useDebouncedValue(ticket.trim(), TYPING_MS);
  const asked = useInfiniteQuery(requestsQuery(state, TICKET.test(wanted) ? Number(wanted) : null));
  return (
    <>
      <PageTitle title={t("nav.requests")} />
      <div className="filters">
        <Choice
          label={t("filter.state")}
          value={state}
          options={STATES.map((value) => ({ value, text: t(`filter.${value}`) }))}
          onChange={setState}
        />
        <TextInput
          label={t("filter.ticket")}
          size="sm"
          inputMode="numeric"
          maxLength={9}
          error={ticket && !TICKET.test(ticket.trim()) ? t("filter.ticketNumber") : undefined}
          value={ticket}
          onChange={(event) => setTicket(event.currentTarget.value)}
        />
      </div>
      <Read asked={asked}>{({ pages }) => <Rows rows={pages.flatMap((page) => page.requests)} />}</Read>
      <More asked={asked} />
    </>
  );
}

function Rows({ rows }: { rows: RequestRow[] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <Empty>{t("request.none")}</Empty>;
  return (
    <Scroller label={t("nav.requests")}>
      <table className="table wide">
        <thead>
          <tr>
            {["plan", "ticket", "site", "state", "why", "created"].map((name) => (
              <th key={name} scope="col">
                {t(`request.column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <Anchor component={Link} href={pathTo("requests", row.key)} underline="always">
                  {t(`plan.${row.plan}`)}
                </Anchor>
              </th>
              <td>{row.ticket_id}</td>
              <td>{row.site ?? "–"}</td>
              <td>
                <RequestState state={row.state} />
              </td>
              <td className="prose">
                <Why code={row.code} />
              </td>
              <td>
                <When at={row.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
