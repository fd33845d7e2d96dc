/** Upper and lower case. */
import type { BoundNode } from "../bridge.js";
import type { Lint, LintRule } from "./rule.js";
import { argumentOf, isColumn } from "./syntax.js";

const foldings = ["tolower", "toupper"];

/** Operators that look at the case, and those that do not. The service's `In` is `in`, its `InCs` is `in~`. */
const folded: Readonly<Record<string, string>> = {
  EqualExpression: "=~",
  NotEqualExpression: "!~",
  InExpression: "in~",
  NotInExpression: "!in~",
  StartsWithCsExpression: "startswith",
  EndsWithCsExpression: "endswith",
  ContainsCsExpression: "contains",
  HasCsExpression: "has",
};
const ignoring = new Set([
  ...["EqualTildeExpression", "BangTildeExpression", "InCsExpression", "NotInCsExpression", "ContainsExpression"],
  ...["NotContainsExpression", "HasExpression", "NotHasExpression", "StartsWithExpression", "NotStartsWithExpression"],
  ...["EndsWithExpression", "NotEndsWithExpression", "HasAnyExpression", "HasAllExpression"],
]);

/** The texts that the right side is, when it is texts alone. */
function texts(right: BoundNode): readonly string[] | undefined {
  const parts = right.kind === "ExpressionList" ? right.list("Expressions") : [right];
  const values = parts.map(p => p.stringValue);
  return values.every(v => v !== undefined) && values.length > 0 ? values : undefined;
}

function foldedLeft(node: BoundNode, { report }: Lint): void {
  const left = node.get("Left");
  const inner = argumentOf(left, foldings);
  if (inner === undefined) return;
  const name = left.get("Name").name;
  const operator = node.get("Operator");
  const unfold = { span: left.span, text: inner.text };
  if (ignoring.has(node.kind)) {
    report(`'${operator.text}' ignores the case already`, left.span, {
      hint: `leave '${name}' out`,
      fix: { title: `leave '${name}' out`, changes: [unfold], safe: true },
    });
    return;
  }
  const better = folded[node.kind];
  const values = texts(node.get("Right"));
  if (better === undefined || values === undefined) return;
  const same = values.every(v => v === (name === "tolower" ? v.toLowerCase() : v.toUpperCase()));
  const changes = [unfold, { span: operator.span, text: better }];
  const fix = { title: `write '${better}'`, changes, safe: same };
  if (same)
    report(`'${name}' makes a new text of every row; '${better}' compares without`, left.span, {
      hint: `${inner.text} ${better} …`,
      fix,
    });
  else
    report(`a text made by '${name}' is never equal to one that is not`, node.span, {
      hint: `${inner.text} ${better} …`,
      fix,
    });
}

/** Names of files, accounts and machines come in whatever case a program or a person chose. */
const varying =
  /^(InitiatingProcess(Parent)?)?(FileName|FolderPath|CommandLine)$|^(ProcessCommandLine|NewProcessName|ParentProcessName|ProcessName|Process|AccountName|Account|AccountUpn|TargetUserName|SubjectUserName|UserPrincipalName|DeviceName|Computer|HostName|RegistryKey|RegistryValueName)$/;

function exactName(node: BoundNode, { report }: Lint): void {
  const left = node.get("Left");
  const values = texts(node.get("Right"));
  const better = folded[node.kind];
  if (better === undefined || values === undefined || !isColumn(left) || !varying.test(left.name)) return;
  if (!values.some(v => v.toLowerCase() !== v.toUpperCase())) return;
  const operator = node.get("Operator");
  report(`'${left.name}' comes in any case, and '${operator.text}' looks at the case`, operator.span, {
    hint: `use '${better}'`,
    fix: { title: `write '${better}'`, changes: [{ span: operator.span, text: better }], safe: false },
  });
}

const binary = [...Object.keys(folded), ...ignoring];

export const caseRules: readonly LintRule[] = [
  {
    name: "folded-case",
    severity: "warning",
    why: "`=~`, `in~`, `has`, `contains` and `startswith` ignore the case; `tolower()` beside them makes a new text of every row, and with a constant of the other case nothing is ever found.",
    bad: 'SecurityEvent | where TimeGenerated > ago(1d) | where tolower(Process) == "cmd.exe"',
    good: 'SecurityEvent | where TimeGenerated > ago(1d) | where Process =~ "cmd.exe"',
    on: Object.fromEntries(binary.map(kind => [kind, foldedLeft])),
  },
  {
    name: "exact-name",
    severity: "info",
    why: "File names, accounts and machines are written in any case: `==` and `in` miss `PowerShell.EXE`.",
    bad: 'SecurityEvent | where TimeGenerated > ago(1d) | where Process == "powershell.exe"',
    good: 'SecurityEvent | where TimeGenerated > ago(1d) | where Process =~ "powershell.exe"',
    on: { EqualExpression: exactName, InExpression: exactName },
  },
];
