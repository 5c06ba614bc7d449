import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Now } from "../api";
import { Mark } from "../parts/mark";
import { findProblems } from "./problems";

/** The first thing one sees: all is well, or what is not. */
export function Summary({ now }: { now: Now }) {
  const { t } = useTranslation();
  const problems = findProblems(now);
  const worst = problems[0]?.tone ?? "good";
  return (
    <section className="summary" data-tone={worst} aria-label={t("now.summary")}>
      <p className="headline">
        {worst === "good"
          ? t("now.allWell", { count: now.open_incidents })
          : t(worst === "bad" ? "now.bad" : "now.warn", {
              count: problems.filter(({ tone }) => tone === worst).length,
            })}
      </p>
      {problems.length > 0 && (
        <ul className="plain problems">
          {problems.map((problem) => {
            const text = t(`problem.${problem.text}`, problem.values);
            return (
              <li key={text}>
                <Mark tone={problem.tone}>
                  {problem.to ? (
                    <Anchor component={Link} href={problem.to} underline="always" c="inherit">
                      {text}
                    </Anchor>
                  ) : (
                    text
                  )}
                </Mark>
                {problem.reason && <span className="reason"> {problem.reason}</span>}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
