import { Button, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { take } from "../../ui/api";
import { api } from "../api";
import { Failed } from "../parts/states";
import { useRights } from "../shell/session";
import { IncidentReplayed, RequestReplayed } from "./replayed";

type What = { kind: "incidents" | "requests"; id: string };
type Way = "look" | "deliver";

/** Look again without doing anything, or take the same delivery in once more. */
export function Replay({ kind, id }: What) {
  const { t } = useTranslation();
  const { operate } = useRights();
  const [way, setWay] = useState<Way>("look");
  return (
    <section aria-labelledby="replay" className="panel">
      <Title order={2} size="h5" id="replay">
        {t("replay.title")}
      </Title>
      {operate ? (
        <>
          <fieldset className="ways">
            <legend className="unseen">{t("replay.title")}</legend>
            {(["look", "deliver"] as const).map((one) => (
              <label key={one} className="way" data-chosen={way === one || undefined}>
                <input type="radio" name="way" checked={way === one} onChange={() => setWay(one)} />
                <span>
                  <strong>{t(`replay.${one}`)}</strong>
                  <span className="block">{t(`replay.${one}Text`)}</span>
                </span>
              </label>
            ))}
          </fieldset>
          {way === "look" ? <Look kind={kind} id={id} /> : <Deliver kind={kind} id={id} />}
        </>
      ) : (
        <p className="quietText">{t("rights.operate")}</p>
      )}
    </section>
  );
}

function Look({ kind, id }: What) {
  const { t } = useTranslation();
  const params = { path: { key: id } };
  const look = useMutation({
    mutationFn: async (): Promise<ReactNode> => {
      if (kind === "incidents") {
        return <IncidentReplayed result={await take(api.POST("/api/incidents/{key}/replay", { params }))} />;
      }
      return <RequestReplayed result={await take(api.POST("/api/requests/{key}/replay", { params }))} />;
    },
  });
  return (
    <Ask label={t("replay.lookGo")} asked={look}>
      {look.data}
    </Ask>
  );
}

function Deliver({ kind, id }: What) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const params = { path: { key: id } };
  const deliver = useMutation({
    mutationFn: () =>
      kind === "incidents"
        ? take(api.POST("/api/incidents/{key}/redeliver", { params }))
        : take(api.POST("/api/requests/{key}/redeliver", { params })),
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <Ask label={t("replay.deliverGo")} asked={deliver}>
      {deliver.data && (
        <p>{t(`replay.${deliver.data.what}Done`, { count: deliver.data.deliveries, known: deliver.data.known })}</p>
      )}
    </Ask>
  );
}

interface Asked {
  mutate: () => void;
  isPending: boolean;
  isError: boolean;
  error: unknown;
}

function Ask({ label, asked, children }: { label: string; asked: Asked; children: ReactNode }) {
  return (
    <>
      <Button size="sm" variant="default" loading={asked.isPending} onClick={() => asked.mutate()}>
        {label}
      </Button>
      {asked.isError && <Failed error={asked.error} />}
      <div role="status">{children}</div>
    </>
  );
}
