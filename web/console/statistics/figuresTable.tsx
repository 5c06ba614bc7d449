import { useTranslation } from "react-i18next";
import { Scroller } from "../parts/scroller";
import type { Series } from "./plot";

interface Shown {
  title: string;
  labels: string[];
  series: Series[];
  format: (value: number) => string;
}

/** A plot's figures; moments at which nothing happened are left out. */
export function FiguresTable({ title, labels, series, format }: Shown) {
  const { t } = useTranslation();
  const rows = labels.map((label, n) => ({ label, n })).filter(({ n }) => series.some(({ values }) => values[n]));
  return (
    <details>
      <summary>{t("statistics.table")}</summary>
      <Scroller label={title}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("statistics.when")}</th>
              {series.map(({ name }) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, n }) => (
              <tr key={n}>
                <th scope="row">{label}</th>
                {series.map(({ name, values }) => (
                  <td key={name} className="number">
                    {values[n] === null || values[n] === undefined ? "–" : format(values[n])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
