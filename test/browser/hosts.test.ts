/**
 * Every view in the hosts that are not our Lab: the HTML report, a front end that shows only sanitised HTML (what an untrusted
 * notebook gets), and a webview without network that loads the module by anywidget's contract, as VS Code does.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { figureBundle } from "../../src/frame/plot/plotted.js";
import { parseNotebook, renderReport } from "../../src/notebook/runner/index.js";
import { sampleFigures } from "../../src/view/figure/samples.js";
import { renderHtml, toView, viewMime, type FigureNode, type TableNode, type View } from "../../src/view/index.js";
import { bundleWeb } from "../../tools/web.js";
import { launchChromium, withoutBrowser } from "./chromium.js";

const grid: TableNode = {
  kind: "table",
  columns: [
    { name: "TimeGenerated", type: "datetime" },
    { name: "User", type: "string" },
  ],
  rows: Array.from({ length: 20 }, (_, i) => ["2026-01-09T08:00:00Z", `user${i}`]),
  total: 12_431,
  live: "f-1",
};
const titled = (figure: FigureNode, i: number): FigureNode => ({
  ...figure,
  info: { ...figure.info, title: `Figure ${i} ${figure.kind}`, live: `l-${i}` },
});
const figures = sampleFigures().map(titled);
const views: readonly View[] = [...figures, grid].map(node => toView(node));

/** What stands in a notebook's file. */
async function outputs(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const bundles = await Promise.all(figures.map(f => figureBundle(toView(f), f, {})));
  return [...bundles, { [viewMime]: toView(grid), "text/html": renderHtml(toView(grid)), "text/plain": "rows" }];
}

/** Pictures that a page shows, and those it could not. */
const pictures = (page: Page): Promise<{ shown: number; broken: number }> =>
  page.evaluate(() => {
    const images = [...document.querySelectorAll("img")];
    return {
      shown: images.filter(i => i.naturalWidth > 0).length + document.querySelectorAll("svg").length,
      broken: images.filter(i => i.naturalWidth === 0).length,
    };
  });

async function expectEveryTitle(page: Page): Promise<void> {
  const text = (await page.locator("body").textContent()) ?? "";
  for (const [i, figure] of figures.entries()) expect(text).toContain(`Figure ${i} ${figure.kind}`);
  expect(text).toContain("of 12,431 rows");
}

/** Runs in the page: what JupyterLab and VS Code leave of the HTML of an output that is not trusted. */
const sanitize = `markup => {
  const doc = new DOMParser().parseFromString(markup, "text/html");
  doc.querySelectorAll("script,style,svg,iframe,object,embed,link,meta,form,input,button").forEach(e => e.remove());
  for (const e of doc.querySelectorAll("*"))
    for (const a of [...e.attributes]) {
      const keep = ["src", "alt", "width", "height", "href", "title", "colspan", "rowspan", "open", "class"];
      if (!keep.includes(a.name) || /^\\s*javascript:/i.test(a.value)) e.removeAttribute(a.name);
    }
  document.body.innerHTML = doc.body.innerHTML;
}`;

/** A page that may load nothing: the module comes as text, as anywidget's \`_esm\` does. */
const webview = `<!doctype html><meta charset="utf-8"><title>clean</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data:">
<body class="vscode-dark" style="background:#1e1e1e;color:#ccc;--vscode-editor-background:#1e1e1e;--vscode-editor-foreground:#cccccc"><div id="view"></div>`;
const mount = `async ([source, views]) => {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", e => window.violations.push(e.violatedDirective + " " + e.blockedURI));
  const { default: widget } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  window.sent = [];
  for (const view of views) {
    const el = document.createElement("div");
    document.getElementById("view").append(el);
    const listeners = new Set();
    const model = {
      get: name => (name === "view" ? view : undefined),
      on: (event, callback) => event === "msg:custom" && listeners.add(callback),
      off: (event, callback) => listeners.delete(callback),
      send: message => {
        window.sent.push(message);
        // The kernel is gone.
        for (const callback of listeners) callback({ id: message.id, reply: { type: "gone" } });
      },
    };
    widget.render({ model, el });
  }
}`;

describe.skipIf(withoutBrowser)("hosts of views in Chromium", () => {
  const root = mkdtempSync(join(tmpdir(), "huntbook-hosts-"));
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(root, { recursive: true, force: true });
  });

  test("an HTML report shows every view without a script", async () => {
    const cells = (await outputs()).map((data, i) => ({
      ...{ id: `c${i}`, cell_type: "code", metadata: {}, source: "show", execution_count: 1 },
      outputs: [{ output_type: "display_data", metadata: {}, data }],
    }));
    const notebook = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
    const file = join(root, "report.html");
    writeFileSync(file, renderReport(parseNotebook(notebook, "views.ipynb"), { title: "Views" }));
    const page = await browser.newPage();
    const requests: string[] = [];
    page.on("request", r => requests.push(r.url()));
    await page.goto(pathToFileURL(file).href);
    await expectEveryTitle(page);
    expect(await page.locator("script").count()).toBe(0);
    // A process tree is a list that opens and closes, not a picture.
    const drawn = figures.filter(f => f.kind !== "processTree").length;
    expect(await pictures(page)).toEqual({ shown: drawn, broken: 0 });
    expect(await page.getByText("rundll32.exe").count()).toBeGreaterThan(0);
    expect(requests.filter(url => !url.startsWith("data:"))).toEqual([pathToFileURL(file).href]);
    await page.close();
  });

  test("an untrusted notebook shows every view in its static form: a picture, rows or branches, and nothing runs", async () => {
    const page = await browser.newPage();
    for (const [i, data] of (await outputs()).entries()) {
      const markup = String(data["text/html"]);
      // Nothing is lost to a sanitiser that a reader would need, and there is nothing to run in the first place.
      expect(markup).not.toMatch(/<script|\son\w+=/i);
      await page.setContent("<title>clean</title><body></body>");
      await page.evaluate(`(${sanitize})(${JSON.stringify(markup)})`);
      await expect.poll(() => pictures(page), { message: `output ${i}` }).toMatchObject({ broken: 0 });
      const { shown } = await pictures(page);
      const rows = await page.locator("table tr, details").count();
      expect(shown + rows, `output ${i}`).toBeGreaterThan(0);
      const figure = figures[i];
      const said = (await page.locator("body").textContent()) ?? "";
      expect(said).toContain(figure === undefined ? "user7" : `Figure ${i} ${figure.kind}`);
      expect(await page.title()).toBe("clean");
    }
    await page.close();
  });

  test("a webview without network draws every view, and keeps it when the kernel is gone", async () => {
    await bundleWeb(join(import.meta.dirname, "../.."), root);
    const source = readFileSync(join(root, "view.js"), "utf8");
    const page = await browser.newPage({ viewport: { width: 900, height: 800 } });
    const [errors, requests]: [string[], string[]] = [[], []];
    page.on("pageerror", e => errors.push(e.message));
    page.on("request", r => requests.push(r.url()));
    await page.setContent(webview);
    await page.evaluate(`(${mount})(${JSON.stringify([source, views])})`);
    await expectEveryTitle(page);
    expect(await page.locator("#view svg").count()).toBeGreaterThanOrEqual(figures.length - 1);
    expect(await page.locator(".hb-rows").count()).toBe(figures.filter(f => f.kind === "processTree").length);
    await page.locator(".hb-grid").focus();
    await page.keyboard.press("End");
    await expect.poll(() => page.evaluate("window.sent.length")).toBeGreaterThan(0);
    await expect.poll(() => page.locator(".hb-grid-row").last().textContent()).toContain("user19");
    expect(await page.getByText("run the cell again to see more").count()).toBe(1);
    expect(await page.evaluate("window.violations")).toEqual([]);
    expect(errors).toEqual([]);
    expect(requests.filter(url => !/^(data|blob|about):/.test(url))).toEqual([]);
    await page.close();
  });
});
