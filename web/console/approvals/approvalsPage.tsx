import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allApprovalsQuery, type ApprovalRow, openApprovalsQuery } from "../api";
import { Choice } from "../parts/choice";
import { More } from "../parts/more";
import { PageTitle } from "../parts/pageTitle";
import { Empty, Read } from "../parts/states";
import { ApprovalCard } from "./approvalCard";

type Shown = "open" | "all";

export default function ApprovalsPage() {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown>("open");
  return (
    <>
      <PageTitle title={t("nav.approvals")} />
      <div className="filters">
        <Choice<Shown>
          label={t("filter.state")}
          value={shown}
          options={[
            { value: "open", text: t("approval.open") },
            { value: "all", text: t("filter.all") },
          ]}
          onChange={setShown}
        />
      </div>
      {shown === "open" ? <Open /> : <All />}
    </>
  );
}

/** What waits, the soonest to expire first. */
function Open() {
  const asked = useQuery(openApprovalsQuery);
  return <Read asked={asked}>{({ approvals }) => <Cards rows={approvals} at={asked.dataUpdatedAt} />}</Read>;
}

function All() {
  const asked = useInfiniteQuery(allApprovalsQuery);
  return (
    <>
      <Read asked={asked}>
        {({ pages }) => <Cards rows={pages.flatMap((page) => page.approvals)} at={asked.dataUpdatedAt} />}
      </Read>
      <More asked={asked} />
    </>
  );
}

function Cards({ rows, at }: { rows: ApprovalRow[]; at: number }) {
  const { t } = useTranslation();
  return (
    <div aria-live="polite" className="cards">
      {rows.length === 0 && <Empty>{t("approval.none")}</Empty>}
      {rows.map((row) => (
        <ApprovalCard key={row.id} approval={row} readAt={at} />
      ))}
    </div>
  );
}
