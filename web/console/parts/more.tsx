import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** The next page of a list, below it. */
export function More({ asked }: { asked: Paged }) {
  const { t } = useTranslation();
  if (!asked.hasNextPage) return null;
  return (
    <Button
      mt="sm"
      variant="default"
      size="sm"
      loading={asked.isFetchingNextPage}
      onClick={() => void asked.fetchNextPage()}
    >
      {t("more")}
    </Button>
  );
}
