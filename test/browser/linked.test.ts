/** What people do with views: flag rows as findings, choose a part that other views follow, search, keys, screen readers. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleFigures, sampleMap, sampleTree } from "../../src/view/figure/samples.js";
import { toView, type ChartNode, type TableNode, type TimelineNode, type View } from "../../src/view/index.js";
import { launchChromium, withoutBrowser } from "./chromium.js";
import { serveViews, type ViewPage } from "./view-page.js";

interface Shared {
  show(model: unknown, live: unknown): void;
  answer: unknown;
  readonly inserted: string[];
  readonly copied: string[];
  readonly asked: { readonly type: string; readonly [key: string]: unknown }[];
}

const show = (page: Page, view: View, live = false): Promise<unknown> =>
  page.evaluate(([model, l]) => (globalThis as unknown as Shared).show(model, l), [view, live] as const);
const said = (page: Page) =>
  page.evaluate(() => {
    const { inserted, copied, asked } = globalThis as unknown as Shared;
    return { inserted, copied, asked };
  });
const status = (page: Page, at = 0) => page.locator(".hb-status").nth(at).textContent();

const startMs = Date.UTC(2026, 0, 9, 8);
const rows = Array.from({ length: 20 }, (_, i) => [
  new Date(startMs + i * 600_000).toISOString(),
  i % 2 === 0 ? "dana" : "marc",
  String(i),
  JSON.stringify({ n: i }),
]);
const table: TableNode = {
  kind: "table",
  columns: [
    { name: "TimeGenerated", type: "datetime" },
    { name: "User", type: "string" },
    { name: "n", type: "long" },
    { name: "Extra", type: "dynamic" },
  ],
  rows,
  frame: "s/f1",
  query: "SigninLogs | take 20",
};
const timeline: TimelineNode = {
  ...{ kind: "timeline", startMs, endMs: startMs + 19 * 600_000, colours: [], histogram: rows.map(() => 1) },
  info: { source: "test", rows: 20, frames: [{ id: "s/f1", column: "TimeGenerated" }] },
  lanes: [{ name: "", count: 20 }],
  events: {
    offsetMs: rows.map((_, i) => i * 600_000),
    lane: rows.map(() => 0),
    details: { columns: ["User"], rows: rows.map(r => [r[1] ?? null]) },
  },
  references: [],
};
const chart: ChartNode = {
  ...{ kind: "chart", mark: "line", stack: "none", references: [] },
  info: { source: "test", rows: 20, frames: [{ id: "s/f1", column: "TimeGenerated" }] },
  x: { type: "time", title: "TimeGenerated" },
  y: { type: "number", title: "n" },
  series: [{ name: "n", x: rows.map((_, i) => startMs + i * 600_000), y: rows.map((_, i) => i) }],
};
/** Zooms by the keyboard: the middle three fifths. */
async function zoomIn(page: Page): Promise<void> {
  await page.locator(".hb-stage").first().focus();
  await page.keyboard.press("+");
}

describe.skipIf(withoutBrowser)("views that are worked with, in Chromium", () => {
  let browser: Browser;
  let server: ViewPage;
  let page: Page;
  const open = async (): Promise<void> => void ({ page } = await server.open(browser));
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), serveViews()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test("rows of a grid are flagged by mouse and key, and become a cell that can be run again", async () => {
    await open();
    await show(page, toView(table));
    await page.locator(".hb-flag-sign").nth(1).click();
    await page.locator(".hb-cell[data-column='1']").nth(3).click();
    await page.locator(".hb-grid").focus();
    await page.keyboard.press("f");
    expect(await status(page)).toContain("2 flagged");
    expect(await page.getByRole("checkbox", { checked: true }).count()).toBe(2);
    await page.getByRole("button", { name: "Finding…" }).click();
    const form = page.getByRole("form", { name: "new finding" });
    await form.getByRole("button", { name: "Insert cell" }).click();
    expect(await form.getByRole("alert").textContent()).toBe("A finding needs a title.");
    await form.getByLabel("title").fill(`Marc's "night"`);
    await form.getByLabel("techniques").fill("phishing");
    await page.keyboard.press("Enter");
    expect(await form.getByRole("alert").textContent()).toContain("no ATT&CK id");
    await form.getByLabel("techniques").fill("T1078.004");
    await form.getByLabel("severity").selectOption("High");
    await form.getByLabel("TLP").selectOption("RED");
    await form.getByLabel("note").fill("two\nlines");
    await form.getByRole("button", { name: "Insert cell" }).click();
    const { inserted } = await said(page);
    expect(inserted).toHaveLength(1);
    expect((inserted[0] ?? "").replace(/F-[0-9a-f]{8}/, "F-id")).toBe(`import { finding } from "huntbook";
await finding({
  id: "F-id",
  title: "Marc's \\"night\\"",
  severity: "High",
  tlp: "RED",
  technique: ["T1078.004"],
  note: "two\\nlines",
  query: "SigninLogs | take 20",
  rows: [
    { TimeGenerated: "2026-01-09T08:10:00.000Z", User: "marc", n: 1, Extra: { n: 1 } },
    { TimeGenerated: "2026-01-09T08:30:00.000Z", User: "marc", n: 3, Extra: { n: 3 } },
  ],
});`);
    expect(await status(page)).toContain("finding: in the cell below");
    expect(await status(page)).not.toContain("flagged");
    await page.close();
  });

  test("flags stay with their rows when they are sorted and filtered; Shift flags a range; Escape leaves the form", async () => {
    await open();
    await show(page, toView(table));
    await page.locator(".hb-flag-sign").nth(2).click();
    await page
      .locator(".hb-flag-sign")
      .nth(5)
      .click({ modifiers: ["Shift"] });
    expect(await status(page)).toContain("4 flagged");
    await page.getByRole("columnheader", { name: "n" }).last().click();
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByLabel("filter User").fill("= marc");
    await expect.poll(() => page.getByRole("checkbox", { checked: true }).count()).toBe(2);
    expect(await status(page)).toContain("4 flagged");
    await page.getByRole("button", { name: "Finding…" }).click();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("form").count()).toBe(0);
    expect((await said(page)).inserted).toEqual([]);
    await page.close();
  });

  test("events of a timeline become a finding: whole rows from the kernel, else what the figure holds", async () => {
    await open();
    await show(page, toView(timeline));
    await zoomIn(page);
    await page.getByRole("button", { name: "Finding…" }).click();
    expect(await page.getByRole("form").textContent()).toContain("Finding of 12 rows");
    expect(await page.getByRole("form").textContent()).toContain("long texts are cut");
    await page.evaluate(
      ([list, columns]) => {
        (globalThis as unknown as { answer: unknown }).answer = (r: { type: string }) =>
          r.type === "rows" ? { type: "rows", rows: list, total: 2, columns, query: "T" } : { type: "noted" };
      },
      [rows.slice(0, 2), table.columns] as const,
    );
    const live = { ...timeline, info: { ...timeline.info, live: "t-1" } };
    await show(page, toView(live), true);
    await zoomIn(page);
    await page.getByRole("button", { name: "Finding…" }).click();
    await page.getByLabel("title").fill("Two");
    await page.keyboard.press("Enter");
    const { inserted, asked } = await said(page);
    expect(inserted.at(-1)).toContain(
      `{ TimeGenerated: "2026-01-09T08:00:00.000Z", User: "dana", n: 0, Extra: { n: 0 } },`,
    );
    const request = asked.find(a => a.type === "rows");
    expect(request?.["filters"]).toMatchObject([
      { column: "TimeGenerated", op: "at-least" },
      { column: "TimeGenerated", op: "at-most" },
    ]);
    await page.close();
  });

  test("a zoomed timeline narrows the grid and the chart of the same frame, and the whole range frees them", async () => {
    await open();
    await show(page, toView({ kind: "group", children: [timeline, chart, table] }));
    await expect.poll(() => page.locator("#view svg").count()).toBe(2);
    expect(await status(page, 2)).toContain("20 rows");
    await zoomIn(page);
    await expect.poll(() => status(page, 2)).toMatch(/12 rows match · chosen: 2026-01-09 08:38:00Z – /);
    expect(await page.locator(".hb-grid-row").first().textContent()).toContain("2026-01-09T08:40:00.000Z");
    expect(await status(page, 1)).toContain("chosen: ");
    await page.getByRole("button", { name: "Whole range" }).first().click();
    await expect.poll(() => status(page, 2)).toContain("of 20 rows");
    expect(await status(page, 1)).toBe("");
    await page.close();
  });

  test("views of another frame, and views in another cell, do not follow", async () => {
    await open();
    const other = { ...table, frame: "s/f2" };
    await show(page, toView({ kind: "group", children: [timeline, other] }));
    await zoomIn(page);
    await page.waitForTimeout(200);
    expect(await status(page, 1)).toContain("20 rows");
    // The same frame in two cells of a notebook.
    await page.evaluate(
      ([a, b]) => {
        const { render } = globalThis as unknown as { render: (o: object) => void };
        document.body.replaceChildren();
        for (const model of [a, b]) {
          const cell = document.createElement("div");
          cell.className = "jp-Cell";
          document.body.append(cell);
          render({ model, el: cell, host: {} });
        }
      },
      [toView(timeline), toView(table)] as const,
    );
    await zoomIn(page);
    await page.waitForTimeout(200);
    expect(await status(page, 1)).toContain("20 rows");
    await page.close();
  });

  test("a grid's filter narrows the map through the kernel, which also knows what is chosen", async () => {
    await open();
    const map = { ...sampleMap(), info: { ...sampleMap().info, live: "m-1", frames: [{ id: "s/f1" }] } };
    const part = { ...map, places: map.places.slice(0, 1), arcs: [] };
    await page.evaluate(view => {
      (globalThis as unknown as { answer: unknown }).answer = (r: { type: string }) =>
        r.type === "narrow"
          ? { type: "view", view }
          : r.type === "rows"
            ? { type: "rows", rows: [], total: 0 }
            : { type: "noted" };
    }, toView(part));
    await show(page, toView({ kind: "group", children: [map, { ...table, live: "g-1" }] }), true);
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByLabel("filter User").fill("= dana");
    await expect.poll(() => status(page, 0)).toContain(`1 of ${map.places.length} places`);
    await expect.poll(async () => (await said(page)).asked.map(a => a.type)).toContain("select");
    const { asked } = await said(page);
    const wanted = [{ frame: "s/f1", filters: [{ column: "User", op: "equals", value: "dana" }] }];
    expect(asked.find(a => a.type === "narrow")).toMatchObject({ live: "m-1", narrowing: wanted });
    expect(asked.find(a => a.type === "select")).toMatchObject({ live: "g-1", narrowing: wanted });
    await page.getByLabel("filter User").fill("");
    await expect.poll(() => status(page, 0)).toBe("");
    await page.close();
  });

  test("without a kernel, a figure that cannot follow says so", async () => {
    await open();
    const map = { ...sampleMap(), info: { ...sampleMap().info, live: "m-1", frames: [{ id: "s/f1" }] } };
    await show(page, toView({ kind: "group", children: [timeline, map] }));
    await zoomIn(page);
    await expect.poll(() => status(page, 1)).toContain("run the cell again to see this part alone");
    await page.close();
  });

  test("a tree's search says what it looked through, and asks the kernel for the rest", async () => {
    await open();
    const sample = sampleTree();
    const summary = { ...sample.summary, processes: 100_000 };
    const tree = { ...sample, summary, info: { ...sample.info, live: "p-1" } };
    await show(page, toView(tree));
    await page.getByLabel("search the tree").fill("rundll32");
    expect(await status(page)).toMatch(
      /^\d found among the \d+ of 100,000 processes that are here: run the cell again/,
    );
    const one = <T>(list: readonly T[]): T[] => list.slice(0, 1);
    const found = {
      ...tree,
      ...{ name: ["C:\\deep.exe"], parent: [-1], commandLine: ["x".repeat(50)], row: [77], found: 1234, hidden: [3] },
      ...{ processId: one(tree.processId), atMs: one(tree.atMs), account: one(tree.account), host: one(tree.host) },
      ...{ ghost: [0], tone: [null], remark: [null] },
    };
    await page.evaluate(
      view => ((globalThis as unknown as Shared).answer = () => ({ type: "view", view })),
      toView(found),
    );
    await show(page, toView(tree), true);
    await page.getByLabel("search the tree").fill("deep");
    expect(await status(page)).toContain("looking through all…");
    await expect.poll(() => status(page)).toBe("1,234 found among all 100,000 · the first 1 rows shown");
    expect(await page.locator(".hb-row-item").first().textContent()).toContain("deep.exe");
    expect((await said(page)).asked.at(-1)).toMatchObject({ type: "search", live: "p-1", text: "deep" });
    await page.getByLabel("search the tree").fill("");
    await expect.poll(() => page.locator(".hb-row-item").count()).toBeGreaterThan(1);
    await page.close();
  });

  test("where the host has no cells, new cells are copied, and that is said", async () => {
    await open();
    await page.evaluate(model => {
      const { render } = globalThis as unknown as { render: (o: object) => void };
      const { copied } = globalThis as unknown as Shared;
      render({ model, el: document.getElementById("view"), host: { copyText: (t: string) => copied.push(t) } });
    }, toView(table));
    await page.locator(".hb-cell[data-column='1']").first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Only this value", exact: true }).click();
    expect((await said(page)).copied).toEqual([`%%kql\nSigninLogs | take 20\n| where User == "dana"`]);
    expect(await status(page)).toContain("copied: paste it into a cell");
    await page.close();
  });

  test("every view can be reached and used by keys alone, and has a name for screen readers", async () => {
    await open();
    await show(page, toView({ kind: "group", children: [...sampleFigures(), table] }));
    await expect.poll(() => page.locator("#view svg").count()).toBeGreaterThan(4);
    // What takes the focus: its role and name, in the order of Tab.
    const reached: string[] = [];
    for (let i = 0; i < 120; i += 1) {
      await page.keyboard.press("Tab");
      const name = await page.evaluate(() => {
        const e = document.activeElement;
        if (e === null || e === document.body) return undefined;
        return `${e.getAttribute("role") ?? e.tagName.toLowerCase()}: ${e.getAttribute("aria-label") ?? e.textContent ?? ""}`;
      });
      if (name === undefined) break;
      reached.push(name.slice(0, 60));
    }
    for (const wanted of [
      /^group: Timeline/,
      /^tree: Process tree/,
      /^group: Map/,
      /^grid: Rows/,
      /^summary: Show as a table/,
    ])
      expect(reached.filter(r => wanted.test(r)).length, String(wanted)).toBeGreaterThan(0);
    expect(reached.filter(r => / $|: $/.test(r) && !r.startsWith("div"))).toEqual([]);
    // Pictures are images with a sentence; what changes is announced; no control is without a name.
    const found = await page.evaluate(() => {
      const all = (selector: string) => [...document.querySelectorAll(`#view ${selector}`)];
      const named = (e: Element) =>
        (e.getAttribute("aria-label") ?? e.textContent ?? "").trim() !== "" || e.querySelector("title") !== null;
      return {
        pictures: all("svg").filter(s => s.getAttribute("role") !== "img" || !named(s)).length,
        controls: all("button,input,select,summary,[role=grid],[role=tree],[role=group]").filter(e => !named(e)).length,
        silent: all(".hb-status").filter(s => s.getAttribute("aria-live") !== "polite").length,
        unlabelledRows: all("[role=treeitem]").filter(e => e.getAttribute("aria-level") === null).length,
        gridRows: all("[role=grid] [role=row] [role=gridcell]").length,
        counted: all("[role=grid]").map(g => g.getAttribute("aria-rowcount")),
      };
    });
    expect(found).toEqual({
      ...{ pictures: 0, controls: 0, silent: 0, unlabelledRows: 0, counted: ["20"] },
      gridRows: 16 * 5,
    });
    // A picture's numbers, for those who cannot see it.
    await page.getByText("Show as a table").first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("details[open] table tbody tr").count()).toBeGreaterThan(2);
    await page.close();
  });
});
