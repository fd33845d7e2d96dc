/** Looks at a bound text for what the lints know. */
import type { Span } from "../../base/diagnostic.js";
import type { Finding } from "../check/finding.js";
import type { BoundNode, BoundQuery } from "../bridge.js";
import type { Lint } from "./rule.js";
import { positionAt } from "../../base/diagnostic.js";
import { nearestName } from "../../base/suggest.js";
import { findIgnores } from "./ignore.js";
import { lintRules, rulesOn } from "./rules.js";

/** What the lints find, comments that silence them heeded; in the order of the text. */
export function lintQuery(query: BoundQuery, text: string): readonly Finding[] {
  const found: { readonly name: string; readonly finding: Finding }[] = [];
  const look = (node: BoundNode, kind: string, parents: readonly BoundNode[]): void => {
    for (const { rule, look: each } of rulesOn(kind)) {
      const lint: Lint = {
        text,
        statements: query.statements,
        parents,
        report: (message, span, more = {}) => {
          if (node.isElsewhere) return;
          const finding: Finding = { code: `lint/${rule.name}`, severity: rule.severity, message, span, ...more };
          found.push({ name: rule.name, finding });
        },
      };
      each(node, lint);
    }
  };
  const visit = (node: BoundNode, parents: readonly BoundNode[]): void => {
    if (node.isToken) return;
    look(node, node.kind, parents);
    for (const child of node.children) visit(child, [node, ...parents]);
  };
  const [first] = query.statements;
  if (first !== undefined) look(first, "Query", []);
  for (const statement of query.statements) visit(statement, []);
  return heed(found, text, query.comments);
}

function heed(
  found: readonly { readonly name: string; readonly finding: Finding }[],
  text: string,
  comments: readonly Span[],
): readonly Finding[] {
  const ignores = findIgnores(text, comments);
  const names = lintRules.map(r => r.name);
  const used = new Set<string>();
  const left = found.filter(({ name, finding }) => {
    const { line } = positionAt(text, finding.span.start);
    const by = ignores.filter(
      i => (i.line === undefined || i.line === line) && (i.names.length === 0 || i.names.includes(name)),
    );
    for (const i of by) used.add(`${i.span.start} ${i.names.length === 0 ? "" : name}`);
    return by.length === 0;
  });
  // Once says it: a query of ten tables without a time has one fault.
  const repeated = new Set<string>();
  const once = left.filter(({ name }) => {
    if (lintRules.find(r => r.name === name)?.once !== true) return true;
    if (repeated.has(name)) return false;
    repeated.add(name);
    return true;
  });
  const idle = ignores.flatMap((i): readonly Finding[] => {
    const wanted = i.names.length === 0 ? [""] : i.names;
    return wanted
      .filter(name => !used.has(`${i.span.start} ${name}`))
      .map(name => {
        const known = name === "" || names.includes(name);
        const nearest = known ? undefined : nearestName(name, names);
        const message = known
          ? `nothing is ignored here${name === "" ? "" : ` by '${name}'`}`
          : `there is no lint '${name}'`;
        const hint = known ? "leave the comment out" : nearest === undefined ? undefined : `did you mean '${nearest}'?`;
        return {
          code: "lint/idle-ignore",
          severity: "warning",
          message,
          span: i.span,
          ...(hint === undefined ? {} : { hint }),
        };
      });
  });
  return [...once.map(l => l.finding), ...idle].sort(
    (a, b) => a.span.start - b.span.start || (a.code < b.code ? -1 : 1),
  );
}
