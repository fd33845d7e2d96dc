/** Decimal arithmetic at DuckDB's scale (17 digits after the point), exact where SQL's DECIMAL would overflow. */
import { strict } from "./define.js";

const scale = 10n ** 17n;

function parse(text: string): bigint | undefined {
  const m = /^(-)?(\d+)(?:\.(\d{1,17}))?$/.exec(text);
  if (m === null) return undefined;
  const value = BigInt(m[2] ?? "0") * scale + BigInt((m[3] ?? "").padEnd(17, "0"));
  return m[1] === undefined ? value : -value;
}

function print(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(18, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -17)}.${digits.slice(-17)}`;
}

const operations: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => (a * b) / scale,
  "/": (a, b) => (b === 0n ? undefined : (a * scale) / b),
  bin: (a, b) => (b <= 0n ? undefined : floorTo(a, b)),
  "%": (a, b) => (b === 0n ? undefined : ((a % b) + (b < 0n ? -b : b)) % (b < 0n ? -b : b)),
};

function floorTo(value: bigint, size: bigint): bigint {
  const over = value % size;
  return value - (over < 0n ? over + size : over);
}

/** Halves go away from zero, as DuckDB rounds. */
function roundTo(value: bigint, digits: number): bigint {
  if (digits >= 17) return value;
  const unit = 10n ** BigInt(17 - Math.max(digits, -40));
  const size = ((value < 0n ? -value : value) + unit / 2n) / unit;
  return (value < 0n ? -size : size) * unit;
}

export const decimalUdfs = [
  strict("ku_decimal", ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR", (symbol, left, right) => {
    const a = parse(left);
    if (symbol === "round") return a === undefined ? null : print(roundTo(a, Number(right)));
    const b = parse(right);
    if (a === undefined || b === undefined) return null;
    const result = operations[symbol]?.(a, b);
    return result === undefined ? null : print(result);
  }),
];
