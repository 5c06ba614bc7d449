import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { take } from "../../ui/api";
import { api, type DeadLetter } from "../api";
import { useReason } from "../parts/states";
import { When } from "../parts/when";
import { useRights } from "../shell/session";
import { keyOf } from "./letterKey";

/** Try it again by the same door and under the same keys; or why that is not possible. */
export function ReplayLetter({ letter }: { letter: DeadLetter }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { operate } = useRights();
  const params = { path: { kind: letter.kind, key: keyOf(letter) } };
  const replay = useMutation({
    mutationFn: () => take(api.POST("/api/dead-letters/{kind}/{key}/replay", { params })),
    onSettled: () =>
      Promise.all([["letters"], ["letter"], ["now"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const reason = useReason(replay.error);
  return (
    <span className="replayLetter">
      {letter.can_replay && operate && (
        <Button
          size="compact-sm"
          variant="default"
          loading={replay.isPending}
          aria-label={t("letter.replayOf", { title: letter.title })}
          onClick={() => replay.mutate()}
        >
          {t("letter.replay")}
        </Button>
      )}
      {letter.can_replay && !operate && <span className="quietText">{t("rights.operateShort")}</span>}
      {letter.replayed_at ? (
        <span className="quietText">
          {t("letter.replayed")} <When at={letter.replayed_at} />
        </span>
      ) : (
        letter.why_not && <span className="quietText">{t(`letter.whyNot.${letter.why_not}`, letter.why_not)}</span>
      )}
      <span role="status">
        {replay.isSuccess && t(`letter.outcome.${replay.data.outcome}`)}
        {replay.isError && <span className="errorText">{reason}</span>}
      </span>
    </span>
  );
}
