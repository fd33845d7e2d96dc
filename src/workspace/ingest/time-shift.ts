/** A clock that was wrong: what to add to the times it wrote. */

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
type Unit = keyof typeof units;

/** Clocks that are wrong by more than a century are no clocks. */
const mostDays = 36_600;

/**
 * Parses `19h`, `-5d`, `+1d2h30m`, `-1500ms`: whole numbers, the larger units first.
 *
 * @returns milliseconds to add; undefined when it cannot be read, is nothing, or is beyond a hundred years
 */
export function parseShift(text: string): number | undefined {
  const found = /^([+-])?(?:(\d{1,6})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9})s)?(?:(\d{1,12})ms)?$/.exec(
    text.trim(),
  );
  if (found === null) return undefined;
  const [, sign, ...counts] = found;
  const total = Object.values(units).reduce((sum, unit, i) => sum + unit * Number(counts[i] ?? 0), 0);
  if (total === 0 || total > mostDays * units.d) return undefined;
  return sign === "-" ? -total : total;
}

/** The shift as it is written in `ingest.yaml`, with its sign: `+19h`. */
export function formatShift(shiftMs: number): string {
  let left = Math.abs(shiftMs);
  let text = shiftMs < 0 ? "-" : "+";
  for (const unit of Object.keys(units) as Unit[]) {
    const count = Math.floor(left / units[unit]);
    left -= count * units[unit];
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}
