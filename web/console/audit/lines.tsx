import { useTranslation } from "react-i18next";
import { Scroller } from "../parts/scroller";
import { Empty } from "../parts/states";
import { Instant } from "../parts/when";

interface Line {
  id: number;
  at: string;
  actor: string;
  kind: string;
  about: string;
  detail: Record<string, unknown>;
}

/** Lines of the audit or of the journal, latest first. */
export function Lines({ lines }: { lines: Line[] }) {
  const { t } = useTranslation();
  if (lines.length === 0) return <Empty>{t("audit.none")}</Empty>;
  const hasActors = lines.some(({ actor }) => actor !== "");
  return (
    <Scroller label={t("audit.lines")}>
      <table className="table wide">
        <thead>
          <tr>
            <th scope="col">{t("audit.column.at")}</th>
            {hasActors && <th scope="col">{t("audit.column.actor")}</th>}
            <th scope="col">{t("audit.column.kind")}</th>
            <th scope="col">{t("audit.column.about")}</th>
            <th scope="col">{t("audit.column.detail")}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <td className="nowrap">
                <Instant at={line.at} />
              </td>
              {hasActors && <td>{line.actor}</td>}
              <td>{t(`act.${line.kind}`, { defaultValue: t(`kind.${line.kind}`, line.kind) })}</td>
              <td className="code">{line.about}</td>
              <td className="code prose">{briefly(line.detail)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

const LONGEST = 300;

/** `reason: …, mode: off`, cut. */
export function briefly(detail: Record<string, unknown>): string {
  const parts = Object.entries(detail).map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const text = parts.join(", ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
