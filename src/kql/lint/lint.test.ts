import { expect, test } from "vitest";
import { loadCatalogue } from "../../workspace/index.js";
import { checkKql, fixKql } from "../check.js";
import { SchemaCache } from "../environment.js";
import { lintRules } from "./rules.js";

const schemas = new SchemaCache();
const environment = { schemaId: "catalogue", tables: (await loadCatalogue()).all(), now: "2026-01-01T00:00:00Z" };
const check = (text: string) => checkKql(text, environment, { schemas });
const codes = (text: string) =>
  check(text)
    .diagnostics.filter(d => d.code.startsWith("lint/"))
    .map(d => d.code.slice("lint/".length));

test.each(lintRules.map(r => [r.name, r] as const))(
  "%s: finds its bad example, and nothing in its good one",
  (name, rule) => {
    const bad = check(rule.bad);
    expect([bad.status, bad.reason]).toEqual(["ok", ""]);
    const found = bad.diagnostics.find(d => d.code === `lint/${name}`);
    expect(found?.severity).toBe(rule.severity);
    expect(found?.hint).toBeTruthy();
    expect(check(rule.good).reason).toBe("");
    expect(codes(rule.good)).toEqual([]);
  },
);

const at = "SecurityEvent | where TimeGenerated > ago(1d)";
const quiet: readonly (readonly [why: string, text: string])[] = [
  ["a range is a limit of time", "SecurityEvent | where TimeGenerated between (ago(2d) .. ago(1d)) | count"],
  ["so is a filter after other operators", "SecurityEvent | extend a = 1 | where TimeGenerated > ago(1d)"],
  ["and one around a union", "union SigninLogs, AuditLogs | where TimeGenerated > ago(1d) | count"],
  ["tables of the present state have no range", "DeviceTvmSoftwareVulnerabilities | count"],
  ["'contains' of a part that is no word", `${at} | where CommandLine contains "\\\\tmp\\\\"`],
  [
    "a sort that a window reads",
    `${at} | sort by TimeGenerated asc | extend p = prev(Account) | summarize count() by p`,
  ],
  ["a sort that make_list reads", `${at} | sort by TimeGenerated asc | summarize make_list(Account) by Computer`],
  [
    "a sort of what was counted",
    "SecurityEvent | where TimeGenerated > ago(1d) | summarize c = count() by Account | sort by c",
  ],
  ["a function is a use", "let f = (n: long) { print n }; f(1)"],
  ["a library uses nothing itself", "let f = (n: long) { print n };"],
  ["isnull of what can be null", `${at} | where isnull(EventID)`],
  ["tolower of what has another side to match", `${at} | where tolower(Account) == tolower(Computer)`],
  ["an exact comparison of numbers as text", `${at} | where Account == "1234"`],
  ["search in named tables", 'search in (SigninLogs) "x" | where TimeGenerated > ago(1d)'],
  ["search within a pipeline", `${at} | search "x"`],
];
test.each(quiet)("is quiet: %s", (_why, text) => {
  expect(check(text).reason).toBe("");
  expect(codes(text)).toEqual([]);
});

test.each([
  [`${at} | where tolower(Account) == "ANN"`, ["folded-case"]],
  [`${at} | where toupper(Account) has "x"`, ["folded-case"]],
  [`${at} | where tolower(Account) in ("a", "b")`, ["folded-case"]],
  [`${at} | where tolower(Account) in~ ("A", "b")`, ["folded-case"]],
  [`${at} | where Account in ("ann", "bob")`, ["exact-name"]],
  ["SecurityEvent | join kind=inner SigninLogs on TenantId", ["no-time-filter"]],
  ["find where * has 'x' | count", ["all-tables"]],
  ["union * | where TimeGenerated > ago(1d) | count", ["all-tables"]],
] as const)("%s: %j", (text, expected) => {
  expect(codes(text)).toEqual(expected);
});

test("safe fixes mean the same, and leave nothing of the kind", () => {
  const fix = (text: string) => fixKql(text, check).text;
  expect(fix(`${at} | where tolower(Account) == "ann" | sort by TimeGenerated | take 5`)).toBe(
    `${at} | where Account =~ "ann" | top 5 by TimeGenerated`,
  );
  expect(fix(`${at} | join (${at} | distinct Computer) on Computer`)).toContain("join kind=innerunique (");
  expect(fix(`${at} | where Account == "a" or Account == "b" or Account == "c"`)).toContain(
    'Account in ("a", "b", "c")',
  );
  // Not what changes the meaning.
  expect(fix(`${at} | where CommandLine contains "mimikatz"`)).toContain("contains");
  expect(fix(`${at} | where tolower(Account) == "ANN"`)).toContain("tolower");
});

test("comments silence lints: on their line, on the next one, in the whole text", () => {
  const bad = 'where CommandLine contains "mimikatz"';
  expect(codes(`${at}\n| ${bad} // huntbook: ignore contains`)).toEqual([]);
  expect(codes(`${at}\n// huntbook: ignore lint/contains -- parts of words are meant\n| ${bad}`)).toEqual([]);
  expect(codes(`${at} // huntbook: ignore\n| ${bad}`)).toEqual(["idle-ignore", "contains"]);
  expect(codes(`// huntbook: ignore-all contains, no-time-filter\nSecurityEvent\n| ${bad}`)).toEqual([]);
  expect(codes(`SecurityEvent // huntbook: ignore contians\n| where EventID == 1`)).toEqual([
    "no-time-filter",
    "idle-ignore",
  ]);
  const [, idle] = check("SecurityEvent // huntbook: ignore contians\n| where EventID == 1").diagnostics;
  expect(idle?.hint).toBe("did you mean 'contains'?");
});
