/** DuckDB values → JavaScript values, by KQL type. */
import type { DuckDBDecimalValue, DuckDBTimestampValue, DuckDBValue } from "@duckdb/node-api";
import type { Column, KqlType } from "../base/column.js";
import { HuntError, unreachable } from "../base/error.js";
import type { Cell, ColumnData, RowOptions } from "./api.js";
import { formatDatetimeMicros, formatTimespanTicks } from "./time-text.js";

type Decoder = (value: NonNullable<DuckDBValue>) => Cell;

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER);

function safeNumber(column: Column): Decoder {
  return value => {
    const whole = value as bigint;
    if (whole <= maxSafe && whole >= -maxSafe) return Number(whole);
    throw new HuntError(
      "frame/unsafe-long",
      `column '${column.name}' holds ${whole}, which a number cannot hold exactly`,
      {
        hint: `use rows({ bigint: true }) or column('${column.name}')`,
      },
    );
  };
}

/** Up to 15 digits survive the way to a double and back. */
function safeDecimal(column: Column): Decoder {
  return value => {
    const text = decimalText(value);
    if (text.replace(/[-.]/g, "").replace(/^0+/, "").length <= 15) return Number(text);
    throw new HuntError(
      "frame/unsafe-long",
      `column '${column.name}' holds ${text}, which a number cannot hold exactly`,
      {
        hint: `use rows({ bigint: true }), which gives decimals as text`,
      },
    );
  };
}

/** A decimal without trailing zeros. */
export function decimalText(value: DuckDBValue): string {
  const text = (value as DuckDBDecimalValue).toString();
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

const micros = (value: DuckDBValue): bigint => (value as DuckDBTimestampValue).micros;

/** The moment as a Date: floored to the millisecond. */
function toDate(value: DuckDBValue): Date | null {
  const us = micros(value);
  const ms = us >= 0n ? us / 1000n : (us - 999n) / 1000n;
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? null : date;
}

function decoderFor(column: Column, options: RowOptions): Decoder {
  const exact = options.bigint === true;
  switch (column.type) {
    case "bool":
    case "int":
    case "real":
    case "string":
      return value => value as Cell;
    case "long":
    case "timespan":
      return exact ? value => value as bigint : safeNumber(column);
    case "decimal":
      return exact ? decimalText : safeDecimal(column);
    case "datetime":
      return toDate;
    case "guid":
      return value => String(value);
    case "dynamic":
      return value => JSON.parse(value as string) as Cell;
    default:
      return unreachable(column.type, "decoderFor");
  }
}

/** Reads one column of a chunk as cells. */
export function cellsReader(column: Column, options: RowOptions): (values: readonly DuckDBValue[]) => Cell[] {
  const decode = decoderFor(column, options);
  return values => values.map(v => (v === null ? null : decode(v)));
}

/** One value as text, exactly: for CSV, displays and `column()`. NULL is the caller's affair. */
export function exactText(type: KqlType, value: NonNullable<DuckDBValue>): string {
  switch (type) {
    case "datetime":
      return formatDatetimeMicros(micros(value));
    case "timespan":
      return formatTimespanTicks(value as bigint);
    case "decimal":
      return decimalText(value);
    case "real":
      return Object.is(value, -0) ? "-0" : String(value);
    default:
      return String(value);
  }
}

const arrayFor = (type: KqlType, length: number): Exclude<ColumnData["values"], readonly string[]> | string[] => {
  switch (type) {
    case "bool":
      return new Uint8Array(length);
    case "int":
      return new Int32Array(length);
    case "real":
      return new Float64Array(length);
    case "long":
    case "timespan":
    case "datetime":
      return new BigInt64Array(length);
    case "string":
    case "guid":
    case "decimal":
    case "dynamic":
      return new Array<string>(length).fill("");
    default:
      return unreachable(type, "arrayFor");
  }
};

/** Collects a column chunk by chunk into one typed array (or strings) and its validity. */
export class ColumnCollector {
  readonly #type: KqlType;
  readonly #values: ReturnType<typeof arrayFor>;
  readonly #valid: Uint8Array;
  #length = 0;

  constructor(type: KqlType, rowCount: number) {
    this.#type = type;
    this.#values = arrayFor(type, rowCount);
    this.#valid = new Uint8Array(rowCount);
  }

  add(values: readonly DuckDBValue[]): void {
    const target = this.#values as (string | number | bigint)[];
    for (const value of values) {
      const at = this.#length++;
      if (value === null) continue;
      this.#valid[at] = 1;
      target[at] = this.#plain(value);
    }
  }

  finish(): ColumnData {
    return { type: this.#type, values: this.#values, valid: this.#valid };
  }

  #plain(value: NonNullable<DuckDBValue>): string | number | bigint {
    switch (this.#type) {
      case "bool":
        return value === true ? 1 : 0;
      case "int":
      case "real":
        return value as number;
      case "long":
      case "timespan":
        return value as bigint;
      case "datetime":
        return micros(value);
      default:
        return exactText(this.#type, value);
    }
  }
}
