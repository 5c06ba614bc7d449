import { Button, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTexts } from "../texts/useTexts";

interface Props {
  email: string;
  isBusy: boolean;
  enter: (code: string) => void;
  other: () => void;
}

/** The eight digits from the mailbox. */
export function CodeForm({ email, isBusy, enter, other }: Props) {
  const { t } = useTexts();
  const [code, setCode] = useState("");
  const [isWrong, setIsWrong] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const isWhole = code.replace(/\D/g, "").length === 8;
    setIsWrong(!isWhole);
    if (isWhole) enter(code);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput
          ref={field}
          label={t("signIn.code")}
          description={t("signIn.codeHint", { email })}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={isWrong && t("signIn.codeWrong")}
        />
        <Button type="submit" loading={isBusy}>
          {t("signIn.enter")}
        </Button>
        <Button variant="subtle" onClick={other}>
          {t("signIn.other")}
        </Button>
      </Stack>
    </form>
  );
}
