import { type AuditFilters, given } from "../api";

export const NOTHING: AuditFilters = { actor: "", kind: "", subject: "", text: "", since: "", until: "" };

export type Book = "audit" | "journal";

/** The day of a date field as the instants between which it lies, in the browser's time zone. Empty for no day. */
export function toInstant(day: string, end: "begin" | "end"): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return "";
  return new Date(year, month - 1, date + (end === "end" ? 1 : 0)).toISOString();
}

/** Where the lines that fit can be downloaded. */
export function exportAddress(book: Book, filters: AuditFilters, format: "csv" | "json"): string {
  return `/api/${book}/export?${new URLSearchParams({ ...given({ ...filters }), format })}`;
}
