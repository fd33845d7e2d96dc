/** A finding as a cell: code that can be read, changed and run again. Pure. */
import { findingId, type FindingSeverity, type TlpMark } from "../../view/finding.js";
import type { TableCell, TableColumn } from "../../view/view.js";
import { codeString, plain, type PlainCell } from "./cell-actions.js";

export interface FindingDraft {
  readonly title: string;
  readonly note: string;
  readonly severity: FindingSeverity;
  readonly tlp: TlpMark;
  /** As typed: `T1078.004, T1110`. */
  readonly technique: string;
  readonly query?: string | undefined;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
}

/** A property name; `__proto__` is written so that it stays one. */
const key = (name: string): string =>
  name === "__proto__" ? `["__proto__"]` : /^[A-Za-z_$][\w$]*$/.test(name) ? name : codeString(name);

/** A JSON value as an expression. */
function json(value: unknown): string {
  if (typeof value === "string") return codeString(value);
  if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([k, v]) => `${key(k)}: ${json(v)}`)
      .join(", ")} }`;
  return JSON.stringify(value);
}

/** Numbers of JSON that JavaScript cannot hold would change when they are read. */
const largeNumber = /(?<![\w".])-?\d{16,}|\d[eE]\d/;

function dynamicValue(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return largeNumber.test(text) ? codeString(text) : json(value);
  } catch {
    return codeString(text);
  }
}

/** A cell's value as an expression: exact, numbers that JavaScript cannot hold as text. */
function expression(value: PlainCell, type: TableColumn["type"]): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  const text = String(value);
  switch (type) {
    case "int":
    case "long":
      return Number.isSafeInteger(Number(text)) && /^-?\d+$/.test(text) ? text : codeString(text);
    case "real":
      return Number.isFinite(Number(text)) && text.trim() !== "" ? text : codeString(text);
    case "bool":
      return text === "true" || text === "false" ? text : codeString(text);
    case "dynamic":
      return dynamicValue(text);
    default:
      return typeof value === "number" ? JSON.stringify(value) : codeString(text);
  }
}

/** The cell. The same rows have the same id, so that flagging them again replaces the finding. */
export function findingCell(draft: FindingDraft): string {
  const { title, note, severity, tlp, technique, query, columns, rows } = draft;
  const lines = rows.map(row => {
    // What is null says nothing, and a missing column is null again.
    const entries = columns.flatMap((column, i) => {
      const value = plain(row[i]);
      return value === null ? [] : [`${key(column.name)}: ${expression(value, column.type)}`];
    });
    return entries.length === 0 ? "    {}," : `    { ${entries.join(", ")} },`;
  });
  const techniques = technique.split(/[\s,;]+/).filter(t => t !== "");
  return [
    `import { finding } from "huntbook";`,
    "await finding({",
    `  id: ${codeString(findingId(lines.join("\n") + (rows.length === 0 ? title : "")))},`,
    `  title: ${codeString(title)},`,
    `  severity: ${codeString(severity)},`,
    `  tlp: ${codeString(tlp)},`,
    ...(techniques.length === 0 ? [] : [`  technique: [${techniques.map(codeString).join(", ")}],`]),
    ...(note === "" ? [] : [`  note: ${codeString(note)},`]),
    ...(query === undefined ? [] : [`  query: ${codeString(query)},`]),
    ...(rows.length === 0 ? [] : ["  rows: [", ...lines, "  ],"]),
    "});",
  ].join("\n");
}
