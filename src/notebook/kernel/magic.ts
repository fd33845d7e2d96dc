/** The first line of a cell that is not TypeScript: `%%kql [name] [--workspace W] …`, `%%ioc [name]`, … Pure. */
import type { Diagnostic, Span } from "../../base/diagnostic.js";
import { didYouMean } from "../../base/suggest.js";

export interface KqlMagic {
  readonly kind: "kql";
  /** The result is bound to this name. */
  readonly name?: string;
  readonly workspace?: string;
  /** How far back from now, milliseconds. */
  readonly lastMs?: number;
  /** Row limit; overrides the default. */
  readonly limit?: number;
  readonly view?: string;
  readonly body: string;
  /** 0-based line of the cell on which `body` starts, for positions in messages. */
  readonly bodyLine: number;
}
/** Text to look into: observables, Base64, a table. */
export interface TextMagic {
  readonly kind: "ioc" | "b64" | "txt2frame";
  readonly name?: string;
  /** `ioc`: only these kinds of observables. */
  readonly types?: readonly string[];
  /** `txt2frame`: between fields; guessed without. */
  readonly separator?: string;
  /** `txt2frame`: the first line holds names. */
  readonly headers?: boolean;
  readonly body: string;
  readonly bodyLine: number;
}
export interface MarkdownMagic {
  readonly kind: "markdown";
  readonly body: string;
  readonly bodyLine: number;
}
/** `%lsmagic`, which lists what there is. */
export interface ListMagic {
  readonly kind: "lsmagic";
  readonly body: string;
  readonly bodyLine: number;
}
export type Magic = KqlMagic | TextMagic | MarkdownMagic | ListMagic;

export type MagicResult =
  { readonly magic: Magic } | { readonly diagnostics: readonly Diagnostic[] } | undefined; /* not a magic */

/** How an option's text becomes parts of the magic; a string is what is wrong with it. */
type ReadOption = (text: string) => object | string;
interface CellMagic {
  /** Whether a name for the result may follow. */
  readonly named: boolean;
  readonly options: Readonly<Record<string, ReadOption>>;
  /** Options that take no value. */
  readonly flags?: readonly string[];
  readonly hint: string;
}

const toName: ReadOption = text => (isBindableName(text) ? { name: text } : `'${text}' cannot be a variable name`);

/** Every cell magic; other names of them and of their options are MSTICPy's. */
const cellMagics = {
  kql: {
    named: true,
    options: {
      workspace: text => (text === "" ? "needs the name of a workspace" : { workspace: text }),
      last: text => {
        const ms = parseDurationMs(text);
        return ms === undefined ? `'${text}' is not a time span such as 30m, 12h, 7d or 2w` : { lastMs: ms };
      },
      limit: text => {
        const rows = Number(text);
        const good = /^\d+$/.test(text) && Number.isSafeInteger(rows) && rows > 0;
        return good ? { limit: rows } : `'${text}' is not a positive whole number of rows`;
      },
      view: text =>
        /^[a-z][a-z0-9-]*(,[a-z][a-z0-9-]*)*$/i.test(text)
          ? { view: text }
          : `'${text}' is not the name of a view, nor several with commas`,
    },
    hint: "write %%kql [name] [--workspace W] [--last 7d] [--limit N] [--view V], the query on the lines below",
  },
  ioc: {
    named: true,
    options: {
      out: toName,
      types: text => ({ types: text.split(",").map(t => t.trim()) }),
      ioc_types: text => ({ types: text.split(",").map(t => t.trim()) }),
    },
    hint: "write %%ioc [name] [--types ipv4,dns,url], the text on the lines below",
  },
  b64: { named: true, options: { out: toName }, hint: "write %%b64 [name], the text on the lines below" },
  txt2frame: {
    named: true,
    options: {
      name: toName,
      sep: text => {
        const one = text === "\\t" ? "\t" : text;
        return one.length === 1 && !/["\r\n]/.test(one) ? { separator: one } : `'${text}' is not one character`;
      },
      headers: () => ({ headers: true }),
    },
    flags: ["headers"],
    hint: "write %%txt2frame [name] [--sep ,] [--headers], the table on the lines below",
  },
  markdown: { named: false, options: {}, hint: "write %%markdown, the text on the lines below" },
} as const satisfies Record<string, CellMagic>;

type CellKind = keyof typeof cellMagics;
const aliases: Readonly<Record<string, CellKind>> = { txt2df: "txt2frame" };
/** The names of all cell magics. */
export const cellKinds = Object.keys(cellMagics) as readonly CellKind[];

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `30s`, `15m`, `12h`, `7d`, `2w` as milliseconds; undefined when it is not that or not positive. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)([smhdw])$/.exec(text);
  const ms = Math.round(Number(match?.[1]) * (unitMs[match?.[2] ?? ""] ?? Number.NaN));
  return ms > 0 ? ms : undefined;
}

/**
 * Splits off a magic: a first line that begins with `%%`, after blank lines only.
 *
 * Errors: unknown magics and options, values of the wrong kind and things said twice are diagnostics (`notebook/magic`).
 */
export function parseMagic(code: string): MagicResult {
  const lead = /^\uFEFF?(?:[ \t]*(?:\r\n|\n|\r))*/.exec(code)?.[0] ?? "";
  if (!code.startsWith("%", lead.length)) return undefined;
  if (!code.startsWith("%%", lead.length)) return parseLineMagic(code, lead);
  const rest = code.slice(lead.length);
  const lineEnd = /\r\n|\n|\r/.exec(rest);
  const line = lineEnd === null ? rest : rest.slice(0, lineEnd.index);
  const body = lineEnd === null ? "" : rest.slice(lineEnd.index + lineEnd[0].length);
  const bodyLine = lead.split(/\r\n|\n|\r/).length;

  const problems: Diagnostic[] = [];
  const words = splitWords(line.slice(2), lead.length + 2, problems);
  const head = words.shift();
  const kind = aliases[head?.text ?? ""] ?? cellKinds.find(k => k === head?.text);
  if (kind === undefined) {
    const said = head?.text ?? "";
    const span = head?.span ?? { start: lead.length, end: lead.length + 2 };
    const message = `there is no cell magic '%%${said}'${didYouMean(said, cellKinds)}`;
    return { diagnostics: [...problems, wrong(message, span, "%lsmagic lists what there is")] };
  }
  const options = readWords(kind, words, problems);
  return problems.length > 0
    ? { diagnostics: problems }
    : { magic: { kind, ...options, body, bodyLine } as unknown as Magic };
}

/** `%lsmagic` is the only one, and stands alone. */
function parseLineMagic(code: string, lead: string): MagicResult {
  const said = code.slice(lead.length + 1).trim();
  const span = { start: lead.length, end: code.trimEnd().length };
  if (said === "lsmagic")
    return { magic: { kind: "lsmagic", body: said, bodyLine: lead.split(/\r\n|\n|\r/).length - 1 } };
  const word = /^\S*/.exec(said)?.[0] ?? "";
  const known = (cellKinds as readonly string[]).includes(word);
  const message = known
    ? `'%${word}' is a cell magic: write '%%${word}' on the first line`
    : word === "lsmagic"
      ? "'%lsmagic' stands alone in its cell"
      : `there is no line magic '%${word}'${didYouMean(word, ["lsmagic"])}`;
  return {
    diagnostics: [wrong(message, span, "%lsmagic lists what there is; !command runs a shell line")],
  };
}

interface Word {
  readonly text: string;
  readonly span: Span;
  readonly quoted: boolean;
}

/** The name and the options on a magic's line. */
function readWords(kind: CellKind, words: readonly Word[], problems: Diagnostic[]): object {
  const { named, options, hint, flags = [] }: CellMagic = cellMagics[kind];
  const found: { name?: string } = {};
  const seen = new Set<string>();
  const say = (message: string, span: Span): void => void problems.push(wrong(message, span, hint));
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as Word;
    if (word.quoted || !word.text.startsWith("--")) {
      if (!named) say(`'%%${kind}' takes nothing, not '${word.text}'`, word.span);
      else if (found.name !== undefined) say(`'%%${kind}' takes one name, not also '${word.text}'`, word.span);
      else if (!isBindableName(word.text)) say(`'${word.text}' cannot be a variable name`, word.span);
      else found.name = word.text;
      continue;
    }
    const equals = word.text.indexOf("=");
    const option = word.text.slice(2, equals < 0 ? undefined : equals);
    const read = Object.hasOwn(options, option) ? options[option] : undefined;
    const flag = flags.includes(option);
    const value = equals >= 0 ? word.text.slice(equals + 1) : flag ? "" : words[(i += 1)]?.text;
    if (read === undefined)
      say(`'%%${kind}' has no option '--${option}'${didYouMean(option, Object.keys(options))}`, word.span);
    else if (seen.has(option)) say(`'--${option}' is given twice`, word.span);
    else {
      seen.add(option);
      const result = value === undefined ? "needs a value" : read(value);
      if (typeof result === "string") say(`'--${option}': ${result}`, word.span);
      else Object.assign(found, result);
    }
  }
  return found;
}

/** Words of the language that cannot be declared by `let`. */
const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let new null package private protected public return " +
    "static super switch this throw true try typeof var void while with yield undefined NaN Infinity globalThis"
  ).split(" "),
);

/** Says whether a name can be declared in a cell (ASCII identifiers only: the same name must work in KQL). */
export function isBindableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name) && name !== "__huntbook";
}

/** Words between blanks; quotes keep blanks, a backslash keeps the next character inside quotes. */
function splitWords(text: string, offset: number, problems: Diagnostic[]): Word[] {
  const words: Word[] = [];
  const pattern = /[^\s]/y;
  let i = 0;
  while (i < text.length) {
    pattern.lastIndex = i;
    if (!pattern.test(text)) {
      i += 1;
      continue;
    }
    const start = i;
    let word = "";
    let quote: string | undefined;
    const quoted = text[i] === '"' || text[i] === "'";
    for (; i < text.length; i += 1) {
      const c = text[i] as string;
      if (quote !== undefined) {
        if (c === "\\" && i + 1 < text.length) word += text[(i += 1)] as string;
        else if (c === quote) quote = undefined;
        else word += c;
      } else if (c === '"' || c === "'") quote = c;
      else if (/\s/.test(c)) break;
      else word += c;
    }
    const span = { start: offset + start, end: offset + i };
    if (quote !== undefined)
      problems.push(wrong(`the quote ${quote} is not closed`, span, "close it on the same line"));
    words.push({ text: word, span, quoted });
  }
  return words;
}

function wrong(message: string, span: Span, hint: string): Diagnostic {
  return { code: "notebook/magic", severity: "error", message, span, hint };
}
