/** Views of one frame that follow each other: the kernel's half. The page's half: `test/browser/linked.test.ts`. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Column } from "../../src/base/column.js";
import { complete } from "../../src/base/completeness.js";
import { displaySymbol } from "../../src/base/port.js";
import { frameView } from "../../src/frame/display.js";
import type { Frame } from "../../src/frame/frame.js";
import { hostileTexts } from "../browser/hostile.js";
import { linked, type LinkedViews } from "../../src/frame/plot/linked.js";
import { frameId } from "../../src/frame/plot/links.js";
import { checkViews, plotNamed } from "../../src/frame/plot/named.js";
import { plotTimelines } from "../../src/frame/plot/plots.js";
import { createInlineCompiler } from "../../src/kql/index.js";
import { FrameStore } from "../../src/frame/store.js";
import { buildProcessTree } from "../../src/transform/process-tree/index.js";
import { chartMark, filtersOfMarks, heatmapMark, pieMark, placesMark, type Mark } from "../../src/view/figure/marks.js";
import type {
  ChartNode,
  FigureNode,
  LiveReply,
  PieNode,
  RowFilter,
  TableNode,
  ViewNode,
} from "../../src/view/index.js";

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

  /** How many rows choosing a mark leaves. */
  const rowsOf = async (mark: Mark | undefined, figure: FigureNode): Promise<number> => {
    const from = figure.info.frames?.[0];
    if (mark === undefined || from === undefined) throw new Error("no such mark");
    await ask(figure.info.live, filtersOfMarks([mark], from), "select");
    const { rowCount } = await frame.selected();
    await ask(figure.info.live, [], "select");
    return rowCount;
  };

  test("choosing a mark leaves the rows that it was counted from", async () => {
    const pie = (await frame.plot.chart({ kind: "pie", x: "User", y: "Bytes" })).figure as PieNode;
    expect(await Promise.all(pie.slices.map((_, i) => rowsOf(pieMark(pie, i), pie)))).toEqual([2, 2]);
    const rest: PieNode = {
      ...pie,
      slices: [pie.slices[0] ?? { name: "", value: 0 }, { name: "1 others", value: 1, rest: true }],
    };
    expect(await rowsOf(pieMark(rest, 1), rest)).toBe(2);
    const byNumber = (await frame.plot.chart({ kind: "bar", x: "Bytes", y: "Bytes" })).figure as ChartNode;
    for (const [x] of byNumber.categories?.entries() ?? [])
      expect(await rowsOf(chartMark(byNumber, undefined, x), byNumber)).toBe(1);
    const byTime = (await frame.plot.chart({ kind: "time", series: "User", y: "Bytes" })).figure as ChartNode;
    for (const series of byTime.series)
      for (const x of series.x) expect(await rowsOf(chartMark(byTime, series, x), byTime)).toBe(1);
    const heat = (await frame.plot.heatmap({ x: "User", y: "Latitude" })).figure;
    const counted = heat.values.flatMap((row, y) => row.map((v, x) => [v, heatmapMark(heat, x, y)] as const));
    for (const [value, mark] of counted) expect(await rowsOf(mark, heat)).toBe(value);
    const card = (await frame.plot.heatmap({ punchCard: "TimeGenerated" })).figure;
    expect(await rowsOf(heatmapMark(card, 8, 4), card)).toBe(4);
    expect(await rowsOf(heatmapMark(card, 9, 4), card)).toBe(0);
    const map = (await frame.plot.map({ color: "User" })).figure;
    for (const [i, place] of map.places.entries())
      expect(await rowsOf(placesMark(map, [i], ""), map)).toBe(place.count);
    expect(await rowsOf(placesMark(map, [0, 1], ""), map)).toBe(
      (map.places[0]?.count ?? 0) + (map.places[1]?.count ?? 0),
    );
  });

  test("rows by number, several series columns, nulls and empty texts are told apart as figures do", async () => {
    const { live, frames } = (await frame.plot.timeline()).figure.info;
    await ask(live, [{ op: "rows", rows: [1, 3] }], "select");
    expect(await (await frame.selected().kql("| project Bytes")).rows()).toEqual([{ Bytes: 20 }, { Bytes: 7 }]);
    await ask(live, [], "select");
    expect(frames?.[0]?.id).toBe(frameId(frame));
    const odd = await frame.kql(
      "| extend n = iff(User == 'dana', long(null), Bytes), t = iff(User == 'dana', '', User), b = Bytes > 6 | project TimeGenerated, t, b, n",
    );
    const { figure } = await odd.plot.chart({ kind: "column", x: "n", y: "n", series: ["t", "b"] });
    if (figure.kind !== "chart") throw new Error("no chart");
    const count = async (mark: Mark | undefined): Promise<number> => {
      const filters = mark === undefined ? [] : filtersOfMarks([mark], figure.info.frames?.[0] ?? { id: "" });
      odd.noteSelection(filters);
      return (await odd.selected()).rowCount;
    };
    const missing = figure.categories?.indexOf("∅") ?? -1;
    expect(await count(chartMark(figure, undefined, missing))).toBe(2);
    const series = figure.series.find(s => s.of?.join() === "marc,true");
    expect(await count(chartMark(figure, series, figure.categories?.indexOf("7") ?? -1))).toBe(1);
    expect(await count(chartMark(figure, series, figure.categories?.indexOf("5") ?? -1))).toBe(0);
  });

  test("instants and timespans are found as the grid writes them", async () => {
    const timed = await frame.kql("| extend Took = iff(User == 'dana', 5m, 10m)");
    const { root } = await frameView(timed, 5);
    const grid = root.kind === "group" ? (root.children[0] as TableNode) : undefined;
    const found = async (column: string, op: "equals" | "not-equals" | "contains" | "at-least", value: string) => {
      const live = grid?.live ?? "";
      const filters = [{ column, op, value }];
      const reply = await store.plotHost.live.answer({ type: "rows", live, offset: 0, limit: 5, filters });
      return reply.type === "rows" ? reply.total : reply;
    };
    const written = (column: number): string => grid?.rows[1]?.[column] as string;
    const shown = written(0);
    expect(await found("TimeGenerated", "equals", shown)).toBe(1);
    expect(await found("TimeGenerated", "equals", "2026-01-09 08:10:00Z")).toBe(1);
    expect(await found("TimeGenerated", "not-equals", shown)).toBe(3);
    expect(await found("TimeGenerated", "contains", "09T08:1")).toBe(1);
    expect(await found("Took", "equals", written(5))).toBe(2);
    expect(await found("Took", "at-least", "00:10:00")).toBe(2);
  });

  test("whatever a value says, choosing it finds its rows and no others", async () => {
    const texts = hostileTexts.filter(t => !/\p{Surrogate}/u.test(t) && t !== "");
    const hostile = (await store.fromRows(
      texts.map((Value, n) => ({ Value, n })),
      {
        columns: [
          { name: "Value", type: "string" },
          { name: "n", type: "long" },
        ],
      },
    )) as unknown as Frame;
    for (const text of texts) {
      hostile.noteSelection([{ op: "one-of", columns: [{ name: "Value" }], keys: [[text]] }]);
      const found = await (await hostile.selected()).rows();
      expect(found.map(r => r["Value"])).toEqual(texts.filter(t => t === text));
    }
    const { figure } = await hostile.plot.chart({ kind: "pie", x: "Value", y: "n" });
    const rest = figure.kind === "pie" ? figure.slices.findIndex(s => s.rest === true) : -1;
    const mark = figure.kind === "pie" ? pieMark(figure, rest) : undefined;
    hostile.noteSelection(mark === undefined ? [] : filtersOfMarks([mark], figure.info.frames?.[0] ?? { id: "" }));
    expect((await hostile.selected()).rowCount).toBe(texts.length - 12);
    await hostile.close();
  });

  test("a process tree is drawn for what is chosen elsewhere, with who started it", async () => {
    const creations = [
      { TimeGenerated: at(0), Computer: "h", NewProcessId: "0x10", ProcessId: "0x1", NewProcessName: "a.exe" },
      { TimeGenerated: at(1), Computer: "h", NewProcessId: "0x20", ProcessId: "0x10", NewProcessName: "b.exe" },
      { TimeGenerated: at(2), Computer: "h", NewProcessId: "0x30", ProcessId: "0x10", NewProcessName: "c.exe" },
    ].map(r => ({ ...r, EventID: 4688, ParentProcessName: "", CommandLine: "", Account: "" }));
    const made = (await store.fromRows(creations, { source: "test" })) as unknown as Frame;
    const { figure } = await made.plot.processTree();
    const row = figure.name.indexOf("c.exe");
    expect(figure.event?.[row]).toBe(2);
    const reply = await store.plotHost.live.answer({
      ...{ type: "narrow", live: figure.info.live ?? "" },
      narrowing: [{ frame: frameId(made), filters: [{ op: "rows", rows: [2] }] }],
    });
    const part = rootOf(reply);
    expect(part.kind === "processTree" ? [part.name.filter(n => n !== ""), part.found] : part.kind).toEqual([
      ["a.exe", "c.exe"],
      1,
    ]);
    expect(part.kind === "processTree" ? part.info.notes?.join() : "").toContain("1 process chosen");
    await made.close();
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
      ...[
        { column: "No", op: "equals", value: "" },
        { column: "User", op: "like", value: "" },
        { op: "one-of", columns: [{ name: "User" }], keys: [["a", "b"]] },
        { op: "one-of", columns: [{ name: "User", as: "sql" }], keys: [["a"]] },
        { op: "one-of", columns: [{ name: "User", as: "hour" }], keys: [[1]] },
        { op: "one-of", columns: [], keys: [[]] },
        { op: "none-of", columns: "User", keys: [["a"]] },
        { op: "rows", rows: ["1) or (1=1"] },
      ].map(filter => ({ type: "narrow", live, narrowing: [{ frame: frameId(frame), filters: [filter] }] })),
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
      ...["view", "view", "view", "view"],
      ...Array.from({ length: 9 }, () => "error"),
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
