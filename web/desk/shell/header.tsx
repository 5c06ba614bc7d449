import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTexts } from "../texts/useTexts";
import icon from "../../ui/icon.svg";
import { aboutQuery } from "../api";
import type { Place } from "./place";
import { PlaceLink } from "./placeLink";

/** Who we are, the two places to go, and the number to call: always there. */
export function Header({ view }: { view: Place["view"] }) {
  const { t } = useTexts();
  const phone = useQuery(aboutQuery).data?.support_phone;
  return (
    <header className="head">
      <div className="column">
        <PlaceLink to={{ view: "report" }} className="brand" underline="never">
          <img src={icon} alt="" />
          {t("name")}
        </PlaceLink>
        {phone && (
          <Button component="a" href={telOf(phone)} variant="default">
            {t("call", { phone })}
          </Button>
        )}
        <nav className="nav" aria-label={t("menu")}>
          <PlaceLink to={{ view: "report" }} isCurrent={view === "report"} underline="never">
            {t("nav.report")}
          </PlaceLink>
          <PlaceLink to={{ view: "tickets" }} isCurrent={view !== "report"} underline="never">
            {t("nav.tickets")}
          </PlaceLink>
        </nav>
      </div>
    </header>
  );
}

/** What a telephone dials. */
export function telOf(phone: string): string {
  return `tel:${phone.replace(/[^\d+]/g, "")}`;
}
