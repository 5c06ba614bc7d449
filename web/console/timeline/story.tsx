import { Anchor, Button, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Kind, timelineQuery } from "../api";
import { Choice } from "../parts/choice";
import { Outside } from "../parts/outside";
import { Empty, Read } from "../parts/states";
import { Entries } from "./entries";
import { EvidencePanel } from "./evidence";
import { type Depth, DEPTHS, isShown } from "./lines";
import { FIRST_LINES, MOST_LINES } from "./limits";
import { TotalsLine } from "./totals";

/** All that happened: links to where it happened, the verdict with its evidence, what it cost, each line. */
export function Story({ kind, id }: { kind: Kind; id: string }) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(FIRST_LINES);
  const [depth, setDepth] = useState<Depth>("steps");
  const asked = useQuery(timelineQuery(kind, id, limit));
  return (
    <Read asked={asked}>
      {({ links, evidence, entries, totals, more }) => (
        <>
          {(links.ticket_id !== null || links.device_url !== null) && (
            <p className="linkRow">
              {links.ticket_id !== null && (
                <Outside url={links.ticket_url}>{t("incident.ticket", { id: links.ticket_id })}</Outside>
              )}
              {links.device_url !== null && <Outside url={links.device_url}>{t("story.device")}</Outside>}
            </p>
          )}
          {evidence && <EvidencePanel evidence={evidence} entries={entries} />}
          <section aria-labelledby="timeline" className="panel">
            <div className="titleRow">
              <Title order={2} size="h5" id="timeline">
                {t("story.title")}
              </Title>
              <Choice<Depth>
                label={t("story.depth")}
                value={depth}
                options={DEPTHS.map((value) => ({ value, text: t(`story.${value}`) }))}
                onChange={setDepth}
              />
            </div>
            <TotalsLine totals={totals} />
            {entries.length === 0 && <Empty>{t("story.none")}</Empty>}
            <Entries entries={entries.filter((entry) => isShown(entry, depth))} />
            {more && limit < MOST_LINES && (
              <Button variant="default" size="sm" loading={asked.isFetching} onClick={() => setLimit(MOST_LINES)}>
                {t("more")}
              </Button>
            )}
            {more && limit >= MOST_LINES && (
              <Anchor href="/console/audit" underline="always">
                {t("story.tooLong")}
              </Anchor>
            )}
          </section>
        </>
      )}
    </Read>
  );
}
