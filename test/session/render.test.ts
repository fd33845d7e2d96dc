/** KQL's `render`: each kind and each property, from a query to the figure that is shown. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Column } from "../../src/base/column.js";
import { displaySymbol } from "../../src/base/port.js";
import type { Frame } from "../../src/frame/frame.js";
import { FrameStore } from "../../src/frame/store.js";
import { createInlineCompiler } from "../../src/kql/index.js";
import {
  isFigure,
  parseView,
  pictureSvg,
  viewMime,
  type ChartNode,
  type FigureNode,
  type ViewNode,
} from "../../src/view/index.js";

const columns: readonly Column[] = [
  { name: "At", type: "datetime" },
  { name: "Until", type: "datetime" },
  { name: "User", type: "string" },
  { name: "Tries", type: "long" },
  { name: "Bytes", type: "long" },
  { name: "Lon", type: "real" },
  { name: "Lat", type: "real" },
  { name: "Odd", type: "long" },
];
const hour = (h: number): Date => new Date(Date.UTC(2026, 0, 9, h));
const rows = [
  [hour(8), hour(9), "dana", 1, 100, -6.2, 53.3, 0],
  [hour(9), hour(11), "dana", 2, 1000, -6.2, 53.3, 1],
  [hour(10), hour(11), "marc", 3, 10, 135.5, 34.7, 1],
  [hour(11), hour(12), "marc", 4, 10_000, 135.5, 34.7, 0],
  [hour(12), hour(13), "dana", 0, 50, 0, 0, 1],
].map(row => Object.fromEntries(columns.map((c, i) => [c.name, row[i]])));

describe("render", () => {
  let compiler: ReturnType<typeof createInlineCompiler>;
  let store: FrameStore;
  let base: Frame;
  beforeAll(async () => {
    compiler = createInlineCompiler();
    store = await FrameStore.open({ compiler });
    base = (await store.fromRows(rows, { columns, source: "test" })) as unknown as Frame;
  });
  afterAll(async () => {
    await store?.close();
    await compiler?.close();
  });

  /** What a query shows: checked as a page checks it, and drawn. */
  async function shown(query: string): Promise<readonly ViewNode[]> {
    const frame = await base.kql(query);
    const { root } = parseView(JSON.parse(JSON.stringify((await frame[displaySymbol]())[viewMime])));
    const nodes = (root.kind === "group" ? root.children : [root]).filter(c => typeof c !== "string");
    for (const node of nodes) if (isFigure(node)) expect(pictureSvg(node)).toMatch(/^<svg /);
    return nodes;
  }
  const figures = async (query: string): Promise<readonly FigureNode[]> => (await shown(query)).filter(isFigure);
  async function chart(query: string): Promise<ChartNode> {
    const [figure] = await figures(query);
    if (figure?.kind !== "chart") throw new Error(`${query}: ${figure?.kind ?? "no figure"}`);
    return figure;
  }

  test.each([
    ["columnchart", "column"],
    ["barchart", "bar"],
    ["areachart", "area"],
    ["linechart", "line"],
    ["timechart", "line"],
    ["scatterchart", "scatter"],
    ["anomalychart", "line"],
    ["stackedareachart", "area"],
    ["pivotchart", "column"],
    ["treemap", "bar"],
  ])("%s is drawn as %s, with its rows below", async (kind, mark) => {
    const nodes = await shown(`| project At, User, Tries | render ${kind}`);
    expect(nodes[0]).toMatchObject({ kind: "chart", mark });
    expect(nodes.at(-1)).toMatchObject({ kind: "details" });
  });

  test.each(["columnchart", "barchart", "areachart"])(
    "%s: kind = default, unstacked, stacked, stacked100",
    async kind => {
      const stacks = [];
      for (const how of ["default", "unstacked", "stacked", "stacked100"])
        stacks.push((await chart(`| project User, Tries, Bytes | render ${kind} with (kind=${how})`)).stack);
      expect(stacks).toEqual(["none", "none", "stacked", "full"]);
    },
  );

  test("titles, limits and logarithms of the axes", async () => {
    const made = await chart(
      `| project Tries, Bytes | render linechart with (title="T", xtitle="X", ytitle="Y", ymin=-5, ymax=20, xaxis=log, yaxis=log)`,
    );
    expect(made.info.title).toBe("T");
    expect(made.x).toMatchObject({ title: "X", type: "number", scale: "log" });
    expect(made.y).toMatchObject({ title: "Y", least: -5, most: 20, scale: "log" });
  });

  test("xcolumn, ycolumns and series choose columns; legend=hidden leaves the names out of the picture", async () => {
    const made = await chart(
      `| render columnchart with (xcolumn=User, ycolumns=Bytes, Tries, series=Odd, legend=hidden)`,
    );
    expect(made.x.title).toBe("User");
    expect(made.y.title).toBe("Bytes, Tries");
    expect(made.series.map(s => s.name)).toContain("1: Tries");
    expect(pictureSvg(made)).not.toContain("1: Tries</text>");
    expect(pictureSvg({ ...made, legend: undefined } as unknown as ChartNode)).toContain("1: Tries</text>");
  });

  test("accumulate adds each value to those before it", async () => {
    const made = await chart("| project At, Tries | sort by At asc | render timechart with (accumulate=true)");
    expect(made.series[0]?.y).toEqual([1, 3, 6, 10, 10]);
  });

  test.each(["panels", "axes"])("ysplit=%s draws each value by itself", async split => {
    const made = await figures(`| project At, Tries, Bytes | render timechart with (title="T", ysplit=${split})`);
    expect(made.map(f => f.info.title)).toEqual(["T: Tries", "T: Bytes"]);
  });

  test("anomalychart marks anomalies and shades where they follow each other", async () => {
    const made = await chart("| project At, Tries, Odd | render anomalychart with (anomalycolumns=Odd)");
    expect(made.series.map(s => [s.role, s.x.length])).toEqual([
      [undefined, 5],
      ["anomaly", 3],
    ]);
    const at = (h: number, minutes = 0): number => Date.UTC(2026, 0, 9, h, minutes);
    // 9:00, 10:00 and 12:00: no more than one value lies between two of them.
    expect(made.references).toEqual([{ atMs: at(8, 30), endMs: at(12), label: "3 anomalies", tone: "bad" }]);
  });

  test("piechart; timepivot; ladderchart by its last two columns", async () => {
    expect((await figures("| summarize max(Tries) by User | render piechart"))[0]).toMatchObject({
      slices: [
        { name: "marc", value: 4 },
        { name: "dana", value: 2 },
      ],
    });
    expect((await figures("| render timepivot"))[0]).toMatchObject({ kind: "timeline" });
    const [ladder] = await figures(`| project User, At, Until | render ladderchart with (title="L")`);
    expect(ladder).toMatchObject({ kind: "timeline", info: { title: "L" } });
    expect(ladder?.kind === "timeline" ? [ladder.lanes.length, ladder.events?.lastsMs?.[1]] : []).toEqual([
      2, 7_200_000,
    ]);
    const texts = await shown("| project User, At | render ladderchart");
    expect(texts[0]).toMatchObject({ kind: "text", text: expect.stringContaining("two datetime columns") as string });
  });

  test("kind=map of points and pies: longitude, latitude, what colours, what counts; 0,0 is listed", async () => {
    const [points] = await figures("| project Lon, Lat, User | render scatterchart with (kind=map)");
    expect(points).toMatchObject({ kind: "map", colourTitle: "User" });
    expect(points?.kind === "map" ? points.places.map(p => p.count) : []).toEqual([2, 2]);
    expect(points?.kind === "map" ? points.unplaced : []).toHaveLength(1);
    const [pies] = await figures("| project Lon, Lat, User, Tries | render piechart with (kind=map)");
    expect(pies?.kind === "map" ? pies.places.map(p => p.count) : []).toEqual([7, 3]);
  });

  test("a card is the first row; a table is the rows; what is not drawn says so", async () => {
    const [card] = await shown(`| summarize Rows = count(), Users = dcount(User) | render card with (title="Now")`);
    expect(card).toMatchObject({
      kind: "group",
      children: [
        { kind: "heading", text: "Now" },
        { kind: "keyValue", entries: [{ key: "Rows" }, { key: "Users" }] },
      ],
    });
    expect((await shown("| render table"))[0]).toMatchObject({ kind: "table" });
    const [note] = await shown("| render plotly");
    expect(note).toMatchObject({ kind: "text", text: "'render plotly' is not drawn: here are the rows" });
  });
});
