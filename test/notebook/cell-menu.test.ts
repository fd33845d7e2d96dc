/**
 * What the cell menu of a grid and its findings put into a notebook, run as cells on Contoso: each entry that is offered for
 * rows of the story runs as it stands and shows what its label says.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallPack } from "../../src/enrich/geo/small-pack.js";
import { frameView } from "../../src/frame/display.js";
import { createSession, type Frame } from "../../src/index.js";
import { parseNotebook, renderReport, runNotebook, type Notebook } from "../../src/notebook/runner/index.js";
import { cellActions } from "../../src/notebook/web/cell-actions.js";
import { findingCell } from "../../src/notebook/web/finding-cell.js";
import { contosoDir, generateDemo } from "../../src/session/demo.js";
import { runKqlText } from "../../src/session/run-kql.js";
import { parseFinding, parseView, viewMime, type TableNode, type View } from "../../src/view/index.js";
import { hostileTexts } from "../browser/hostile.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-cell-menu-"));
const dataDir = join(root, "data");
const now = "2026-01-13T18:00:00.000Z";
const module = new URL("../../src/notebook/kernel/session-host.ts", import.meta.url).href;
const session = createSession({ dataDir, now });

beforeAll(async () => {
  mkdirSync(join(dataDir, "geo"), { recursive: true });
  writeFileSync(join(dataDir, "geo/places-1.pack"), smallPack());
  await generateDemo({ dir: contosoDir(dataDir), rows: 30_000, nowMs: Date.parse(now), onProgress: () => undefined });
}, 300_000);
afterAll(async () => {
  await session.close();
  rmSync(root, { recursive: true, force: true });
});

/** The table of a query's first row, as the page has it. */
async function tableOf(query: string): Promise<TableNode> {
  const { root: node } = await frameView((await runKqlText(session, query)) as Frame, 1);
  const table =
    node.kind === "group" ? node.children.find(c => typeof c === "object" && c.kind === "table") : undefined;
  if (typeof table !== "object" || table.kind !== "table" || table.rows.length === 0)
    throw new Error(`no row answers ${query}`);
  return table;
}

async function run(sources: readonly string[]): Promise<Notebook> {
  const cells = sources.map((source, i) => ({
    ...{ id: `c${i}`, cell_type: "code", metadata: {}, source, execution_count: null, outputs: [] },
  }));
  const notebook = parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }), "menu.ipynb");
  const done = await runNotebook({
    ...{ notebook, dir: root, host: { module, options: { dataDir, now } } },
    ...{ continueOnError: true },
  });
  return done.notebook;
}

/** What a cell showed last: its view, or the words of its error. */
function shown(notebook: Notebook, index: number): View["root"] | string {
  const output = notebook.cells[index]?.outputs.at(-1);
  if (output === undefined) return "nothing";
  if (output.output_type === "error") return `${output.ename}: ${output.evalue}`;
  if (output.output_type === "stream") return output.text;
  const view = output.data[viewMime];
  return view === undefined ? String(output.data["text/plain"]) : parseView(view).root;
}

const textOf = (notebook: Notebook, index: number): string => JSON.stringify(shown(notebook, index));
const nodesOf = (root: View["root"] | string): string[] =>
  typeof root === "string" ? [root] : root.kind === "group" ? root.children.flatMap(c => nodesOf(c)) : [root.kind];
const rowsOf = (root: View["root"] | string): number => {
  if (typeof root === "string") return -1;
  if (root.kind === "table") return root.total ?? root.rows.length;
  return root.kind === "group" ? Math.max(-1, ...root.children.map(c => rowsOf(c))) : -1;
};

interface Case {
  readonly query: string;
  readonly column: string;
  readonly label: RegExp;
  readonly holds: (root: View["root"] | string, text: string) => void;
}
const hasRows = (root: View["root"] | string): void => expect(rowsOf(root)).toBeGreaterThan(0);
const isTree = (root: View["root"] | string): void => expect(nodesOf(root)).toContain("processTree");
const failed = "SigninLogs | where ResultType != '0' and isnotempty(IPAddress) | take 1";
const encoded = "SecurityEvent | where EventID == 4688 and CommandLine has '-enc' | take 1";

/** Entry by entry what the issue names, on rows of the story. */
const cases: Readonly<Record<string, Case>> = {
  "filter in": { query: failed, column: "UserPrincipalName", label: /^Only this value/, holds: hasRows },
  "filter out": {
    ...{ query: failed, column: "UserPrincipalName", label: /^Without this value/ },
    holds: root => expect(rowsOf(root)).toBe(0),
  },
  "filter in, dynamic": { query: failed, column: "LocationDetails", label: /^Only this value/, holds: hasRows },
  "filter in, datetime": { query: failed, column: "TimeGenerated", label: /^Only this value/, holds: hasRows },
  "this account's sign-ins": { query: failed, column: "UserPrincipalName", label: /^Sign-ins of/, holds: hasRows },
  "this Windows account's logons": {
    query:
      "SecurityEvent | where EventID == 4624 and TargetUserName !endswith '$' and isnotempty(TargetUserName) | take 1",
    ...{ column: "TargetUserName", label: /^Sign-ins of/, holds: hasRows },
  },
  "look up in threat intelligence": {
    ...{ query: failed, column: "IPAddress", label: /^Look up .* in threat intelligence/ },
    holds: hasRows,
  },
  decode: {
    ...{ query: encoded, column: "CommandLine", label: /^Decode Base64/ },
    holds: (_, text) => expect(text).toMatch(/SHA-256|Decoded/),
  },
  "process tree here": { query: encoded, column: "Computer", label: /^Process tree here/, holds: isTree },
  "process tree of an alert": {
    query:
      "SecurityAlert | where CompromisedEntity has 'WKS' or CompromisedEntity has 'srv' or CompromisedEntity has 'dc' | take 1",
    ...{ column: "AlertName", label: /^Process tree here/, holds: isTree },
  },
  "process tree, Defender": {
    query: "DeviceProcessEvents | take 1",
    ...{ column: "DeviceName", label: /^Process tree here/, holds: isTree },
  },
  "everything ± 5 minutes": {
    ...{ query: failed, column: "TimeGenerated", label: /^Everything ± 5 minutes/ },
    holds: (root, text) => {
      hasRows(root);
      expect(text).toContain(`"name":"Table"`);
    },
  },
};

describe("the cell menu's entries", () => {
  test("each inserts a cell that runs and shows what it says", async () => {
    const sources: string[] = [];
    for (const { query, column, label } of Object.values(cases)) {
      const table = await tableOf(query);
      const index = table.columns.findIndex(c => c.name === column);
      const actions = cellActions({ columns: table.columns, cells: table.rows[0] ?? [], query: table.query }, index);
      const action = actions.find(a => label.test(a.label));
      if (action === undefined) throw new Error(`no ${String(label)} among ${actions.map(a => a.label).join(", ")}`);
      sources.push(action.source);
    }
    const notebook = await run(sources);
    Object.entries(cases).forEach(([name, { holds }], i) => {
      const root = shown(notebook, i);
      expect(typeof root === "string" ? root : "", `${name}\n${sources[i] ?? ""}`).not.toMatch(/^\w*Error/);
      holds(root, textOf(notebook, i));
    });
  }, 120_000);
});

describe("findings made on the page", () => {
  test("run as cells, read by KQL, counted once however often they run, listed by the report", async () => {
    const table = await tableOf(failed);
    const draft = {
      ...({ title: "Failed sign-in", note: "", severity: "High", tlp: "RED", technique: "T1110" } as const),
      ...{ columns: table.columns, rows: table.rows, query: table.query },
    };
    const cell = findingCell(draft);
    const notebook = await run([
      ...[
        cell,
        cell,
        "%%kql\nFindings | extend User = tostring(Row.UserPrincipalName) | project Title, Severity, User",
      ],
      ...["%%kql --view timeline\nFindings", 'import { findings } from "huntbook";\nfindings'],
    ]);
    const user = table.rows[0]?.[table.columns.findIndex(c => c.name === "UserPrincipalName")] as string;
    expect(rowsOf(shown(notebook, 2))).toBe(1);
    expect(textOf(notebook, 2)).toContain(user);
    expect(nodesOf(shown(notebook, 3))).toContain("timeline");
    expect(textOf(notebook, 4)).toContain("TLP:RED");
    const page = renderReport(notebook, { title: "menu.ipynb" });
    expect(page).toContain("hb-findings");
    expect(page.split("Failed sign-in").length).toBeGreaterThan(2);
  }, 120_000);

  test("hostile names and values become exactly what they are: no more code than was meant, no text that turns", async () => {
    const columns = [...new Set(["Value", ...hostileTexts])].map(name => ({ name }));
    const rows = hostileTexts.map(text => columns.map(() => text));
    const source = findingCell({
      ...({ severity: "Low", tlp: "CLEAR", technique: "" } as const),
      ...{ title: hostileTexts[0] ?? "", note: hostileTexts.join("\n"), columns, rows },
    });
    expect(source).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0000-\u0009\u200b]/);
    const write = `import { findings } from "huntbook";
import { writeFileSync } from "node:fs";
writeFileSync("values.json", JSON.stringify(findings.list().at(-1).data));`;
    const notebook = await run([source, write]);
    expect(shown(notebook, 1)).toBe("nothing");
    const data = parseFinding(JSON.parse(readFileSync(join(root, "values.json"), "utf8")));
    expect(data?.columns.map(c => c.name)).toEqual(columns.map(c => c.name));
    expect(data?.rows).toEqual(rows);
    expect(data?.note).toBe(hostileTexts.join("\n"));
  }, 120_000);
});
