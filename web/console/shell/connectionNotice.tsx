import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatClock } from "../parts/clock";
import type { Connection } from "./live";

const HEALED_MS = 6_000;

/** Says that what is on the screen may be old, and then that it is not any more. */
export function ConnectionNotice({ connection }: { connection: Connection }) {
  const { t, i18n } = useTranslation();
  const healed = useHealed(connection.state);
  return (
    <div
      role="status"
      className="connection"
      data-state={connection.state === "lost" ? "lost" : healed ? "healed" : ""}
    >
      {connection.state === "lost" && t("live.lost", { at: formatClock(connection.since, i18n.language) })}
      {connection.state !== "lost" && healed && t("live.healed")}
    </div>
  );
}

/** True for a few seconds after a lost line is back. */
function useHealed(state: Connection["state"]): boolean {
  const wasLost = useRef(false);
  const [healed, setHealed] = useState(false);
  useEffect(() => {
    if (state === "lost") wasLost.current = true;
    if (state !== "live" || !wasLost.current) return;
    wasLost.current = false;
    setHealed(true);
    const timer = setTimeout(() => setHealed(false), HEALED_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return healed;
}
