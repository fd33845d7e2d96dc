/** What can be done with a value of a grid: filters, and new cells that the user sees before they run. Pure. */
import type { KqlType } from "../../base/column.js";
import { nameLiteral, stringLiteral } from "../../query/kql-literal.js";
import type { TableCell, TableColumn } from "../../view/view.js";

export type PlainCell = Exclude<TableCell, object> | null;

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
        : `to${type === "real" ? "double" : type}(${stringLiteral(text)})`;
    case "bool":
      return text === "true" ? "true" : "false";
    case "datetime":
      return `todatetime(${stringLiteral(text)})`;
    case "timespan":
      return `totimespan(${stringLiteral(text)})`;
    case "decimal":
      return `todecimal(${stringLiteral(text)})`;
    case "guid":
      return `toguid(${stringLiteral(text)})`;
    case "dynamic":
    case "string":
    case undefined:
      return stringLiteral(text);
  }
}

/** `Column == "value"`, with null and dynamic as KQL compares them. */
export function kqlFilter(column: TableColumn, value: PlainCell, not = false): string {
  const name = nameLiteral(column.name);
  if (value === null) return `${not ? "isnotnull" : "isnull"}(${name})`;
  const left = column.type === "dynamic" ? `tostring(${name})` : name;
  return `${left} ${not ? "!=" : "=="} ${kqlLiteral(value, column.type)}`;
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

/** The value is at hand for code as a JSON string: escaped, and nothing else. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[\u2028\u2029]/g, c => `\\u${c.charCodeAt(0).toString(16)}`);

const isAddress = (text: string): boolean =>
  /^(\d{1,3}\.){3}\d{1,3}$/.test(text) || (/^[0-9a-f:]+$/i.test(text) && text.split(":").length > 2);
const isHash = (text: string): boolean => /^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text);
const isUrl = (text: string): boolean => /^https?:\/\//i.test(text);
const isDomain = (text: string): boolean => /^([a-z0-9-]{1,63}\.)+[a-z]{2,24}$/i.test(text) && text.length < 254;
const isAccount = (column: TableColumn, text: string): boolean =>
  /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text) && /user|account|upn|mail|recipient|initiat/i.test(column.name);
const base64Part = /[A-Za-z0-9+/]{24,}={0,2}/;

export interface RowAt {
  readonly columns: readonly TableColumn[];
  readonly cells: readonly TableCell[];
  /** The query that made the rows. */
  readonly query?: string | undefined;
}

const plain = (cell: TableCell | undefined): PlainCell =>
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

function processTree(row: RowAt): CellAction | undefined {
  const defender = row.columns.some(c => c.name === "InitiatingProcessId");
  const host = defender ? cellOf(row, "DeviceName") : cellOf(row, "Computer");
  const time = timeOf(row);
  const known = defender || row.columns.some(c => c.name === "NewProcessId");
  if (!known || host === undefined || time === undefined) return undefined;
  const table = defender ? "DeviceProcessEvents" : "SecurityEvent\n| where EventID == 4688";
  const near = `between ((${kqlLiteral(time, "datetime")} - 12h) .. 24h)`;
  return {
    label: "Process tree here",
    source: `%%kql --view tree\n${table}\n| where ${kqlFilter(host.column, host.value)} and TimeGenerated ${near}`,
  };
}

/** New cells that make sense for one value of one row. */
export function cellActions(row: RowAt, index: number): readonly CellAction[] {
  const column = row.columns[index];
  const value = plain(row.cells[index]);
  if (column === undefined) return [];
  const text = value === null ? "" : String(value);
  const actions: CellAction[] = [];
  if (row.query !== undefined)
    for (const not of [false, true])
      actions.push({
        label: not ? "Without this value" : "Only this value",
        source: `%%kql\n${continued(row.query)}\n| where ${kqlFilter(column, value, not)}`,
      });
  const time = timeOf(row);
  if (time !== undefined)
    actions.push({
      label: "Everything ± 5 minutes",
      source: `%%kql --view table\nunion withsource = Table *\n| where TimeGenerated between ((${kqlLiteral(time, "datetime")} - 5m) .. 10m)\n| sort by TimeGenerated asc`,
    });
  if (isAccount(column, text))
    actions.push({
      label: `Sign-ins of ${shown(value)}`,
      source: `%%kql\nSigninLogs\n| where UserPrincipalName =~ ${stringLiteral(text)}\n| sort by TimeGenerated desc`,
    });
  if (isAddress(text) || isHash(text) || isUrl(text) || isDomain(text))
    actions.push({
      label: `Look up ${shown(value)} in threat intelligence`,
      source: `import { TILookup } from "huntbook";\nawait new TILookup().lookupIoc(${quoted(text)})`,
    });
  const encoded = base64Part.exec(text.slice(0, 20_000))?.[0];
  if (encoded !== undefined && !isHash(text))
    actions.push({
      label: "Decode Base64",
      source: `%%kql\nprint Encoded = ${stringLiteral(encoded)}\n| extend Decoded = base64_decode_tostring(Encoded)`,
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
