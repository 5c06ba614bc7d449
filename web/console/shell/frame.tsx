import { useQuery } from "@tanstack/react-query";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Route, Switch, useLocation } from "wouter";
import { nowQuery } from "../api";
import { Boundary } from "../parts/boundary";
import { Loading } from "../parts/states";
import { Header, Preferences } from "./header";
import { ConnectionNotice } from "./connectionNotice";
import { NotFoundPage } from "./notFoundPage";
import { useLive } from "./useLive";
import { PAGES, VIEWS, type ViewName } from "./views";

/** Header, menu and the view that the address names. */
export function Frame() {
  const { t } = useTranslation();
  const connection = useLive();
  const [location] = useLocation();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [location]);
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {t("skip")}
      </a>
      <Header connection={connection} isMenuOpen={isOpen} onMenu={() => setOpen(!isOpen)} />
      <Menu isOpen={isOpen} />
      <main id="content" className="main" tabIndex={-1}>
        <ConnectionNotice connection={connection} />
        <Boundary key={location}>
          <Suspense fallback={<Loading />}>
            <Switch>
              {PAGES.map(({ path, page: Page }) => (
                <Route key={path} path={path}>
                  <Page key={location} />
                </Route>
              ))}
              <Route>
                <NotFoundPage />
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
    </div>
  );
}

function Menu({ isOpen }: { isOpen: boolean }) {
  const { t } = useTranslation();
  const [location] = useLocation();
  const counts = useCounts();
  return (
    <nav id="menu" className="menu" aria-label={t("menu")} data-open={isOpen || undefined}>
      <ul className="plain">
        {VIEWS.map(({ name, path }) => {
          const count = counts[name] ?? 0;
          const isHere = path === "/" ? location === "/" : location === path || location.startsWith(`${path}/`);
          return (
            <li key={name}>
              <Link href={path} className="menuItem" aria-current={isHere ? "page" : undefined}>
                {t(`nav.${name}`)}
                {count > 0 && (
                  <span className="count">
                    <span aria-hidden>{count}</span>
                    <span className="unseen">{t(`navCount.${name}`, { count })}</span>
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
      <div className="inMenu">
        <Preferences />
      </div>
    </nav>
  );
}

/** What waits for a person, beside the view where it is dealt with. */
function useCounts(): Partial<Record<ViewName, number>> {
  const { data } = useQuery(nowQuery);
  if (!data) return {};
  return { incidents: data.open_incidents, approvals: data.open_approvals, letters: data.dead_letters };
}
