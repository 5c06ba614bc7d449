import { Anchor, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { type PlanSummary, policiesQuery } from "../api";
import { Mark, type Tone } from "../parts/mark";
import { PageTitle } from "../parts/pageTitle";
import { Scroller } from "../parts/scroller";
import { Read } from "../parts/states";
import { pathTo } from "../shell/views";
import { KillSwitch } from "./killSwitch";
import { ModeMark } from "./modeMark";
import { PolicyTable } from "./policyTable";

/** What the agent may do: each plan's mode with its switch, and the table that decides, read-only. */
export default function PoliciesPage() {
  const { t } = useTranslation();
  const asked = useQuery(policiesQuery);
  return (
    <>
      <PageTitle title={t("nav.policies")} />
      <Read asked={asked}>
        {({ kill_switch, plans, table }) => (
          <>
            <section
              aria-labelledby="everything"
              className="panel"
              data-tone={kill_switch === "off" ? "bad" : undefined}
            >
              <div className="titleRow">
                <Title order={2} size="h5" id="everything">
                  {t("policy.everything")}
                </Title>
                <ModeMark mode={kill_switch} />
                <KillSwitch plan="*" site="*" mode={kill_switch} label={t("policy.everything")} />
              </div>
              <p className="quietText">{t("policy.everythingText")}</p>
            </section>
            <section aria-labelledby="plans" className="panel">
              <Title order={2} size="h5" id="plans">
                {t("policy.plans")}
              </Title>
              <Plans plans={plans} />
            </section>
            <PolicyTable rows={table} />
          </>
        )}
      </Read>
    </>
  );
}

const TONES: Record<string, Tone> = { on: "good", suggest: "warn", off: "bad" };

function Plans({ plans }: { plans: PlanSummary[] }) {
  const { t } = useTranslation();
  return (
    <Scroller label={t("policy.plans")}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("request.column.plan")}</th>
            <th scope="col">{t("policy.bySite")}</th>
            <th scope="col">{t("policy.switch")}</th>
          </tr>
        </thead>
        <tbody>
          {plans.map((one) => (
            <tr key={one.plan}>
              <th scope="row">
                <Anchor component={Link} href={pathTo("policies", one.plan)} underline="always">
                  {t(`plan.${one.plan}`)}
                </Anchor>
              </th>
              <td>
                <span className="marks">
                  {(["on", "suggest", "off"] as const)
                    .filter((mode) => (one.by_mode[mode] ?? 0) > 0)
                    .map((mode) => (
                      <Mark key={mode} tone={TONES[mode] ?? "none"}>
                        {t(`policy.sites.${mode}`, { count: one.by_mode[mode] ?? 0 })}
                      </Mark>
                    ))}
                </span>
              </td>
              <td>
                <KillSwitch plan={one.plan} site="*" mode={one.everywhere} label={t(`plan.${one.plan}`)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
