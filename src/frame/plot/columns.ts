/** Columns that a figure is made of: found by name, written into SQL only by their physical names. */
import type { Column, KqlType } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import type { FrameCore } from "../frame.js";
import { physicalName, tablePath } from "../materialize.js";

/** A column as SQL knows it. */
export interface SqlColumn extends Column {
  /** `c3`. */
  readonly sql: string;
}

export function findColumn(frame: Pick<FrameCore, "columns">, name: string): SqlColumn | undefined {
  const index = frame.columns.findIndex(c => c.name === name);
  const column = frame.columns[index];
  return column === undefined ? undefined : { ...column, sql: physicalName(index) };
}

/** @throws HuntError `frame/unknown-column` */
export function getColumn(frame: Pick<FrameCore, "columns">, name: string): SqlColumn {
  const found = findColumn(frame, name);
  if (found !== undefined) return found;
  const names = frame.columns.map(c => c.name);
  throw new HuntError("frame/unknown-column", `the frame has no column '${name}'${didYouMean(name, names)}`, {
    hint: `columns: ${names.join(", ")}`,
  });
}

/** @throws HuntError `frame/unknown-column`, `view/column-type` */
export function getTypedColumn(frame: Pick<FrameCore, "columns">, name: string, types: readonly KqlType[]): SqlColumn {
  const column = getColumn(frame, name);
  if (types.includes(column.type)) return column;
  const fitting = frame.columns.filter(c => types.includes(c.type)).map(c => c.name);
  throw new HuntError("view/column-type", `column '${name}' is ${column.type}; ${types.join(" or ")} is needed here`, {
    hint: fitting.length > 0 ? `columns that fit: ${fitting.join(", ")}` : "convert it first: | extend …",
  });
}

/** The table of a frame for a from clause. */
export const fromFrame = (frame: FrameCore): string => tablePath(frame.relation.path.at(-1) ?? "");

const timeNames = ["TimeGenerated", "Timestamp", "EventTime", "StartTime", "CreatedDateTime"];

/** @throws HuntError `view/no-time-column` */
export function timeColumn(frame: Pick<FrameCore, "columns">, name: string | undefined): SqlColumn {
  if (name !== undefined) return getTypedColumn(frame, name, ["datetime"]);
  const times = frame.columns.filter(c => c.type === "datetime").map(c => c.name);
  const chosen = timeNames.find(n => times.includes(n)) ?? times[0];
  if (chosen !== undefined) return getColumn(frame, chosen);
  throw new HuntError("view/no-time-column", "the frame has no datetime column, so it has no timeline", {
    hint: "make one: | extend TimeGenerated = todatetime(…)",
  });
}

export const numberTypes: readonly KqlType[] = ["int", "long", "real", "decimal", "timespan"];

/** Columns that usually say what an event was, in the order in which a reader wants them. */
const telling = [
  ...[
    "AlertName",
    "AlertSeverity",
    "Activity",
    "OperationName",
    "Operation",
    "ActionType",
    "ResultDescription",
    "Result",
  ],
  ...["CommandLine", "ProcessCommandLine", "NewProcessName", "FileName", "Process", "Subject", "RemoteUrl", "Url"],
  ...["UserPrincipalName", "UserId", "Account", "AccountName", "TargetAccount", "SubjectUserName"],
  ...["Computer", "DeviceName", "HostName", "IPAddress", "ClientIP", "RemoteIP", "SyslogMessage"],
];

/** Columns for tooltips: those asked for, else up to four that tell most. */
export function detailColumns(frame: FrameCore, asked: readonly string[] | undefined): readonly SqlColumn[] {
  if (asked !== undefined) return asked.map(name => getColumn(frame, name));
  const known = telling.filter(n => frame.columns.some(c => c.name === n));
  const others = frame.columns.filter(c => c.type === "string" && !known.includes(c.name)).map(c => c.name);
  return [...known, ...others].slice(0, 4).map(name => getColumn(frame, name));
}

/** A column as text in SQL; null and '' both become ''. */
export const asText = (column: SqlColumn): string =>
  column.type === "datetime"
    ? `coalesce(strftime(${column.sql}, '%Y-%m-%d %H:%M:%SZ'), '')`
    : `coalesce(cast(${column.sql} as varchar), '')`;

/** A number column in SQL as a double; timespans in seconds. */
export const asNumber = (column: SqlColumn): string =>
  column.type === "timespan" ? `(${column.sql} / 1e7)` : `cast(${column.sql} as double)`;

/** A datetime column in SQL as milliseconds. */
export const asMs = (column: SqlColumn): string => `epoch_ms(${column.sql})`;

/** JSON counts are doubles; DuckDB gives bigint. */
export const toNumber = (value: unknown): number => (value === null || value === undefined ? 0 : Number(value));
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? String(value) : "";
}
