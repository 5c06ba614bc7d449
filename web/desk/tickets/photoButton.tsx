import { Alert, Button, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTexts } from "../texts/useTexts";
import { take } from "../../ui/api";
import { api, ticketQuery } from "../api";
import { problemKey } from "../texts/problems";

/** Send a photo: from the camera on a phone, from a folder elsewhere. */
export function PhotoButton({ ticketId }: { ticketId: number }) {
  const { t } = useTexts();
  const queries = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const send = useMutation({
    mutationFn: (file: File) => take(api.POST("/api/v1/tickets/{ticket_id}/photos", photoOf(ticketId, file))),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ticketQuery(ticketId).queryKey }),
  });
  return (
    <div>
      <input
        ref={field}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        hidden
        aria-label={t("ticket.addPhoto")}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) send.mutate(file);
        }}
      />
      <Button variant="default" loading={send.isPending} onClick={() => field.current?.click()}>
        {t("ticket.addPhoto")}
      </Button>
      <Text size="sm" role="status">
        {send.isPending && t("ticket.photoSending")}
        {send.data && t("ticket.photoSent", { size: Math.ceil(send.data.size / 1024) })}
      </Text>
      {send.error && (
        <Alert color="red" mt="xs">
          {t(problemKey(send.error))}
        </Alert>
      )}
    </div>
  );
}

/** The file is the body as it is: what it shows, the desk finds out. */
function photoOf(ticketId: number, file: File) {
  return {
    params: { path: { ticket_id: ticketId } },
    body: file as unknown as string,
    bodySerializer: (body: unknown) => body as File,
    headers: { "content-type": "image/jpeg" },
  };
}
