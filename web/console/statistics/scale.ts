/** A round number at or above the largest value, to be the top of an axis. At least 1. */
export function topOf(values: readonly number[]): number {
  const largest = Math.max(1, ...values);
  const unit = 10 ** Math.floor(Math.log10(largest));
  return ([1, 2, 5, 10].find((step) => step * unit >= largest) ?? 10) * unit;
}

/** Seconds as a round number of seconds, minutes, hours or days, to be the top of an axis. */
export function topOfSeconds(values: readonly number[]): number {
  const largest = Math.max(1, ...values);
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 18_000, 43_200, 86_400];
  return steps.find((step) => step >= largest) ?? Math.ceil(largest / 86_400) * 86_400;
}

/** Which labels of an axis fit: every n-th, so that there are `most` at most. */
export function everyNth(count: number, most: number): number {
  return Math.max(1, Math.ceil(count / most));
}

/** Points of a line with its gaps: a value that is not there begins a new piece. x and y are pixels. */
export function linePieces(
  values: readonly (number | null)[],
  x: (n: number) => number,
  y: (v: number) => number,
): string[] {
  const pieces: string[][] = [[]];
  values.forEach((value, n) => {
    if (value === null) pieces.push([]);
    else pieces.at(-1)?.push(`${round(x(n))},${round(y(value))}`);
  });
  return pieces.filter((piece) => piece.length > 0).map((piece) => piece.join(" "));
}

const round = (value: number): number => Math.round(value * 10) / 10;
