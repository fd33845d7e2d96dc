/** Findings: kept by a cell, listed by KQL, collected by the report, written to files; and what is refused. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { displaySymbol } from "../../src/base/port.js";
import {
  createSession,
  finding,
  findings,
  frameFrom,
  kql,
  withSession,
  type FindingSpec,
  type Session,
} from "../../src/index.js";
import { createInlineCompiler } from "../../src/kql/compiler.js";
import { parseNotebook, renderReport } from "../../src/notebook/runner/index.js";
import { runKqlText } from "../../src/session/run-kql.js";
import { findingMime, parseFinding, parseView, viewMime } from "../../src/view/index.js";
import { createWorkspace } from "../../src/workspace/index.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-findings-"));
const sessions: Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function open(config = "Huntbook: {}\n"): Promise<Session> {
  const workspace = mkdtempSync(join(root, "case-"));
  rmSync(workspace, { recursive: true });
  await createWorkspace(workspace, { clock: { kind: "pinned", now: "2026-01-13T18:00:00Z" } });
  const session = createSession({
    ...{ dataDir: root, createCompiler: createInlineCompiler },
    ...(config.includes("MSSentinel") ? {} : { workspace }),
    configPorts: {
      env: {},
      cwd: root,
      home: root,
      read: path => (path.endsWith("msticpyconfig.yaml") ? config : undefined),
    },
  });
  sessions.push(session);
  return session;
}

const rows = [
  { TimeGenerated: "2026-01-09T08:00:00.123Z", User: "dana", Tries: 3, Extra: { city: "Santiago" } },
  { TimeGenerated: new Date("2026-01-09T09:00:00Z"), User: "marc", Tries: null },
];

describe("finding", () => {
  test("is a table row for each of its rows, which KQL reads by the name Findings", async () => {
    const session = await open();
    await withSession(session, async () => {
      await finding({ title: "New country", rows, severity: "medium", tlp: "TLP:RED", technique: "t1078.004, T1110" });
      await finding({ title: "Sensor gap", note: "no logs from dc02" });
      const found = await runKqlText(session, "Findings | project-away Query | sort by Title asc, RowNumber asc");
      const id = findings.list()[0]?.id;
      const base = { FindingId: id, Title: "New country", Severity: "Medium", Tlp: "TLP:RED", Note: "" };
      expect(await found.rows()).toEqual([
        {
          ...{ TimeGenerated: new Date("2026-01-09T08:00:00.123Z"), ...base, Techniques: ["T1078.004", "T1110"] },
          ...{ RowNumber: 1, Row: rows[0] },
        },
        {
          ...{ TimeGenerated: new Date("2026-01-09T09:00:00Z"), ...base, Techniques: ["T1078.004", "T1110"] },
          ...{ RowNumber: 2, Row: { ...rows[1], TimeGenerated: "2026-01-09T09:00:00.000Z" } },
        },
        {
          ...{ TimeGenerated: null, FindingId: findings.list()[1]?.id, Title: "Sensor gap", Severity: "Informational" },
          ...{ Techniques: [], Tlp: "TLP:AMBER", Note: "no logs from dc02", RowNumber: 0, Row: null },
        },
      ]);
      const counted = await runKqlText(session, "Findings | where Row.User == 'dana' | mv-expand Techniques | count");
      expect(await counted.rows()).toEqual([{ Count: 2 }]);
    });
  });

  test("run again, a cell replaces what it kept; an edited title with the same id too", async () => {
    await withSession(await open(), async () => {
      await finding({ title: "A", rows: rows.slice(0, 1), id: "F-1" });
      await finding({ title: "A, corrected", rows, id: "F-1" });
      await finding({ title: "B" });
      await finding({ title: "B", severity: "High" });
      expect(findings.list().map(f => [f.data.title, f.data.severity])).toEqual([
        ["A, corrected", "Informational"],
        ["B", "High"],
      ]);
      expect((await findings.frame()).rowCount).toBe(3);
      expect(findings.remove("F-1")).toBe(true);
      expect(findings.remove("F-1")).toBe(false);
      expect((await findings.frame()).rowCount).toBe(1);
      findings.clear();
      // Known without data: empty, not unknown.
      expect((await findings.frame()).rowCount).toBe(0);
    });
  });

  test("takes a frame with its query, and says when the frame is not whole", async () => {
    const session = await open();
    await withSession(session, async () => {
      const whole = await runKqlText(session, "range n from 1 to 50 step 1", { maxRows: 20 });
      const kept = await finding({ title: "Cut", rows: whole });
      expect(kept.data.query).toBe("range n from 1 to 50 step 1");
      expect(kept.data.rows).toHaveLength(20);
      expect(kept.data.incomplete?.title).toContain("Partial result");
      expect((await findings.frame()).completeness.state).toBe("partial");
      const pending = await finding({ title: "Pending", rows: kql`print a = 1` });
      expect(pending.data.rows).toEqual([["1"]]);
    });
  });

  test("is written to files as the frame that it is", async () => {
    await withSession(await open(), async () => {
      await finding({ title: "=cmd|' /C calc'!A0", rows });
      const path = join(root, "findings.csv");
      await (await findings.frame()).toCsv(path, { spreadsheetSafe: true });
      const text = readFileSync(path, "utf8");
      expect(text.split("\n")).toHaveLength(4);
      expect(text).toContain(`'=cmd|`);
    });
  });

  test("the name of a notebook's frame, and a table of the workspace while nothing is kept, come first", async () => {
    const session = await open();
    await withSession(session, async () => {
      const mine = await frameFrom([{ a: 1 }]);
      expect(await (await runKqlText(session, "Findings", { frames: { Findings: mine } })).rows()).toEqual([{ a: 1 }]);
      expect((await runKqlText(session, "Findings")).rowCount).toBe(0);
    });
  });

  test("on a cloud workspace, a query of findings alone is answered here", async () => {
    const id = "11111111-2222-4333-8444-555555555555";
    const session = await open(`MSSentinel: { Workspaces: { Default: { WorkspaceId: ${id}, TenantId: ${id} } } }\n`);
    await withSession(session, async () => {
      await finding({ title: "A", rows });
      expect((await runKqlText(session, "Findings | summarize n = count() by Title")).rowCount).toBe(1);
      const mine = await frameFrom([{ Title: "A" }]);
      const joined = await runKqlText(session, "Findings | join kind=inner mine on Title | count", {
        frames: { mine },
      });
      expect(await joined.rows()).toEqual([{ Count: 2 }]);
    });
  });

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ["no title", { title: " " }, /needs a title/],
    ["no object", "New country", /described by an object/],
    ["an unknown severity", { title: "x", severity: "hgih" }, /severity 'hgih' is not known/],
    ["an unknown mark", { title: "x", tlp: "orange" }, /TLP mark 'orange'/],
    ["a technique that is none", { title: "x", technique: "phishing" }, /'PHISHING' is no ATT&CK id/],
    ["an unknown property", { title: "x", severtiy: "High" }, /no 'severtiy'; did you mean 'severity'/],
    ["rows that are no objects", { title: "x", rows: [1] }, /row 1 .* no object/],
  ];
  test.each(wrong)("finding/invalid: %s", async (_, spec, message) => {
    await withSession(await open(), async () => {
      const asked = finding(spec as FindingSpec);
      await expect(asked).rejects.toMatchObject({ code: "finding/invalid", hint: expect.any(String) as string });
      await expect(asked).rejects.toThrow(message);
      expect(findings.list()).toEqual([]);
    });
  });

  test("finding/too-many-rows: more than 1,000 rows are a result, not a finding", async () => {
    const session = await open();
    await withSession(session, async () => {
      const many = Array.from({ length: 1001 }, (_, n) => ({ n }));
      await expect(finding({ title: "x", rows: many })).rejects.toMatchObject({ code: "finding/too-many-rows" });
      const asked = finding({ title: "x", rows: await frameFrom(many) });
      await expect(asked).rejects.toMatchObject({ code: "finding/too-many-rows" });
    });
  });

  test("WHITE is TLP 1.0's name of CLEAR; times without a zone are UTC", async () => {
    await withSession(await open(), async () => {
      const kept = await finding({ title: "x", tlp: "TLP:WHITE" as never, rows: [{ When: "2026-01-09 08:00:00" }] });
      expect(kept.data.tlp).toBe("CLEAR");
      expect(await (await findings.frame()).rows()).toMatchObject([
        { TimeGenerated: new Date("2026-01-09T08:00:00Z") },
      ]);
    });
  });

  test("names and values of any kind stay what they are", async () => {
    await withSession(await open(), async () => {
      const hostile = JSON.parse(`{"__proto__":"<script>","constructor":"x","n":1e300}`) as object;
      const kept = await finding({
        title: `</title><script>1</script>`,
        rows: [{ ...hostile, big: 2n ** 60n, nan: NaN }],
      });
      expect(kept.data.columns.map(c => c.name)).toEqual(["__proto__", "constructor", "n", "big", "nan"]);
      const own = await finding({ title: "own", rows: [hostile] });
      expect(own.data.columns.map(c => c.name)).toEqual(["__proto__", "constructor", "n"]);
      const bundle = own[displaySymbol]();
      expect(parseView(JSON.parse(JSON.stringify(bundle[viewMime])))).toEqual(bundle[viewMime]);
      expect(parseFinding(JSON.parse(JSON.stringify(bundle[findingMime])))).toEqual(own.data);
      expect(kept[displaySymbol]()["text/html"]).not.toContain("<script>");
    });
  });
});

describe("findings in the report", () => {
  const reportOf = (bundles: readonly unknown[]): string => {
    const cells = bundles.map((data, i) => ({
      ...{ id: `c${i}`, cell_type: "code", metadata: {}, source: "finding(…)", execution_count: i + 1 },
      outputs: [{ output_type: "execute_result", execution_count: i + 1, metadata: {}, data }],
    }));
    return renderReport(
      parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }), "x.ipynb"),
    );
  };

  test("stand before the cells, the worst first, each once; the strictest mark is the page's", async () => {
    await withSession(await open(), async () => {
      const low = await finding({ title: "Low one", severity: "Low", tlp: "GREEN" });
      const draft = await finding({ title: "Draft", severity: "High", tlp: "CLEAR", id: "F-2" });
      const high = await finding({ title: "High one", severity: "High", tlp: "AMBER+STRICT", id: "F-2" });
      const page = reportOf([low, draft, high].map(f => f[displaySymbol]()));
      const section = /<section class="hb-findings">(.*?)<\/section>/s.exec(page)?.[1] ?? "";
      expect(section).toContain("TLP:AMBER+STRICT");
      expect(section.indexOf("High one")).toBeLessThan(section.indexOf("Low one"));
      expect(section).not.toContain("Draft");
      expect(page.indexOf("Findings")).toBeLessThan(page.indexOf('hb-cell"'));
    });
  });

  test("what is no finding, or a damaged one, is no part of it", () => {
    const good = {
      version: 1,
      id: "F",
      title: "x",
      note: "",
      severity: "High",
      tlp: "RED",
      techniques: [],
      columns: [],
      rows: [],
    };
    const bad = [
      ...[null, [], "x", {}, { ...good, version: 2 }, { ...good, severity: "<b>" }, { ...good, tlp: "PINK" }],
      ...[
        { ...good, rows: [[{ kind: "script" }]] },
        { ...good, techniques: [1] },
        { ...good, incomplete: { kind: "code" } },
      ],
    ];
    for (const value of bad) {
      expect(parseFinding(value)).toBeUndefined();
      expect(reportOf([{ "text/plain": "x", [findingMime]: value }])).not.toContain('hb-findings"');
    }
    expect(parseFinding(good)).toEqual(good);
  });
});
