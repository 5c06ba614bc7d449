/** A usual delay in the unit that people would say: 0.5 h is 30 minutes, 48 h two days. */
export function delayUnit(hours: number): { unit: "minutes" | "hours" | "days"; count: number } {
  if (hours < 1) return { unit: "minutes", count: Math.round(hours * 60) };
  if (hours >= 48) return { unit: "days", count: Math.round(hours / 24) };
  return { unit: "hours", count: Math.round(hours) };
}
