import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTexts } from "./texts/useTexts";
import { useSignedOut } from "../ui/signedOut";
import { isSignedOut, meQuery } from "./api";
import { useLive } from "./live/useLive";
import { ReportPage } from "./report/reportPage";
import { Footer } from "./shell/footer";
import { Header } from "./shell/header";
import { Notices } from "./shell/notices";
import { usePlace } from "./shell/place";
import { FailedSignIn } from "./sign-in/failedSignIn";
import { SignedInOnly } from "./sign-in/signedInOnly";
import { TicketPage } from "./tickets/ticketPage";
import { TicketsPage } from "./tickets/ticketsPage";

/** The chat's page: one of its three views between header and footer. */
export function App() {
  const { t, i18n } = useTexts();
  const place = usePlace();
  const me = useQuery(meQuery);
  useSignedOut(isSignedOut, meQuery.queryKey);
  const connection = useLive(Boolean(me.data));
  useEffect(() => {
    // t is another one at each render: the language is what counts.
    document.title = place.view === "report" ? t("name") : `${t("nav.tickets")} – ${t("name")}`;
  }, [place.view, i18n.language]);
  return (
    <div className="page">
      <a className="skip" href="#content">
        {t("skip")}
      </a>
      <Header view={place.view} />
      <main id="content" className="main column">
        <Notices connection={connection} />
        <FailedSignIn />
        {/* Kept while one looks at other views: what was typed stays. */}
        <div hidden={place.view !== "report"}>
          <ReportPage />
        </div>
        {place.view !== "report" && (
          <SignedInOnly>
            {place.view === "tickets" ? <TicketsPage /> : <TicketPage ticketId={place.ticketId} key={place.ticketId} />}
          </SignedInOnly>
        )}
      </main>
      <Footer />
    </div>
  );
}
