import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { timelineQuery } from "../api";
import { PageTitle } from "../parts/pageTitle";
import { pathTo } from "../shell/views";
import { useKey } from "../shell/useKey";
import { CopyMarkdown } from "../timeline/copyMarkdown";
import { FIRST_LINES } from "../timeline/limits";
import { Story } from "../timeline/story";
import { RunState } from "./words";

const REQUEST = "request:";

/** One run, line by line. */
export default function RunPage() {
  const { t } = useTranslation();
  const id = useKey();
  const { data } = useQuery(timelineQuery("runs", id, FIRST_LINES));
  const run = data?.runs.find((one) => one.id === id);
  const whose = id.startsWith(REQUEST)
    ? pathTo("requests", id.slice(REQUEST.length))
    : run?.incident_key && pathTo("incidents", run.incident_key);
  return (
    <>
      <PageTitle title={t("run.title", { id })}>
        {run && <RunState state={run.state} />}
        <CopyMarkdown kind="runs" id={id} />
      </PageTitle>
      {whose && (
        <p>
          <Anchor component={Link} href={whose} underline="always">
            {t(id.startsWith(REQUEST) ? "run.ofRequest" : "run.ofIncident")}
          </Anchor>
        </p>
      )}
      <Story kind="runs" id={id} />
    </>
  );
}
