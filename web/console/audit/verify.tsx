import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { take } from "../../ui/api";
import { api } from "../api";
import { Mark } from "../parts/mark";
import { Failed } from "../parts/states";

interface Checked {
  lines: number;
  lastId: number;
  lastHash: string;
  brokenAt: number | null;
  reason: string;
}

/** Whether each line of the audit still holds the hash of the one before. */
export function Verify() {
  const { t, i18n } = useTranslation();
  const verify = useMutation({ mutationFn: verifyAll });
  const number = new Intl.NumberFormat(i18n.language);
  const found = verify.data;
  return (
    <div className="verify">
      <Button size="compact-md" variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
        {t("audit.verify")}
      </Button>
      <span role="status">
        {found && found.brokenAt === null && (
          <>
            <Mark tone="good">{t("audit.whole", { count: found.lines, number: number.format(found.lines) })}</Mark>{" "}
            <span className="code quietText">
              #{found.lastId} {found.lastHash.slice(0, 12)}
            </span>
          </>
        )}
        {found && found.brokenAt !== null && (
          <Mark tone="bad">
            {t("audit.broken", { id: found.brokenAt })} <span lang="en">{found.reason}</span>
          </Mark>
        )}
      </span>
      {verify.isError && <Failed error={verify.error} />}
    </div>
  );
}

/** Piece by piece to the end, or to the first line that does not fit. */
async function verifyAll(): Promise<Checked> {
  let lines = 0;
  for (let after: number | null = 0; ;) {
    const part: Part = await take(api.GET("/api/audit/verify", { params: { query: { after } } }));
    lines += part.checked;
    after = part.next_after;
    if (!part.ok || after === null) {
      return { lines, lastId: part.last_id, lastHash: part.last_hash, brokenAt: part.broken_at, reason: part.reason };
    }
  }
}

type Part = import("../../ui/api/orchestrator").components["schemas"]["Verified"];
