/**
 * The table of what the hostile corpus goes through: every kind of view × every form in which a view leaves us, and every file
 * that a frame is written to. Nothing may run, be fetched, break a policy, or be read as something else. Beside it:
 * `exports.test.ts` (CSV and KQL of the grid, new cells), `cell-menu.test.ts` (findings as code), `hosts.test.ts`.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Frame } from "../../src/frame/frame.js";
import { FrameStore } from "../../src/frame/store.js";
import { parseNotebook, renderReport } from "../../src/notebook/runner/index.js";
import { svgToPng } from "../../src/session/views.js";
import { sampleFigures } from "../../src/view/figure/samples.js";
import { toVegaLite } from "../../src/view/figure/vega-lite.js";
import {
  darkTheme,
  findingMime,
  findingView,
  isFigure,
  pictureSvg,
  renderDocument,
  renderHtml,
  renderText,
  toView,
  viewMime,
  type FigureNode,
  type FindingData,
  type ViewKind,
  type ViewNode,
} from "../../src/view/index.js";
import { launchChromium, withoutBrowser } from "./chromium.js";
import { hostileTexts, longTexts } from "./hostile.js";
import { serveViews, type ViewPage } from "./view-page.js";

const figure = (text: string, kind: FigureNode["kind"]): readonly FigureNode[] =>
  sampleFigures(text)
    .filter(f => f.kind === kind)
    .map(f => ({
      ...f,
      ...(f.kind === "map" ? { places: f.places.map(p => ({ ...p, keys: [[text, text]] })) } : {}),
      info: {
        ...f.info,
        ...{
          title: text,
          source: text,
          notes: [text],
          live: text,
          frames: [{ id: text, column: text, keys: [{ name: text }, { name: text }] }],
        },
        incomplete: { kind: "banner", tone: "bad", title: text, lines: [text] },
      },
    }));
const tableOf = (text: string) =>
  ({
    kind: "table",
    columns: [
      { name: text, type: "string" },
      { name: "__proto__", type: "dynamic" },
      { name: "n", type: "long" },
    ],
    rows: Array.from({ length: 14 }, (_, i) => [text, JSON.stringify({ [text]: text }), String(i)]),
    ...{ caption: text, query: text, live: text, frame: text },
  }) as const;
const finding = (text: string): FindingData => ({
  ...({ version: 1, severity: "High", tlp: "RED" } as const),
  ...{ id: text, title: text, note: text, techniques: [text], query: text, columns: tableOf(text).columns },
  rows: tableOf(text).rows.slice(0, 2),
});

/** Every kind of node there is (the build says when one is missing), with the text wherever data may put text. */
const kinds: Record<ViewKind, (text: string) => readonly ViewNode[]> = {
  text: text => (["plain", "strong", "faint", "code"] as const).map(look => ({ kind: "text", text, look })),
  link: text => [
    { kind: "link", text, href: text },
    { kind: "link", text, href: `https://example.org/${text}` },
  ],
  badge: text => [{ kind: "badge", text, tone: "bad" }],
  heading: text => [{ kind: "heading", level: 2, text }],
  paragraph: text => [{ kind: "paragraph", children: [text, { kind: "text", text }] }],
  banner: text => [{ kind: "banner", tone: "bad", title: text, lines: [text] }],
  list: text => [{ kind: "list", items: [text, { kind: "text", text }] }],
  code: text => [{ kind: "code", text, language: text }],
  group: text => [{ kind: "group", direction: "row", children: [text, findingView(finding(text))] }],
  details: text => [{ kind: "details", summary: text, open: true, children: [text] }],
  keyValue: text => [{ kind: "keyValue", entries: [{ key: text, value: text }] }],
  table: text => [tableOf(text)],
  image: text => [
    { kind: "image", mime: "image/png", base64: text, alt: text },
    { kind: "image", mime: "image/png", base64: "iVBORw0KGgo=", alt: text },
  ],
  timeline: text => figure(text, "timeline"),
  processTree: text => figure(text, "processTree"),
  map: text => figure(text, "map"),
  chart: text => figure(text, "chart"),
  pie: text => figure(text, "pie"),
  heatmap: text => figure(text, "heatmap"),
};
const all = (text: string): readonly ViewNode[] => Object.values(kinds).flatMap(make => make(text));
const figuresOf = (text: string): readonly FigureNode[] => all(text).filter(isFigure);

/** The same as what a notebook's file holds, in the HTML report. */
function reportOf(text: string): string {
  const nodes = all(text);
  const cells = nodes.map((node, i) => ({
    ...{ id: `c${i}`, cell_type: "code", metadata: {}, source: text, execution_count: 1 },
    outputs: [
      {
        ...{ output_type: "display_data", metadata: {} },
        data: { [viewMime]: toView(node), [findingMime]: finding(text), "text/html": text, "text/plain": text },
      },
    ],
  }));
  const markdown = { id: "m", cell_type: "markdown", metadata: {}, source: text };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [markdown, ...cells] };
  return renderReport(parseNotebook(JSON.stringify(notebook), "x.ipynb"), { title: text });
}

const withoutPolicy = (page: string): string =>
  page
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "")
    .replace(/<title>[^<]*<\/title>/, "<title>clean</title>");

/** Forms that a browser reads, without a policy: only our escaping stands between the text and the browser. */
const pages: Readonly<Record<string, (text: string) => string>> = {
  "HTML of outputs": text =>
    `<title>clean</title>${all(text)
      .map(n => renderHtml(toView(n)))
      .join("")}`,
  "HTML document": text => withoutPolicy(renderDocument(all(text), { title: text })),
  "HTML report with findings": text => withoutPolicy(reportOf(text)),
  "SVG in a page": text =>
    `<title>clean</title>${figuresOf(text)
      .flatMap(f => [pictureSvg(f), pictureSvg(f, { theme: darkTheme })])
      .join("")}`,
};

/** Runs in the page: what data would have had to become to do harm. Titles of SVG are no titles of the page. */
const probe = `(() => {
  const all = selector => [...document.querySelectorAll("body " + selector)];
  return {
    title: document.title,
    elements: all("script, body iframe, body object, body embed, body link, body meta, body base, body form, body foreignObject, body animate, body set, body use, body image").length,
    handlers: all("*").filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length,
    links: all("a").map(a => a.getAttribute("href") ?? "").filter(h => !/^(https?:|#)/.test(h)),
    images: all("img:not([src^='data:'])").length,
  };
})()`;
const clean = { title: "clean", elements: 0, handlers: 0, links: [], images: 0 };
/** In every figure the keys go to a mark and choose it, which the other views say. */
const chooseEverywhere = `document.querySelectorAll(".hb-stage").forEach(stage =>
  ["ArrowDown", "n", "Enter"].forEach(key => stage.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))))`;
/** C0 and C1 controls but line feed, and what turns the direction of text. */
const commanding = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe.skipIf(withoutBrowser)("the hostile corpus, every view × every form in Chromium", () => {
  let browser: Browser;
  let server: ViewPage;
  let page: Page;
  const requests: string[] = [];
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), serveViews()]);
    page = await browser.newPage();
    page.on("request", r => requests.push(r.url()));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test.each(Object.keys(pages))("%s: nothing runs and nothing is fetched, without any policy", async form => {
    for (const text of hostileTexts) {
      await page.setContent(pages[form]?.(text) ?? "", { waitUntil: "domcontentloaded" });
      expect(await page.evaluate(probe), text).toEqual(clean);
    }
    expect(requests.filter(url => !/^(about|data):/.test(url))).toEqual([]);
  });

  test("documents and reports keep to their own policy: no violation is reported", async () => {
    const opened = await browser.newPage();
    const refused: string[] = [];
    opened.on("console", m => {
      if (/Content Security Policy|Refused to/i.test(m.text())) refused.push(m.text());
    });
    for (const text of hostileTexts.slice(0, 24))
      for (const markup of [renderDocument(all(text), { title: text }), reportOf(text)])
        await opened.setContent(markup, { waitUntil: "domcontentloaded" });
    expect(refused).toEqual([]);
    await opened.close();
  });

  test("the interactive module under a policy as strict as the Lab's: nothing runs, also when cells are opened", async () => {
    const opened = await server.open(browser);
    const errors: string[] = [];
    opened.page.on("pageerror", e => errors.push(e.message));
    for (const text of hostileTexts) {
      await opened.page.evaluate(
        model => (globalThis as unknown as { show(m: unknown): void }).show(model),
        toView({ kind: "group", children: all(text) }),
      );
      await opened.page.evaluate(`document.querySelectorAll("details.hb-numbers").forEach(d => (d.open = true))`);
      await opened.page.locator(".hb-cell[data-column='0']").first().dblclick();
      await opened.page.locator(".hb-cell[data-column='1']").first().click({ button: "right" });
      await opened.page.keyboard.press("Escape");
      await opened.page.locator(".hb-flag-sign").first().click();
      await opened.page.getByRole("button", { name: "Finding…" }).first().click();
      await opened.page
        .locator(".hb-form input")
        .first()
        .fill(text.replace(/[\r\n]/g, " "));
      await opened.page.getByRole("button", { name: "Insert cell" }).first().click();
      await opened.page.locator(".hb-row-item").first().click();
      await opened.page.evaluate(chooseEverywhere);
      expect(await opened.page.locator(".hb-status", { hasText: "chosen: " }).count(), text).toBeGreaterThan(5);
      const found = await opened.page.evaluate(probe);
      // The page's own module is the one script.
      expect({ ...(found as object), violations: await opened.page.evaluate("window.violations") }, text).toEqual({
        ...{ ...clean, elements: 1, violations: [] },
      });
    }
    expect(errors).toEqual([]);
    expect(opened.requests.filter(url => !url.startsWith(server.url) && !url.startsWith("data:"))).toEqual([]);
    await opened.page.close();
  }, 300_000);

  test("SVG as a file of its own is well formed, and holds no more than drawing", async () => {
    for (const text of hostileTexts) {
      const files = figuresOf(text).map(f => pictureSvg(f));
      const found = await page.evaluate(list => {
        const parsed = list.map(svg => new DOMParser().parseFromString(svg, "image/svg+xml"));
        return {
          broken: parsed.filter(d => d.querySelector("parsererror") !== null).length,
          elements: parsed.flatMap(d => [
            ...d.querySelectorAll("script,foreignObject,iframe,image,use,animate,set,a,style"),
          ]).length,
          handlers: parsed
            .flatMap(d => [...d.querySelectorAll("*")])
            .filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length,
        };
      }, files);
      expect(found, text).toEqual({ broken: 0, elements: 0, handlers: 0 });
    }
  });
});

describe("the hostile corpus, every view × forms that no browser reads", () => {
  test("text for terminals has no controls, and no line turns", () => {
    for (const text of [...hostileTexts, ...longTexts.map(([part, times]) => part.repeat(times))])
      for (const node of all(text)) expect(commanding.exec(renderText(toView(node))), node.kind).toBeNull();
  });

  test("PNG pictures are pictures", async () => {
    for (const text of [hostileTexts[0] ?? "", hostileTexts[25] ?? "", "A".repeat(1_000_000)])
      for (const node of figuresOf(text)) {
        const png = await svgToPng(pictureSvg(node));
        expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
        expect(png.byteLength).toBeLessThan(2_000_000);
      }
  });

  test("Vega-Lite specifications hold it as data only: no expression, address or format is made of it", () => {
    const found: string[] = [];
    const walk = (value: unknown, path: string, text: string): void => {
      if (value === null || typeof value !== "object") return;
      for (const [key, inner] of Object.entries(value)) {
        if (/^(href|url|expr|signal|calculate|filter|test|format|labelExpr|loader|field)$/.test(key))
          if (typeof inner === "string" && inner.includes(text)) found.push(`${path}.${key}`);
        walk(inner, `${path}.${key}`, text);
      }
    };
    for (const text of hostileTexts)
      for (const spec of figuresOf(text).map(f => toVegaLite(f)))
        if (spec !== undefined) walk({ ...spec, data: undefined, datasets: undefined }, "$", text);
    expect(found).toEqual([]);
  });
});

describe("the hostile corpus in every file that a frame is written to", () => {
  const root = mkdtempSync(join(tmpdir(), "huntbook-hostile-"));
  let store: FrameStore;
  let frame: Frame;
  // Half a pair of surrogates is no Unicode text, which is all that a frame holds.
  const values = [...hostileTexts, ...longTexts.map(([part, times]) => part.repeat(times))].filter(
    t => !/\p{Surrogate}/u.test(t),
  );
  const names = ["Value", ...hostileTexts.filter(t => !/[\p{Surrogate}\u0000]/u.test(t))];
  const rows = values.map((value, i) => {
    const row: Record<string, string> = Object.fromEntries(names.map(n => [n, i === 0 ? n : ""]));
    return { ...row, Value: value };
  });
  beforeAll(async () => {
    store = await FrameStore.open();
    frame = await store.fromRows(rows, {
      columns: names.map(name => ({ name, type: "string" as const })),
    });
  });
  afterAll(async () => {
    await store?.close();
    rmSync(root, { recursive: true, force: true });
  });

  const writers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    "rows.csv": path => frame.toCsv(path),
    "rows.tsv": path => frame.toCsv(path),
    "rows.csv.gz": path => frame.toCsv(path),
    "rows.json": path => frame.toJson(path),
    "rows.jsonl": path => frame.toJsonLines(path),
    "rows.jsonl.gz": path => frame.toJsonLines(path),
    "rows.parquet": path => frame.toParquet(path),
  };
  test.each(Object.keys(writers))("%s: what is read back is what was there, names and values", async name => {
    const path = join(root, name);
    await writers[name]?.(path);
    const back = await store.read(path);
    expect(back.columns.map(c => c.name).toSorted()).toEqual(names.toSorted());
    expect(back.rowCount).toBe(values.length);
    const read = await back.column("Value");
    expect(read.type === "string" ? [...read.values] : read.type).toEqual(values);
    await back.close();
  });

  test("CSV for spreadsheets: no cell is computed; JSON is JSON", async () => {
    const [csv, json] = [join(root, "safe.csv"), join(root, "again.json")];
    await frame.toCsv(csv, { spreadsheetSafe: true });
    const fields = readFileSync(csv, "utf8").match(/(?:^|,|\n)("(?:[^"]|"")*"|[^",\n]*)/g) ?? [];
    expect(fields.filter(f => /^[,\n]?"?[=+@\t\r]/.test(f))).toEqual([]);
    await frame.toJson(json);
    expect(JSON.parse(readFileSync(json, "utf8"))).toHaveLength(values.length);
  });
});
