import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { nowQuery, type Now } from "../api";
import { formatClock } from "../parts/clock";
import { PageTitle } from "../parts/pageTitle";
import { Read } from "../parts/states";
import { Sites } from "./sites";
import { Summary } from "./summary";
import { Systems } from "./systems";
import { Work } from "./work";

/** What is going on, on one screen. */
export default function NowPage() {
  const { t, i18n } = useTranslation();
  const asked = useQuery(nowQuery);
  return (
    <>
      <PageTitle title={t("nav.now")}>
        {asked.data && (
          <span className="quietText">{t("now.asOf", { at: formatClock(asked.data.at, i18n.language) })}</span>
        )}
      </PageTitle>
      <Read asked={asked}>{(now: Now) => <Shown now={now} />}</Read>
    </>
  );
}

function Shown({ now }: { now: Now }) {
  return (
    <>
      <Summary now={now} />
      <div className="columns">
        <Sites now={now} />
        <div className="side">
          <Systems now={now} />
          <Work now={now} />
        </div>
      </div>
    </>
  );
}
