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
  "%": (a, b) => (b === 0n ? undefined : ((a % b) + (b < 0n ? -b : b)) % (b < 0n ? -b : b)),
};

export const decimalUdfs = [
  strict("ku_decimal", ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR", (symbol, left, right) => {
    const [a, b] = [parse(left), parse(right)];
    if (a === undefined || b === undefined) return null;
    const result = operations[symbol]?.(a, b);
    return result === undefined ? null : print(result);
  }),
];
