/** Checking queries in files: where they stand in `.kql`, YAML and Markdown, and what is wrong with each. Pure text. */
import type { Diagnostic } from "../base/diagnostic.js";
import type { KqlEnvironment } from "./api.js";
import { positionAt } from "../base/diagnostic.js";
import { compileWithoutData } from "./ask.js";
import { splitBlocks } from "./bridge.js";
import { compileKql } from "./compile.js";
import { SchemaCache } from "./environment.js";

export type CheckStatus = "ok" | "refused" | "error";

export interface CheckedQuery {
  readonly status: CheckStatus;
  /** Empty when ok; else the first finding, for one-line reports. */
  readonly reason: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses, binds and compiles one query. `refused`: good KQL that does not run here yet. */
export function checkKql(text: string, environment: KqlEnvironment, schemas = new SchemaCache()): CheckedQuery {
  const result = compileWithoutData(e => compileKql(text, e, schemas), environment);
  if (result.state === "ready") return { status: "ok", reason: "", diagnostics: result.query.diagnostics };
  // What the data would say is not known here; so far nothing is wrong.
  if (result.state === "needs") return { status: "ok", reason: "", diagnostics: result.diagnostics };
  const [first] = result.diagnostics;
  // A text of definitions alone is a library, and nothing is wrong with it.
  if (result.diagnostics.every(d => d.code === "kql/no-query")) return { status: "ok", reason: "", diagnostics: [] };
  const status = result.state === "refused" ? "refused" : "error";
  return {
    status,
    reason: first === undefined ? "" : `${first.code}: ${first.message}`,
    diagnostics: result.diagnostics,
  };
}

/** A query found in a file. */
export interface FoundQuery {
  readonly text: string;
  /** 1-based line of the file where the query's first line stands. */
  readonly line: number;
  /** Columns by which each of its lines is indented in the file. */
  readonly indent: number;
}

export type QueryFileKind = "kql" | "yaml" | "markdown";

/** The kind of a file by its name; undefined for other files. */
export function queryFileKind(name: string): QueryFileKind | undefined {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === "kql" || ending === "csl" || ending === "kusto") return "kql";
  if (ending === "yaml" || ending === "yml") return "yaml";
  return ending === "md" || ending === "markdown" ? "markdown" : undefined;
}

/** All queries of a file, in order. */
export function findQueries(text: string, kind: QueryFileKind): readonly FoundQuery[] {
  if (kind === "kql") return findBlocks(text);
  return kind === "yaml" ? findYamlQueries(text) : findFences(text);
}

/** Queries separated by blank lines; blocks of comments only are none. */
function findBlocks(text: string): readonly FoundQuery[] {
  return splitBlocks(text).flatMap(({ start, end }): readonly FoundQuery[] => {
    const block = text.slice(start, end);
    if (block.replace(/\/\/.*$/gm, "").trim() === "") return [];
    const lead = /^(?:[ \t]*(?:\r\n|\n|\r))*/.exec(block)?.[0].length ?? 0;
    return [{ text: block.slice(lead).trimEnd(), line: positionAt(text, start + lead).line, indent: 0 }];
  });
}

const lineEnd = /\r\n|\n|\r/;

/** The texts after `query:` keys, as block scalars or on the line. */
function findYamlQueries(text: string): readonly FoundQuery[] {
  const lines = text.split(lineEnd);
  const found: FoundQuery[] = [];
  for (const [i, line] of lines.entries()) {
    const match = /^(\s*(?:- +)?)query:(?:\s+(.*))?$/.exec(line);
    if (match === null) continue;
    const value = (match[2] ?? "").trim();
    const query = /^[|>][-+\d]*\s*(#.*)?$/.test(value)
      ? blockScalar(lines, i, match[1]?.length ?? 0)
      : flowScalar(lines, i, line.indexOf(value), value);
    if (query !== undefined && query.text.trim() !== "") found.push(query);
  }
  return found;
}

/** The lines below `key`, more indented than it, without their common indentation. */
function blockScalar(lines: readonly string[], at: number, keyIndent: number): FoundQuery | undefined {
  const body: string[] = [];
  for (const line of lines.slice(at + 1)) {
    const indent = line.length - line.trimStart().length;
    if (line.trim() !== "" && indent <= keyIndent) break;
    body.push(line);
  }
  const lead = body.findIndex(l => l.trim() !== "");
  const first = body[lead];
  if (first === undefined) return undefined;
  const indent = first.length - first.trimStart().length;
  const content = body.slice(lead).map(l => l.slice(Math.min(indent, l.length - l.trimStart().length)));
  return { text: content.join("\n").trimEnd(), line: at + 2 + lead, indent };
}

/** A plain or quoted text; a quoted one may go on over lines. */
function flowScalar(lines: readonly string[], at: number, column: number, value: string): FoundQuery | undefined {
  const quote = value[0];
  if (quote !== "'" && quote !== '"')
    return { text: value.replace(/\s#.*$/, ""), line: at + 1, indent: Math.max(0, column) };
  const rest = [value, ...lines.slice(at + 1)].join("\n");
  const pattern = quote === "'" ? /^'((?:[^']|'')*)'/ : /^"((?:[^"\\]|\\[\s\S])*)"/;
  const inner = pattern.exec(rest)?.[1];
  if (inner === undefined) return undefined;
  const text = quote === "'" ? inner.replaceAll("''", "'") : unescapeYaml(inner);
  return { text, line: at + 1, indent: column + 1 };
}

function unescapeYaml(text: string): string {
  const named: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0" };
  return text.replace(/\\([\s\S])/g, (_all, c: string) => named[c] ?? c);
}

/** ```kql and ```kusto fences. */
function findFences(text: string): readonly FoundQuery[] {
  const lines = text.split(lineEnd);
  const found: FoundQuery[] = [];
  let open:
    { readonly mark: string; readonly line: number; readonly indent: number; readonly kql: boolean } | undefined;
  let body: string[] = [];
  for (const [i, line] of lines.entries()) {
    const fence = /^( {0,3})(`{3,}|~{3,})\s*([^\s`]*)/.exec(line);
    if (open === undefined) {
      if (fence === null) continue;
      const kql = /^(kql|kusto|csl)$/i.test(fence[3] ?? "");
      open = { mark: fence[2] ?? "```", line: i + 2, indent: fence[1]?.length ?? 0, kql };
      body = [];
    } else if (fence?.[2]?.startsWith(open.mark) === true && fence[3] === "") {
      if (open.kql && body.join("").trim() !== "")
        found.push({ text: body.join("\n").trimEnd(), line: open.line, indent: open.indent });
      open = undefined;
    } else {
      const { indent } = open;
      body.push(line.slice(Math.min(indent, line.length - line.trimStart().length)));
    }
  }
  return found;
}
