/** `frame.plot`: what figures say of small frames, where the answer can be counted by hand. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Column } from "../../src/base/column.js";
import { displaySymbol } from "../../src/base/port.js";
import { partial } from "../../src/base/completeness.js";
import { FrameStore } from "../../src/frame/store.js";
import { plotTimelines } from "../../src/frame/plot/plots.js";
import { renderOptions } from "../../src/frame/plot/chart.js";
import { plotNamed } from "../../src/frame/plot/named.js";
import { svgToPng } from "../../src/session/views.js";
import { buildProcessTree } from "../../src/transform/process-tree/index.js";
import { parseView, toView, viewMime, type ChartNode, type View } from "../../src/view/index.js";
import type { Frame } from "../../src/frame/frame.js";

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
  [at(20), "marc", 5, 0, 0],
  [at(30), "<b>x</b>", null, null, 12],
  [null, "marc", 1, 91, 0],
];

describe("figures of a frame", () => {
  let store: FrameStore;
  let frame: Frame;
  const frameOf = async (list: readonly (readonly unknown[])[], cols = columns): Promise<Frame> =>
    (await store.fromRows(
      list.map(r => Object.fromEntries(cols.map((c, i) => [c.name, r[i]]))),
      { columns: cols, source: "test" },
    )) as unknown as Frame;
  beforeAll(async () => {
    store = await FrameStore.open({ views: { processTree: buildProcessTree, toPng: svgToPng } });
    frame = await frameOf(rows);
  });
  afterAll(async () => {
    await store?.close();
  });

  test("a timeline groups, orders rows by first event, and counts what has no time", async () => {
    const { figure } = await frame.plot.timeline({ groupBy: "User", details: ["User", "Bytes"] });
    expect(figure.lanes).toEqual([
      { name: "dana", count: 2 },
      { name: "marc", count: 1 },
      { name: "<b>x</b>", count: 1 },
    ]);
    expect(figure.events?.offsetMs).toEqual([0, 600_000, 1_200_000, 1_800_000]);
    expect(figure.events?.details?.rows[0]).toEqual(["dana", "10"]);
    expect(figure.info.notes).toEqual(["1 row without a time"]);
    expect(parseView(JSON.parse(JSON.stringify(toView(figure))))).toBeTruthy();
  });

  test("more events than asked for are counted in spans that add up, and a zoom brings them back one by one", async () => {
    const many = await frameOf(Array.from({ length: 500 }, (_, i) => [at(i), `u${i % 3}`, i, 1, 1]));
    const { figure } = await many.plot.timeline({ groupBy: "User", maxEvents: 100 });
    expect(figure.events).toBeUndefined();
    expect(figure.bins?.count.reduce((a, b) => a + b, 0)).toBe(500);
    expect(figure.histogram.reduce((a, b) => a + b, 0)).toBe(500);
    const range = { startMs: at(10).getTime(), endMs: at(59).getTime() };
    const reply = await store.plotHost.live.answer({ type: "zoom", live: figure.info.live ?? "", ...range });
    expect(
      reply.type === "view" && reply.view.root.kind === "timeline" && reply.view.root.events?.offsetMs.length,
    ).toBe(50);
    await many.close();
    expect(await store.plotHost.live.answer({ type: "zoom", live: figure.info.live ?? "", ...range })).toEqual({
      type: "gone",
    });
  });

  test("several frames share an axis; values keep their peaks", async () => {
    const { figure } = await plotTimelines([
      { frame, name: "one" },
      { frame, name: "two" },
    ]);
    expect(figure.lanes.map(l => `${l.name} ${l.count}`)).toEqual(["one 4", "two 4"]);
    expect(figure.colours).toEqual(["one", "two"]);
    const spiky = await frameOf(Array.from({ length: 3000 }, (_, i) => [new Date(i), "u", i === 1234 ? 9e6 : 1, 1, 1]));
    const values = await spiky.plot.timeline({ value: "Bytes", maxEvents: 50 });
    expect(Math.max(...(values.figure.events?.value ?? []).map(v => v ?? 0))).toBe(9e6);
  });

  test("a map draws nothing at 0,0 and lists what it cannot place", async () => {
    const { figure } = await frame.plot.map({ label: "User", pathBy: "User" });
    expect(figure.places.map(p => p.label)).toEqual(["dana", "dana"]);
    expect(figure.arcs).toMatchObject([{ count: 1 }]);
    expect(figure.unplaced.map(u => `${u.label}: ${u.why}`).sort()).toEqual([
      "<b>x</b>: no coordinates",
      "marc: coordinates 0,0, which mean missing",
      "marc: coordinates out of range",
    ]);
  });

  test("a chart takes text columns as series and leaves gaps for null", async () => {
    const { figure } = await frame.plot.chart({ x: "TimeGenerated", y: "Bytes" });
    const chart = figure as ChartNode;
    expect(chart.series.map(s => [s.name, s.y])).toEqual([
      ["dana", [10, 20]],
      ["marc", [5]],
      ["<b>x</b>", [null]],
    ]);
  });

  test("a heat map of days and hours has every hour", async () => {
    const { figure } = await frame.plot.heatmap({ punchCard: "TimeGenerated" });
    expect(figure.values[4]?.[8]).toBe(4);
    expect(figure.x.names).toHaveLength(24);
  });

  test.each([
    ["view/column-type", (f: Frame) => f.plot.timeline({ time: "User" })],
    ["view/bad-time", (f: Frame) => f.plot.timeline({ references: [{ at: "yesterday", label: "x" }] })],
    ["frame/unknown-column", (f: Frame) => f.plot.timeline({ groupBy: "Usr" })],
    ["view/no-locator", (f: Frame) => f.plot.map({ ip: "User" })],
    ["view/process-schema", (f: Frame) => f.plot.processTree()],
    ["view/unknown-kind", (f: Frame) => plotNamed(f, "timelin")],
    ["view/no-values", (f: Frame) => f.plot.chart({ y: [] })],
  ] as const)("%s says what to do", async (code, plot) => {
    await expect(plot(frame)).rejects.toMatchObject({ code });
  });

  test("frames without the columns that a figure needs say so", async () => {
    const bare = await frameOf([["x"]], [{ name: "Text", type: "string" }]);
    await expect(bare.plot.timeline()).rejects.toMatchObject({ code: "view/no-time-column" });
    await expect(bare.plot.map()).rejects.toMatchObject({ code: "view/no-place-columns" });
    const other = await FrameStore.open();
    const alone = (await other.fromRows([{ a: 1 }])) as unknown as Frame;
    await expect(alone.plot.processTree()).rejects.toMatchObject({ code: "view/no-process-tree" });
    const chart = await alone.plot.chart({ x: "a", y: "a" });
    await expect(chart.toPng()).rejects.toMatchObject({ code: "view/no-png" });
    await other.close();
  });

  test("the bundle of a figure has every form, and the picture is a PNG", async () => {
    const plotted = await frame.plot.timeline({ groupBy: "User" });
    const bundle = await plotted[displaySymbol]();
    expect(Object.keys(bundle)).toEqual([
      viewMime,
      "text/html",
      "application/vnd.vegalite.v5+json",
      "image/png",
      "text/plain",
    ]);
    expect(String(bundle["text/html"])).toContain("data:image/svg+xml;base64,");
    expect(Buffer.from(String(bundle["image/png"]), "base64").toString("latin1", 1, 4)).toBe("PNG");
    expect(JSON.stringify(bundle).length).toBeLessThan(2_000_000);
  });

  test("incompleteness stands on every figure", async () => {
    const cut = await store.fromBatches(columns, [rows], {
      completeness: partial({ kind: "row-limit", affects: "rows", message: "cut at 5" }),
      provenance: frame.provenance,
    });
    const plotted = await cut.plot.chart({ x: "TimeGenerated" });
    expect(plotted.completeness.state).toBe("partial");
    expect(plotted.figure.info.incomplete?.lines).toEqual(["cut at 5"]);
  });

  test("a table in a notebook pages, sorts and filters through its handle", async () => {
    const bundle = await frame[displaySymbol]();
    const root = (bundle[viewMime] as View).root;
    const table =
      root.kind === "group" ? root.children.find(c => typeof c === "object" && c.kind === "table") : undefined;
    const live = (table as { live?: string } | undefined)?.live ?? "";
    const request = { type: "rows" as const, live, offset: 0, limit: 2 };
    const sorted = await store.plotHost.live.answer({ ...request, sort: [{ column: "Bytes", descending: true }] });
    expect(sorted.type === "rows" && sorted.rows.map(r => r[2])).toEqual(["20", "10"]);
    const filtered = await store.plotHost.live.answer({
      ...request,
      filters: [{ column: "User", op: "equals", value: "<b>x</b>" }],
    });
    expect(filtered).toMatchObject({ type: "rows", total: 1 });
    expect(
      await store.plotHost.live.answer({ ...request, sort: [{ column: "Nope", descending: true }] }),
    ).toMatchObject({ type: "error" });
  });

  test("render's properties become options", () => {
    expect(
      renderOptions({
        kind: "areachart",
        properties: { kind: "stacked100", title: "T", yaxis: "log", ycolumns: "a, b" },
      }),
    ).toEqual({
      ...{ kind: "area", stack: "full", title: "T", yScale: "log", y: ["a", "b"] },
    });
  });
});
