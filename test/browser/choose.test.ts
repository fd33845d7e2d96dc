/** Choosing in views: each kind of view as a source, by mouse and by keys; the others follow, and it can be taken back. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleMap, sampleTree } from "../../src/view/figure/samples.js";
import {
  toView,
  type ChartNode,
  type FigureNode,
  type HeatmapNode,
  type KeyColumn,
  type MapNode,
  type PieNode,
  type ProcessTreeNode,
  type TableNode,
  type TimelineNode,
} from "../../src/view/index.js";
import { launchChromium, withoutBrowser } from "./chromium.js";
import { serveViews, type ViewPage } from "./view-page.js";

const startMs = Date.UTC(2026, 0, 9, 8);
const minuteMs = 60_000;
/** Twenty rows, ten minutes apart: Dana and Marc by turns, from Dublin and Osaka by halves. */
const rows = Array.from({ length: 20 }, (_, i) => [
  new Date(startMs + i * 10 * minuteMs).toISOString(),
  i % 2 === 0 ? "dana" : "marc",
  i < 10 ? "ok" : "failed",
  String(i % 4),
  i < 10 ? 53.3 : 34.7,
  i < 10 ? -6.2 : 135.5,
]);
const table: TableNode = {
  kind: "table",
  columns: [
    { name: "TimeGenerated", type: "datetime" },
    { name: "User", type: "string" },
    { name: "Result", type: "string" },
    { name: "n", type: "long" },
    { name: "Latitude", type: "real" },
    { name: "Longitude", type: "real" },
  ],
  rows,
  frame: "s/f1",
};
const infoOf = (...keys: readonly KeyColumn[]) => ({
  ...{ source: "test", rows: 20, frames: [{ id: "s/f1", column: "TimeGenerated", keys }] },
});
const user = { name: "User" };
const result = { name: "Result" };
const bars: ChartNode = {
  ...{ kind: "chart", mark: "bar", stack: "none", references: [], categories: ["dana", "marc"] },
  ...{ info: infoOf(user, result), x: { type: "category" }, y: { type: "number", title: "rows" } },
  series: [
    { name: "ok", x: [0, 1], y: [5, 5] },
    { name: "failed", x: [0, 1], y: [5, 5] },
  ],
};
const times = rows.map((_, i) => startMs + i * 10 * minuteMs);
const columns: ChartNode = {
  ...{ ...bars, mark: "column", x: { type: "time" }, info: infoOf({ name: "TimeGenerated", as: "instant" }) },
  series: [{ name: "n", x: times, y: times.map(() => 1) }],
};
const points: ChartNode = {
  ...{ ...bars, mark: "scatter", x: { type: "number" }, info: infoOf({ name: "n", as: "number" }) },
  series: [{ name: "y", x: [0, 1, 2, 3], y: [1, 2, 3, 4] }],
};
const pie: PieNode = {
  ...{ kind: "pie", info: infoOf(user) },
  slices: [
    { name: "dana", value: 10 },
    { name: "9 others", value: 10, rest: true },
  ],
};
const heat: HeatmapNode = {
  ...{ kind: "heatmap", info: infoOf(user, result), valueTitle: "rows" },
  ...{ x: { names: ["dana", "marc"] }, y: { names: ["failed", "ok"] } },
  values: [
    [5, 5],
    [5, 5],
  ],
};
const punchCard: HeatmapNode = {
  ...heat,
  info: infoOf({ name: "TimeGenerated", as: "hour" }, { name: "TimeGenerated", as: "weekday" }),
  ...{
    x: { names: Array.from({ length: 24 }, (_, i) => String(i)) },
    y: { names: ["Mon", "Tue", "Wed", "Thu", "Fri"] },
  },
  values: Array.from({ length: 5 }, (_, y) =>
    Array.from({ length: 24 }, (_h, x) => (y === 4 && x >= 8 && x < 12 ? 6 : 0)),
  ),
};
const map: MapNode = {
  ...sampleMap(),
  ...{ arcs: [], colours: [], unplaced: [] },
  info: infoOf({ name: "Latitude", as: "number" }, { name: "Longitude", as: "number" }),
  places: [
    { latitude: 53.3, longitude: -6.2, label: "Dublin, IE", count: 10, keys: [[53.3, -6.2]] },
    { latitude: 34.7, longitude: 135.5, label: "Osaka, JP", count: 10, keys: [[34.7, 135.5]] },
  ],
};
const sample = sampleTree();
const tree: ProcessTreeNode = {
  ...sample,
  info: { ...sample.info, frames: [{ id: "s/f1", column: "TimeGenerated" }] },
  ...{ hidden: sample.hidden.map(() => 0), event: [-1, 1, 2, 3, 4, 17] },
  atMs: [null, ...[1, 2, 3, 4, 17].map(i => startMs + i * 10 * minuteMs)],
};
const timeline: TimelineNode = {
  ...{
    kind: "timeline",
    startMs,
    endMs: times.at(-1) ?? 0,
    colours: [],
    histogram: times.map(() => 1),
    references: [],
  },
  ...{ info: infoOf(), lanes: [{ name: "", count: 20 }] },
  events: { offsetMs: times.map(t => t - startMs), lane: times.map(() => 0) },
};

describe.skipIf(withoutBrowser)("choosing in views, in Chromium", () => {
  let browser: Browser;
  let server: ViewPage;
  let page: Page;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), serveViews()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Shows views above a grid of the same frame. */
  async function open(...nodes: readonly FigureNode[]): Promise<void> {
    await page?.close();
    ({ page } = await server.open(browser));
    const view = toView({ kind: "group", children: [...nodes, table] });
    await page.evaluate(v => (globalThis as unknown as { show(v: unknown): void }).show(v), view);
    await expect.poll(() => page.locator("#view svg, #view .hb-row-item").count()).toBeGreaterThan(0);
  }
  const status = (at: number) => page.locator(".hb-status").nth(at).textContent();
  const grid = () => page.locator(".hb-status").last().textContent();
  const stage = () => page.locator(".hb-stage").first();
  /** Clicks a part of a drawing by its hint. */
  const clickMark = async (hint: string, modifiers: ("Control" | "Shift")[] = []): Promise<void> => {
    const mark = page.locator(`.hb-stage svg :is(rect,path,g):has(> title)`, { hasText: hint }).first();
    const box = await mark.boundingBox();
    if (box === null) throw new Error(`no mark '${hint}'`);
    for (const m of modifiers) await page.keyboard.down(m);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    for (const m of modifiers) await page.keyboard.up(m);
  };
  const clear = () => page.getByRole("button", { name: "Clear choice" });
  const seen = () => clear().filter({ visible: true }).count();

  test("a bar narrows the grid to its rows, a second one with Ctrl adds to it, the same again gives it back", async () => {
    await open(bars);
    expect(await seen()).toBe(0);
    await clickMark("ok, dana: 5");
    await expect.poll(grid).toMatch(/^5 rows match · chosen: dana, ok$/);
    expect(await status(0)).toBe("chosen: dana, ok");
    expect(await page.locator(".hb-stage rect[fill-opacity='0.25']").count()).toBe(3);
    await clickMark("failed, marc: 5", ["Control"]);
    await expect.poll(grid).toContain("10 rows match · chosen: dana, ok; marc, failed");
    await clickMark("failed, marc: 5", ["Control"]);
    await clickMark("ok, dana: 5");
    await expect.poll(grid).toContain("of 20 rows");
    expect(await seen()).toBe(0);
  });

  test("a column of a time chart is its instant; a drag still zooms, and both hold together", async () => {
    await open(columns);
    const box = await page.locator(".hb-stage svg").boundingBox();
    const { x = 0, y = 0, width = 0 } = box ?? {};
    await page.mouse.move(x + width * 0.5, y + 100);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.9, y + 100, { steps: 4 });
    await page.mouse.up();
    await expect.poll(grid).toMatch(/^\d+ rows match · chosen: 2026-01-09 /);
    await clickMark("2026-01-09 10:40:00Z: 1");
    await expect.poll(grid).toMatch(/^1 row match · chosen: 2026-01-09 10:40:00Z, 2026/);
    await clear().first().click();
    await expect.poll(grid).toContain("of 20 rows");
  });

  test("a point of a scatter plot and a place on a line are values of the axis", async () => {
    await open(points);
    await stage().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await expect.poll(grid).toMatch(/^5 rows match · chosen: 1, y$|^5 rows match · chosen: 1$/);
    await open({ ...points, mark: "line" });
    await stage().focus();
    await page.keyboard.press("ArrowRight");
    expect(await status(0)).toBe("0");
    await page.keyboard.press("Enter");
    await expect.poll(grid).toMatch(/^5 rows match · chosen: 0$/);
  });

  test("slices: by the ring, by the list of names, by keys; what has no slice of its own is the rest", async () => {
    await open(pie);
    const box = await page.locator(".hb-stage svg").boundingBox();
    const { x = 0, y = 0 } = box ?? {};
    // The right half of the ring is Dana's.
    await page.mouse.click(x + 108 + 80, y + 108);
    await expect.poll(grid).toMatch(/^10 rows match · chosen: dana$/);
    await page.locator(".hb-stage svg text", { hasText: "9 others" }).click();
    await expect.poll(grid).toMatch(/^10 rows match · chosen: 9 others$/);
    expect(await page.locator(".hb-grid-row").first().textContent()).toContain("marc");
    await page.keyboard.press("Escape");
    await expect.poll(grid).toContain("of 20 rows");
    await stage().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.locator(".hb-ring").isVisible()).toBe(true);
    await expect.poll(grid).toMatch(/chosen: (dana|9 others)$/);
  });

  test("cells of heat maps and of punch cards", async () => {
    await open(heat);
    await clickMark("ok, dana: 5");
    await expect.poll(grid).toMatch(/^5 rows match · chosen: ok, dana$/);
    await open(punchCard);
    await clickMark("Fri, 9: 6");
    await expect.poll(grid).toMatch(/^6 rows match · chosen: Fri, 9:00–9:59$/);
    expect(await page.locator(".hb-grid-row").first().textContent()).toContain("09:00:00");
  });

  test("places of a map, by mouse and by N, P and Enter", async () => {
    await open(map);
    await clickMark("Osaka, JP: 10");
    await expect.poll(grid).toMatch(/^10 rows match · chosen: Osaka, JP$/);
    await clear().first().click();
    await expect.poll(grid).toContain("of 20 rows");
    await stage().focus();
    await page.keyboard.press("n");
    await page.keyboard.press("n");
    await page.keyboard.press("p");
    expect(await status(0)).toBe("Dublin, IE");
    await page.keyboard.press("Enter");
    await expect.poll(grid).toMatch(/^10 rows match · chosen: Dublin, IE$/);
  });

  test("a process and what it began, by mouse and by C", async () => {
    await open(tree);
    await page.locator(".hb-row-item", { hasText: "powershell.exe" }).first().click();
    await expect.poll(grid).toMatch(/^2 rows match · chosen: powershell.exe.* and 1 below it$/);
    expect(await page.locator(".hb-row-item.hb-chosen").count()).toBe(2);
    await page.keyboard.press("Tab");
    await page.locator(".hb-rows").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("c");
    await expect.poll(grid).toMatch(/^1 row match · chosen: rundll32.exe/);
    await page.keyboard.press("Escape");
    await expect.poll(grid).toContain("of 20 rows");
  });

  test("a process tree follows a timeline and keeps who started what is left; without it, all is back", async () => {
    await open(timeline, tree);
    const all = await page.locator(".hb-row-item").count();
    const before = await status(1);
    await page.locator(".hb-stage").first().focus();
    for (const key of ["+", "ArrowLeft", "ArrowLeft", "ArrowLeft", "+"]) await page.keyboard.press(key);
    // 30 to 80 minutes: two processes with their ancestors.
    await expect.poll(() => status(1)).toMatch(/chosen: 2026-01-09 .* · 2 processes$/);
    const names = await page.locator(".hb-row-item strong").allTextContents();
    expect(names.join(" ")).toContain("explorer.exe");
    expect(names.length).toBeLessThan(all);
    await clear().first().click();
    await expect.poll(() => page.locator(".hb-row-item").count()).toBe(all);
    expect(await status(1)).toBe(before);
  });

  test("any view of the cell gives everything back: also one that only follows", async () => {
    await open(bars, pie);
    await clickMark("ok, dana: 5");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByLabel("filter n").fill("= 0");
    await expect.poll(grid).toMatch(/^3 rows match/);
    await expect.poll(seen).toBe(3);
    await clear().last().click();
    await expect.poll(grid).toContain("of 20 rows");
    expect(await page.getByLabel("filter n").inputValue()).toBe("");
    expect(await seen()).toBe(0);
  });
});
