import { Button, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { take } from "../../ui/api";
import { chooseLanguage } from "../../ui/i18n";
import icon from "../../ui/icon.svg";
import { api } from "../api";
import type { Connection } from "./live";
import { useOperator } from "./session";

interface Shown {
  connection: Connection;
  isMenuOpen: boolean;
  onMenu: () => void;
}

export function Header({ connection, isMenuOpen, onMenu }: Shown) {
  const { t } = useTranslation();
  const operator = useOperator();
  return (
    <header className="head">
      <Button
        className="menuButton"
        variant="default"
        size="compact-md"
        aria-expanded={isMenuOpen}
        aria-controls="menu"
        onClick={onMenu}
      >
        {t("menu")}
      </Button>
      <Link href="/" className="brand">
        <img src={icon} alt="" width={24} height={24} />
        WIDIP
      </Link>
      <span className="line" data-state={connection.state}>
        {t(`line.${connection.state}`)}
      </span>
      <span className="who" title={operator.roles.map((role) => t(`role.${role}`)).join(", ")}>
        {operator.name}
        <span className="roles"> · {operator.roles.map((role) => t(`role.${role}`)).join(", ")}</span>
      </span>
      <span className="inHead">
        <Preferences />
      </span>
      <SignOut />
    </header>
  );
}

/** Language, and light or dark. Before the sign-in, too. */
export function Preferences() {
  const { t, i18n } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light", { getInitialValueInEffect: false }) === "dark";
  const other = i18n.language === "fr" ? "en" : "fr";
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        className="quiet"
        onClick={() => setColorScheme(isDark ? "light" : "dark")}
      >
        {t(isDark ? "theme.light" : "theme.dark")}
      </Button>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        className="quiet"
        lang={other}
        onClick={() => chooseLanguage(i18n, other)}
      >
        {t("language")}
      </Button>
    </>
  );
}

function SignOut() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => take(api.POST("/api/sign-out")),
    // Whatever came of it: what was read here is nobody's any more.
    onSettled: () => queries.resetQueries(),
  });
  return (
    <Button variant="default" size="compact-sm" loading={signOut.isPending} onClick={() => signOut.mutate()}>
      {t("signOut")}
    </Button>
  );
}
