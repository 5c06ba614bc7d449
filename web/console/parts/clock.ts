/** "23:41:05", in the browser's time zone unless told otherwise. */
export function formatClock(at: string | Date, language: string, timeZone?: string): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(language, { ...options, ...(timeZone ? { timeZone } : {}) }).format(new Date(at));
}

/** "+0,45 s", "+3 min 20 s": how long after the beginning. */
export function formatOffset(ms: number, language: string): string {
  if (ms < 60_000) {
    const seconds = new Intl.NumberFormat(language, { maximumFractionDigits: ms < 10_000 ? 2 : 1 }).format(ms / 1000);
    return `+${seconds} s`;
  }
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `+${minutes} min ${pad(Math.floor((ms % 60_000) / 1000))} s`;
  return `+${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** What is left, as a clock: "7:59:12", "4:05". Never below zero. */
export function formatLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours ? `${hours}:${pad(minutes)}` : minutes}:${pad(seconds % 60)}`;
}

const pad = (value: number): string => String(value).padStart(2, "0");
