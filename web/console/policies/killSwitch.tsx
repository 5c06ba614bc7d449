import { Button, Group, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { take } from "../../ui/api";
import { api, type Mode, type Plan } from "../api";
import { Choice } from "../parts/choice";
import { Failed } from "../parts/states";
import { useRights } from "../shell/session";
import { modesFor } from "./modes";

interface Asked {
  plan: Plan | "*";
  site: string;
  mode: Mode | null;
  label: string;
}

/** One plan on one site, or all of them: stopped in two clicks, with a reason. */
export function KillSwitch({ plan, site, mode, label }: Asked) {
  const { t } = useTranslation();
  const rights = useRights();
  const [isOpen, setOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const modes = modesFor(mode, rights);
  if (modes.length === 0) {
    return <span className="quietText">{t(rights.operate ? "rights.administer" : "rights.operateShort")}</span>;
  }
  // The focus goes back to where it came from.
  const end = () => {
    setOpen(false);
    setWasOpen(true);
  };
  if (isOpen) return <Change plan={plan} site={site} modes={modes} onEnd={end} />;
  const stops = modes.includes("off") && mode !== "off";
  return (
    <Button
      size="compact-sm"
      variant="default"
      autoFocus={wasOpen}
      className={stops ? "no" : ""}
      aria-label={`${t(stops ? "policy.stop" : "policy.change")}: ${label}`}
      onClick={() => setOpen(true)}
    >
      {t(stops ? "policy.stop" : "policy.change")}
    </Button>
  );
}

interface Changed {
  plan: Plan | "*";
  site: string;
  modes: Mode[];
  onEnd: () => void;
}

function Change({ plan, site, modes, onEnd }: Changed) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [mode, setMode] = useState<Mode>(modes[0] ?? "off");
  const [reason, setReason] = useState("");
  const change = useMutation({
    mutationFn: () =>
      take(
        api.PUT("/api/switches/{plan}/{site}", {
          params: { path: { plan, site } },
          body: { mode, reason: reason.trim() },
        }),
      ),
    onSuccess: async () => {
      await Promise.all([["policies"], ["modes"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
      onEnd();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit} className="decide" onKeyDown={(event) => event.key === "Escape" && onEnd()}>
      {modes.length > 1 && (
        <Choice
          label={t("policy.mode")}
          value={mode}
          options={modes.map((value) => ({ value, text: t(`mode.${value}`) }))}
          onChange={setMode}
        />
      )}
      <TextInput
        autoFocus
        size="sm"
        label={t("policy.reason")}
        required
        minLength={3}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Group gap="sm" mt="xs">
        <Button type="submit" size="compact-md" className={mode === "on" ? "yes" : "stop"} loading={change.isPending}>
          {t(`policy.confirm.${mode}`)}
        </Button>
        <Button size="compact-md" variant="default" onClick={onEnd}>
          {t("cancel")}
        </Button>
      </Group>
      {change.isError && <Failed error={change.error} />}
    </form>
  );
}
