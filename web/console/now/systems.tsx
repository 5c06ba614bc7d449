import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Now } from "../api";
import { Mark } from "../parts/mark";

/** GLPI by the breaker, and the servers that everything stands on. */
export function Systems({ now }: { now: Now }) {
  const { t } = useTranslation();
  const { breaker, servers } = now;
  const glpi = breaker.is_open ? "bad" : breaker.state === "UP" ? "good" : "warn";
  return (
    <section aria-labelledby="systems" className="panel">
      <Title order={2} size="h5" id="systems">
        {t("now.systems")}
      </Title>
      <dl className="facts">
        <dt>GLPI</dt>
        <dd>
          <Mark tone={glpi}>{t(`breaker.${glpi}`)}</Mark>
          {breaker.problem && <span className="reason"> {breaker.problem}</span>}
        </dd>
        {servers.map((server) => (
          <Server key={`${server.kind} ${server.name}`} server={server} />
        ))}
      </dl>
    </section>
  );
}

function Server({ server }: { server: Now["servers"][number] }) {
  const { t } = useTranslation();
  return (
    <>
      <dt>{server.kind === "mcp" ? t("now.mcp", { name: server.name }) : t(`now.${server.kind}`)}</dt>
      <dd>
        <Mark tone={server.is_up ? "good" : "bad"}>{t(server.is_up ? "now.up" : "now.down")}</Mark>
        {server.is_up && server.kind === "mcp" && (
          <span className="quietText"> {t("now.tools", { count: server.tools })}</span>
        )}
        {server.reason && <span className="reason"> {server.reason}</span>}
      </dd>
    </>
  );
}
