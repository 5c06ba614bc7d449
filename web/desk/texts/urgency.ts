/** The key of a priority in words; 1 to 6, as GLPI counts. */
export function urgencyKey(priority: number): `urgency.${1 | 2 | 3 | 4 | 5 | 6}` {
  const known = Math.min(6, Math.max(1, Math.round(priority))) as 1 | 2 | 3 | 4 | 5 | 6;
  return `urgency.${known}`;
}
