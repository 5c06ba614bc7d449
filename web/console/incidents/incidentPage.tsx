import { Button, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { take } from "../../ui/api";
import { api, incidentQuery } from "../api";
import { PageTitle } from "../parts/pageTitle";
import { Failed, Read } from "../parts/states";
import { Instant, When } from "../parts/when";
import { useRights } from "../shell/session";
import { useKey } from "../shell/useKey";
import { CopyMarkdown } from "../timeline/copyMarkdown";
import { Replay } from "../timeline/replay";
import { Story } from "../timeline/story";
import { IncidentState } from "./words";

/** One incident: what it is, why, all that happened, and the ways to try again. */
export default function IncidentPage() {
  const { t } = useTranslation();
  const key = useKey();
  const asked = useQuery(incidentQuery(key));
  const row = asked.data?.incident;
  const place = row?.kind === "storm" ? t("incident.storm") : (row?.site ?? key);
  return (
    <>
      <PageTitle title={t("incident.title", { place })}>
        {row && <IncidentState work={row.work} waitsFor={row.waits_for} closedWhy={row.closed_why} />}
        <CopyMarkdown kind="incidents" id={key} />
      </PageTitle>
      <Read asked={asked}>
        {({ incident, alerts }) => (
          <>
            <p className="quietText">
              <span className="code">{incident.key}</span> · {t("incident.openedAt")}{" "}
              <Instant at={incident.opened_at} />
              {incident.round > 1 && <> · {t("incident.round", { count: incident.round })}</>}
            </p>
            {incident.waits_for === "person" && <Retry id={key} />}
            <section aria-labelledby="alerts" className="panel">
              <Title order={2} size="h5" id="alerts">
                {t("incident.alerts")}
              </Title>
              <ul className="plain">
                {alerts.map((alert) => (
                  <li key={alert.alert_id} className="alertLine">
                    <strong>{String(alert.facts.message || alert.alert_id)}</strong>{" "}
                    <span>{[alert.facts.hostname, alert.facts.entity_name].filter(Boolean).join(" · ")}</span>{" "}
                    <span className="quietText">
                      <When at={alert.failed_at} />
                      {alert.recovered_at && (
                        <>
                          {" · "}
                          {t("incident.recovered")} <When at={alert.recovered_at} />
                        </>
                      )}
                      {alert.flaps > 0 && <> · {t("incident.flaps", { count: alert.flaps })}</>}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          </>
        )}
      </Read>
      <Story kind="incidents" id={key} />
      <Replay kind="incidents" id={key} />
    </>
  );
}

/** A failed incident is put to work again. */
function Retry({ id }: { id: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { operate } = useRights();
  const retry = useMutation({
    mutationFn: () => take(api.POST("/api/incidents/{key}/retry", { params: { path: { key: id } } })),
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <div className="callout" data-tone="bad">
      <p>{t("incident.stuck")}</p>
      {operate ? (
        <Button size="sm" loading={retry.isPending} onClick={() => retry.mutate()}>
          {t("incident.retry")}
        </Button>
      ) : (
        <p className="quietText">{t("rights.operate")}</p>
      )}
      {retry.isError && <Failed error={retry.error} />}
    </div>
  );
}
