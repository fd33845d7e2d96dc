/** Pages of a frame for a grid: sorted and filtered by DuckDB, so that ten million rows scroll without being loaded. */
import type { DuckDBValue } from "@duckdb/node-api";
import { HuntError, unreachable } from "../../base/error.js";
import type { SqlParameter } from "../../kql/api.js";
import { duckdbTypes } from "../../base/column.js";
import type { RowFilter, RowsRequest, TableCell } from "../../view/index.js";
import { toCell } from "../cells.js";
import type { Frame } from "../frame.js";
import { physicalName } from "../materialize.js";
import { asText, fromFrame, getColumn, type SqlColumn } from "./columns.js";
import type { PlotHost } from "./host.js";

const mostRows = 1000;

/** A comparison by the column's own type where it has an order, else by text. */
function condition(
  column: SqlColumn,
  filter: RowFilter,
  index: number,
): { readonly sql: string; readonly parameter: SqlParameter } {
  const parameter: SqlParameter = { type: "VARCHAR", value: filter.value };
  const hole = `$${index}`;
  const text = asText(column);
  switch (filter.op) {
    case "contains":
      return { sql: `contains(lower(${text}), lower(${hole}))`, parameter };
    case "equals":
      return { sql: `${text} = ${hole}`, parameter };
    case "not-equals":
      return { sql: `${text} <> ${hole}`, parameter };
    case "at-least":
    case "at-most": {
      const sign = filter.op === "at-least" ? ">=" : "<=";
      const ordered = ["int", "long", "real", "decimal", "datetime"].includes(column.type);
      return ordered
        ? { sql: `${column.sql} ${sign} try_cast(${hole} as ${duckdbTypes[column.type]})`, parameter }
        : { sql: `${text} ${sign} ${hole}`, parameter };
    }
    default:
      return unreachable(filter.op, "condition");
  }
}

/** A where clause of filters, and what it binds. @throws HuntError `frame/unknown-column` */
function whereOf(
  frame: Pick<Frame, "columns">,
  filters: readonly RowFilter[],
): { readonly where: string; readonly parameters: readonly SqlParameter[] } {
  const conditions = filters.map((f, i) => condition(getColumn(frame, f.column), f, i + 1));
  return {
    where: conditions.length === 0 ? "" : ` where ${conditions.map(c => c.sql).join(" and ")}`,
    parameters: conditions.map(c => c.parameter),
  };
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
