import { Button, Group, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTexts } from "../texts/useTexts";
import { take } from "../../ui/api";
import { chooseLanguage } from "../../ui/i18n";
import { api, meQuery } from "../api";
import { forgetDrafts } from "../report/draft";
import { problemKey } from "../texts/problems";

/** Language, light or dark, and signing out. */
export function Footer() {
  const { t, i18n } = useTexts();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const other = i18n.language === "fr" ? "en" : "fr";
  return (
    <footer className="foot">
      <Group className="column" justify="space-between" gap="xs">
        <SignedIn />
        <Group gap="xs">
          <Button variant="subtle" size="compact-sm" lang={other} onClick={() => chooseLanguage(i18n, other)}>
            {t("language")}
          </Button>
          <Button variant="subtle" size="compact-sm" onClick={() => setColorScheme(isDark ? "light" : "dark")}>
            {t(isDark ? "theme.light" : "theme.dark")}
          </Button>
        </Group>
      </Group>
    </footer>
  );
}

function SignedIn() {
  const { t } = useTexts();
  const queries = useQueryClient();
  const me = useQuery(meQuery).data;
  const signOut = useMutation({
    mutationFn: () => take(api.POST("/api/v1/sign-out")),
    onSuccess: () => {
      forgetDrafts(localStorage);
      queries.clear();
      location.assign("/");
    },
  });
  if (!me) return <span />;
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        {t("signedInAs", { name: me.display_name })}
      </Text>
      <Button variant="subtle" size="compact-sm" loading={signOut.isPending} onClick={() => signOut.mutate()}>
        {t("signOut")}
      </Button>
      <Text size="sm" role="alert">
        {signOut.error && t(problemKey(signOut.error))}
      </Text>
    </Group>
  );
}
