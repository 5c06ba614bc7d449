import { Anchor, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Now } from "../api";
import { Mark } from "../parts/mark";
import { When } from "../parts/when";
import { pathTo } from "../shell/views";

/** The model's lock with its line, and the queues. */
export function Work({ now }: { now: Now }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="work" className="panel">
      <Title order={2} size="h5" id="work">
        {t("now.work")}
      </Title>
      <Lock lock={now.lock} />
      <table className="table">
        <caption className="unseen">{t("now.queues")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("queue.name")}</th>
            <th scope="col" className="number">
              {t("queue.waiting")}
            </th>
            <th scope="col" className="number">
              {t("queue.running")}
            </th>
            <th scope="col" className="number">
              {t("queue.blocked")}
            </th>
          </tr>
        </thead>
        <tbody>
          {now.queues.map((queue) => (
            <tr key={queue.name}>
              <th scope="row">
                {t(`queue.${queue.name}`)}
                {queue.oldest_at && queue.waiting > 0 && (
                  <span className="quietText block">
                    {t("queue.oldest")} <When at={queue.oldest_at} />
                  </span>
                )}
              </th>
              <td className="number" data-strong={queue.waiting > 0 || undefined}>
                {queue.waiting}
              </td>
              <td className="number" data-strong={queue.running > 0 || undefined}>
                {queue.running}
              </td>
              <td className="number" data-strong={queue.blocked > 0 || undefined}>
                {queue.blocked}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Lock({ lock }: { lock: Now["lock"] }) {
  const { t } = useTranslation();
  return (
    <div className="lock">
      <strong>{t("lock.title")}</strong>{" "}
      {lock.problem ? (
        <Mark tone="bad">{t("lock.unknown")}</Mark>
      ) : lock.owner ? (
        <Mark tone="info">
          {t("lock.owner")} <Run id={lock.run || lock.owner} />{" "}
          <span className="quietText">{t("lock.ttl", { count: Math.round(lock.ttl_s) })}</span>
        </Mark>
      ) : (
        <Mark tone="good">{t("lock.free")}</Mark>
      )}
      {lock.waiting.length > 0 && (
        <ol className="waiting" aria-label={t("lock.line")}>
          {lock.waiting.map((one) => (
            <li key={one.owner}>
              <Run id={one.run} />{" "}
              <span className="quietText">
                {t(`lock.priority.${one.priority}`)} · <When at={one.waiting_since} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Run({ id }: { id: string }) {
  return (
    <Anchor component={Link} href={pathTo("runs", id)} underline="always" className="code">
      {id}
    </Anchor>
  );
}
