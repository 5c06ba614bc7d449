import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTexts } from "../texts/useTexts";
import { meQuery } from "../api";
import { Failed } from "../shell/failed";
import { SignIn } from "./signIn";

/** What only signed-in people see; others are asked to sign in first. */
export function SignedInOnly({ children }: { children: ReactNode }) {
  const { t } = useTexts();
  const me = useQuery(meQuery);
  if (me.isPending) return <Text role="status">{t("loading")}</Text>;
  if (me.isError) return <Failed again={() => void me.refetch()} />;
  return me.data ? children : <SignIn why={t("signIn.needed")} />;
}
