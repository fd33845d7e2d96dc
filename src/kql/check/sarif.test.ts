import { expect, test } from "vitest";
import { lintRules } from "../lint/rules.js";
import { toSarif, type FileFinding } from "./sarif.js";

const text = "T\r\n| where a contains 'word' // é\n| where Usr == 1\n";
const spanOf = (part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });
const findings: readonly FileFinding[] = [
  {
    file: "hunts/a b/ü.kql",
    code: "lint/contains",
    severity: "info",
    message: "slow",
    hint: "use 'has'",
    span: spanOf("contains"),
    fix: { title: "write 'has'", changes: [{ span: spanOf("contains"), text: "has" }] },
  },
  { file: "hunts/a b/ü.kql", code: "kusto/KS142", severity: "error", message: "no 'Usr'", span: spanOf("Usr") },
  { file: "b.kql", code: "lint/unused-let", severity: "warning", message: "unused", span: { start: 0, end: 0 } },
];
const log = toSarif(
  findings,
  new Map([
    ["hunts/a b/ü.kql", text],
    ["b.kql", "print 1"],
  ]),
  "1.2.3",
) as unknown as Sarif;

interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}
interface Sarif {
  readonly $schema: string;
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly name: string;
        readonly version: string;
        readonly rules: readonly { readonly id: string }[];
      };
    };
    readonly columnKind: string;
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: Region };
      }[];
      readonly fixes?: readonly unknown[];
    }[];
  }[];
}

/** What the schema of SARIF 2.1.0 requires, and the values it allows. */
test("has what the schema of 2.1.0 requires", () => {
  expect(log.version).toBe("2.1.0");
  expect(log.$schema).toMatch(/^https:\/\/.*sarif-2\.1\.0.*\.json$/);
  const [run] = log.runs;
  expect(log.runs).toHaveLength(1);
  expect(run?.tool.driver.name).toBeTruthy();
  expect(run?.tool.driver.version).toBe("1.2.3");
  expect(run?.columnKind).toBe("utf16CodeUnits");
  const rules = run?.tool.driver.rules ?? [];
  expect(new Set(rules.map(r => r.id)).size).toBe(rules.length);
  for (const result of run?.results ?? []) {
    expect(rules[result.ruleIndex]?.id).toBe(result.ruleId);
    expect(["none", "note", "warning", "error"]).toContain(result.level);
    expect(result.message.text).not.toBe("");
    for (const { physicalLocation } of result.locations) {
      // A URI reference: no spaces, no back slashes, relative.
      expect(physicalLocation.artifactLocation.uri).toMatch(/^[A-Za-z0-9\-._~!$&'()*+,;=@%/]+$/);
      const { startLine, startColumn, endLine, endColumn } = physicalLocation.region;
      for (const n of [startLine, startColumn, endLine, endColumn]) expect(n).toBeGreaterThanOrEqual(1);
      expect(endLine * 10_000 + endColumn).toBeGreaterThanOrEqual(startLine * 10_000 + startColumn);
    }
  }
});

test("places, levels and fixes are those of the findings", () => {
  const [first, second, third] = log.runs[0]?.results ?? [];
  expect([first?.level, second?.level, third?.level]).toEqual(["note", "error", "warning"]);
  expect(first?.message.text).toBe("slow (use 'has')");
  expect(first?.locations[0]?.physicalLocation).toMatchObject({
    artifactLocation: { uri: "hunts/a%20b/%C3%BC.kql", uriBaseId: "%SRCROOT%" },
    region: { startLine: 2, startColumn: 11, endLine: 2, endColumn: 19, snippet: { text: "contains" } },
  });
  expect(first?.fixes).toEqual([
    {
      description: { text: "write 'has'" },
      artifactChanges: [
        {
          artifactLocation: { uri: "hunts/a%20b/%C3%BC.kql", uriBaseId: "%SRCROOT%" },
          replacements: [
            {
              deletedRegion: { startLine: 2, startColumn: 11, endLine: 2, endColumn: 19 },
              insertedContent: { text: "has" },
            },
          ],
        },
      ],
    },
  ]);
});

test("every lint has its rule, with why and examples", () => {
  const all = lintRules.map((r): FileFinding => ({
    file: "a",
    code: `lint/${r.name}`,
    severity: r.severity,
    message: "m",
    span: { start: 0, end: 0 },
  }));
  const rules = (toSarif(all, new Map(), "1") as unknown as Sarif).runs[0]?.tool.driver.rules ?? [];
  expect(rules).toHaveLength(lintRules.length);
  for (const rule of rules)
    expect(rule).toMatchObject({ shortDescription: { text: expect.stringMatching(/\.$/) as string } });
});
