/** Views in a real browser: what people do works. What data say never runs: `hostile-table.test.ts`. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleBins, sampleFigures, sampleMap, sampleTimeline, sampleTree } from "../../src/view/figure/samples.js";
import { toView, type TableNode, type View, type ViewNode } from "../../src/view/index.js";
import { launchChromium, withoutBrowser } from "./chromium.js";
import { longTexts } from "./hostile.js";
import { serveViews, type ViewPage } from "./view-page.js";

const hostileTable = (text: string): TableNode => ({
  kind: "table",
  columns: [
    { name: text, type: "string" },
    { name: "__proto__", type: "dynamic" },
    { name: "n", type: "long" },
  ],
  rows: Array.from({ length: 20 }, (_, i) => [text, JSON.stringify({ [text]: text }), String(i)]),
  caption: text,
  query: text,
});

/** Every kind of node that holds text, with the same text in each place. */
function hostileView(text: string): View {
  const children: ViewNode[] = [
    { kind: "banner", tone: "bad", title: text, lines: [text] },
    { kind: "link", text, href: text },
    { kind: "details", summary: text, open: true, children: [text, { kind: "code", text }] },
    { kind: "keyValue", entries: [{ key: text, value: text }] },
    hostileTable(text),
    ...sampleFigures(text).map(f => ({
      ...f,
      info: {
        ...f.info,
        title: text,
        source: text,
        notes: [text],
        incomplete: { kind: "banner" as const, tone: "bad" as const, title: text, lines: [text] },
      },
    })),
  ];
  return toView({ kind: "group", children });
}

const show = (page: Page, view: View, live = false): Promise<unknown> =>
  page.evaluate(([model, l]) => (globalThis as unknown as { show(m: unknown, l: unknown): void }).show(model, l), [
    view,
    live,
  ] as const);

/** Runs in the page: what data would have had to become to do harm. */
const probe = `(() => {
  const all = selector => [...document.querySelectorAll(selector)];
  return {
    title: document.title,
    violations: window.violations ?? [],
    scripts: all("#view script, #view iframe, #view object, #view embed, #view link, #view meta, #view base, #view foreignObject").length,
    handlers: all("#view *, body > *").filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length,
    links: all("#view a").map(a => a.getAttribute("href") ?? "").filter(h => !/^https?:/.test(h)),
    images: all("#view image, #view use, #view img:not([src^='data:'])").length,
  };
})()`;

/** What a page must not have done. */
async function expectInert(page: Page, requests: readonly string[], own: string): Promise<void> {
  const found = await page.evaluate(probe);
  expect(found).toEqual({ title: "clean", violations: [], scripts: 0, handlers: 0, links: [], images: 0 });
  expect(requests.filter(url => !url.startsWith(own) && !url.startsWith("data:"))).toEqual([]);
}

describe.skipIf(withoutBrowser)("views in Chromium", () => {
  let browser: Browser;
  let server: ViewPage;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), serveViews()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test("strings of a megabyte are cut", async () => {
    const { page, requests } = await server.open(browser);
    for (const [part, times] of longTexts) {
      await page.evaluate(
        ([model, p, n]) =>
          (globalThis as unknown as { showLong(...all: unknown[]): void }).showLong(model, "LONGTEXT", p, n),
        [hostileView("LONGTEXT"), part, times] as const,
      );
      await expectInert(page, requests, server.url);
      const widest = await page.evaluate<number>(
        `Math.max(...[...document.querySelectorAll("#view svg text")].map(t => t.textContent.length))`,
      );
      expect(widest).toBeLessThan(500);
    }
    await page.close();
  });

  test("a model that is no view is refused with words", async () => {
    const { page } = await server.open(browser);
    await show(page, { version: 1, root: { kind: "script", text: "x" } } as never);
    expect(await page.locator(".hb-banner").textContent()).toContain("not valid at root.kind");
    await show(page, { version: 99 } as never);
    expect(await page.locator(".hb-banner").textContent()).toContain("version '99'");
    await page.close();
  });

  test("brushing a timeline moves its axis with its events", async () => {
    const { page } = await server.open(browser);
    await show(page, toView(sampleTimeline()));
    const labels = (): Promise<string[]> => page.locator("#view svg text").allTextContents();
    await expect.poll(labels).toContain("Severity");
    const before = await labels();
    const box = await page.locator(".hb-stage").boundingBox();
    if (box === null) throw new Error("no stage");
    const y = box.y + box.height - 40;
    await page.mouse.move(box.x + box.width * 0.4, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.locator(".hb-status").textContent()).toMatch(/h .*shown · every event/);
    await expect.poll(labels).not.toEqual(before);
    await page.locator(".hb-stage").focus();
    await page.keyboard.press("0");
    await expect.poll(labels).toEqual(before);
    await page.close();
  });

  test("a counted timeline asks for single events when it is zoomed, and keeps the counts without a kernel", async () => {
    const { page } = await server.open(browser);
    const whole = { ...sampleBins(), info: { ...sampleBins().info, live: "t-1" } };
    const part = sampleTimeline();
    await page.evaluate(
      view => ((globalThis as unknown as { answer: unknown }).answer = () => ({ type: "view", view })),
      toView({ ...part, startMs: part.startMs + 3_600_000 }),
    );
    await show(page, toView(whole), true);
    expect(await page.locator(".hb-status").textContent()).toBe("counts");
    await page.getByRole("button", { name: "zoom in" }).click();
    await expect.poll(() => page.locator(".hb-status").textContent()).toMatch(/every event/);
    const asked = await page.evaluate(
      () => (globalThis as unknown as { asked: { type: string; live: string }[] }).asked,
    );
    expect(asked[0]).toMatchObject({ type: "zoom", live: "t-1" });
    await show(page, toView(whole));
    await page.getByRole("button", { name: "zoom in" }).click();
    await expect.poll(() => page.locator(".hb-status").textContent()).toMatch(/counts/);
    await page.close();
  });

  test("a grid over ten million rows loads what is in sight", async () => {
    const { page } = await server.open(browser);
    const total = 10_000_000;
    const rows = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => [String(from + i), `row ${from + i}`]);
    await page.evaluate(() => {
      (globalThis as unknown as { answer: unknown }).answer = (r: {
        offset: number;
        limit: number;
        filters?: unknown[];
      }) => ({
        type: "rows",
        total: (r.filters ?? []).length > 0 ? 3 : 10_000_000,
        rows: Array.from({ length: (r.filters ?? []).length > 0 ? 3 : r.limit }, (_, i) => [
          String(r.offset + i),
          `row ${r.offset + i}`,
        ]),
      });
    });
    const table: TableNode = {
      kind: "table",
      columns: [
        { name: "n", type: "long" },
        { name: "Text", type: "string" },
      ],
      rows: rows(0, 20),
      total,
      live: "f-1",
      query: "T | render timechart",
    };
    await show(page, toView(table), true);
    await expect.poll(() => page.locator(".hb-status").textContent()).toContain("of 10,000,000 rows");
    await page.locator(".hb-grid").focus();
    await page.keyboard.press("End");
    await expect.poll(() => page.locator(".hb-grid-row").last().textContent()).toBe("9999999row 9999999");
    await page.evaluate(`(s => (s.scrollTop = s.scrollHeight / 2))(document.querySelector(".hb-grid-scroll"))`);
    await expect
      .poll(async () => Number((await page.locator(".hb-grid-row .hb-cell").first().textContent()) ?? "0"))
      .toBeGreaterThan(4_900_000);
    expect(await page.locator(".hb-grid-row").count()).toBeLessThan(40);
    const asked = await page.evaluate(() => (globalThis as unknown as { asked: { limit: number }[] }).asked);
    expect(asked.reduce((n, a) => n + a.limit, 0)).toBeLessThan(10_000);
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByLabel("filter Text").fill("row 7");
    await expect.poll(() => page.locator(".hb-status").textContent()).toContain("3 rows match");
    await page.close();
  });

  test("the cell menu copies a KQL filter and inserts a cell that can be read", async () => {
    const { page } = await server.open(browser);
    const table: TableNode = {
      kind: "table",
      columns: [
        { name: "TimeGenerated", type: "datetime" },
        { name: "IPAddress", type: "string" },
        { name: "User Name", type: "string" },
      ],
      rows: Array.from({ length: 13 }, () => ["2026-01-09T08:00:00Z", "198.51.100.23", `o'"\\brien`]),
      query: "SigninLogs | take 13",
    };
    await show(page, toView(table));
    await page.locator(".hb-cell[data-column='2']").first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Copy as KQL filter" }).click();
    await page.locator(".hb-cell[data-column='1']").first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Only this value", exact: true }).click();
    const said = await page.evaluate(() => ({
      copied: (globalThis as unknown as { copied: string[] }).copied,
      inserted: (globalThis as unknown as { inserted: string[] }).inserted,
    }));
    expect(said.copied).toEqual([`['User Name'] == "o'\\"\\\\brien"`]);
    expect(said.inserted).toEqual([`%%kql\nSigninLogs | take 13\n| where IPAddress == "198.51.100.23"`]);
    await page.close();
  });

  test("a process tree is searched, walked by keys and loads a branch", async () => {
    const { page } = await server.open(browser);
    const tree = { ...sampleTree(), info: { ...sampleTree().info, live: "p-1" } };
    const branch = { ...sampleTree(), name: ["notepad.exe", "child.exe"], parent: [-1, 0] };
    const cut = Object.fromEntries(Object.entries(branch).map(([k, v]) => [k, Array.isArray(v) ? v.slice(0, 2) : v]));
    await page.evaluate(
      view => ((globalThis as unknown as { answer: unknown }).answer = () => ({ type: "view", view })),
      toView(cut as never),
    );
    await show(page, toView(tree), true);
    await page.getByLabel("search the tree").fill("comsvcs");
    await expect.poll(() => page.locator(".hb-row-item").count()).toBe(4);
    expect(await page.locator(".hb-status").textContent()).toBe("1 found");
    await page.getByLabel("search the tree").fill("");
    await page.locator(".hb-rows").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => page.locator(".hb-row-item").count()).toBe(2);
    await page.getByRole("button", { name: "Open all" }).click();
    await page.locator(".hb-row-item", { hasText: "+12 more" }).locator(".hb-twist").click();
    await expect.poll(() => page.locator(".hb-row-item", { hasText: "child.exe" }).count()).toBe(1);
    await page.close();
  });

  test("maps move by keys, and every view fits its width in light and dark", async () => {
    for (const dark of [false, true]) {
      const { page } = await server.open(browser, { dark });
      await show(page, toView({ kind: "group", children: [sampleMap(), ...sampleFigures()] }));
      const path = (): Promise<string | null> =>
        page.locator("#view svg g[transform]").first().getAttribute("transform");
      const before = await path();
      await page.locator(".hb-stage").first().focus();
      await page.keyboard.press("+");
      await expect.poll(path).not.toBe(before);
      expect(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")).toBe(
        true,
      );
      await page.close();
    }
  });
});
