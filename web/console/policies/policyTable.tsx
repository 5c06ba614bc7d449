import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { components } from "../../ui/api/orchestrator";
import { Mark, type Tone } from "../parts/mark";
import { Scroller } from "../parts/scroller";
import { Why } from "../requests/words";
import { SITUATIONS } from "../texts/situations";

const TONES: Record<string, Tone> = { go: "good", refuse: "bad", leave: "none", ask: "info" };

/** The table that decides; the first line that fits a request says what is done. Changed by a release alone. */
export function PolicyTable({ rows }: { rows: components["schemas"]["PolicyRow"][] }) {
  const { t, i18n } = useTranslation();
  const isFrench = i18n.language === "fr";
  return (
    <section aria-labelledby="policy-table" className="panel">
      <Title order={2} size="h5" id="policy-table">
        {t("policy.table")}
      </Title>
      <p className="quietText">{t("policy.tableText")}</p>
      <Scroller label={t("policy.table")}>
        <table className="table">
          <thead>
            <tr>
              {["number", "when", "verdict", "why"].map((name) => (
                <th key={name} scope="col">
                  {t(`policy.column.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.number}>
                <td className="number">{row.number}</td>
                <td className="prose">{(isFrench && SITUATIONS[row.when]) || <span lang="en">{row.when}</span>}</td>
                <td className="nowrap">
                  <Mark tone={TONES[row.verdict] ?? "warn"}>{t(`verdict.${row.verdict}`)}</Mark>
                </td>
                <td className="prose">{row.code ? <Why code={row.code} why={row.why} /> : t("policy.found")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </section>
  );
}
