/** Durations as KQL writes them. Units: ticks of 100 ns. Source: https://learn.microsoft.com/kusto/query/scalar-data-types/timespan */
const ticks = {
  ns100: 1n,
  us: 10n,
  ms: 10_000n,
  s: 10_000_000n,
  m: 600_000_000n,
  h: 36_000_000_000n,
  d: 864_000_000_000n,
};

const units: readonly (readonly [RegExp, bigint])[] = [
  [/^(?:d|days?)$/, ticks.d],
  [/^(?:h|hrs?|hours?)$/, ticks.h],
  [/^(?:m|mins?|minutes?)$/, ticks.m],
  [/^(?:s|secs?|seconds?)$/, ticks.s],
  [/^(?:ms|millis?|milliseconds?)$/, ticks.ms],
  [/^(?:micros?|microseconds?)$/, ticks.us],
  [/^(?:ticks?)$/, ticks.ns100],
];

function scaled(amount: string, unit: bigint): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  const scale = 10n ** BigInt(fraction.length);
  return (BigInt(whole + fraction) * unit) / scale;
}

/**
 * Reads `1h`, `2.5d`, `-30m`, `1.12:00:00`, `02:30:00.5`; also with `timespan(…)` or `time(…)` around it.
 * Returns undefined for anything else.
 */
export function parseTimespan(text: string): bigint | undefined {
  const bare = /^\s*(?:timespan|time)\(([^)]*)\)\s*$/.exec(text)?.[1] ?? text;
  const match =
    /^\s*([+-]?)(?:(\d{1,9}(?:\.\d{1,7})?)\s*([a-z]+)|(?:(\d{1,8})\.)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,7})?))?)\s*$/.exec(
      bare,
    );
  if (match === null) return undefined;
  const [, sign, amount, unitName, days, hours, minutes, seconds] = match;
  let total: bigint;
  if (amount !== undefined) {
    const unit = units.find(([pattern]) => pattern.test(unitName ?? ""))?.[1];
    if (unit === undefined) return undefined;
    total = scaled(amount, unit);
  } else {
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) >= 60) return undefined;
    total =
      BigInt(days ?? 0) * ticks.d +
      BigInt(hours ?? 0) * ticks.h +
      BigInt(minutes ?? 0) * ticks.m +
      scaled(seconds ?? "0", ticks.s);
  }
  return sign === "-" ? -total : total;
}
