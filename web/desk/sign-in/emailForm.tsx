import { Alert, Button, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTexts } from "../texts/useTexts";

interface Props {
  isBusy: boolean;
  ask: ((email: string) => void) | null;
  goAnonymously: ((email: string) => void) | null;
}

/** One's address, and what to do with it. */
export function EmailForm({ isBusy, ask, goAnonymously }: Props) {
  const { t } = useTexts();
  const [email, setEmail] = useState("");
  const [isWrong, setIsWrong] = useState(false);
  const check = (then: (email: string) => void) => {
    const isAddress = /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email.trim());
    setIsWrong(!isAddress);
    if (isAddress) then(email.trim());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const first = ask ?? goAnonymously;
    if (first) check(first);
  };
  if (!ask && !goAnonymously) return <Alert color="orange">{t("signIn.noWay")}</Alert>;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput
          label={t("signIn.email")}
          type="email"
          name="email"
          autoComplete="email"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          error={isWrong && t("signIn.emailWrong")}
        />
        {ask && (
          <Button type="submit" loading={isBusy}>
            {t("signIn.ask")}
          </Button>
        )}
        {goAnonymously && (
          <>
            <Button
              type={ask ? "button" : "submit"}
              variant="default"
              {...(ask && { onClick: () => check(goAnonymously) })}
            >
              {t("signIn.anonymous")}
            </Button>
            <Text size="sm" c="dimmed">
              {t("signIn.anonymousHint")}
            </Text>
          </>
        )}
      </Stack>
    </form>
  );
}
