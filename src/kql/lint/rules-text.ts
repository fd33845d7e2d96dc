/** How texts are searched. */
import type { BoundNode } from "../bridge.js";
import type { Lint, LintRule } from "./rule.js";
import { isColumn, termsOf } from "./syntax.js";

/** Whole words of letters and digits, long enough to be terms of the index. */
const term = /^[\p{L}\p{N}]{3,}$/u;

/** A dynamic value or a text, in which words stand. */
const isText = (node: BoundNode): boolean => node.type.kind === "scalar" && node.type.type === "string";

function contains(node: BoundNode, { report }: Lint): void {
  const right = node.get("Right");
  const value = right.stringValue;
  if (value === undefined || !term.test(value) || !isText(node.get("Left"))) return;
  const operator = node.get("Operator");
  const better = operator.text.replace("contains", "has");
  report(
    `'${operator.text}' looks at every character of every row; '${better}' looks up the word '${value}'`,
    operator.span,
    {
      hint: `use '${better}' when whole words are meant`,
      fix: { title: `write '${better}'`, changes: [{ span: operator.span, text: better }], safe: false },
    },
  );
}

function regex(node: BoundNode, { report }: Lint): void {
  const value = node.get("Right").stringValue;
  if (value === undefined || value === "" || !/^[\w\s@:;,/<>"'-]+$/.test(value)) return;
  report(`the pattern '${value}' has nothing of a pattern`, node.get("Operator").span, {
    hint: "use 'contains_cs', or 'has_cs' for whole words",
    fix: {
      title: "write 'contains_cs'",
      changes: [{ span: node.get("Operator").span, text: "contains_cs" }],
      safe: true,
    },
  });
}

/** `a == "x" or a == "y" or a == "z"`, `a has "x" or a has "y" or a has "z"`. */
const lists: Readonly<Record<string, string>> = {
  EqualExpression: "in",
  EqualTildeExpression: "in~",
  HasExpression: "has_any",
};

function manyOrs(node: BoundNode, { parents, report, text }: Lint): void {
  if (parents[0]?.kind === "OrExpression") return;
  const terms = termsOf(node, "OrExpression");
  const [first] = terms;
  const word = lists[first?.kind ?? ""];
  if (first === undefined || word === undefined || terms.length < 3) return;
  const left = first.find("Left");
  const alike = terms.every(
    t =>
      t.kind === first.kind &&
      isColumn(t.find("Left")) &&
      t.get("Left").name === left?.name &&
      t.get("Right").stringValue !== undefined,
  );
  if (!alike || left === undefined) return;
  const list = `${left.text} ${word} (${terms.map(t => t.get("Right").text).join(", ")})`;
  const span = node.span;
  if (text.slice(span.start, span.end).includes("//")) return;
  report(`${terms.length} conditions on '${left.name}' are one '${word}'`, span, {
    hint: list.length <= 100 ? list : `${left.text} ${word} (…)`,
    fix: { title: `write '${word}'`, changes: [{ span, text: list }], safe: true },
  });
}

function nullText(node: BoundNode, { report }: Lint): void {
  const name = node.get("Name").name;
  const better = name === "isnull" ? "isempty" : name === "isnotnull" || name === "notnull" ? "isnotempty" : undefined;
  const argument = node.find("ArgumentList")?.list("Expressions")[0];
  if (better === undefined || argument === undefined || !isText(argument)) return;
  const always = name === "isnull" ? "false" : "true";
  report(`a string is never null: '${name}' is always ${always} here`, node.span, {
    hint: `use '${better}'`,
    fix: { title: `write '${better}'`, changes: [{ span: node.get("Name").span, text: better }], safe: false },
  });
}

export const textRules: readonly LintRule[] = [
  {
    name: "contains",
    severity: "info",
    why: "`has` looks a word up in the index; `contains` reads every character of every row. They differ where the word stands inside another.",
    bad: 'SecurityEvent | where TimeGenerated > ago(1d) | where CommandLine contains "mimikatz"',
    good: 'SecurityEvent | where TimeGenerated > ago(1d) | where CommandLine has "mimikatz"',
    on: { ContainsExpression: contains, ContainsCsExpression: contains },
  },
  {
    name: "plain-regex",
    severity: "info",
    why: "A regular expression without anything of one is the slow way to write `contains_cs`.",
    bad: 'SecurityEvent | where TimeGenerated > ago(1d) | where CommandLine matches regex "net user"',
    good: 'SecurityEvent | where TimeGenerated > ago(1d) | where CommandLine contains_cs "net user"',
    on: { MatchesRegexExpression: regex },
  },
  {
    name: "many-ors",
    severity: "info",
    why: "One `in` or `has_any` is read once, by people and by the engine.",
    bad: 'SecurityEvent | where TimeGenerated > ago(1d) | where Activity has "4624" or Activity has "4625" or Activity has "4648"',
    good: 'SecurityEvent | where TimeGenerated > ago(1d) | where Activity has_any ("4624", "4625", "4648")',
    on: { OrExpression: manyOrs },
  },
  {
    name: "null-text",
    severity: "warning",
    why: "Strings are never null in Kusto; an empty one is `isempty`.",
    bad: "SigninLogs | where TimeGenerated > ago(1d) | where isnull(IPAddress)",
    good: "SigninLogs | where TimeGenerated > ago(1d) | where isempty(IPAddress)",
    on: { FunctionCallExpression: nullText },
  },
];
