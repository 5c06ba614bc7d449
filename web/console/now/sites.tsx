import { Anchor, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { IncidentNow, Now, SiteNow } from "../api";
import { Empty } from "../parts/states";
import { Outside } from "../parts/outside";
import { When } from "../parts/when";
import { IncidentState, Responsible } from "../incidents/words";
import { pathTo } from "../shell/views";

/** Open incidents, each site a block. */
export function Sites({ now }: { now: Now }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="open-incidents" className="panel">
      <Title order={2} size="h5" id="open-incidents">
        {t("now.incidents", { count: now.open_incidents })}
      </Title>
      {now.sites.length === 0 && <Empty>{t("now.noIncident")}</Empty>}
      {now.sites.map((site) => (
        <SiteBlock key={site.code} site={site} />
      ))}
      {now.more_incidents > 0 && (
        <Anchor component={Link} href="/incidents" underline="always">
          {t("now.moreIncidents", { count: now.more_incidents })}
        </Anchor>
      )}
    </section>
  );
}

function SiteBlock({ site }: { site: SiteNow }) {
  const { t } = useTranslation();
  return (
    <div className="site">
      <Title order={3} size="h6">
        {site.name || t("now.unknownSite")} {site.code && <span className="quietText">{site.code}</span>}
      </Title>
      <ul className="plain">
        {site.incidents.map((incident) => (
          <IncidentLine key={incident.key} incident={incident} />
        ))}
      </ul>
    </div>
  );
}

function IncidentLine({ incident }: { incident: IncidentNow }) {
  const { t } = useTranslation();
  return (
    <li className="incident" data-urgent={incident.waits_for === "person" || undefined}>
      <span className="incidentName">
        <Anchor component={Link} href={pathTo("incidents", incident.key)} fw={600} underline="always">
          {incident.about ||
            (incident.kind === "storm" ? t("incident.storm") : t("incident.device", { id: incident.device_id }))}
        </Anchor>
        <When at={incident.opened_at} />
      </span>
      <IncidentState work={incident.work} waitsFor={incident.waits_for} />
      <Responsible name={incident.responsible} confidence={incident.confidence} />
      <span className="links">
        {incident.ticket_id !== null && (
          <Outside url={incident.ticket_url}>{t("incident.ticket", { id: incident.ticket_id })}</Outside>
        )}
        {incident.device_url && <Outside url={incident.device_url}>Observium</Outside>}
      </span>
    </li>
  );
}
