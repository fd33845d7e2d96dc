/** Where the lines of a query break, and where spaces stand. */
import type { Doc } from "./doc.js";
import type { Syntax, SyntaxPart, SyntaxToken } from "./syntax.js";
import { blankLine, concat, fill, group, hard, indent, line } from "./doc.js";
import { commentsOf, firstToken, tokensOf } from "./syntax.js";

const isToken = (part: Syntax | undefined, ...kinds: readonly string[]): part is SyntaxToken =>
  part?.type === "token" && kinds.includes(part.kind);
const isNode = (part: Syntax | undefined, ...kinds: readonly string[]): part is SyntaxPart =>
  part?.type === "node" && kinds.includes(part.kind);
const breaksBefore = (part: Syntax): boolean => /[\n\r]/.test(firstToken(part)?.trivia ?? "");

/** The document of a whole text. */
export function layoutQuery(root: Syntax): Doc {
  return new Layout(root).document;
}

/** Nodes whose opening bracket stands directly after the word before it. */
const hugging = new Set([
  ...["FunctionCallExpression", "RowSchema", "TypeOfLiteralExpression", "DynamicExpression", "ToScalarExpression"],
  ...["MaterializeExpression", "ToTableExpression", "BracketedExpression", "DataTableExpression"],
  ...["ExternalDataExpression"],
]);
/** What stands in brackets that close where their operator begins. */
const subqueries = ["ParenthesizedExpression", "MvApplySubqueryExpression", "PartitionSubquery"];
/** Parts of which nothing is known but that they were well spaced. */
const asWritten =
  /^(GraphMatchPattern|GraphMatchPatternNode|GraphMatchPatternEdge|WildcardedName|BracketedWildcardedName)$/;
const openBrackets = ["OpenParenToken", "OpenBracketToken", "OpenBraceToken"];
const closeBrackets = ["CloseParenToken", "CloseBracketToken", "CloseBraceToken"];
const operators = new Set([
  ...["EqualEqualToken", "BangEqualToken", "LessThanToken", "LessThanOrEqualToken", "GreaterThanToken"],
  ...["GreaterThanOrEqualToken", "EqualTildeToken", "BangTildeToken", "DotDotToken", "BarToken", "FatArrowToken"],
]);

class Layout {
  readonly document: Doc;
  /** Whether a space stands before the token. */
  readonly #spaced = new Map<SyntaxToken, boolean>();
  /** Tokens whose comments stand before their statement already. */
  readonly #hoisted = new Set<SyntaxToken>();

  constructor(root: Syntax) {
    this.#space(root);
    this.document = this.#of(root);
  }

  #space(root: Syntax): void {
    let before: { token: SyntaxToken; path: readonly string[] } | undefined;
    const visit = (part: Syntax, path: readonly string[]): void => {
      if (part.type === "node") {
        for (const child of part.children) visit(child, [part.kind, ...path]);
        return;
      }
      this.#spaced.set(part, before !== undefined && isSpaced(before, { token: part, path }));
      if (part.text !== "") before = { token: part, path };
    };
    visit(root, []);
  }

  #of(part: Syntax): Doc {
    if (part.type === "token") return this.#token(part);
    switch (part.kind) {
      case "QueryBlock":
        return this.#statements(part.children.flatMap(c => (isNode(c, "List") ? c.children : [c])));
      case "PipeExpression":
        return this.#pipeline(part, "inner");
      case "ExpressionStatement":
        return concat(
          part.children.map(c => (isNode(c, "PipeExpression") ? this.#pipeline(c, "statement") : this.#of(c))),
        );
      case "LetStatement":
        return concat(
          part.children.map(c => (isNode(c, "PipeExpression") ? indent(this.#pipeline(c, "statement")) : this.#of(c))),
        );
      case "FunctionBody":
        return this.#body(part);
      case "AndExpression":
      case "OrExpression":
        return this.#chain(part);
      case "FilterOperator":
        return indent(concat(part.children.map(c => this.#of(c))));
      case "DataTableExpression":
        return this.#dataTable(part);
      case "FunctionCallExpression":
        return isCase(part) ? this.#cases(part) : this.#other(part);
      default:
        return this.#other(part);
    }
  }

  #other(part: SyntaxPart): Doc {
    const { children } = part;
    const open = children.findIndex(c => isToken(c, ...openBrackets));
    const close = children.findLastIndex(c => isToken(c, ...closeBrackets));
    if (open >= 0 && close > open) return this.#bracketed(part, open, close);
    if (part.kind.endsWith("Operator") || part.kind.endsWith("Clause")) return this.#listed(part);
    return concat(children.map(c => this.#of(c)));
  }

  #token(token: SyntaxToken): Doc {
    const comments = this.#hoisted.has(token) ? [] : this.#comments(token);
    if (token.text === "") return concat(comments);
    const text: Doc = { kind: "text", text: token.text, spaced: this.#spaced.get(token) === true };
    return comments.length === 0 ? text : concat([...comments, text]);
  }

  #comments(token: SyntaxToken): readonly Doc[] {
    return (commentsOf(token.trivia) ?? []).map(c => ({ kind: "comment", ...c }));
  }

  /** Comments at the head of a statement stand before it, so that they do not break it. */
  #statements(parts: readonly Syntax[]): Doc {
    const docs: Doc[] = [];
    for (const part of parts) {
      const first = firstToken(part);
      if (first === undefined) continue;
      if (docs.length > 0 && first.text !== "") docs.push(/\n[ \t]*(\r?\n)/.test(first.trivia) ? blankLine : hard);
      docs.push(...this.#comments(first));
      this.#hoisted.add(first);
      docs.push(this.#of(part));
    }
    return concat(docs);
  }

  /** Operators stand below each other when there are several, when they stood so, or when they do not fit. */
  #pipeline(part: SyntaxPart, place: "statement" | "inner"): Doc {
    const operators: { readonly bar: Syntax; readonly operator: Syntax }[] = [];
    let source: Syntax = part;
    while (isNode(source, "PipeExpression")) {
      const [left, bar, operator]: readonly Syntax[] = source.children;
      if (left === undefined || bar === undefined || operator === undefined) break;
      operators.unshift({ bar, operator });
      source = left;
    }
    const broken = operators.some(o => breaksBefore(o.bar)) || (place === "statement" && operators.length > 1);
    const rest = operators.flatMap(o => [line, this.#of(o.bar), this.#of(o.operator)]);
    return group([this.#of(source), ...rest], broken);
  }

  #body(part: SyntaxPart): Doc {
    const inner = part.children.slice(1, -1);
    const [open, close] = [part.children[0], part.children.at(-1)];
    const statements = inner.flatMap(c => (isNode(c, "List") ? c.children : [c]));
    const several = statements.length > 1 && statements.some(s => isNode(s, "SeparatedElement"));
    const docs = statements.map(s => this.#of(s));
    const rows = docs.flatMap((d, i) => (i === 0 || isToken(statements[i], "SemicolonToken") ? [d] : [line, d]));
    return group(
      [
        ...(open === undefined ? [] : [this.#of(open)]),
        indent(line, ...rows),
        line,
        ...(close === undefined ? [] : [this.#of(close)]),
      ],
      several,
    );
  }

  #chain(part: SyntaxPart): Doc {
    const parts: Syntax[] = [];
    let left: Syntax = part;
    while (isNode(left, part.kind)) {
      const [first, operator, right]: readonly Syntax[] = left.children;
      if (first === undefined || operator === undefined || right === undefined) break;
      parts.unshift(operator, right);
      left = first;
    }
    const broken = parts.some((p, i) => i % 2 === 0 && breaksBefore(p));
    const rest = parts.flatMap((p, i) => (i % 2 === 0 ? [line, this.#of(p)] : [this.#of(p)]));
    return group([this.#of(left), ...rest], broken);
  }

  /** What stands between brackets: a list, or one thing. */
  #bracketed(part: SyntaxPart, open: number, close: number): Doc {
    const { children } = part;
    const inner = children.slice(open + 1, close).filter(c => c.type === "token" || tokensOf(c).length > 0);
    const before = children.slice(0, open).map(c => this.#of(c));
    const after = children.slice(close + 1).map(c => this.#of(c));
    const [opening, closing] = [children[open], children[close]];
    const edge = (c: Syntax | undefined): Doc => (c === undefined ? concat([]) : this.#of(c));
    const around = (content: Doc): Doc => concat([...before, edge(opening), content, edge(closing), ...after]);
    if (inner.length === 0 || part.kind === "DynamicExpression" || part.kind === "BracketedExpression")
      return around(concat(inner.map(c => this.#of(c))));
    const [only] = inner;
    const isList = inner.length === 1 && isNode(only, "List");
    const items = isList ? only.children : [];
    if (isList && items.every(isPlain) && items.length > 3) return around(this.#filled(items, edge(closing)));
    const content = isList
      ? items.flatMap((c, i) => (i === 0 ? [this.#of(c)] : [line, this.#of(c)]))
      : inner.map(c => this.#of(c));
    const broken = isList && items.length > 1 && items.every(breaksBefore);
    return concat([...before, group([edge(opening), indent(line, ...content), line, edge(closing)], broken), ...after]);
  }

  /** `case(…)`: each condition with its value on a line. */
  #cases(part: SyntaxPart): Doc {
    const [name, list]: readonly Syntax[] = part.children;
    if (name === undefined || !isNode(list, "ExpressionList")) return this.#other(part);
    const [open, items, close]: readonly Syntax[] = list.children;
    if (open === undefined || close === undefined || !isNode(items, "List")) return this.#other(part);
    const { children } = items;
    const rows = children.flatMap((c, i) => (i % 2 === 0 ? [line, this.#of(c)] : [this.#of(c)]));
    const broken = children.length > 3 && children.some((c, i) => i % 2 === 0 && breaksBefore(c));
    return concat([this.#of(name), group([this.#of(open), indent(...rows), line, this.#of(close)], broken)]);
  }

  /** Many values: as many on a line as fit, or the lines as they stood. */
  #filled(items: readonly Syntax[], closing: Doc): Doc {
    const docs = items.map(c => this.#of(c));
    const kept = items.slice(1).some(breaksBefore);
    const rows = docs.flatMap((d, i) => {
      const item = items[i];
      if (i === 0) return [d];
      return [kept ? (item !== undefined && breaksBefore(item) ? line : concat([])) : fill(d), d];
    });
    return group([indent(line, ...rows), line], kept || docs.length === 0 || closing.kind === "hard");
  }

  /** An operator with lists: on one line, or each item on its own. */
  #listed(part: SyntaxPart): Doc {
    let broken = false;
    let listed = false;
    const docs: Doc[] = [];
    for (const child of part.children) {
      const items = isNode(child, "List") ? child.children.filter(c => isNode(c, "SeparatedElement")) : [];
      const item = this.#of(child);
      if (items.length > 1) {
        listed = true;
        const filled = items.length > 3 && items.every(isPlain) && !items.slice(1).every(breaksBefore);
        broken ||= !filled && items.slice(1).some(breaksBefore);
        const each = items.map(i => this.#of(i));
        docs.push(indent(...each.flatMap((d, i) => [filled && i > 0 ? fill(d) : line, d])));
      } else if (listed && child.type === "node" && child.kind.endsWith("Clause")) docs.push(indent(line, item));
      else docs.push(isNode(child, ...subqueries) ? item : indent(item));
    }
    return group(docs, broken);
  }

  #dataTable(part: SyntaxPart): Doc {
    const schema = part.children.find(c => isNode(c, "RowSchema"));
    const columns = schema === undefined ? 0 : tokensOf(schema).filter(t => t.kind === "ColonToken").length;
    const values = part.children.findLastIndex(c => isNode(c, "List"));
    const list = part.children[values];
    const items = isNode(list, "List") ? list.children : [];
    if (columns === 0 || items.length <= columns) return this.#other(part);
    const rows = items.flatMap((item, i) => [...(i % columns === 0 ? [hard] : []), this.#of(item)]);
    return concat([
      ...part.children.slice(0, values).map(c => this.#of(c)),
      indent(...rows),
      hard,
      ...part.children.slice(values + 1).map(c => this.#of(c)),
    ]);
  }
}

/** A literal or a name, with its comma. */
function isPlain(part: Syntax): boolean {
  return tokensOf(part).filter(t => t.kind !== "CommaToken").length === 1;
}

function isCase(part: SyntaxPart): boolean {
  return firstToken(part)?.text === "case";
}

interface Placed {
  readonly token: SyntaxToken;
  /** The kinds of the nodes around it, the nearest first. */
  readonly path: readonly string[];
}

function isSpaced(before: Placed, { token, path }: Placed): boolean {
  const [parent = "", outer = ""] = path;
  const { token: last, path: lastPath } = before;
  const lastParent = lastPath[0] ?? "";
  const written = token.trivia !== "";
  if (path.some(p => asWritten.test(p)) && lastPath.some(p => asWritten.test(p))) return written;
  if (["CommaToken", "SemicolonToken", "DotToken"].includes(token.kind) || last.kind === "DotToken") return false;
  if (last.kind === "CommaToken" || last.kind === "SemicolonToken") return true;
  if (["CloseParenToken", "CloseBracketToken"].includes(token.kind)) return false;
  if (["OpenParenToken", "OpenBracketToken"].includes(last.kind)) return false;
  if (token.kind === "CloseBraceToken") return parent === "FunctionBody" && last.kind !== "OpenBraceToken";
  if (last.kind === "OpenBraceToken") return lastParent === "FunctionBody";
  if (token.kind === "ColonToken") return parent === "EvaluateSchemaClause";
  if (last.kind === "ColonToken") return true;
  if (/^Unary(Minus|Plus)Expression$/.test(lastParent) && last.text.length === 1) return false;
  if (token.kind === "EqualToken") return parent !== "NamedParameter";
  if (last.kind === "EqualToken") return lastParent !== "NamedParameter";
  if (operators.has(token.kind) || operators.has(last.kind)) return true;
  if (token.kind === "OpenParenToken" || token.kind === "OpenBracketToken")
    return !(hugging.has(parent) || (parent === "ExpressionList" && hugging.has(outer)));
  if (
    /(Add|Subtract|Multiply|Divide|Modulo)Expression$/.test(parent) ||
    /(Add|Subtract|Multiply|Divide|Modulo)Expression$/.test(lastParent)
  )
    return true;
  if (last.kind.endsWith("Keyword") || token.kind.endsWith("Keyword")) return true;
  return written || token.kind === "OpenBraceToken";
}
