const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", DAY_MS],
  ["hour", 60 * MINUTE_MS],
  ["minute", MINUTE_MS],
];

/** "il y a 5 minutes", "dans 2 heures"; "à l'instant" within the minute. at and now are instants. */
export function formatAgo(at: string | Date, now: Date, language: string): string {
  const apart = new Date(at).getTime() - now.getTime();
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, length] of UNITS) {
    if (Math.abs(apart) >= length) return words.format(Math.trunc(apart / length), unit);
  }
  return words.format(0, "second");
}

/** As formatAgo for what has been: the clocks of two machines never agree, and nothing was sent "in a minute". */
export function formatSince(at: string | Date, now: Date, language: string): string {
  return formatAgo(at, new Date(Math.max(now.getTime(), new Date(at).getTime())), language);
}

/** "21 nov. 2026, 23:45", in the browser's time zone. */
export function formatInstant(at: string | Date, language: string, timeZone?: string): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(language, timeZone === undefined ? options : { ...options, timeZone }).format(
    new Date(at),
  );
}

/** A length of time in its two largest units: "2 j 02 h", "2 h 05 min", "3 min 20 s", "450 ms". */
export function formatDuration(ms: number, language: string): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} ${language.startsWith("fr") ? "j" : "d"} ${pad(hours % 24)} h`;
}

const pad = (value: number): string => String(value).padStart(2, "0");
