import { Alert, Button, Stack, Text, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTexts } from "../texts/useTexts";
import { meQuery } from "../api";
import { Human } from "../shell/human";
import { SignIn } from "../sign-in/signIn";
import { codeKey } from "../texts/problems";
import { Bubble } from "./bubble";
import { Filed } from "./filed";
import { MessageForm } from "./messageForm";
import type { Task } from "./report";
import { Understood } from "./understood";
import { useReport } from "./useReport";

/** From "what is wrong?" to the ticket's number, as one conversation. */
export function ReportPage() {
  const { t } = useTexts();
  const me = useQuery(meQuery).data;
  const [anonymous, setAnonymous] = useState<string | null>(null);
  const { report, tell, leave } = useReport(me ? null : anonymous);
  const { task, waitsFor, step, made } = report;
  // Signed in on another view or in another tab: what waited for that goes on.
  useEffect(() => {
    if (me && waitsFor === "sign-in") tell({ type: "freed" });
  }, [me, waitsFor, tell]);

  if (report.said.length === 0) return <MessageForm send={(text) => tell({ type: "sent", text })} />;
  const freed = () => tell({ type: "freed" });
  const goAnonymously = (email: string) => {
    setAnonymous(email);
    freed();
  };
  return (
    <Stack>
      <VisuallyHidden component="h1">{t("name")}</VisuallyHidden>
      {report.said.map((text, index) => (
        <Bubble key={index} isMine>
          {text}
        </Bubble>
      ))}
      <div role="status">
        {made === null && (
          <Bubble>
            {t("report.received")} {task && waitsFor === null && t(wordOf(task))} {report.isAgain && t("report.again")}
          </Bubble>
        )}
        {(waitsFor === "offline" || waitsFor === "away") && (
          <Alert color="orange" mt="md" role="presentation">
            {t(`state.${waitsFor}`)}
          </Alert>
        )}
      </div>
      {report.problem && <Alert color="red">{t(codeKey(report.problem))}</Alert>}
      {waitsFor === "sign-in" && (
        <SignIn
          title={t(step ? "signIn.again" : "signIn.title")}
          why={t(step ? "signIn.whyAgain" : "signIn.why")}
          onSignedIn={freed}
          {...(!step && { onAnonymous: goAnonymously })}
        />
      )}
      {step && made === null && waitsFor !== "sign-in" && (
        <Understood
          key={`${step.session_id} ${report.said.length}`}
          step={step}
          isBusy={task !== null}
          agree={(corrections, refined) => tell({ type: "agreed", corrections, refined })}
          answer={(answer) => tell({ type: "answered", answer })}
        />
      )}
      {made && <Filed made={made} priority={step?.summary.priority ?? 3} isMine={Boolean(me)} another={leave} />}
      {made === null && (
        <Text component="div">
          <Button variant="subtle" onClick={leave}>
            {t("report.restart")}
          </Button>
        </Text>
      )}
      {waitsFor !== "sign-in" && <Human />}
    </Stack>
  );
}

function wordOf(task: Task): "report.reading" | "report.filing" {
  return task.kind === "file" ? "report.filing" : "report.reading";
}
