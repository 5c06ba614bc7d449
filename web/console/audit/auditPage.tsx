import { Anchor, Group, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type AuditFilters, auditQuery, journalQuery } from "../api";
import { Choice } from "../parts/choice";
import { More } from "../parts/more";
import { PageTitle } from "../parts/pageTitle";
import { Read } from "../parts/states";
import { type Book, exportAddress, NOTHING, toInstant } from "./filters";
import { Lines } from "./lines";
import { Verify } from "./verify";

const TYPING_MS = 300;

/** What operators and effects did, and the journal of all runs: searched, exported, verified. */
export default function AuditPage() {
  const { t } = useTranslation();
  const [book, setBook] = useState<Book>("audit");
  const [typed, setTyped] = useState<AuditFilters>(NOTHING);
  const [settled] = useDebouncedValue(typed, TYPING_MS);
  const filters = { ...settled, since: toInstant(settled.since, "begin"), until: toInstant(settled.until, "end") };
  return (
    <>
      <PageTitle title={t("nav.audit")} />
      <Verify />
      <div className="filters">
        <Choice<Book>
          label={t("audit.book")}
          value={book}
          options={[
            { value: "audit", text: t("audit.acts") },
            { value: "journal", text: t("audit.journal") },
          ]}
          onChange={setBook}
        />
        <Fields book={book} value={typed} onChange={setTyped} />
      </div>
      <Group gap="md" mb="sm">
        {(["csv", "json"] as const).map((format) => (
          <Anchor key={format} href={exportAddress(book, filters, format)} download underline="always">
            {t(`audit.export.${format}`)}
          </Anchor>
        ))}
      </Group>
      {book === "audit" ? <Acts filters={filters} /> : <Journal filters={filters} />}
    </>
  );
}

interface Edited {
  book: Book;
  value: AuditFilters;
  onChange: (value: AuditFilters) => void;
}

function Fields({ book, value, onChange }: Edited) {
  const { t } = useTranslation();
  const names = ["text", "subject", "actor", "kind", "since", "until"] as const;
  return names.map((name) => (
    <TextInput
      key={name}
      size="sm"
      type={name === "since" || name === "until" ? "date" : "text"}
      label={t(`audit.filter.${name === "subject" && book === "journal" ? "run" : name}`)}
      maxLength={120}
      value={value[name]}
      onChange={(event) => onChange({ ...value, [name]: event.currentTarget.value })}
    />
  ));
}

function Acts({ filters }: { filters: AuditFilters }) {
  const asked = useInfiniteQuery(auditQuery(filters));
  return (
    <>
      <Read asked={asked}>
        {({ pages }) => (
          <Lines lines={pages.flatMap((page) => page.lines.map((line) => ({ ...line, about: line.subject })))} />
        )}
      </Read>
      <More asked={asked} />
    </>
  );
}

function Journal({ filters }: { filters: AuditFilters }) {
  const asked = useInfiniteQuery(journalQuery(filters));
  return (
    <>
      <Read asked={asked}>
        {({ pages }) => (
          <Lines
            lines={pages.flatMap((page) => page.lines.map((line) => ({ ...line, actor: "", about: line.run_id })))}
          />
        )}
      </Read>
      <More asked={asked} />
    </>
  );
}
