import { Alert, Button, Loader, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem, Unreachable } from "../../ui/api";

export function Loading() {
  const { t } = useTranslation();
  return (
    <div className="state" role="status">
      <Loader size="sm" aria-hidden /> <Text span>{t("loading")}</Text>
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return (
    <Text c="dimmed" className="state">
      {children}
    </Text>
  );
}

/** Why something could not be read or done, and another try where that may help. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" role="alert" my="sm" title={t("failed.title")}>
      <Text size="sm">{useReason(error)}</Text>
      {onRetry && (
        <Button mt="xs" size="compact-sm" variant="default" onClick={onRetry}>
          {t("retry")}
        </Button>
      )}
    </Alert>
  );
}

/** A failure in words. */
export function useReason(error: unknown): string {
  const { t } = useTranslation();
  if (error instanceof Unreachable) return t("failed.unreachable");
  if (!(error instanceof ApiProblem)) return t("failed.unknown");
  const said = typeof error.detail.message === "string" ? error.detail.message : error.message;
  const known = t(`failed.${typeof error.detail.code === "string" ? error.detail.code : error.status}`, "");
  return known || said || t("failed.unknown");
}

interface Asked<Data> {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** What was read, or why it is not there (yet). What was read before stays, with the failure above it. */
export function Read<Data>({ asked, children }: { asked: Asked<Data>; children: (data: Data) => ReactNode }) {
  const { data, error } = asked;
  return (
    <>
      {error !== null && <Failed error={error} onRetry={() => void asked.refetch()} />}
      {data !== undefined ? children(data) : asked.isPending && <Loading />}
    </>
  );
}
