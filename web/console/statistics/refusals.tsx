import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Why } from "../requests/words";

/** Refusals by policy's code, the most frequent first; a table with a bar in each line. */
export function Refusals({ refusals }: { refusals: Record<string, number> }) {
  const { t } = useTranslation();
  const rows = Object.entries(refusals).sort(([, a], [, b]) => b - a);
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return (
    <section className="panel plot" aria-labelledby="refusals">
      <Title order={2} size="h6" id="refusals">
        {t("statistics.refusals")}
      </Title>
      {rows.length === 0 && <p className="state quietText">{t("statistics.nothing")}</p>}
      {rows.length > 0 && (
        <table className="table refusals">
          <caption className="unseen">{t("statistics.refusals")}</caption>
          <thead className="unseen">
            <tr>
              <th scope="col">{t("policy.column.why")}</th>
              <th scope="col">{t("statistics.count")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([code, count]) => (
              <tr key={code}>
                <th scope="row">
                  <Why code={code} />
                </th>
                <td className="number">
                  <meter min={0} max={most} value={count} aria-hidden /> {count}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
