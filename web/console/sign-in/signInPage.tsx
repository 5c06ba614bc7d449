import { Alert, Button, Paper, PasswordInput, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { take } from "../../ui/api";
import icon from "../../ui/icon.svg";
import { api, sessionQuery, waysInQuery } from "../api";
import { Failed, Loading } from "../parts/states";
import { Preferences } from "../shell/header";
import { whyNotSignedIn } from "./whyNot";

const OIDC = "/api/sign-in/oidc";
const KEPT: unknown[] = [sessionQuery.queryKey[0], waysInQuery.queryKey[0]];

/** Password, or the organisation's account where that is configured. */
export function SignInPage() {
  const { t } = useTranslation();
  const ways = useQuery(waysInQuery);
  useEffect(() => {
    document.title = `${t("signIn.title")} – ${t("name")}`;
  }, [t]);
  const came = new URLSearchParams(location.search).get("sign-in");
  return (
    <main className="alone">
      <Paper withBorder p="lg" className="signIn">
        <div className="brand">
          <img src={icon} alt="" width={28} height={28} /> WIDIP
        </div>
        <Title order={1} size="h3" my="md">
          {t("signIn.title")}
        </Title>
        {(came === "refused" || came === "away") && (
          <Alert color="red" role="alert" mb="md">
            {t(`signIn.oidc_${came}`)}
          </Alert>
        )}
        {ways.isError && <Failed error={ways.error} />}
        {ways.isPending && <Loading />}
        {ways.data?.password && <PasswordForm />}
        {ways.data?.oidc && (
          <Button component="a" href={OIDC} variant={ways.data.password ? "default" : "filled"} fullWidth mt="md">
            {t("signIn.oidc")}
          </Button>
        )}
        {ways.data && !ways.data.password && !ways.data.oidc && <Text>{t("signIn.noWay")}</Text>}
        <div className="preferences">
          <Preferences />
        </div>
      </Paper>
    </main>
  );
}

function PasswordForm() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => take(api.POST("/api/sign-in", { body: { name: name.trim(), password } })),
    onSuccess: (session) => {
      // What was read in another session, or refused in it, is over.
      queries.removeQueries({ predicate: ({ queryKey }) => !KEPT.includes(queryKey[0]) });
      queries.setQueryData(sessionQuery.queryKey, session);
    },
    onError: () => setPassword(""),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const problem = whyNotSignedIn(signIn.error);
  return (
    <form onSubmit={submit}>
      <TextInput
        label={t("signIn.name")}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        autoFocus
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        mt="sm"
        label={t("signIn.password")}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {problem && (
        <Alert color="red" role="alert" mt="sm">
          {t(`signIn.${problem.code}`, { count: problem.minutes })}
        </Alert>
      )}
      <Button type="submit" fullWidth mt="md" loading={signIn.isPending}>
        {t("signIn.go")}
      </Button>
    </form>
  );
}
