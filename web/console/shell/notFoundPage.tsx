import { Anchor, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { PageTitle } from "../parts/pageTitle";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageTitle title={t("notFound.title")} />
      <Text mb="sm">{t("notFound.text")}</Text>
      <Anchor component={Link} href="/" underline="always">
        {t("notFound.back")}
      </Anchor>
    </>
  );
}
