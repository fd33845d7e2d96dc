/** What can be done with a value of a grid: filters, and new cells that the user sees before they run. Pure. */
import type { KqlType } from "../../base/column.js";
import { nameLiteral, stringLiteral } from "../../query/kql-literal.js";
import type { TableCell, TableColumn } from "../../view/view.js";

export type PlainCell = Exclude<TableCell, object> | null;

/** What hides, or turns the direction of what is read; in code that a person is to read it stands as an escape. */
const deceiving = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/gu;
const escaped = (literal: string): string =>
  literal.replace(deceiving, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A text as a literal of TypeScript. */
export const codeString = (text: string): string => escaped(JSON.stringify(text));
/** A text as a literal of KQL. */
const kqlString = (text: string): string => escaped(stringLiteral(text));

/** Long values arrive cut: `… (1,200 more characters)`. */
const cutMark = /… \([\d,]+ more characters\)$/;

/** A value as a KQL literal of its column's type; the text of a cell is exact (see TableCell). */
export function kqlLiteral(value: PlainCell, type: KqlType | undefined): string {
  if (value === null) return `${type ?? "string"}(null)`;
  const text = String(value);
  switch (type) {
    case "int":
    case "long":
    case "real":
      return typeof value === "number" || /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)
        ? text
        : `to${type === "real" ? "double" : type}(${kqlString(text)})`;
    case "bool":
      return text === "true" ? "true" : "false";
    case "datetime":
      return `todatetime(${kqlString(text)})`;
    case "timespan":
      return `totimespan(${kqlString(text)})`;
    case "decimal":
      return `todecimal(${kqlString(text)})`;
    case "guid":
      return `toguid(${kqlString(text)})`;
    case "dynamic":
    case "string":
    case undefined:
      return kqlString(text);
  }
}

/** `Column == "value"`, with null and dynamic as KQL compares them. */
export function kqlFilter(column: TableColumn, value: PlainCell, not = false): string {
  const name = escaped(nameLiteral(column.name));
  if (value === null) return `${not ? "isnotnull" : "isnull"}(${name})`;
  const left = column.type === "dynamic" ? `tostring(${name})` : name;
  if (typeof value === "string" && cutMark.test(value))
    return `${left} ${not ? "!startswith_cs" : "startswith_cs"} ${kqlString(value.replace(cutMark, ""))}`;
  return `${left} ${not ? "!=" : "=="} ${kqlLiteral(value, column.type)}`;
}

/** The same; undefined for a column whose name KQL cannot say. */
export function findKqlFilter(column: TableColumn, value: PlainCell, not = false): string | undefined {
  try {
    return kqlFilter(column, value, not);
  } catch {
    return undefined;
  }
}

export interface CellAction {
  readonly label: string;
  /** The text of the cell. */
  readonly source: string;
}

const shown = (value: PlainCell): string => {
  const text = value === null ? "null" : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

const isAddress = (text: string): boolean =>
  /^(\d{1,3}\.){3}\d{1,3}$/.test(text) || (/^[0-9a-f:]+$/i.test(text) && text.split(":").length > 2);
const isHash = (text: string): boolean => /^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text);
const isUrl = (text: string): boolean => /^https?:\/\//i.test(text);
const isDomain = (text: string): boolean => /^([a-z0-9-]{1,63}\.)+[a-z]{2,24}$/i.test(text) && text.length < 254;
const namesAccount = (column: TableColumn): boolean =>
  /user|account|upn|mail|recipient|initiat|sender/i.test(column.name);
const isMail = (text: string): boolean => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text);
/** `CONTOSO\\dana` or `dana`: an account of Windows. */
const isWindowsName = (text: string): boolean => /^([\w.-]{1,40}\\)?[\w.$ -]{1,64}$/.test(text) && /[a-z]/i.test(text);
const base64Part = /[A-Za-z0-9+/]{24,}={0,2}/;

export interface RowAt {
  readonly columns: readonly TableColumn[];
  readonly cells: readonly TableCell[];
  /** The query that made the rows. */
  readonly query?: string | undefined;
}

export const plain = (cell: TableCell | undefined): PlainCell =>
  cell === undefined || (typeof cell === "object" && cell !== null) ? null : cell;

function cellOf(
  row: RowAt,
  ...names: readonly string[]
): { readonly column: TableColumn; readonly value: PlainCell } | undefined {
  for (const name of names) {
    const at = row.columns.findIndex(c => c.name === name);
    const column = row.columns[at];
    const value = plain(row.cells[at]);
    if (column !== undefined && value !== null && value !== "") return { column, value };
  }
  return undefined;
}

/** A query without its `render`, ready for another operator on the next line. */
const continued = (query: string): string => query.replace(/\|\s*render\s[^|]*$/, "").trimEnd();

function timeOf(row: RowAt): string | undefined {
  const at = row.columns.findIndex(c => c.type === "datetime" && /^(TimeGenerated|Timestamp)$/.test(c.name));
  const index = at >= 0 ? at : row.columns.findIndex(c => c.type === "datetime");
  const value = plain(row.cells[index]);
  return typeof value === "string" ? value : undefined;
}

/** The processes of a row's host, half a day before and after it: of a process event, a logon, an alert. */
function processTree(row: RowAt): CellAction | undefined {
  const defender = row.columns.some(c => c.name === "InitiatingProcessId") || /^Device/.test(tableOf(row));
  const host = defender ? cellOf(row, "DeviceName") : cellOf(row, "Computer", "CompromisedEntity");
  const time = timeOf(row);
  const known = defender || row.columns.some(c => ["NewProcessId", "EventID", "CompromisedEntity"].includes(c.name));
  if (!known || host === undefined || time === undefined) return undefined;
  const table = defender ? "DeviceProcessEvents" : "SecurityEvent\n| where EventID == 4688";
  const near = `between ((${kqlLiteral(time, "datetime")} - 12h) .. 24h)`;
  // Alerts may name a host without its domain.
  const where =
    host.column.name === "CompromisedEntity"
      ? `Computer has ${kqlLiteral(host.value, "string")}`
      : kqlFilter(host.column, host.value);
  return {
    label: "Process tree here",
    source: `%%kql --view tree\n${table}\n| where ${where} and TimeGenerated ${near}`,
  };
}

/** The table that a query begins with, if it does. */
const tableOf = (row: RowAt): string => /^\s*(\w+)/.exec(row.query ?? "")?.[1] ?? "";

function signIns(column: TableColumn, text: string): CellAction | undefined {
  if (!namesAccount(column)) return undefined;
  const label = `Sign-ins of ${shown(text)}`;
  if (isMail(text))
    return {
      label,
      source: `%%kql\nSigninLogs\n| where UserPrincipalName =~ ${kqlString(text)}\n| sort by TimeGenerated desc`,
    };
  if (!isWindowsName(text)) return undefined;
  const name = text.slice(text.lastIndexOf("\\") + 1);
  return {
    label,
    source: `%%kql\nSecurityEvent\n| where EventID in (4624, 4625, 4648) and TargetUserName =~ ${kqlString(name)}\n| sort by TimeGenerated desc`,
  };
}

/** New cells that make sense for one value of one row. */
export function cellActions(row: RowAt, index: number): readonly CellAction[] {
  const column = row.columns[index];
  const value = plain(row.cells[index]);
  if (column === undefined) return [];
  const text = value === null ? "" : String(value);
  const actions: CellAction[] = [];
  const { query } = row;
  for (const not of query === undefined ? [] : [false, true]) {
    const filter = findKqlFilter(column, value, not);
    if (filter !== undefined)
      actions.push({
        label: not ? "Without this value" : "Only this value",
        source: `%%kql\n${continued(query ?? "")}\n| where ${filter}`,
      });
  }
  const time = timeOf(row);
  if (time !== undefined)
    actions.push({
      label: "Everything ± 5 minutes",
      source: `%%kql\nsearch *\n| where TimeGenerated between ((${kqlLiteral(time, "datetime")} - 5m) .. 10m)\n| project TimeGenerated, Table = $table, Row = pack_all(true)\n| sort by TimeGenerated asc`,
    });
  const account = signIns(column, text);
  if (account !== undefined) actions.push(account);
  if (isAddress(text) || isHash(text) || isUrl(text) || isDomain(text))
    actions.push({
      label: `Look up ${shown(value)} in threat intelligence`,
      source: `import { TILookup } from "huntbook";\nawait new TILookup().lookupIocs([${codeString(text)}])`,
    });
  const encoded = base64Part.exec(text.slice(0, 20_000))?.[0];
  if (encoded !== undefined && !isHash(text))
    actions.push({
      label: "Decode Base64",
      // Also UTF-16, as PowerShell writes it, gzip, zip and what is packed inside.
      source: `%%b64\n${encoded}`,
    });
  const tree = processTree(row);
  if (tree !== undefined) actions.push(tree);
  return actions;
}

/** RFC 4180, with formulas disarmed for spreadsheets as in `toCsv`. */
export function toCsv(columns: readonly TableColumn[], rows: readonly (readonly TableCell[])[]): string {
  const field = (cell: TableCell | undefined): string => {
    const value = plain(cell);
    const text = value === null ? "" : String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns.map(c => field(c.name)), ...rows.map(r => columns.map((_, i) => field(r[i])))]
    .map(r => r.join(","))
    .join("\r\n");
}
