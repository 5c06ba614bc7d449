import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { type Plan, type PlanMode, planModesQuery } from "../api";
import { PageTitle } from "../parts/pageTitle";
import { Scroller } from "../parts/scroller";
import { Read } from "../parts/states";
import { useKey } from "../shell/useKey";
import { KillSwitch } from "./killSwitch";
import { ModeMark } from "./modeMark";

/** One plan on every site, and who says so. */
export default function PlanPage() {
  const { t } = useTranslation();
  const plan = useKey() as Plan;
  const asked = useQuery(planModesQuery(plan));
  return (
    <>
      <PageTitle title={t(`plan.${plan}`, plan)} />
      <p>
        <Anchor component={Link} href="/policies" underline="always">
          {t("nav.policies")}
        </Anchor>
      </p>
      <Read asked={asked}>
        {({ modes }) => (
          <Scroller label={t(`plan.${plan}`, plan)}>
            <table className="table wide">
              <thead>
                <tr>
                  {["site", "mode", "said", "switch"].map((name) => (
                    <th key={name} scope="col">
                      {t(`policy.column.${name}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {modes.map((one) => (
                  <Row key={one.site} one={one} />
                ))}
              </tbody>
            </table>
          </Scroller>
        )}
      </Read>
    </>
  );
}

function Row({ one }: { one: PlanMode }) {
  const { t } = useTranslation();
  const own = one.said.find(({ source, site, plan }) => source === "switch" && site === one.site && plan === one.plan);
  const place = one.site === "?" ? t("policy.unknownSite") : one.site;
  return (
    <tr>
      <th scope="row">{place}</th>
      <td>
        <ModeMark mode={one.mode} />
      </td>
      <td className="prose">
        {one.said.map((said) => (
          <span key={`${said.source} ${said.plan} ${said.site}`} className="block">
            {t(`policy.source.${said.source.replace(".", "_")}`)}{" "}
            <span className="code">{`${said.plan}/${said.site}`}</span>: {t(`mode.${said.mode}`)}
            {said.by && ` – ${said.by}`}
            {said.reason && ` : « ${said.reason} »`}
          </span>
        ))}
      </td>
      <td>
        <KillSwitch plan={one.plan} site={one.site} mode={own?.mode ?? null} label={place} />
      </td>
    </tr>
  );
}
