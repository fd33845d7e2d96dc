/** YAML files with the place of every key, so that each complaint can name its line. */
import type { Document, Node } from "yaml";
import { positionAt, type Diagnostic, type Span } from "../base/diagnostic.js";
import { loadYaml } from "./yaml.js";

export type YamlPath = readonly (string | number)[];

export interface YamlSource {
  /** For people: the file's path. */
  readonly name: string;
  readonly text: string;
  /** Plain objects, arrays and scalars; undefined when the file cannot be read at all. */
  readonly value: unknown;
  /** Errors of YAML itself; `value` is undefined when there are any. */
  readonly diagnostics: readonly Diagnostic[];
  /** Where a key stands (the pair's key), or the nearest ancestor that exists. */
  spanOf(path: YamlPath): Span;
  /** `file:line:column` of a key. */
  whereIs(path: YamlPath): string;
  /** 1-based line of a key. */
  lineOf(path: YamlPath): number;
}

/** Larger files are no configuration or query file; refused to keep hostile YAML from costing memory. */
export const maxYamlBytes = 8 * 1024 * 1024;
const maxAliases = 100;
/** After an unclosed quote everything is an error; the first ones say where to look. */
const maxErrors = 3;

function rangeSpan(node: unknown): Span | undefined {
  const range = (node as Node | undefined)?.range;
  return range === null || range === undefined ? undefined : { start: range[0], end: range[1] };
}

function keySpan(document: Document, path: YamlPath): Span {
  const { isMap, isPair, isScalar, isSeq } = loadYaml();
  let node: unknown = document.contents;
  let span: Span = rangeSpan(node) ?? { start: 0, end: 0 };
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(item => isPair(item) && isScalar(item.key) && item.key.value === step);
      if (pair === undefined) return span;
      span = rangeSpan(pair.key) ?? span;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      span = rangeSpan(node) ?? span;
    } else return span;
  }
  return span;
}

function failure(message: string, span: Span, hint: string): Diagnostic {
  return { code: "yaml/invalid", severity: "error", message, span, hint };
}

function readDocument(text: string): { document: Document | undefined; value: unknown; diagnostics: Diagnostic[] } {
  if (Buffer.byteLength(text) > maxYamlBytes) {
    const hint = "check that this is the file you meant";
    return {
      document: undefined,
      value: undefined,
      diagnostics: [failure(`the file is larger than ${maxYamlBytes / 1024 / 1024} MB`, { start: 0, end: 0 }, hint)],
    };
  }
  const { LineCounter, parseDocument } = loadYaml();
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    uniqueKeys: true,
    prettyErrors: false,
    lineCounter: new LineCounter(),
  });
  const diagnostics = document.errors
    .slice(0, maxErrors)
    .map(error =>
      failure(
        error.message,
        { start: error.pos[0], end: error.pos[1] },
        error.code === "DUPLICATE_KEY"
          ? "keep one of them"
          : "compare the line with its neighbours: indentation, quotes, colons",
      ),
    );
  if (diagnostics.length > 0) return { document, value: undefined, diagnostics };
  try {
    return { document, value: document.toJS({ maxAliasCount: maxAliases }) as unknown, diagnostics };
  } catch {
    const hint = "write the repeated parts out";
    return {
      document,
      value: undefined,
      diagnostics: [failure("too many aliases (&, *)", { start: 0, end: 0 }, hint)],
    };
  }
}

/** Parses one YAML document. Duplicate keys are errors; aliases are bounded; nothing is executed or constructed. */
export function parseYamlSource(text: string, name: string): YamlSource {
  const { document, value, diagnostics } = readDocument(text.replace(/^\uFEFF/, ""));
  const spanOf = (path: YamlPath): Span => (document === undefined ? { start: 0, end: 0 } : keySpan(document, path));
  return {
    name,
    text,
    value,
    diagnostics,
    spanOf,
    whereIs: path => {
      const { line, column } = positionAt(text, spanOf(path).start);
      return `${name}:${line}:${column}`;
    },
    lineOf: path => positionAt(text, spanOf(path).start).line,
  };
}

/** Says whether a YAML value is a mapping. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
