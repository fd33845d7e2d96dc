/**
 * Models of every view, as they travel in notebooks, from rows that are small enough to check by eye. A changed golden is a
 * changed notebook: read it before accepting it (`npx vitest run -u`), and raise `viewVersion` when a meaning changed.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Column, KqlType } from "../../src/base/column.js";
import { partial } from "../../src/base/completeness.js";
import { pinnedClock } from "../../src/base/clock.js";
import { displaySymbol, type Displayable } from "../../src/base/port.js";
import { frameView } from "../../src/frame/display.js";
import { plotTimelines } from "../../src/frame/plot/plots.js";
import type { Frame } from "../../src/frame/frame.js";
import { FrameStore } from "../../src/frame/store.js";
import { buildProcessTree } from "../../src/transform/process-tree/index.js";
import { parseView, renderHtml, renderText, viewMime, type View } from "../../src/view/index.js";

const columnsOf = (spec: Readonly<Record<string, KqlType>>): readonly Column[] =>
  Object.entries(spec).map(([name, type]) => ({ name, type }));
const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 9, 8, minute));

const signIns = columnsOf({
  TimeGenerated: "datetime",
  EndTime: "datetime",
  User: "string",
  Result: "string",
  Bytes: "long",
  Latitude: "real",
  Longitude: "real",
  City: "string",
  Extra: "dynamic",
});
const signInRows = [
  [at(0), at(4), "dana", "ok", 10, 53.34, -6.26, "Dublin", { device: "<b>x</b>" }],
  [at(7), at(9), "marc", "failed", 250, 52.52, 13.4, "Berlin", null],
  [at(20), null, "marc", "ok", 40, 0, 0, "", []],
  [at(95), at(120), "dana", "failed", null, -33.45, -70.67, "Santiago", { n: 1 }],
  [null, null, "", "ok", 1, 95, 0, "Nowhere", null],
];

const creations = columnsOf({
  TimeGenerated: "datetime",
  EventID: "int",
  Computer: "string",
  Account: "string",
  NewProcessId: "string",
  NewProcessName: "string",
  ProcessId: "string",
  ParentProcessName: "string",
  CommandLine: "string",
});
const [explorer, cmd, rundll] = ["C:\\Windows\\explorer.exe", "C:\\Windows\\cmd.exe", "C:\\Windows\\rundll32.exe"];
const creationRows = [
  [at(1), 4688, "WKS1", "dana", "0x10", cmd, "0x4", explorer, "cmd.exe /c whoami /all"],
  [at(2), 4688, "WKS1", "dana", "0x20", rundll, "0x10", cmd, "rundll32 comsvcs.dll, MiniDump 624 x.dmp full"],
  // The id 0x10 is used again, by another program and on another host.
  [at(30), 4688, "WKS1", "dana", "0x10", explorer, "0x4", explorer, "explorer.exe"],
  [at(31), 4688, "WKS1", "dana", "0x30", cmd, "0x10", explorer, "cmd.exe"],
  [at(32), 4688, "SRV1", "svc", "0x30", cmd, "0x10", cmd, "cmd.exe /c dir"],
  [at(33), 4624, "SRV1", "svc", "", "", "", "", ""],
];

describe("goldens of view models", () => {
  let store: FrameStore;
  let frame: Frame;
  let processes: Frame;
  const frameOf = async (columns: readonly Column[], rows: readonly (readonly unknown[])[]): Promise<Frame> =>
    (await store.fromRows(
      rows.map(r => Object.fromEntries(columns.map((c, i) => [c.name, r[i]]))),
      { columns, source: "workspace Contoso" },
    )) as unknown as Frame;
  beforeAll(async () => {
    store = await FrameStore.open({
      clock: pinnedClock(Date.UTC(2026, 0, 13)),
      views: { processTree: buildProcessTree },
    });
    frame = await frameOf(signIns, signInRows);
    processes = await frameOf(creations, creationRows);
  });
  afterAll(async () => store?.close());

  const views: Readonly<Record<string, () => Promise<View>>> = {
    table: () => frameView(frame, 4),
    "timeline-lanes": async () =>
      (await frame.plot.timeline({ title: "Sign-ins", groupBy: "User", color: "Result", details: ["City", "Bytes"] }))
        .view,
    "timeline-spans": async () => (await frame.plot.timeline({ end: "EndTime", details: ["User"] })).view,
    "timeline-values": async () =>
      (await frame.plot.timeline({ value: "Bytes", kind: "bars", details: ["User"] })).view,
    "timeline-counts": async () => (await frame.plot.timeline({ groupBy: "User", maxEvents: 2 })).view,
    "timeline-frames": async () =>
      (
        await plotTimelines(
          [
            { name: "Sign-in", frame, details: ["User"] },
            { name: "Process", frame: processes, details: ["CommandLine"] },
          ],
          { references: [{ at: at(60), label: "Alert", tone: "bad" }] },
        )
      ).view,
    "process-tree": async () => (await processes.plot.processTree({ title: "Around the dump" })).view,
    "process-tree-around": async () => (await processes.plot.processTree({ around: "comsvcs" })).view,
    map: async () => (await frame.plot.map({ color: "Result", pathBy: "User", unit: "sign-ins" })).view,
    "chart-line": async () => (await frame.plot.chart({ kind: "line", x: "TimeGenerated", y: "Bytes" })).view,
    "chart-column": async () => (await frame.plot.chart({ kind: "column", x: "User", y: "Bytes" })).view,
    "chart-scatter": async () => (await frame.plot.chart({ kind: "scatter", x: "Bytes", y: "Latitude" })).view,
    "chart-pie": async () => (await frame.plot.chart({ kind: "pie", x: "User", y: "Bytes" })).view,
    heatmap: async () => (await frame.plot.heatmap({ x: "User", y: "Result" })).view,
    "punch-card": async () => (await frame.plot.heatmap({ punchCard: "TimeGenerated" })).view,
  };
  /** Handles are the session's own; times of a run are not part of a model. */
  const stable = (view: View): string =>
    `${JSON.stringify(view, undefined, 1).replace(/"(live|frame|id)": "[^"]*"/g, `"$1": "…"`)}\n`;

  test.each(Object.keys(views))("%s", async name => {
    const view = await views[name]?.();
    if (view === undefined) throw new Error(`no view ${name}`);
    // What is written down is what a reader accepts, and draws without a complaint.
    expect(parseView(JSON.parse(JSON.stringify(view)))).toEqual(view);
    expect(renderHtml(view)).toContain("hb-view");
    expect(renderText(view)).not.toBe("");
    await expect(stable(view)).toMatchFileSnapshot(`golden/views/${name}.json`);
  });

  test("every figure of a partial frame says so", async () => {
    const part = await store.fromBatches(signIns, [signInRows], {
      completeness: partial({ kind: "row-limit", affects: "rows", message: "cut at 5" }),
      provenance: { source: "workspace Contoso", ranAtMs: 0, tookMs: 0, clock: "pinned", clockDependent: false },
    });
    const plots: readonly Displayable[] = [
      await part.plot.timeline(),
      await part.plot.map(),
      await part.plot.chart({ kind: "column", x: "User", y: "Bytes" }),
      await part.plot.heatmap({ x: "User", y: "Result" }),
    ];
    for (const plot of plots) {
      const bundle = await plot[displaySymbol]();
      expect(JSON.stringify(bundle[viewMime])).toContain(`"incomplete"`);
      expect(bundle["text/html"]).toContain("hb-banner");
    }
  });
});
