import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** A link to a page of GLPI or Observium; plain text where that is not configured. */
export function Outside({ url, children }: { url: string | null; children: string }) {
  const { t } = useTranslation();
  if (url === null) return <span>{children}</span>;
  return (
    <Anchor href={url} target="_blank" rel="noreferrer" underline="always">
      {children}
      <span aria-hidden> ↗</span>
      <span className="unseen"> {t("newTab")}</span>
    </Anchor>
  );
}
