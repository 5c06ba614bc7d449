import { Alert, Button, Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTexts } from "../texts/useTexts";
import { type Analyzed, meQuery } from "../api";
import { FocusTitle } from "../shell/focusTitle";
import { SignIn } from "../sign-in/signIn";
import { CorrectionForm } from "./correctionForm";
import { Facts, Missing } from "./facts";
import { Questions } from "./questions";
import type { Corrections } from "./report";
import { Masked, SecondLook } from "./secondLook";
import { useLook } from "./useLook";

interface Props {
  step: Analyzed;
  isBusy: boolean;
  agree: (corrections: Corrections, refined: boolean) => void;
  answer: (answer: string) => void;
}

/** What was understood, as a card; one obvious button sends it. */
export function Understood({ step, isBusy, agree, answer }: Props) {
  const { t } = useTexts();
  const me = useQuery(meQuery).data;
  const look = useLook(step.session_id);
  const [isTaken, setIsTaken] = useState(false);
  const [isCorrecting, setIsCorrecting] = useState(false);
  const [symptoms, setSymptoms] = useState<readonly string[] | null>(null);
  const summary = isTaken && look.summary ? look.summary : step.summary;
  const shown = { ...summary, symptoms: [...(symptoms ?? summary.symptoms)] };
  const send = (corrections: Corrections) =>
    agree(symptoms === null ? corrections : { ...corrections, symptoms: [...symptoms] }, isTaken);
  const takeLook = () => {
    setIsTaken(true);
    setSymptoms(null);
  };
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="understood">
      <Stack>
        <FocusTitle order={2} size="h3" id="understood">
          {t("card.title")}
        </FocusTitle>
        {summary.is_account_request && <Identity name={me?.display_name ?? null} />}
        <Facts summary={shown} remove={(symptom) => setSymptoms(shown.symptoms.filter((one) => one !== symptom))} />
        <SecondLook look={look} first={step.summary} isTaken={isTaken} take={takeLook} />
        {isCorrecting ? (
          <CorrectionForm summary={summary} isBusy={isBusy} send={send} cancel={() => setIsCorrecting(false)} />
        ) : (
          <>
            {step.summary.questions.length > 0 && !isTaken ? (
              <Questions questions={step.summary.questions} isBusy={isBusy} answer={answer} send={() => send({})} />
            ) : (
              <Button size="lg" loading={isBusy} onClick={() => send({})}>
                {t("card.send")}
              </Button>
            )}
            <Button variant="default" disabled={isBusy} onClick={() => setIsCorrecting(true)}>
              {t("card.correct")}
            </Button>
          </>
        )}
        <Missing summary={summary} />
        <Masked text={look.masked} />
      </Stack>
    </Paper>
  );
}

/** Work on accounts is for those who have shown who they are. */
function Identity({ name }: { name: string | null }) {
  const { t } = useTexts();
  const [isSigningIn, setIsSigningIn] = useState(false);
  if (name !== null) return <Alert title={t("account.title")}>{t("account.signedIn", { name })}</Alert>;
  if (isSigningIn) return <SignIn why={t("account.anonymous")} />;
  return (
    <Alert color="orange">
      <Text size="sm">{t("account.anonymous")}</Text>
      <Button mt="xs" onClick={() => setIsSigningIn(true)}>
        {t("account.confirm")}
      </Button>
    </Alert>
  );
}
