/** YAML files with the place of every key, so that each complaint can name its line. */
import type { Document, Node, YAMLParseError } from "yaml";
import { messageOf } from "../base/error.js";
import { positionAt, type Diagnostic, type Span } from "../base/diagnostic.js";
import { loadYaml } from "./yaml.js";

export type YamlPath = readonly (string | number)[];

export interface YamlSource {
  /** For people: the file's path. */
  readonly name: string;
  /** Without a byte order mark. */
  readonly text: string;
  /** Plain objects, arrays and scalars; undefined when the file cannot be read at all. */
  readonly value: unknown;
  /** Errors of YAML itself (`value` is undefined when there are any) and warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** Where a key stands (the pair's key), or the nearest ancestor that exists. */
  spanOf(path: YamlPath): Span;
  /** `file:line:column` of a key. */
  whereIs(path: YamlPath): string;
  /** 1-based line of a key. */
  lineOf(path: YamlPath): number;
}

export interface YamlOptions {
  /** Larger files are refused, to keep hostile YAML from costing memory and time. Default 8 MB. */
  readonly maxBytes?: number;
  /** `<<` takes over the keys of another mapping, as in YAML 1.1 and PyYAML. Default false. */
  readonly merge?: boolean;
  /** Numbers that do not survive as numbers (`0123`, `1e9`, twenty digits) stay the text they are. Default false. */
  readonly exactNumbers?: boolean;
}

/** Larger files are no configuration or query file. */
export const maxYamlBytes = 8 * 1024 * 1024;
const maxAliases = 100;
/** Flow collections and block levels beyond this would use up the stack. */
const maxNesting = 100;
/** After an unclosed quote everything is an error; the first ones say where to look. */
const maxErrors = 3;

const none: Span = { start: 0, end: 0 };

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

/** What is no text at all: the decoder's mark for bytes that are none, or control characters. */
const notText = /[\u0000-\u0008\u000e-\u001f\ufffd]/;

/**
 * Whether the text nests deeper than the parser can bear: thousands of `[` end the process (seen with yaml 2.9.1 on Node 20),
 * so it is found out by the tokens, before parsing.
 */
function isTooDeep(text: string): boolean {
  const { Lexer } = loadYaml();
  let flow = 0;
  let block = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    // The token after this mark is a scalar's text, whatever it looks like.
    const wasScalar = isScalar;
    isScalar = token === "\u001f";
    if (wasScalar) continue;
    if (token === "[" || token === "{") flow++;
    else if (token === "]" || token === "}") flow = Math.max(0, flow - 1);
    else if (token === "-" || token === "?") block++;
    else if (token === "\n" || token === "\r\n") block = 0;
    else if (/^ +$/.test(token)) block = Math.max(block, token.length / 2);
    if (flow > maxNesting || block > 2 * maxNesting) return true;
  }
  return false;
}

function refuse(message: string, hint: string): ReadDocument {
  return { document: undefined, value: undefined, diagnostics: [failure(message, { start: 0, end: 0 }, hint)] };
}

interface ReadDocument {
  readonly document: Document | undefined;
  readonly value: unknown;
  readonly diagnostics: readonly Diagnostic[];
}

const thisFile = "check that this is the file you meant";

function readDocument(text: string, options: YamlOptions): ReadDocument {
  const maxBytes = options.maxBytes ?? maxYamlBytes;
  if (Buffer.byteLength(text) > maxBytes)
    return refuse(`the file is larger than ${maxBytes / 1024 / 1024} MB`, thisFile);
  if (notText.test(text)) return refuse("the file is not text", "save it as UTF-8");
  if (isTooDeep(text)) return refuse(`more than ${maxNesting} levels are inside each other`, thisFile);
  const { parseDocument } = loadYaml();
  try {
    const document = parseDocument(text, {
      version: "1.2",
      schema: "core",
      // The library would print pieces of the file, secrets too, as warnings of the process.
      logLevel: "error",
      // The library compares each key with each other one: minutes for a hostile file. `findDuplicates` needs one pass.
      uniqueKeys: false,
      prettyErrors: false,
      merge: options.merge ?? false,
    });
    return readParsed(document, text, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse("too much is inside each other", thisFile);
  }
}

function readParsed(document: Document, text: string, options: YamlOptions): ReadDocument {
  const hint = "compare the line with its neighbours: indentation, quotes, colons";
  const errors = document.errors.map(e => failure(messageWithoutText(e), { start: e.pos[0], end: e.pos[1] }, hint));
  const diagnostics = [...errors, ...findLostLines(document, text), ...findDuplicates(document)].slice(0, maxErrors);
  if (diagnostics.length > 0) return { document, value: undefined, diagnostics };
  const warnings = document.warnings.slice(0, maxErrors).map((warning): Diagnostic => ({
    code: "yaml/tag",
    severity: "warning",
    message: "a tag (!) that is not known is passed over",
    span: { start: warning.pos[0], end: warning.pos[1] },
    hint: "remove it",
  }));
  if (options.exactNumbers === true) keepNumberText(document);
  try {
    const value: unknown = document.toJS({ maxAliasCount: maxAliases });
    if (holdsItself(value, [])) {
      const error = failure("an alias (*) stands for itself", { start: 0, end: 0 }, "write the value out");
      return { document, value: undefined, diagnostics: [error] };
    }
    return { document, value, diagnostics: warnings };
  } catch (error) {
    const diagnostic = messageOf(error).startsWith("Unresolved alias")
      ? failure("an alias (*) has no anchor (&) of its name before it", none, "put text that begins with * in quotes")
      : error instanceof RangeError
        ? failure("too much is inside each other", none, thisFile)
        : failure("too many aliases (&, *)", none, "write the repeated parts out");
    return { document, value: undefined, diagnostics: [diagnostic] };
  }
}

/** `a: &a [*a]` is a value inside itself, which nothing here could walk through. */
function holdsItself(value: unknown, above: readonly unknown[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (above.includes(value)) return true;
  const here = [...above, value];
  return Object.values(value).some(item => holdsItself(item, here));
}

/** The library's message without the piece of the file that some hold: it may be a secret. */
function messageWithoutText({ code, message }: YAMLParseError): string {
  if (code === "BAD_DQ_ESCAPE") return "Invalid escape sequence in a text in double quotes";
  if (code === "BAD_DIRECTIVE") return "a line that begins with % is no directive that is known";
  return message.replace(/(?<=\S): .*$/s, "");
}

/**
 * Lines that the library passes over without a word: those that follow a key which is a mapping or a list (`? a: 1`) and has no
 * value. Nothing that is done to the document would keep them.
 */
export function findLostLines(document: Document, text: string): readonly Diagnostic[] {
  const { isCollection, visit } = loadYaml();
  const found: Diagnostic[] = [];
  visit(document, {
    Map: (_, map) => {
      map.items.forEach(({ key, value }, i) => {
        if (!isCollection(key) || value !== null) return;
        const from = key.range?.[2] ?? 0;
        const next = map.items[i + 1]?.key as Node | null | undefined;
        const to = next?.range?.[0] ?? map.range?.[2] ?? text.length;
        const rest = text.slice(from, to).replace(/(^|\s)#[^\n]*/g, "");
        if (!/[^\s?:,}\]]/.test(rest)) return;
        const hint = "write a name and a colon; take away a '?', '{' or '[' before it";
        found.push(
          failure("a key is a mapping or a list, and what follows it cannot be read", { start: from, end: to }, hint),
        );
      });
    },
  });
  return found;
}

function findDuplicates(document: Document): Diagnostic[] {
  const { isScalar, visit } = loadYaml();
  const found: Diagnostic[] = [];
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value))
          found.push(failure("Map keys must be unique", rangeSpan(key) ?? none, "keep one of them"));
        seen.add(key.value);
      }
    },
  });
  return found;
}

/** `AuthKey: 0123` is a key that begins with 0, not 123. */
function keepNumberText(document: Document): void {
  loadYaml().visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== "number" || node.source === undefined || node.source === String(node.value)) return;
      if (!/^-?\d{1,14}\.\d{1,8}$/.test(node.source)) node.value = node.source;
    },
  });
}

/** Parses one YAML document. Duplicate keys are errors; aliases are bounded; nothing is executed or constructed. */
export function parseYamlSource(given: string, name: string, options: YamlOptions = {}): YamlSource {
  const text = given.replace(/^\uFEFF/, "");
  const { document, value, diagnostics } = readDocument(text, options);
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
