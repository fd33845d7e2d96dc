/**
 * The lints. Each row is a rule with its reason and an example; `docs/kql-lint.md` is written from them.
 *
 * Sources: https://learn.microsoft.com/kusto/query/best-practices and the pages of the operators.
 */
import type { BoundNode } from "../bridge.js";
import type { LintRule } from "./rule.js";
import { caseRules } from "./rules-case.js";
import { shapeRules } from "./rules-shape.js";
import { tableRules } from "./rules-table.js";
import { textRules } from "./rules-text.js";

export const lintRules: readonly LintRule[] = [...tableRules, ...shapeRules, ...textRules, ...caseRules];

const byKind = new Map<string, { readonly rule: LintRule; readonly look: LintRule["on"][string] }[]>();
for (const rule of lintRules)
  for (const [kind, look] of Object.entries(rule.on)) byKind.set(kind, [...(byKind.get(kind) ?? []), { rule, look }]);

/** Rules that look at nodes of a kind. */
export function rulesOn(kind: string): readonly {
  readonly rule: LintRule;
  readonly look: (node: BoundNode, lint: Parameters<LintRule["on"][string]>[1]) => void;
}[] {
  return byKind.get(kind) ?? [];
}
