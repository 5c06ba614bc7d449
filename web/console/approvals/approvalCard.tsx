import { Anchor, Blockquote, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { ApprovalRow } from "../api";
import { Mark, type Tone } from "../parts/mark";
import { Outside } from "../parts/outside";
import { Instant, When } from "../parts/when";
import { Why } from "../requests/words";
import { pathTo } from "../shell/views";
import { Steps } from "../timeline/steps";
import { Countdown } from "./countdown";
import { Decide } from "./decide";

const TONES: Record<string, Tone> = { open: "warn", approved: "good", rejected: "bad", expired: "none", void: "none" };

/** All that one must know before saying yes: who asks, what is done on whom, why policy stops, who it is proven to be. */
export function ApprovalCard({ approval, readAt }: { approval: ApprovalRow; readAt: number }) {
  const { t } = useTranslation();
  const isOpen = approval.state === "open";
  const heading = `approval-${approval.id}`;
  return (
    <article className="panel card" aria-labelledby={heading}>
      <div className="titleRow">
        <Title order={2} size="h4" id={heading}>
          {t(`plan.${approval.plan}`)} · {approval.site ?? t("now.unknownSite")}
        </Title>
        <Mark tone={TONES[approval.state] ?? "none"}>{t(`approval.state.${approval.state}`)}</Mark>
        {isOpen && <Countdown secondsLeft={approval.seconds_left} readAt={readAt} />}
      </div>
      <div className="cardColumns">
        <div>
          <Title order={3} size="h6">
            {t("approval.does")}
          </Title>
          {approval.steps.length > 0 ? <Steps steps={approval.steps} /> : <p>{t("approval.noSteps")}</p>}
          <Title order={3} size="h6">
            {t("approval.why")}
          </Title>
          <p>
            <Why code={approval.code} why={approval.why} />
          </p>
        </div>
        <div>
          <Title order={3} size="h6">
            {t("approval.who")}
          </Title>
          <p>
            <strong>{approval.asked_by || t("approval.nobody")}</strong> ·{" "}
            <Mark tone={approval.identity.known === "nobody" ? "bad" : "good"}>
              {t(`approval.known.${approval.identity.known}`)}
            </Mark>
          </p>
          {approval.quote && (
            <Blockquote p="xs" my="xs" className="quote">
              {approval.quote}
            </Blockquote>
          )}
          <ul className="evidence" lang="fr">
            {(approval.identity.evidence ?? []).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      </div>
      <p className="linkRow quietText">
        <Outside url={approval.ticket_url}>{t("incident.ticket", { id: approval.ticket_id })}</Outside>
        <Anchor component={Link} href={pathTo("requests", approval.request_key)} underline="always">
          {t("approval.story")}
        </Anchor>
        <span>
          {t("approval.asked")} <When at={approval.created_at} />
        </span>
      </p>
      {isOpen ? <Decide approval={approval} /> : <Decided approval={approval} />}
    </article>
  );
}

function Decided({ approval }: { approval: ApprovalRow }) {
  const { t } = useTranslation();
  if (approval.decided_at === null || !approval.decided_by) return null;
  return (
    <p>
      {t("approval.by", { name: approval.decided_by })}, <Instant at={approval.decided_at} />
      {approval.reason && <> : « {approval.reason} »</>}
    </p>
  );
}
