/** Pages of a frame for a grid: sorted and filtered by DuckDB, so that ten million rows scroll without being loaded. */
import type { DuckDBValue } from "@duckdb/node-api";
import { HuntError } from "../../base/error.js";
import type { SqlParameter } from "../../kql/api.js";
import { duckdbTypes } from "../../base/column.js";
import type {
  KeyColumn,
  KeyFilter,
  RowFilter,
  RowNumberFilter,
  RowsRequest,
  TableCell,
  ValueFilter,
} from "../../view/index.js";
import { toCell } from "../cells.js";
import type { Frame } from "../frame.js";
import { physicalName } from "../materialize.js";
import { parseTimespanTicks } from "../time-text.js";
import { asMs, asNumber, asText, fromFrame, getColumn, getTypedColumn, type SqlColumn } from "./columns.js";
import type { PlotHost } from "./host.js";

const mostRows = 1000;

interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
}

/** How a grid writes a value, for columns that figures write otherwise. */
const gridText = (column: SqlColumn): string | undefined =>
  column.type === "datetime" ? `coalesce(strftime(${column.sql}, '%Y-%m-%dT%H:%M:%S.%fZ'), '')` : undefined;

/** Timespans are compared as their ticks: what is typed is their text. */
const typedValue = (column: SqlColumn, value: string): string =>
  column.type === "timespan" ? String(parseTimespanTicks(value.trim()) ?? value) : value;

/** A comparison by the column's own type where it has an order, else by text. */
function compareValue(column: SqlColumn, filter: ValueFilter, first: number): Condition {
  const hole = `$${first}`;
  const text = asText(column);
  const written = gridText(column);
  const parameters: readonly SqlParameter[] = [{ type: "VARCHAR", value: typedValue(column, String(filter.value)) }];
  const isSame =
    written === undefined
      ? `${text} = ${hole}`
      : `(${text} = ${hole} or coalesce(${column.sql} = try_cast(${hole} as TIMESTAMP), false))`;
  switch (filter.op) {
    case "contains": {
      const found = `contains(lower(${text}), lower(${hole}))`;
      return {
        sql: written === undefined ? found : `(${found} or contains(lower(${written}), lower(${hole})))`,
        parameters,
      };
    }
    case "equals":
      return { sql: isSame, parameters };
    case "not-equals":
      return { sql: `not ${isSame}`, parameters };
    case "at-least":
    case "at-most": {
      const sign = filter.op === "at-least" ? ">=" : "<=";
      const type = column.type === "timespan" ? "BIGINT" : duckdbTypes[column.type];
      const ordered = ["int", "long", "real", "decimal", "datetime", "timespan"].includes(column.type);
      return {
        sql: ordered ? `${column.sql} ${sign} try_cast(${hole} as ${type})` : `${text} ${sign} ${hole}`,
        parameters,
      };
    }
    default:
      throw notUnderstood(filter);
  }
}

const notUnderstood = (filter: unknown): HuntError =>
  new HuntError("view/invalid", `a condition on rows is not understood: ${JSON.stringify(filter)?.slice(0, 200)}`, {
    hint: "run the cell again: the page and the kernel may be of different versions",
  });

/** A key column in SQL, and the type of its keys. */
function keyColumn(frame: Pick<Frame, "columns">, key: KeyColumn): { readonly sql: string; readonly type: string } {
  const column = getColumn(frame, String(key.name));
  switch (key.as) {
    case "number":
      return { sql: asNumber(column), type: "DOUBLE" };
    case "instant":
      return { sql: asMs(getTypedColumn(frame, column.name, ["datetime"])), type: "BIGINT" };
    case "hour":
      return { sql: `hour(${getTypedColumn(frame, column.name, ["datetime"]).sql})`, type: "BIGINT" };
    case "weekday":
      return { sql: `isodow(${getTypedColumn(frame, column.name, ["datetime"]).sql})`, type: "BIGINT" };
    case "text":
    case undefined:
      return { sql: asText(column), type: "VARCHAR" };
    default:
      throw notUnderstood(key);
  }
}

const mostKeys = 50_000;

/** Whether the values of some columns are one of many, which travel as lists, a column each. Nulls are values. */
function compareKeys(frame: Pick<Frame, "columns">, filter: KeyFilter, first: number): Condition {
  const { columns, keys } = filter;
  const isPlain = (v: unknown): boolean => v === null || typeof v === "string" || typeof v === "number";
  const isKey = (key: unknown): boolean => Array.isArray(key) && key.length === columns.length && key.every(isPlain);
  // A page may send anything.
  const [hasColumns, hasKeys]: boolean[] = [Array.isArray(columns), Array.isArray(keys)];
  if (hasColumns !== true || hasKeys !== true || columns.length === 0 || !keys.every(isKey))
    throw notUnderstood(filter);
  if (keys.length > mostKeys) throw notUnderstood({ op: filter.op, keys: keys.length });
  const known = columns.map(c => keyColumn(frame, c));
  const lists = known.map((c, i) => `unnest(from_json($${first + i}, '["${c.type}"]')) as k${i}`);
  const same = known.map((c, i) => `picked.k${i} is not distinct from ${c.sql}`);
  return {
    sql: `${filter.op === "one-of" ? "" : "not "}exists (select 1 from (select ${lists.join(", ")}) as picked where ${same.join(" and ")})`,
    parameters: known.map((c, i) => ({
      type: "VARCHAR",
      value: JSON.stringify(keys.map(k => (k[i] === null && c.type === "VARCHAR" ? "" : (k[i] ?? null)))),
    })),
  };
}

function compareRows(filter: RowNumberFilter, first: number): Condition {
  const { rows } = filter;
  if (!Array.isArray(rows) || !rows.every(Number.isSafeInteger) || rows.length > mostKeys) throw notUnderstood(filter);
  return {
    sql: `rowid in (select unnest(from_json($${first}, '["BIGINT"]')))`,
    parameters: [{ type: "VARCHAR", value: JSON.stringify(rows) }],
  };
}

function condition(frame: Pick<Frame, "columns">, filter: RowFilter, first: number): Condition {
  switch (filter.op) {
    case "one-of":
    case "none-of":
      return compareKeys(frame, filter, first);
    case "rows":
      return compareRows(filter, first);
    default:
      return compareValue(getColumn(frame, filter.column), filter, first);
  }
}

/** A where clause of filters, and what it binds. @throws HuntError `frame/unknown-column`, `view/invalid` */
function whereOf(
  frame: Pick<Frame, "columns">,
  filters: readonly RowFilter[],
): { readonly where: string; readonly parameters: readonly SqlParameter[] } {
  const parameters: SqlParameter[] = [];
  const conditions = filters.map(filter => {
    const made = condition(frame, filter, parameters.length + 1);
    parameters.push(...made.parameters);
    return made.sql;
  });
  return { where: conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`, parameters };
}

/** The numbers of the rows that fit, from 0. @throws HuntError `frame/unknown-column`, `frame/closed`, `view/invalid` */
export async function findRowNumbers(
  host: PlotHost,
  frame: Frame,
  filters: readonly RowFilter[],
): Promise<readonly number[]> {
  frame.assertOpen();
  const { where, parameters } = whereOf(frame, filters);
  const chunks = await host.values(`select cast(rowid as double) from ${fromFrame(frame)}${where}`, parameters);
  return chunks.flatMap(([rows = []]) => rows.map(Number));
}

/** The rows that fit, as a frame: the caller closes it. @throws HuntError `frame/unknown-column`, `frame/closed` */
export async function narrowFrame(host: PlotHost, frame: Frame, filters: readonly RowFilter[]): Promise<Frame> {
  frame.assertOpen();
  const { where, parameters } = whereOf(frame, filters);
  return host.narrow(frame, where, parameters);
}

const count = (n: unknown): number => (typeof n === "number" && Number.isFinite(n) ? Math.max(0, Math.trunc(n)) : 0);

/**
 * Rows of a frame in the order asked for; equal rows keep the frame's order.
 * @throws HuntError `frame/unknown-column`, `frame/closed`
 */
export async function readPage(
  host: PlotHost,
  frame: Frame,
  request: Omit<RowsRequest, "type" | "live">,
): Promise<{ readonly rows: readonly (readonly TableCell[])[]; readonly total: number }> {
  frame.assertOpen();
  const [offset, limit] = [count(request.offset), Math.min(mostRows, count(request.limit))];
  const { where, parameters } = whereOf(frame, request.filters ?? []);
  const order = (request.sort ?? []).map(
    s => `${getColumn(frame, s.column).sql} ${s.descending ? "desc" : "asc"} nulls last, `,
  );
  const list = frame.columns.map((_, i) => physicalName(i)).join(", ");
  if (list === "") throw new HuntError("view/no-values", "the frame has no columns");
  const from = fromFrame(frame);
  const plain = where === "" && order.length === 0;
  const range = plain ? ` where rowid >= ${offset} and rowid < ${offset + limit}` : "";
  const rest = plain ? "" : ` limit ${limit} offset ${offset}`;
  const chunks = await host.values(
    `select ${list} from ${from}${where}${range} order by ${order.join("")}rowid${rest}`,
    parameters,
  );
  const total =
    where === ""
      ? frame.rowCount
      : Number((await host.all(`select count(*) as n from ${from}${where}`, parameters))[0]?.["n"] ?? 0);
  return { rows: toRows(frame, chunks), total };
}

/** Columns of chunks → rows of cells. */
function toRows(frame: Frame, chunks: readonly (readonly (readonly DuckDBValue[])[])[]): TableCell[][] {
  return chunks.flatMap(chunk =>
    Array.from({ length: chunk[0]?.length ?? 0 }, (_, r) =>
      frame.columns.map((column, i) => toCell(column, chunk[i]?.[r] ?? null)),
    ),
  );
}
