import { useTranslation } from "react-i18next";
import { formatAgo, formatInstant } from "../../ui/format";
import { useTick } from "./useTick";

const EVERY_MS = 15_000;

/** "il y a 5 minutes"; the instant itself where one points, and for screen readers. */
export function When({ at }: { at: string }) {
  const { i18n } = useTranslation();
  const now = useTick(EVERY_MS);
  return (
    <time dateTime={at} title={formatInstant(at, i18n.language)} className="nowrap">
      {formatAgo(at, now, i18n.language)}
    </time>
  );
}

/** The instant, written out. */
export function Instant({ at }: { at: string }) {
  const { i18n } = useTranslation();
  return <time dateTime={at}>{formatInstant(at, i18n.language)}</time>;
}
