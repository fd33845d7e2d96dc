/**
 * Templates and values → query text.
 *
 * The promise: what the author wrote stays what it was. The template is cut into tokens; values are written by the kind
 * of place their hole stands in; the result is cut again, and every token outside the holes must be the same, at the
 * same place. Otherwise the value is refused, whatever it was.
 */
import type { Diagnostic } from "../base/diagnostic.js";
import { HuntError } from "../base/error.js";
import { placeOfRawHole, type HolePlace } from "./hole.js";
import { holeMark, tokenizeKql, type Token } from "./kql-token.js";
import type { ParameterDefinition, ParameterValue } from "./parameter.js";
import { parseTemplate } from "./template.js";
import { writeValue } from "./write-value.js";

export interface PlacedHole {
  readonly name: string;
  readonly at: number;
  readonly place: HolePlace;
}

/** A template whose holes are understood. */
export interface CheckedTemplate {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly holes: readonly PlacedHole[];
}

export type TemplateResult =
  | { readonly state: "ready"; readonly template: CheckedTemplate }
  | { readonly state: "failed"; readonly diagnostics: readonly Diagnostic[] };

const wordKinds: ReadonlySet<Token["kind"]> = new Set(["identifier", "number", "timespan"]);

/**
 * Joins holes glued to letters or digits (`{n}d`, `{name}_CL`) with them into one token of kind `hole`.
 * Clauses are no part of a word: they start a line of their own.
 */
function glueWords(tokens: readonly Token[], isClauseAt: (offset: number) => boolean): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length;) {
    let j = i;
    const wordish = (t: Token | undefined) =>
      t !== undefined && (wordKinds.has(t.kind) || (t.kind === "hole" && !isClauseAt(t.start)));
    while (wordish(tokens[j]) && wordish(tokens[j + 1]) && tokens[j]?.end === tokens[j + 1]?.start) j += 1;
    const run = tokens.slice(i, j + 1);
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) break;
    const mixed = run.some(t => t.kind === "hole") && run.some(t => t.kind !== "hole");
    out.push(...(mixed ? [{ kind: "hole", start: first.start, end: last.end } as const] : run));
    i = j + 1;
  }
  return out;
}

function isClause(parameter: ParameterDefinition | undefined): boolean {
  const text = typeof parameter?.default === "string" ? parameter.default.trim() : "";
  return parameter?.type === "clause" || parameter?.name === "add_query_items" || text.startsWith("|");
}

function placeIn(token: Token, text: string, tokens: readonly Token[], parameter: ParameterDefinition): HolePlace {
  switch (token.kind) {
    case "string":
      return { kind: "in-string", quoting: token.quoting };
    case "typed-literal":
      return { kind: "in-typed-literal", type: token.type };
    case "comment":
      return { kind: "in-comment" };
    default: {
      if (token.end - token.start > 1) return { kind: "word-part" };
      const code = tokens.filter(t => t.kind !== "comment");
      return placeOfRawHole(text, code, code.indexOf(token), parameter);
    }
  }
}

/**
 * Understands a template, or says everything that is wrong with it. Spans are offsets in `source`, except for
 * characters that KQL does not have, which are given without a place.
 */
export function checkTemplate(source: string, parameters: readonly ParameterDefinition[]): TemplateResult {
  const { text, holes, diagnostics } = parseTemplate(source);
  const found = [...diagnostics];
  const byName = new Map(parameters.map(p => [p.name, p]));
  const clauses = new Set(holes.filter(h => isClause(byName.get(h.name))).map(h => h.at));
  const tokens = glueWords(tokenizeKql(text), at => clauses.has(at));
  const bad = tokens.find(t => t.kind === "bad");
  if (bad !== undefined)
    found.push({
      code: "query/template-invalid",
      severity: "error",
      message: `the query has an unclosed string or an unknown character at ${JSON.stringify(text.slice(bad.start, bad.start + 20).replaceAll(holeMark, "{}"))}`,
      span: { start: 0, end: source.length },
    });
  const placed: PlacedHole[] = [];
  for (const hole of holes) {
    const parameter = byName.get(hole.name);
    const token = tokens.find(t => t.start <= hole.at && hole.at < t.end);
    if (parameter === undefined)
      found.push({
        code: "query/undeclared-parameter",
        severity: "error",
        message: `the query uses '{${hole.name}}', which is not among its parameters`,
        span: { start: source.indexOf(`{${hole.name}}`), end: source.indexOf(`{${hole.name}}`) + hole.name.length + 2 },
        hint: "declare it under parameters",
      });
    else if (token !== undefined) placed.push({ ...hole, place: placeIn(token, text, tokens, parameter) });
  }
  return found.length > 0
    ? { state: "failed", diagnostics: found }
    : { state: "ready", template: { text, tokens, holes: placed } };
}

interface Filled {
  readonly text: string;
  /** Where each offset of the template's text is now. */
  readonly moved: (offset: number) => number;
  readonly spans: readonly { readonly start: number; readonly end: number }[];
}

function fill(template: CheckedTemplate, written: readonly string[]): Filled {
  let text = "";
  let last = 0;
  const spans: { start: number; end: number }[] = [];
  template.holes.forEach((hole, i) => {
    text += template.text.slice(last, hole.at);
    const start = text.length;
    text += written[i] ?? "";
    spans.push({ start, end: text.length });
    last = hole.at + 1;
  });
  text += template.text.slice(last);
  const moved = (offset: number): number => {
    const before = template.holes.filter(h => h.at < offset);
    return before.reduce((sum, hole) => sum + (written[template.holes.indexOf(hole)] ?? "").length - 1, offset);
  };
  return { text, moved, spans };
}

/** Says whether the tokens outside the holes are the template's own, and each glued word is one word. */
function isFaithful(template: CheckedTemplate, filled: Filled): boolean {
  const isGlued = (t: Token) => t.kind === "hole" && t.end - t.start > 1;
  const rawAt = new Set(template.holes.filter(h => isRaw(h.place)).map(h => h.at));
  const rawSpans = filled.spans.filter((_, i) => isRaw(template.holes[i]?.place));
  const glued = template.tokens.filter(isGlued).map(t => `${filled.moved(t.start)} ${filled.moved(t.end)}`);
  const expected = template.tokens
    .filter(t => !(t.kind === "hole" && rawAt.has(t.start)))
    .map(t => `${isGlued(t) ? "word" : t.kind} ${filled.moved(t.start)} ${filled.moved(t.end)}`);
  const actual = tokenizeKql(filled.text)
    .filter(t => !rawSpans.some(s => s.start <= t.start && t.end <= s.end))
    .map(t => {
      const at = `${t.start} ${t.end}`;
      return `${wordKinds.has(t.kind) && glued.includes(at) ? "word" : t.kind} ${at}`;
    });
  return actual.length === expected.length && actual.every((t, i) => t === expected[i]);
}

function isRaw(place: HolePlace | undefined): boolean {
  return place !== undefined && !["in-string", "in-typed-literal", "in-comment", "word-part"].includes(place.kind);
}

/** Leaves out lines that are blank outside strings, as MSTICPy does. */
function withoutBlankLines(text: string): string {
  let out = "";
  let last = 0;
  const gap = (s: string) => s.replace(/[ \t]*\r?\n(?:[ \t]*\r?\n)+/g, "\n");
  for (const token of tokenizeKql(text)) {
    out += gap(text.slice(last, token.start)) + text.slice(token.start, token.end);
    last = token.end;
  }
  return (out + gap(text.slice(last))).trim();
}

/**
 * Renders a template.
 *
 * @param valueOf the value of each parameter by name
 * @throws HuntError `query/parameter-rejected` when a value cannot be written where it should go
 */
export function renderTemplate(
  template: CheckedTemplate,
  parameters: readonly ParameterDefinition[],
  valueOf: (name: string) => ParameterValue,
): string {
  const byName = new Map(parameters.map(p => [p.name, p]));
  const written = template.holes.map(hole => {
    const parameter = byName.get(hole.name);
    if (parameter === undefined) throw new HuntError("internal/bug", `no parameter '${hole.name}'`);
    const text = writeValue(parameter, valueOf(hole.name), hole.place);
    // A clause starts a line of its own, so that it cannot run into the word before it.
    return hole.place.kind === "clause" && text.trim() !== "" ? `\n${text.trim()}\n` : text;
  });
  const filled = fill(template, written);
  if (!isFaithful(template, filled))
    throw new HuntError("query/parameter-rejected", "a parameter's value would change the query around it", {
      hint: `look at the values of: ${[...new Set(template.holes.map(h => h.name))].join(", ")}`,
    });
  return withoutBlankLines(filled.text);
}
