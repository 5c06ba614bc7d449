import type { Bucket, By } from "../api";

const OPTIONS: Record<By, Intl.DateTimeFormatOptions> = {
  hour: { hour: "2-digit", minute: "2-digit", hour12: false },
  day: { day: "2-digit", month: "2-digit" },
};

/** "14:00" or "21/11" for each bucket. Days are France's, wherever one looks from. */
export function bucketLabels(buckets: readonly Pick<Bucket, "at">[], by: By, language: string): string[] {
  const zone = by === "day" ? { timeZone: "Europe/Paris" } : {};
  const words = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { ...OPTIONS[by], ...zone });
  return buckets.map(({ at }) => words.format(new Date(at)));
}
