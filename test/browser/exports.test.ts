/**
 * The corpus through every export of every view: what a browser, a spreadsheet, a terminal and the KQL parser would make of it.
 * What is covered: SVG and PNG pictures, Vega-Lite specifications, text, HTML documents, CSV and KQL filters of the grid, new cells.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FrameStore } from "../../src/frame/store.js";
import { createInlineCompiler } from "../../src/kql/index.js";
import { cellActions, kqlFilter, toCsv } from "../../src/notebook/web/cell-actions.js";
import { svgToPng } from "../../src/session/views.js";
import { sampleFigures } from "../../src/view/figure/samples.js";
import { toVegaLite } from "../../src/view/figure/vega-lite.js";
import { darkTheme, pictureSvg, renderText, toView, type TableColumn } from "../../src/view/index.js";
import { launchChromium, withoutBrowser } from "./chromium.js";
import { hostileTexts, longTexts } from "./hostile.js";

const figuresOf = (text: string) =>
  sampleFigures(text).map(f => ({
    ...f,
    info: {
      ...f.info,
      title: text,
      source: text,
      notes: [text],
      incomplete: { kind: "banner" as const, tone: "bad" as const, title: text, lines: [text] },
    },
  }));
const texts = [...hostileTexts, ...longTexts.map(([part, times]) => part.repeat(times))];
/** C0 and C1 controls but line feed, and what turns the direction of text. */
const commanding = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe("exports of hostile text", () => {
  test("text for terminals has no controls and no line of its own making", () => {
    for (const text of texts)
      for (const figure of figuresOf(text)) expect(commanding.exec(renderText(toView(figure)))).toBeNull();
  });

  test("Vega-Lite specifications hold it as data only: no expression, address or format is made of it", () => {
    for (const text of hostileTexts) {
      for (const spec of figuresOf(text).map(f => toVegaLite(f))) {
        if (spec === undefined) continue;
        const found: string[] = [];
        const walk = (value: unknown, path: string): void => {
          if (value === null || typeof value !== "object") return;
          for (const [key, inner] of Object.entries(value)) {
            if (/^(href|url|expr|signal|calculate|filter|test|format|labelExpr|loader|field)$/.test(key))
              if (typeof inner === "string" && inner.includes(text)) found.push(`${path}.${key}`);
            walk(inner, `${path}.${key}`);
          }
        };
        walk({ ...spec, data: undefined, datasets: undefined }, "$");
        expect(found).toEqual([]);
      }
    }
  });

  test("CSV of the grid: one record per row, and nothing a spreadsheet computes", () => {
    for (const text of texts) {
      const csv = toCsv([{ name: text, type: "string" }], [[text], [text]]);
      const fields = [...csv.matchAll(/(?:^|\r\n)("(?:[^"]|"")*"|[^"\r\n]*)(?=\r\n|$)/g)].map(m => m[1] ?? "");
      expect(fields).toHaveLength(3);
      for (const field of fields) {
        const value = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
        expect(/^[=+\-@\t\r]/.test(value)).toBe(false);
        expect(value.replace(/^'(?=[=+\-@\t\r])/, "")).toBe(text);
      }
    }
  });

  test("KQL filters find the very value they were made of; new cells have one magic line", async () => {
    const compiler = createInlineCompiler();
    const store = await FrameStore.open({ compiler });
    const column: TableColumn = { name: "Value", type: "string" };
    try {
      for (const text of hostileTexts) {
        // A lone half of a pair cannot be stored: it is not Unicode text.
        if (/\p{Surrogate}/u.test(text)) continue;
        const rows = await store.fromRows([{ Value: text }, { Value: "other" }]);
        const found = await rows.kql(`| where ${kqlFilter(column, text)}`);
        const others = await rows.kql(`| where ${kqlFilter(column, text, true)}`);
        expect(await found.rows()).toEqual([{ Value: text }]);
        expect(await others.rows()).toEqual([{ Value: "other" }]);
        await rows.close();
        for (const { source } of cellActions({ columns: [column], cells: [text], query: "print Value = ''" }, 0))
          if (source.startsWith("%%kql")) expect(source.split("\n").filter(l => l.startsWith("%%"))).toHaveLength(1);
      }
    } finally {
      await store.close();
      await compiler.close();
    }
  });

  test("PNG pictures are pictures", async () => {
    for (const text of [hostileTexts[0] ?? "", hostileTexts[25] ?? "", "A".repeat(1_000_000)])
      for (const figure of figuresOf(text)) {
        const png = await svgToPng(pictureSvg(figure));
        expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
        expect(png.byteLength).toBeLessThan(2_000_000);
      }
  });
});

/** Runs in the page. */
const inspect = `list => {
  const host = document.querySelector("#view");
  host.innerHTML = list.join("");
  const bad = "script,foreignObject,iframe,image,use,animate,set,a";
  const parsed = list.map(svg => new DOMParser().parseFromString(svg, "image/svg+xml"));
  return {
    broken: parsed.filter(d => d.querySelector("parsererror") !== null).length,
    elements: host.querySelectorAll(bad).length + parsed.reduce((n, d) => n + d.querySelectorAll(bad).length, 0),
    handlers: [...host.querySelectorAll("*")].filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length,
    title: document.title,
  };
}`;

describe.skipIf(withoutBrowser)("pictures of hostile text in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => browser?.close());

  test("SVG files run nothing, fetch nothing, and are well formed", async () => {
    const page = await browser.newPage();
    const requests: string[] = [];
    page.on("request", r => requests.push(r.url()));
    await page.setContent(`<title>clean</title><div id="view"></div>`);
    for (const text of hostileTexts) {
      const files = figuresOf(text).flatMap(f => [pictureSvg(f), pictureSvg(f, { theme: darkTheme })]);
      // As a file of its own (XML) and inside a page (HTML), which read markup differently.
      const found = await page.evaluate(`(${inspect})(${JSON.stringify(files)})`);
      expect(found, text).toEqual({ broken: 0, elements: 0, handlers: 0, title: "clean" });
    }
    expect(requests.filter(url => !url.startsWith("about:") && !url.startsWith("data:"))).toEqual([]);
    await page.close();
  });
});
