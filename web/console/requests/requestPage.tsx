import { Blockquote, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { requestQuery, timelineQuery } from "../api";
import { PageTitle } from "../parts/pageTitle";
import { Read } from "../parts/states";
import { Instant } from "../parts/when";
import { useKey } from "../shell/useKey";
import { CopyMarkdown } from "../timeline/copyMarkdown";
import { FIRST_LINES } from "../timeline/limits";
import { Replay } from "../timeline/replay";
import { Steps } from "../timeline/steps";
import { Story } from "../timeline/story";
import { RequestState, Why } from "./words";

/** One request of a ticket: what was asked, what policy said and why, what exactly is or was done. */
export default function RequestPage() {
  const { t } = useTranslation();
  const key = useKey();
  const asked = useQuery(requestQuery(key));
  const { data: timeline } = useQuery(timelineQuery("requests", key, FIRST_LINES));
  const request = asked.data?.request;
  return (
    <>
      <PageTitle title={request ? t("request.title", { plan: t(`plan.${request.plan}`), id: request.ticket_id }) : key}>
        {request && <RequestState state={request.state} />}
        <CopyMarkdown kind="requests" id={key} />
      </PageTitle>
      <Read asked={asked}>
        {({ request: row }) => (
          <>
            <p className="quietText">
              <span className="code">{row.key}</span> · {row.site ?? t("now.unknownSite")} ·{" "}
              <Instant at={row.created_at} />
            </p>
            {row.code && (
              <div className="callout" data-tone={row.state === "refused" ? "bad" : "info"}>
                <Why code={row.code} />
              </div>
            )}
            {typeof row.asked.quote === "string" && (
              <Blockquote p="sm" my="sm" className="quote">
                {row.asked.quote}
              </Blockquote>
            )}
            {timeline && timeline.steps.length > 0 && (
              <section aria-labelledby="steps" className="panel">
                <Title order={2} size="h5" id="steps">
                  {t(row.state === "done" ? "request.stepsDone" : "request.steps")}
                </Title>
                <Steps steps={timeline.steps} />
              </section>
            )}
          </>
        )}
      </Read>
      <Story kind="requests" id={key} />
      <Replay kind="requests" id={key} />
    </>
  );
}
