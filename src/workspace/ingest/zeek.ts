/** Zeek's tab-separated logs: a header of `#` lines says how to read the rest. Source: docs.zeek.org, log formats. */

export interface ZeekHeader {
  readonly path: string | undefined;
  readonly separator: string;
  readonly setSeparator: string;
  readonly empty: string;
  readonly unset: string;
  readonly fields: readonly string[];
  readonly types: readonly string[];
}

export const emptyZeekHeader: ZeekHeader = {
  path: undefined,
  separator: "\t",
  setSeparator: ",",
  empty: "(empty)",
  unset: "-",
  fields: [],
  types: [],
};

/** Whether a file's first lines are those of a Zeek log. */
export function looksLikeZeek(lines: readonly string[]): boolean {
  return lines[0]?.startsWith("#separator ") === true || lines.slice(0, 10).some(line => /^#fields\t/.test(line));
}

/** The header after one of its lines. Logs that were put together change it on the way. */
export function readZeekHeaderLine(line: string, header: ZeekHeader): ZeekHeader {
  if (line.startsWith("#separator ")) return { ...emptyZeekHeader, separator: unescape(line.slice(11).trim()) };
  const [name, ...values] = line.split(header.separator);
  const value = values[0] ?? "";
  switch (name) {
    case "#set_separator":
      return { ...header, setSeparator: value };
    case "#empty_field":
      return { ...header, empty: value };
    case "#unset_field":
      return { ...header, unset: value };
    case "#path":
      return { ...header, path: value };
    case "#fields":
      return { ...header, fields: values };
    case "#types":
      return { ...header, types: values };
    default:
      return header;
  }
}

/**
 * One line as JSON text, numbers as they stand.
 *
 * @returns a reason when the line does not have the header's fields
 */
export function zeekLineToJson(
  line: string,
  header: ZeekHeader,
): { readonly json: string } | { readonly reason: string } {
  if (header.fields.length === 0) return { reason: "data before a #fields line" };
  const values = line.split(header.separator);
  if (values.length !== header.fields.length)
    return { reason: `${values.length} fields where #fields names ${header.fields.length}` };
  const members: string[] = [];
  for (const [i, value] of values.entries()) {
    if (value === header.unset) continue;
    const json = toJson(value, header.types[i] ?? "string", header);
    members.push(`${JSON.stringify(header.fields[i])}:${json}`);
  }
  return { json: `{${members.join(",")}}` };
}

function toJson(value: string, type: string, header: ZeekHeader): string {
  const inner = /^(?:set|vector)\[(\w+)\]$/.exec(type)?.[1];
  if (inner !== undefined) {
    if (value === header.empty || value === "") return "[]";
    const items = value.split(header.setSeparator).map(v => (v === header.unset ? "null" : toJson(v, inner, header)));
    return `[${items.join(",")}]`;
  }
  if (numeric.has(type) && /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(value)) return value;
  if (type === "bool" && (value === "T" || value === "F")) return value === "T" ? "true" : "false";
  return JSON.stringify(value === header.empty ? "" : unescape(value));
}

const numeric = new Set(["time", "interval", "count", "int", "port", "double"]);

/** `\x09` and `\\`, as Zeek writes bytes that would not be text. */
function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  const bytes = text.replace(/\\(?:x([0-9a-fA-F]{2})|\\)|([^\x00-\x7f])/gu, (_, hex?: string, other?: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    return other === undefined ? "\\" : Buffer.from(other, "utf8").toString("latin1");
  });
  return Buffer.from(bytes, "latin1").toString("utf8");
}
