/** Where queries stand in `.kql`, YAML, Markdown, TypeScript and notebook files. Pure text. */
import type { FoundQuery, Place } from "./found.js";
import { positionAt } from "../../base/diagnostic.js";
import { unescaped } from "./found.js";
import { splitBlocks } from "../bridge.js";
import { findCells } from "./notebook.js";
import { findTemplates } from "./template.js";

export type QueryFileKind = "kql" | "yaml" | "markdown" | "notebook" | "typescript";

const kinds: readonly (readonly [endings: RegExp, kind: QueryFileKind])[] = [
  [/\.(kql|csl|kusto)$/i, "kql"],
  [/\.ya?ml$/i, "yaml"],
  [/\.(md|markdown)$/i, "markdown"],
  [/\.ipynb$/i, "notebook"],
  [/\.[cm]?tsx?$/i, "typescript"],
];

/** The kind of a file by its name; undefined for other files. */
export function queryFileKind(name: string): QueryFileKind | undefined {
  return kinds.find(([endings]) => endings.test(name))?.[1];
}

/**
 * All queries of a file, in order.
 *
 * @throws HuntError `kql/bad-notebook` for a notebook that is not JSON
 */
export function findQueries(text: string, kind: QueryFileKind): readonly FoundQuery[] {
  switch (kind) {
    case "kql":
      return findBlocks(text);
    case "yaml":
      return findYamlQueries(text);
    case "markdown":
      return findFences(text);
    case "notebook":
      return findCells(text);
    case "typescript":
      return findTemplates(text);
  }
}

/** Queries separated by blank lines; blocks of comments only are none. */
function findBlocks(text: string): readonly FoundQuery[] {
  const newline = /\r\n/.test(text) ? "\r\n" : "\n";
  return splitBlocks(text).flatMap(({ start, end }): readonly FoundQuery[] => {
    const block = text.slice(start, end);
    if (block.replace(/\/\/.*$/gm, "").trim() === "") return [];
    const lead = /^(?:[ \t]*(?:\r\n|\n|\r))*/.exec(block)?.[0].length ?? 0;
    const query = block.slice(lead).trimEnd();
    const at = start + lead;
    return [
      {
        text: query,
        line: positionAt(text, at).line,
        places: [{ at: 0, file: at }],
        end: at + query.length,
        writing: { newline, escape: "none" },
      },
    ];
  });
}

interface Row {
  readonly text: string;
  /** Offset in the file. */
  readonly at: number;
}

function rowsOf(text: string): readonly Row[] {
  const rows: Row[] = [];
  let at = 0;
  for (const match of text.matchAll(/\r\n|\n|\r|$/g)) {
    rows.push({ text: text.slice(at, match.index), at });
    at = match.index + match[0].length;
  }
  return rows;
}

const indentOf = (text: string): number => text.length - text.trimStart().length;

/** Rows without their common indentation, as one query. `first` is the 0-based line of the first row. */
function queryOfRows(rows: readonly Row[], first: number, indent: number, writes: boolean): FoundQuery | undefined {
  const lead = rows.findIndex(r => r.text.trim() !== "");
  const last = rows.findLastIndex(r => r.text.trim() !== "");
  if (lead < 0) return undefined;
  let text = "";
  const places: Place[] = [];
  for (const row of rows.slice(lead, last + 1)) {
    if (places.length > 0) text += "\n";
    const cut = Math.min(indent, indentOf(row.text));
    places.push({ at: text.length, file: row.at + cut });
    text += row.text.slice(cut);
  }
  const end = rows[last];
  const trimmed = text.trimEnd();
  return {
    text: trimmed,
    line: first + lead + 1,
    places,
    end: (end?.at ?? 0) + (end?.text.trimEnd().length ?? 0),
    ...(writes ? { writing: { newline: `\n${" ".repeat(indent)}`, escape: "none" } } : {}),
  };
}

/** The texts after `query:` keys, as block scalars or on the line. */
function findYamlQueries(text: string): readonly FoundQuery[] {
  const rows = rowsOf(text);
  const found: FoundQuery[] = [];
  for (const [i, row] of rows.entries()) {
    const match = /^(\s*(?:- +)?)query:(?:\s+(.*))?$/.exec(row.text);
    if (match === null) continue;
    const value = (match[2] ?? "").trim();
    const block = /^([|>])[-+\d]*\s*(#.*)?$/.exec(value);
    const column = value === "" ? row.text.length : row.text.indexOf(value, (match[1] ?? "").length + 6);
    const query =
      block === null
        ? flowScalar(text, i, { text: value, at: row.at + column })
        : blockScalar(rows, i, match[1]?.length ?? 0, block[1] === "|");
    if (query !== undefined && query.text.trim() !== "") found.push(query);
  }
  return found;
}

/** The lines below `key`, more indented than it, without their common indentation. */
function blockScalar(rows: readonly Row[], at: number, keyIndent: number, literal: boolean): FoundQuery | undefined {
  const body: Row[] = [];
  for (const row of rows.slice(at + 1)) {
    if (row.text.trim() !== "" && indentOf(row.text) <= keyIndent) break;
    body.push(row);
  }
  const first = body.find(r => r.text.trim() !== "");
  return first === undefined ? undefined : queryOfRows(body, at + 1, indentOf(first.text), literal);
}

/** A plain or quoted text; a quoted one may go on over lines. Changes are not written back. */
function flowScalar(file: string, line: number, value: Row): FoundQuery | undefined {
  const quote = value.text[0];
  if (quote !== "'" && quote !== '"') {
    const text = value.text.replace(/\s#.*$/, "");
    return { text, line: line + 1, places: [{ at: 0, file: value.at }], end: value.at + text.length };
  }
  const pattern = quote === "'" ? /'((?:[^']|'')*)'/y : /"((?:[^"\\]|\\[\s\S])*)"/y;
  pattern.lastIndex = value.at;
  const inner = pattern.exec(file)?.[1];
  if (inner === undefined) return undefined;
  const escapes = quote === "'" ? /''/g : /\\([\s\S])/g;
  const unescape = quote === "'" ? () => "'" : unescapeYaml;
  return { line: line + 1, ...unescaped(inner, value.at + 1, escapes, unescape) };
}

function unescapeYaml(escape: string): string {
  const named: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0" };
  const c = escape.slice(1);
  return named[c] ?? c;
}

/** ```kql and ```kusto fences. */
function findFences(text: string): readonly FoundQuery[] {
  const rows = rowsOf(text);
  const found: FoundQuery[] = [];
  let open: { readonly mark: string; readonly row: number; readonly indent: number; readonly kql: boolean } | undefined;
  for (const [i, row] of rows.entries()) {
    const fence = /^( {0,3})(`{3,}|~{3,})\s*([^\s`]*)/.exec(row.text);
    if (open === undefined) {
      if (fence === null) continue;
      const kql = /^(kql|kusto|csl)$/i.test(fence[3] ?? "");
      open = { mark: fence[2] ?? "```", row: i + 1, indent: fence[1]?.length ?? 0, kql };
    } else if (fence?.[2]?.startsWith(open.mark) === true && fence[3] === "") {
      const query = open.kql ? queryOfRows(rows.slice(open.row, i), open.row, open.indent, true) : undefined;
      if (query !== undefined) found.push(query);
      open = undefined;
    }
  }
  return found;
}
