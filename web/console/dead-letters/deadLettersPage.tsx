import { Anchor } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { type DeadLetter, deadLettersQuery, type LetterKind } from "../api";
import { Choice } from "../parts/choice";
import { Mark } from "../parts/mark";
import { More } from "../parts/more";
import { PageTitle } from "../parts/pageTitle";
import { Scroller } from "../parts/scroller";
import { Empty, Read } from "../parts/states";
import { When } from "../parts/when";
import { pathTo } from "../shell/views";
import { keyOf } from "./letterKey";
import { ReplayLetter } from "./replayLetter";

const KINDS: (LetterKind | "")[] = ["", "delivery", "admission", "run"];

/** What came to nothing, and another try. */
export default function DeadLettersPage() {
  const { t } = useTranslation();
  const [kind, setKind] = useState<LetterKind | "">("");
  const asked = useInfiniteQuery(deadLettersQuery(kind));
  return (
    <>
      <PageTitle title={t("nav.letters")} />
      <p className="quietText">{t("letter.intro")}</p>
      <div className="filters">
        <Choice
          label={t("letter.column.kind")}
          value={kind}
          options={KINDS.map((value) => ({ value, text: t(value ? `letter.kind.${value}` : "filter.all") }))}
          onChange={setKind}
        />
      </div>
      <Read asked={asked}>{({ pages }) => <Rows rows={pages.flatMap((page) => page.letters)} />}</Read>
      <More asked={asked} />
    </>
  );
}

function Rows({ rows }: { rows: DeadLetter[] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <Empty>{t("letter.none")}</Empty>;
  return (
    <Scroller label={t("nav.letters")}>
      <table className="table wide">
        <thead>
          <tr>
            {["title", "kind", "at", "reason", "replay"].map((name) => (
              <th key={name} scope="col">
                {t(`letter.column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                <Anchor component={Link} href={pathTo("dead-letters", row.kind, keyOf(row))} underline="always">
                  {row.kind === "delivery" ? t("letter.from", { title: row.title }) : row.title}
                </Anchor>
              </th>
              <td>
                <Mark tone={row.can_replay ? "bad" : "none"}>{t(`letter.kind.${row.kind}`)}</Mark>
              </td>
              <td>
                <When at={row.at} />
              </td>
              <td className="prose">{row.reason}</td>
              <td>
                <ReplayLetter letter={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
