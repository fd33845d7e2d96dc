/**
 * Answers of the Log Analytics query API → columns, rows and completeness.
 *
 * Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format and .../api/errors
 */
import { isKqlType, type Column, type KqlType } from "../../base/column.js";
import { complete, partial, type Cause, type Completeness } from "../../base/completeness.js";
import { HuntError } from "../../base/error.js";
import type { Visualization } from "../../kql/api.js";

export interface LogAnalyticsAnswer {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly unknown[])[];
  readonly completeness: Completeness;
  readonly visualization: Visualization | undefined;
}

/** Names that services use for types beside KQL's own. */
const typeAliases: Readonly<Record<string, KqlType>> = {
  boolean: "bool",
  sbyte: "bool",
  date: "datetime",
  int32: "int",
  int64: "long",
  double: "real",
  uuid: "guid",
  uniqueid: "guid",
  time: "timespan",
  object: "dynamic",
  sqldecimal: "decimal",
};

function toKqlType(name: unknown): KqlType {
  const lower = typeof name === "string" ? name.toLowerCase().replace(/^system\./, "") : "";
  if (isKqlType(lower)) return lower;
  return (Object.hasOwn(typeAliases, lower) ? typeAliases[lower] : undefined) ?? "string";
}

/**
 * Parses JSON without losing digits of whole numbers that a JavaScript number cannot hold: those become text, which
 * columns of type long take.
 */
export function parseJsonKeepingLongs(text: string): unknown {
  const kept = /\d{16}/.test(text)
    ? text.replace(
        /("(?:[^"\\]|\\.)*")|-?\d{16,}(?![\d.eE])/g,
        (number, string: string | undefined) => string ?? `"${number}"`,
      )
    : text;
  return JSON.parse(kept) as unknown;
}

type Mapping = Readonly<Record<string, unknown>>;
const asMapping = (value: unknown): Mapping => (typeof value === "object" && value !== null ? (value as Mapping) : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Text of a service on one line, bounded, without control characters. */
function plainText(value: unknown): string {
  return typeof value === "string"
    ? value
        .replace(/[\u0000-\u001F\u007F-\u009F\s]+/g, " ")
        .trim()
        .slice(0, 400)
    : "";
}

/** The messages of an error and its inner errors, each once, the outermost first. */
export function errorMessages(error: unknown): string[] {
  const found: string[] = [];
  const visit = (value: unknown, depth: number): void => {
    const { code, message, details, innererror } = asMapping(value);
    const text = plainText(message);
    const name = plainText(code);
    const line = text === "" ? name : /^[A-Za-z]\w+$/.test(name) ? `${name}: ${text}` : text;
    if (line !== "" && !found.includes(line)) found.push(line);
    if (depth >= 6) return;
    for (const detail of asList(details).slice(0, 8)) visit(detail, depth + 1);
    if (innererror !== undefined) visit(innererror, depth + 1);
  };
  visit(error, 0);
  return found;
}

/** Why an answer with an error beside its tables is not whole. */
function causeOf(error: unknown, source: string): Cause {
  const messages = errorMessages(error);
  const all = messages.join("; ");
  const [, detail] = messages;
  const message = `${source}: ${detail ?? messages[0] ?? "the service reports a partial answer"}`;
  if (/RESULT_SET_TOO_LARGE|record (?:count )?limit|\d+ records/i.test(all))
    return { kind: "row-limit", affects: "rows", message, source };
  if (/(?:size|memory|bytes|MB)\b.*(?:limit|exceed)|exceed.*(?:size|bytes|MB)\b/i.test(all))
    return { kind: "size-limit", affects: "rows", message, source };
  if (/timed? ?out|timeout/i.test(all)) return { kind: "timeout", affects: "values", message, source };
  return { kind: "service-partial", affects: "values", message, source };
}

/** Rows at which the service stops by itself. Source: https://learn.microsoft.com/azure/azure-monitor/service-limits#log-analytics-workspaces */
export const serviceRowLimit = 500_000;

function readVisualization(value: unknown): Visualization | undefined {
  const raw: unknown = typeof value === "string" && value.startsWith("{") ? safeParse(value) : value;
  const { visualization, ...rest } = asMapping(raw);
  if (typeof visualization !== "string" || visualization === "" || visualization === "table") return undefined;
  const properties = Object.entries(rest).flatMap(([name, item]) =>
    typeof item === "string" || typeof item === "number" || typeof item === "boolean"
      ? [[name, String(item)] as const]
      : [],
  );
  return { kind: visualization, properties: Object.fromEntries(properties) };
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Log Analytics writes dynamic values as JSON text; a value that came as JSON is written back. */
function toCells(columns: readonly Column[], row: readonly unknown[]): readonly unknown[] {
  return columns.map((column, i) => {
    const value = row[i];
    const isJson = column.type === "dynamic" && typeof value !== "string" && value !== null && value !== undefined;
    return isJson ? JSON.stringify(value) : (value ?? null);
  });
}

/**
 * Reads a 200 answer.
 *
 * @param source for people: the workspace's name
 * @throws HuntError `query/bad-reply` when it has no table
 */
export function readAnswer(body: unknown, source: string): LogAnalyticsAnswer {
  const { tables, error, render } = asMapping(body);
  const all = asList(tables).map(asMapping);
  const primary = all.find(t => t["name"] === "PrimaryResult") ?? all[0];
  if (primary === undefined)
    throw new HuntError("query/bad-reply", `${source}: the answer holds no table${suffix(errorMessages(error))}`, {
      hint: "check that the endpoint is a Log Analytics query API",
    });
  const columns = asList(primary["columns"]).map((c): Column => {
    const { name, type } = asMapping(c);
    return { name: typeof name === "string" ? name : "", type: toKqlType(type) };
  });
  const rows = asList(primary["rows"]).map(row => toCells(columns, asList(row)));
  const causes: Cause[] = error === undefined || error === null ? [] : [causeOf(error, source)];
  if (causes.length === 0 && rows.length >= serviceRowLimit)
    causes.push({
      kind: "row-limit",
      affects: "rows",
      message: `${source}: the service stops at 500,000 rows`,
      source,
    });
  const results = all.filter(t => /^PrimaryResult/i.test(String(t["name"])));
  if (results.length > 1)
    causes.push({
      kind: "service-partial",
      affects: "rows",
      message: `${source}: the answer has ${results.length} tables, and the first is shown`,
      source,
      missing: results.slice(1).reduce((sum, t) => sum + asList(t["rows"]).length, 0),
    });
  return {
    columns,
    rows,
    completeness: causes.length === 0 ? complete : partial(...causes),
    visualization: readVisualization(render),
  };
}

const suffix = (messages: readonly string[]): string => (messages.length === 0 ? "" : `: ${messages.join("; ")}`);

/** ` (it asks to wait 5 minutes)`, from a Retry-After header in seconds. */
function waitAsked(header: string | undefined): string {
  const seconds = Number(header);
  if (header === undefined || !(seconds > 0)) return "";
  return ` (it asks to wait ${seconds < 120 ? `${Math.ceil(seconds)} seconds` : `${Math.ceil(seconds / 60)} minutes`})`;
}

/** What a status other than 200 means. */
export function toQueryError(status: number, body: unknown, source: string, retryAfter?: string): HuntError {
  const messages = errorMessages(asMapping(body)["error"] ?? body);
  const says = suffix(messages);
  if (status === 400)
    return new HuntError("query/rejected", `${source} rejects the query${says}`, {
      hint: "correct the query, or check it first with `huntbook kql check`",
    });
  if (status === 401 || status === 403)
    return new HuntError("query/unauthorized", `${source}: access is refused${says}`, {
      hint: "sign in again (az login), and check that you are a Log Analytics Reader of the workspace",
    });
  if (status === 404)
    return new HuntError("query/workspace-missing", `${source}: there is no such workspace${says}`, {
      hint: "check WorkspaceId and Azure.cloud in msticpyconfig.yaml",
    });
  if (status === 429)
    return new HuntError("query/throttled", `${source}: too many queries at this time${waitAsked(retryAfter)}${says}`, {
      hint: "wait that long (or a minute) and run it again; fewer queries at once help",
    });
  if (status === 408 || status === 504)
    return new HuntError("query/timeout", `${source}: the service gave up waiting for the answer${says}`, {
      hint: "narrow the time range, filter earlier, or summarize",
    });
  return new HuntError("query/failed", `${source}: the service failed with status ${status}${says}`, {
    hint: "try again; if it stays, look at the service's health page",
  });
}
