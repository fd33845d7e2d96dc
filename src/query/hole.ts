/** What kind of place a `{hole}` of a template stands in: it decides how values are written there. */
import type { ParameterDefinition } from "./parameter.js";
import type { Quoting, Token } from "./kql-token.js";
import { tokenizeKql } from "./kql-token.js";

export type HolePlace =
  | { readonly kind: "in-string"; readonly quoting: Quoting }
  /** Inside `datetime(…)` and its like. */
  | { readonly kind: "in-typed-literal"; readonly type: string }
  | { readonly kind: "in-comment" }
  /** Glued to letters or digits, as in `{days}d` or `{name}_CL`. */
  | { readonly kind: "word-part" }
  /** A value: written as one literal of the parameter's type. */
  | { readonly kind: "value" }
  /** A number or duration given as text, as in `take {n}` or `bin(TimeGenerated, {bin})`. */
  | { readonly kind: "literal" }
  | { readonly kind: "list"; readonly inside: "(" | "[" | "dynamic" | "nothing"; readonly alone: boolean }
  | { readonly kind: "name" }
  | { readonly kind: "names" }
  | { readonly kind: "operator" }
  | { readonly kind: "clause" }
  /** Free query text in the file's default; callers must give KqlText. */
  | { readonly kind: "expression" };

/** Comparison operators of KQL that a hole may hold. */
export const comparisonOperators: ReadonlySet<string> = new Set(
  (
    "== != =~ !~ < > <= >= has !has has_cs !has_cs hasprefix !hasprefix hassuffix !hassuffix contains !contains " +
    "contains_cs !contains_cs startswith !startswith startswith_cs !startswith_cs endswith !endswith endswith_cs " +
    "!endswith_cs in !in in~ !in~ has_any has_all between !between and or + - * / %"
  )
    .split(" ")
    .concat("matches regex"),
);
const operatorWords = new Set(
  [...comparisonOperators]
    .flatMap(o => o.split(" "))
    .map(o => o.replace(/[!~]/g, ""))
    .filter(o => /^\w+$/.test(o)),
);
/** After these words an operand comes. */
const operandWords = new Set([
  "where",
  "by",
  "extend",
  "summarize",
  "print",
  "on",
  "filter",
  "return",
  "step",
  "from",
  "to",
  "then",
  ...operatorWords,
]);
const columnListWords = new Set(["by", "on", "project", "distinct", "away", "keep", "rename", "reorder", "expand"]);
const tableWords = new Set(["union", "join", "lookup", "materialize", "of", "as"]);
const numberWords = new Set(["take", "limit", "top", "sample"]);

interface Neighbour {
  readonly token: Token | undefined;
  readonly text: string;
}

function endsOperand(n: Neighbour): boolean {
  switch (n.token?.kind) {
    case "identifier":
      return ![operandWords, columnListWords, tableWords, numberWords].some(words => words.has(n.text));
    case "number":
    case "string":
    case "timespan":
    case "typed-literal":
    case "hole":
      return true;
    case "punctuation":
      return n.text === ")" || n.text === "]";
    default:
      return false;
  }
}

function startsOperand(n: Neighbour): boolean {
  if (n.token === undefined) return false;
  return n.token.kind === "punctuation" ? n.text === "(" : !operatorWords.has(n.text);
}

function isOperator(n: Neighbour): boolean {
  if (n.token?.kind === "identifier") return operatorWords.has(n.text);
  return n.token?.kind === "punctuation" && (comparisonOperators.has(n.text) || n.text === "!");
}

function placeFromDefault(text: string): HolePlace {
  if (text.startsWith("|")) return { kind: "clause" };
  if (comparisonOperators.has(text)) return { kind: "operator" };
  const tokens = tokenizeKql(text);
  const [only] = tokens;
  if (tokens.length === 1 && only !== undefined) {
    if (only.kind === "identifier") return { kind: "name" };
    if (only.kind === "number" || only.kind === "timespan" || only.kind === "typed-literal") return { kind: "literal" };
    if (only.kind === "string") return { kind: "value" };
  }
  const isNames = tokens.every(
    t => t.kind === "identifier" || (t.kind === "punctuation" && /^[,.]$/.test(text.slice(t.start, t.end))),
  );
  return { kind: isNames && tokens.length > 0 ? "names" : "expression" };
}

function placeFromNeighbours(before: Neighbour, after: Neighbour): HolePlace {
  const stops = after.token === undefined || ["|", ";", ")"].includes(after.text);
  if (before.token === undefined || before.text === ";") return { kind: "name" };
  if (before.text === "(" && after.text === "|") return { kind: "name" };
  if (endsOperand(before))
    return stops ? { kind: "clause" } : startsOperand(after) ? { kind: "operator" } : { kind: "expression" };
  if (before.token.kind === "identifier") {
    if (numberWords.has(before.text)) return { kind: "literal" };
    if (tableWords.has(before.text)) return { kind: "name" };
    if (columnListWords.has(before.text)) return { kind: "names" };
  }
  return isOperator(after) || after.text === "=" ? { kind: "name" } : { kind: "value" };
}

/** The nearest bracket that is open before the token. */
function enclosing(
  tokens: readonly Token[],
  index: number,
  textOf: (i: number) => string,
): "(" | "[" | "dynamic" | "nothing" {
  let depth = 0;
  for (let i = index - 1; i >= 0; i--) {
    const text = textOf(i);
    if (tokens[i]?.kind !== "punctuation") continue;
    if (text === ")" || text === "]" || text === "}") depth += 1;
    else if (text === "(" || text === "[" || text === "{") {
      if (depth > 0) depth -= 1;
      else if (text === "(") return textOf(i - 1) === "dynamic" ? "dynamic" : "(";
      else return text === "[" ? "[" : "nothing";
    } else if ((text === "|" || text === ";") && depth === 0) return "nothing";
  }
  return "nothing";
}

/**
 * Says what a hole outside strings, comments and typed literals is for.
 *
 * @param tokens tokens of the template's text, comments left out
 * @param index which of them is the hole
 */
export function placeOfRawHole(
  text: string,
  tokens: readonly Token[],
  index: number,
  parameter: ParameterDefinition,
): HolePlace {
  const textOf = (i: number): string => {
    const token = tokens[i];
    return token === undefined ? "" : text.slice(token.start, token.end);
  };
  const before: Neighbour = { token: tokens[index - 1], text: textOf(index - 1) };
  const after: Neighbour = { token: tokens[index + 1], text: textOf(index + 1) };
  switch (parameter.type) {
    case "clause":
      return { kind: "clause" };
    case "table":
    case "column":
      return { kind: "name" };
    case "columns":
      return { kind: "names" };
    case "operator":
      return { kind: "operator" };
    case "list": {
      const inside = enclosing(tokens, index, textOf);
      const alone = /^[([]$/.test(before.text) && /^[)\]]$/.test(after.text);
      return { kind: "list", inside, alone };
    }
    case "str":
      if (parameter.name === "add_query_items") return { kind: "clause" };
      if (typeof parameter.default === "string" && parameter.default.trim() !== "")
        return placeFromDefault(parameter.default.trim());
      if (typeof parameter.default === "number") return { kind: "literal" };
      return placeFromNeighbours(before, after);
    default:
      return { kind: "value" };
  }
}
