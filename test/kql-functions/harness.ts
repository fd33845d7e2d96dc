/** Evaluates compiled scalar expressions on a real DuckDB with the prelude and the JavaScript functions. */
import { expect } from "vitest";
import type { KqlType } from "../../src/base/column.js";
import { HuntError } from "../../src/base/error.js";
import { connectDuckDb, openDuckDb, type DuckDBConnection } from "../../src/frame/duckdb.js";
import { installPrelude, registerUdfs } from "../../src/frame/udf-host.js";
import {
  aggregateFunctions,
  convert,
  emitLiteral,
  parseDatetime,
  parseTimespan,
  scalarFunctions,
} from "../../src/kql/functions/index.js";
import type { ConstantValue, EmitContext, JsonValue, SqlExpr } from "../../src/kql/functions/spec.js";

let opened: Promise<DuckDBConnection> | undefined;

/** One database for all tests of the process. */
export function database(): Promise<DuckDBConnection> {
  opened ??= openDuckDb({ threads: 1 }).then(async instance => {
    const connection = await connectDuckDb(instance);
    await registerUdfs(connection);
    await installPrelude(connection);
    return connection;
  });
  return opened;
}

/** The instant that `now()` means in these tests. */
export const now = "2024-03-05T06:07:08.1234567Z";

export class TestContext implements EmitContext {
  readonly parameters: string[] = [];
  readonly called = new Set<string>();

  readonly nowTicks = (): bigint => parseDatetime(now) ?? 0n;
  readonly bind = (value: string): string => `$${this.parameters.push(value)}`;
  readonly callUdf = (name: string, args: readonly string[]): string => {
    this.called.add(name);
    return `${name}(${args.join(", ")})`;
  };
  readonly convert = (e: SqlExpr, to: KqlType): SqlExpr => convert(e, to, this);
  readonly refuse = (feature: string): never => {
    throw new HuntError("kql/not-supported", feature);
  };
}

type Builder = (context: TestContext) => SqlExpr;

/** Literals as the compiler makes them: with a constant. */
const literal =
  (constant: ConstantValue): Builder =>
  context =>
    emitLiteral(constant, context);

export const s = (value: string): Builder => literal({ type: "string", value });
export const n = (value: bigint | number | null): Builder =>
  literal({ type: "long", value: value === null ? null : BigInt(value) });
export const i32 = (value: number | null): Builder =>
  literal({ type: "int", value: value === null ? null : BigInt(value) });
export const r = (value: number | null): Builder => literal({ type: "real", value });
export const b = (value: boolean | null): Builder => literal({ type: "bool", value });
export const dec = (value: string | null): Builder => literal({ type: "decimal", value });
export const guid = (value: string | null): Builder => literal({ type: "guid", value });
export const dt = (text: string | null): Builder =>
  literal({ type: "datetime", value: text === null ? null : must(parseDatetime(text)) });
export const ts = (text: string | null): Builder =>
  literal({ type: "timespan", value: text === null ? null : must(parseTimespan(text)) });
export const d = (value: JsonValue): Builder => literal({ type: "dynamic", value });
/** A dynamic value from JSON text, numbers kept as written. */
export const json = (text: string): Builder => literal({ type: "dynamic", value: JSON.parse(text) as JsonValue, text });

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a test's literal is wrong");
  return value;
}

/** The same value as a column: nothing folds, and it may be null. */
export const column =
  (builder: Builder): Builder =>
  context => {
    const e = builder(context);
    return {
      sql: `(select any_value(x) from (values (${e.sql})) t(x))`,
      type: e.type,
      ...(e.type === "string" ? { notNull: true } : {}),
    };
  };

/** A call of a scalar function. */
export const call =
  (name: string, result: KqlType, ...args: readonly Builder[]): Builder =>
  context => {
    const row = scalarFunctions[name];
    if (row === undefined) throw new Error(`no function ${name}`);
    return row.emit(
      args.map(a => a(context)),
      result,
      context,
    );
  };

/** What a value prints as: `null`, or Kusto's text of it. */
export async function evaluate(builder: Builder): Promise<string | null> {
  const context = new TestContext();
  const e = builder(context);
  const shown = convert({ sql: "x", type: e.type }, "string", context);
  const nullTest = e.type === "dynamic" ? "json_extract_string(x, '$') is null" : "x is null";
  const sql = `select case when ${nullTest} then null else ${shown.sql} end from (select ${e.sql} as x)`;
  const reader = await run(sql, context.parameters);
  const value = reader[0]?.[0];
  if (e.type === "string") expect(value, "a string is never NULL").not.toBeNull();
  return typeof value === "string" ? value : null;
}

/** Runs SQL with the parameters that it names. */
export async function run(sql: string, parameters: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const connection = await database();
  const used = new Map<string, string>();
  const renumbered = sql.replace(/\$(\d+)/g, (_, index: string) => {
    const key = `$${[...used.keys()].indexOf(index) + 1}`;
    if (used.has(index)) return key;
    used.set(index, parameters[Number(index) - 1] ?? "");
    return `$${used.size}`;
  });
  const reader = await connection.runAndReadAll(renumbered, [...used.values()]);
  return reader.getRowsJson();
}

/** An aggregate over rows given as literals, one column per argument. */
export async function aggregate(
  name: string,
  result: KqlType,
  rows: readonly (readonly Builder[])[],
  extra: readonly Builder[] = [],
) {
  const context = new TestContext();
  const row = aggregateFunctions[name];
  if (row === undefined) throw new Error(`no aggregate ${name}`);
  const first = rows[0]?.map(v => v(context).type) ?? [];
  const columns: SqlExpr[] = first.map((type, i) => ({
    sql: `c${i}`,
    type,
    ...(type === "string" ? { notNull: true } : {}),
  }));
  const e = row.emit([...columns, ...extra.map(v => v(context))], result, context);
  const values = rows.map(r => `(${r.map(v => v(context).sql).join(", ")})`).join(", ");
  const shown = convert({ sql: "x", type: e.type }, "string", context);
  const nullTest = e.type === "dynamic" ? "json_extract_string(x, '$') is null" : "x is null";
  const names = first.map((_, i) => `c${i}`).join(", ");
  const sql = `select case when ${nullTest} then null else ${shown.sql} end from (select ${e.sql} as x from (values ${values}) t(${names}))`;
  const value = (await run(sql, context.parameters))[0]?.[0];
  return typeof value === "string" ? value : null;
}
