import { Alert, Button, Divider, Paper, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTexts } from "../texts/useTexts";
import { take } from "../../ui/api";
import { aboutQuery, api, meQuery } from "../api";
import { FocusTitle } from "../shell/focusTitle";
import { Human } from "../shell/human";
import { problemKey } from "../texts/problems";
import { CodeForm } from "./codeForm";
import { EmailForm } from "./emailForm";

interface Props {
  why: string;
  title?: string;
  onSignedIn?: () => void;
  onAnonymous?: (email: string) => void;
}

interface Asked {
  email: string;
  challenge: string;
}

/** By a code in one's mailbox, by the organisation's account, or by nothing where that is allowed. */
export function SignIn({ why, title, onSignedIn, onAnonymous }: Props) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const about = useQuery(aboutQuery).data;
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = useMutation({
    mutationFn: async (email: string) => {
      const answer = await take(api.POST("/api/v1/sign-in/code", { body: { email } }));
      return { email, challenge: answer.challenge };
    },
    onSuccess: setAsked,
  });
  const enter = useMutation({
    mutationFn: async (code: string) => {
      await take(api.POST("/api/v1/sign-in", { body: { challenge: asked?.challenge ?? "", code } }));
      await queries.fetchQuery({ ...meQuery, staleTime: 0 });
    },
    onSuccess: () => onSignedIn?.(),
  });
  const error = enter.error ?? ask.error;
  const another = () => {
    enter.reset();
    setAsked(null);
  };
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="sign-in">
      <Stack>
        <FocusTitle order={2} size="h3" id="sign-in">
          {title ?? t("signIn.title")}
        </FocusTitle>
        <Text>{why}</Text>
        {error && <Alert color="red">{t(problemKey(error))}</Alert>}
        {asked ? (
          <CodeForm email={asked.email} isBusy={enter.isPending} enter={(code) => enter.mutate(code)} other={another} />
        ) : (
          <EmailForm
            isBusy={ask.isPending}
            ask={about?.has_codes === false ? null : (email) => ask.mutate(email)}
            goAnonymously={about?.takes_anonymous && onAnonymous ? onAnonymous : null}
          />
        )}
        {about?.has_oidc && (
          <Button component="a" href="/api/v1/sign-in/oidc" variant="default">
            {t("signIn.oidc")}
          </Button>
        )}
        <Divider />
        <Human title={t("signIn.noMail")} />
      </Stack>
    </Paper>
  );
}
