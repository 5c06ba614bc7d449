import { Button, Group, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { take } from "../../ui/api";
import { api, type ApprovalRow } from "../api";
import { Failed } from "../parts/states";

type Answer = "approve" | "reject";
const LONGEST = 500;

/** Yes or no in two clicks, with a reason; or why it is not yours to say. */
export function Decide({ approval }: { approval: ApprovalRow }) {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [left, setLeft] = useState<Answer | null>(null);
  // The focus goes back to where it came from.
  const back = () => {
    setLeft(answer);
    setAnswer(null);
  };
  if (!approval.yours) return <p className="quietText">{t(`approval.notYours.${approval.why_not_yours}`)}</p>;
  if (answer !== null) return <Reason approval={approval} answer={answer} onBack={back} />;
  return (
    <Group gap="sm" mt="sm">
      <Button className="yes" autoFocus={left === "approve"} onClick={() => setAnswer("approve")}>
        {t("approval.approve")}
      </Button>
      <Button className="no" variant="default" autoFocus={left === "reject"} onClick={() => setAnswer("reject")}>
        {t("approval.reject")}
      </Button>
    </Group>
  );
}

interface Asked {
  approval: ApprovalRow;
  answer: Answer;
  onBack: () => void;
}

function Reason({ approval, answer, onBack }: Asked) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const decide = useMutation({
    mutationFn: () =>
      take(
        api.POST("/api/approvals/{approval_id}", {
          params: { path: { approval_id: approval.id } },
          body: { decision: answer, reason: reason.trim() },
        }),
      ),
    onSettled: () => Promise.all([["approvals"], ["now"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    decide.mutate();
  };
  return (
    <form onSubmit={submit} className="decide" onKeyDown={(event) => event.key === "Escape" && onBack()}>
      <TextInput
        label={t(`approval.reason.${answer}`)}
        description={t(`approval.reasonText.${answer}`)}
        autoFocus
        required={answer === "reject"}
        maxLength={LONGEST}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Group gap="sm" mt="sm">
        <Button type="submit" className={answer === "approve" ? "yes" : "stop"} loading={decide.isPending}>
          {t(`approval.confirm.${answer}`)}
        </Button>
        <Button variant="default" onClick={onBack}>
          {t("cancel")}
        </Button>
      </Group>
      {decide.isError && <Failed error={decide.error} />}
    </form>
  );
}
