import { Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTexts } from "../texts/useTexts";
import { categoriesQuery, type Category, type Summary } from "../api";
import { urgencyKey } from "../texts/urgency";
import type { Corrections } from "./report";

interface Props {
  summary: Summary;
  isBusy: boolean;
  send: (corrections: Corrections) => void;
  cancel: () => void;
}

/** Subject, urgency and title, to be put right. */
export function CorrectionForm({ summary, isBusy, send, cancel }: Props) {
  const { t } = useTexts();
  const categories = useQuery(categoriesQuery).data?.categories ?? [];
  const [category, setCategory] = useState(String(summary.category_id ?? ""));
  const [priority, setPriority] = useState(String(summary.priority));
  const [title, setTitle] = useState(summary.title);
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(findCorrections(summary, { category, priority, title }));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <NativeSelect
          ref={first}
          label={t("card.category")}
          value={category}
          onChange={(event) => setCategory(event.currentTarget.value)}
          data={[{ value: "", label: t("card.choose") }, ...optionsOf(summary, categories)]}
        />
        <NativeSelect
          label={t("card.urgency")}
          value={priority}
          onChange={(event) => setPriority(event.currentTarget.value)}
          data={[1, 2, 3, 4, 5].map((value) => ({ value: String(value), label: t(urgencyKey(value)) }))}
        />
        <TextInput
          label={t("card.heading")}
          value={title}
          maxLength={200}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" size="md" loading={isBusy}>
            {t("card.sendCorrected")}
          </Button>
          <Button variant="default" disabled={isBusy} onClick={cancel}>
            {t("cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What really differs from the summary. */
export function findCorrections(
  summary: Summary,
  chosen: { category: string; priority: string; title: string },
): Corrections {
  const title = chosen.title.trim();
  const category = Number(chosen.category);
  return {
    ...(chosen.category !== "" && category !== summary.category_id && { category_id: category }),
    ...(Number(chosen.priority) !== summary.priority && { priority: Number(chosen.priority) }),
    ...(title !== "" && title !== summary.title && { title }),
  };
}

/** What the message speaks of comes first, then all of GLPI's categories. */
export function optionsOf(summary: Summary, categories: readonly Category[]): { value: string; label: string }[] {
  const own =
    summary.category_id !== null && summary.category
      ? [{ category_id: summary.category_id, name: summary.category }]
      : [];
  const listed = new Map<number, string>();
  for (const each of [...own, ...summary.alternatives, ...categories])
    if (!listed.has(each.category_id)) listed.set(each.category_id, each.name);
  return [...listed].map(([id, name]) => ({ value: String(id), label: name }));
}
