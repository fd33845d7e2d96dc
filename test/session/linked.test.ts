/** Views of one frame that follow each other: the kernel's half. The page's half: `test/browser/linked.test.ts`. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Column } from "../../src/base/column.js";
import { complete } from "../../src/base/completeness.js";
import { displaySymbol } from "../../src/base/port.js";
import { frameView } from "../../src/frame/display.js";
import type { Frame } from "../../src/frame/frame.js";
import { linked, type LinkedViews } from "../../src/frame/plot/linked.js";
import { frameId } from "../../src/frame/plot/links.js";
import { checkViews, plotNamed } from "../../src/frame/plot/named.js";
import { plotTimelines } from "../../src/frame/plot/plots.js";
import { createInlineCompiler } from "../../src/kql/index.js";
import { FrameStore } from "../../src/frame/store.js";
import { buildProcessTree } from "../../src/transform/process-tree/index.js";
import type { LiveReply, RowFilter, TableNode, ViewNode } from "../../src/view/index.js";

const columns: readonly Column[] = [
  { name: "TimeGenerated", type: "datetime" },
  { name: "User", type: "string" },
  { name: "Bytes", type: "long" },
  { name: "Latitude", type: "real" },
  { name: "Longitude", type: "real" },
];
const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 9, 8, minute));
const rows = [
  [at(0), "dana", 10, 53.3, -6.2],
  [at(10), "dana", 20, -33, -71.6],
  [at(20), "marc", 5, 48.8, 2.3],
  [at(30), "marc", 7, 48.8, 2.3],
];
const evening: readonly RowFilter[] = [
  { column: "TimeGenerated", op: "at-least", value: at(10).toISOString() },
  { column: "TimeGenerated", op: "at-most", value: at(20).toISOString() },
];

describe("linked views", () => {
  let compiler: ReturnType<typeof createInlineCompiler>;
  let store: FrameStore;
  let frame: Frame;
  beforeAll(async () => {
    compiler = createInlineCompiler();
    store = await FrameStore.open({ compiler, views: { processTree: buildProcessTree } });
    const objects = rows.map(r => Object.fromEntries(columns.map((c, i) => [c.name, r[i]])));
    frame = (await store.fromRows(objects, { columns, source: "test" })) as unknown as Frame;
  });
  afterAll(async () => {
    await store?.close();
    await compiler?.close();
  });

  const ask = (live: string | undefined, filters: readonly RowFilter[], type: "narrow" | "select" = "narrow") =>
    store.plotHost.live.answer({ type, live: live ?? "", narrowing: [{ frame: frameId(frame), filters }] });
  const rootOf = (reply: LiveReply): ViewNode => {
    if (reply.type !== "view") throw new Error(`answered ${JSON.stringify(reply)}`);
    return reply.view.root;
  };

  test("a map, a chart, a heat map and a timeline are drawn anew for what is chosen elsewhere", async () => {
    const map = await frame.plot.map();
    const part = rootOf(await ask(map.figure.info.live, evening));
    expect(part.kind === "map" ? part.places.map(p => [p.latitude, p.count]) : part.kind).toEqual([
      [-33, 1],
      [48.8, 1],
    ]);
    const chart = await frame.plot.chart({ kind: "column", x: "User", y: "Bytes" });
    const bars = rootOf(await ask(chart.figure.info.live, evening));
    expect(bars.kind === "chart" ? bars.series.map(s => s.y) : bars.kind).toEqual([[20, 5]]);
    const heat = await frame.plot.heatmap({ x: "User", y: "Bytes" });
    const cells = rootOf(await ask(heat.figure.info.live, evening));
    expect(cells.kind === "heatmap" ? cells.y.names : cells.kind).toEqual(["5", "20"]);
    const timeline = await frame.plot.timeline({ groupBy: "User" });
    const dana = rootOf(await ask(timeline.figure.info.live, [{ column: "User", op: "equals", value: "dana" }]));
    expect(dana.kind === "timeline" ? dana.lanes : dana.kind).toEqual([{ name: "dana", count: 2 }]);
  });

  test("figures of one frame have one name for it, and say which column their axis is", async () => {
    const { figure } = await frame.plot.timeline();
    expect(figure.info.frames).toEqual([{ id: frameId(frame), column: "TimeGenerated" }]);
    const chart = await frame.plot.chart({ kind: "line", x: "TimeGenerated", y: "Bytes" });
    expect(chart.figure.info.frames).toMatchObject(figure.info.frames ?? []);
    const { root } = await frameView(frame, 5);
    const table = root.kind === "group" ? (root.children[0] as TableNode) : undefined;
    expect(table?.frame).toBe(frameId(frame));
  });

  test("what is chosen on the page can be read in the kernel", async () => {
    const { figure } = await frame.plot.timeline();
    expect(frame.selection).toEqual([]);
    expect((await frame.selected()).rowCount).toBe(4);
    expect(await ask(figure.info.live, evening, "select")).toEqual({ type: "noted" });
    expect(frame.selection).toEqual(evening);
    const chosen = await frame.selected();
    expect((await chosen.rows()).map(r => r["Bytes"])).toEqual([20, 5]);
    expect(await (await chosen.kql("| where Bytes > 5 | project User")).rows()).toEqual([{ User: "dana" }]);
    await ask(figure.info.live, [], "select");
    expect(frame.selection).toEqual([]);
  });

  test("of several frames on one timeline, only the one that is meant is narrowed", async () => {
    const other = await frame.kql("| extend User = 'other'");
    const { figure } = await plotTimelines([
      { name: "a", frame },
      { name: "b", frame: other },
    ]);
    expect(figure.info.frames?.map(f => f.id)).toEqual([frameId(frame), frameId(other)]);
    const part = rootOf(await ask(figure.info.live, evening));
    expect(part.kind === "timeline" ? part.lanes.map(l => l.count) : part.kind).toEqual([2, 4]);
  });

  test("a zoom of a narrowed timeline counts what is chosen alone", async () => {
    const { figure } = await frame.plot.timeline({ maxEvents: 1 });
    const narrowing = [{ frame: frameId(frame), filters: [{ column: "User", op: "equals", value: "marc" } as const] }];
    const zoom = {
      type: "zoom",
      live: figure.info.live ?? "",
      startMs: at(0).getTime(),
      endMs: at(20).getTime(),
    } as const;
    const all = rootOf(await store.plotHost.live.answer(zoom));
    const part = rootOf(await store.plotHost.live.answer({ ...zoom, narrowing }));
    expect(all.kind === "timeline" ? all.bins?.count : all.kind).toEqual([1, 1, 1]);
    expect(part.kind === "timeline" ? part.events?.offsetMs : part.kind).toEqual([1_200_000]);
  });

  test("a timeline gives whole rows of what it shows, in order, for a finding", async () => {
    const { figure } = await frame.plot.timeline({ groupBy: "User" });
    const reply = await store.plotHost.live.answer({
      ...({ type: "rows", live: figure.info.live ?? "", offset: 0, limit: 101 } as const),
      ...{ sort: [{ column: "TimeGenerated", descending: false }], filters: evening },
    });
    expect(reply).toMatchObject({ type: "rows", total: 2, columns: columns.map(({ name, type }) => ({ name, type })) });
    expect(reply.type === "rows" ? reply.rows.map(r => r[1]) : []).toEqual(["dana", "marc"]);
  });

  test("a page that asks for nonsense gets an answer, and nothing else happens", async () => {
    const { figure } = await frame.plot.map();
    const live = figure.info.live ?? "";
    const asked = [
      ...[null, "x", [{ frame: frameId(frame), filters: "x" }], [{}]].map(n => ({
        type: "narrow",
        live,
        narrowing: n,
      })),
      {
        type: "narrow",
        live,
        narrowing: [{ frame: frameId(frame), filters: [{ column: "No", op: "equals", value: "" }] }],
      },
      {
        type: "narrow",
        live,
        narrowing: [{ frame: frameId(frame), filters: [{ column: "User", op: "or 1=1", value: "" }] }],
      },
      ...[
        { type: "search", live, text: "x" },
        { type: "zoom", live },
        { type: "no", live },
        { type: "narrow", live: "no" },
      ],
    ];
    const replies = [];
    const before = store.frameCount;
    for (const request of asked) replies.push((await store.plotHost.live.answer(request as never)).type);
    expect(replies).toEqual([
      ...["view", "view", "view", "view", "error", "error"],
      ...["gone", "gone", "gone", "gone"],
    ]);
    expect(store.frameCount).toBe(before);
  });

  test("several views in one output: the names of a KQL cell, and what completes", async () => {
    const shown = await plotNamed(frame, "timeline,map,table");
    const { view } = shown as LinkedViews;
    expect(view.root.kind === "group" ? view.root.children.map(c => (c as ViewNode).kind) : []).toEqual([
      ...["timeline", "map", "table"],
    ]);
    const bundle = await shown[displaySymbol]();
    expect(bundle["text/html"]).toContain("hb-table");
    expect(await plotNamed(frame, "table")).toBe(frame);
    expect(() => checkViews("timeline,tble")).toThrow(/no view 'tble'; did you mean 'table'/);
  });

  test("view/no-values: an empty list, and what is no view of a frame", async () => {
    await expect(linked([])).rejects.toMatchObject({ code: "view/no-values" });
    await expect(linked([{} as Frame])).rejects.toMatchObject({ code: "view/no-values" });
  });
});

test("a timeline of a million events is counted, nothing is lost, and a zoom gives every event of its span", async () => {
  const store = await FrameStore.open();
  try {
    const sql =
      "select make_timestamp(1767225600000000 + range * 1000000) as c0, 'u' || (range % 7) as c1 from range(1000000)";
    const named = [
      { name: "TimeGenerated", type: "datetime", slot: "c0" },
      { name: "User", type: "string", slot: "c1" },
    ] as const;
    const provenance = { source: "test", clock: "pinned", clockDependent: false } as const;
    const million = await store.select({ sql, parameters: [], columns: named }, { completeness: complete, provenance });
    const { figure } = await million.plot.timeline({ groupBy: "User" });
    expect(figure.events).toBeUndefined();
    expect(figure.bins?.count.reduce((n, c) => n + c, 0)).toBe(1_000_000);
    expect(figure.histogram.reduce((n, c) => n + c, 0)).toBe(1_000_000);
    const startMs = figure.startMs + 500_000_000;
    const reply = await store.plotHost.live.answer({
      ...({ type: "zoom", live: figure.info.live ?? "", startMs, endMs: startMs + 599_500 } as const),
    });
    const part = reply.type === "view" && reply.view.root.kind === "timeline" ? reply.view.root : undefined;
    expect(part?.events?.offsetMs).toEqual(Array.from({ length: 600 }, (_, i) => i * 1000));
    expect(part?.bins).toBeUndefined();
  } finally {
    await store.close();
  }
});

describe("search in the whole process tree", () => {
  test("finds what the figure does not hold, with its ancestors, and says how many", async () => {
    const store = await FrameStore.open({ views: { processTree: buildProcessTree } });
    const names = ["TimeGenerated", "EventID", "Computer", "Account", "NewProcessId", "NewProcessName", "ProcessId"];
    const list = Array.from({ length: 300 }, (_, i) => [
      ...[new Date(Date.UTC(2026, 0, 9, 0, i)), 4688, "WKS1", i === 250 ? "eve" : "dana"],
      ...[
        `0x${(i + 16).toString(16)}`,
        i === 200 ? "C:\\x\\needle.exe" : "C:\\x\\hay.exe",
        `0x${(i + 15).toString(16)}`,
      ],
      ...["C:\\x\\hay.exe", `hay.exe ${i}${i === 299 ? " NEEDLE" : ""}`],
    ]);
    const all = [...names, "ParentProcessName", "CommandLine"];
    const frame = (await store.fromRows(
      list.map(r => Object.fromEntries(all.map((n, i) => [n, r[i]]))),
    )) as unknown as Frame;
    try {
      const { figure } = await frame.plot.processTree({ maxRows: 50 });
      const search = async (text: string) => {
        const reply = await store.plotHost.live.answer({ type: "search", live: figure.info.live ?? "", text });
        return reply.type === "view" && reply.view.root.kind === "processTree" ? reply.view.root : undefined;
      };
      const eve = await search("EVE");
      expect(eve?.found).toBe(1);
      expect(eve?.account).toContain("eve");
      // What leads there is there too; the chain ends where the name of a parent is another: after the needle.
      expect(eve?.name).toHaveLength(51);
      expect((await search("needle"))?.found).toBe(2);
      expect((await search("0x10"))?.processId).toContain("16");
      expect((await search("nothing at all"))?.found).toBe(0);
    } finally {
      await store.close();
    }
  });
});
