/**
 * `npx tsx tools/view-pictures.ts`: the pictures of docs/views.md (SVG), from the
 * sample figures; a test says when they are old.
 * `npx tsx tools/view-pictures.ts DIR`: every view in Chromium, light, dark, printed and narrow, interactive and static, as PNG
 * to be looked at.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import {
  sampleAnomalies,
  sampleBins,
  sampleChart,
  sampleHeatmap,
  sampleMap,
  samplePie,
  sampleTimeline,
  sampleTree,
  sampleValues,
} from "../src/view/figure/samples.js";
import { findingView } from "../src/view/finding.js";
import {
  pictureSvg,
  renderDocument,
  toView,
  type FigureNode,
  type FindingData,
  type TableNode,
  type ViewNode,
} from "../src/view/index.js";

const figures: Readonly<Record<string, FigureNode>> = {
  timeline: sampleTimeline(),
  "timeline-values": sampleValues(),
  "timeline-counts": sampleBins(),
  "process-tree": sampleTree(),
  map: sampleMap(),
  line: sampleChart("line"),
  area: sampleChart("area"),
  column: sampleChart("column"),
  bar: sampleChart("bar"),
  scatter: sampleChart("scatter"),
  anomalies: sampleAnomalies(),
  pie: samplePie(),
  heatmap: sampleHeatmap(),
};

/** Name → SVG of the documentation's pictures. */
export function galleryPictures(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(figures).map(([name, figure]) => [`${name}.svg`, `${pictureSvg(figure, { widthPx: 760 })}\n`]),
  );
}

const grid: TableNode = {
  kind: "table",
  columns: [
    { name: "TimeGenerated", type: "datetime" },
    { name: "UserPrincipalName", type: "string" },
    { name: "IPAddress", type: "string" },
    { name: "Tries", type: "long" },
    { name: "LocationDetails", type: "dynamic" },
  ],
  rows: Array.from({ length: 40 }, (_, i) => [
    new Date(Date.UTC(2026, 0, 9, 8, i * 7)).toISOString(),
    ["dana.ortiz@contoso.example", "marc.oliver@contoso.example", ""][i % 3] ?? "",
    `198.51.100.${i + 1}`,
    String(i * 997),
    i % 4 === 0 ? null : JSON.stringify({ city: "Valparaíso", countryOrRegion: "CL" }),
  ]),
  caption: "Failed sign-ins",
  query: "SigninLogs",
};
const finding: FindingData = {
  ...({ version: 1, id: "F-1a2b3c4d", severity: "High", tlp: "AMBER", techniques: ["T1078.004"] } as const),
  ...{ title: "Sign-in from a country nobody visits", note: "41 minutes after one in Dublin." },
  ...{ columns: grid.columns, rows: grid.rows.slice(0, 2), query: "SigninLogs | where ResultType == 0" },
};
const partial: FigureNode = {
  ...sampleChart("column"),
  info: {
    ...sampleChart("column").info,
    incomplete: {
      kind: "banner",
      tone: "warning",
      title: "Partial result: rows are missing",
      lines: ["cut at 30,000 rows"],
    },
  },
};
const empty: FigureNode = { ...samplePie(), slices: [] };

/** Every view that there is. */
const views: Readonly<Record<string, ViewNode>> = {
  ...figures,
  ...{ grid, partial, empty, finding: findingView(finding) },
  linked: { kind: "group", children: [figures["timeline"] as ViewNode, figures["map"] as ViewNode, grid] },
};

async function takePictures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const [{ launchChromium }, { serveViews }] = await Promise.all([
    import("../test/browser/chromium.js"),
    import("../test/browser/view-page.js"),
  ]);
  const [browser, server] = await Promise.all([launchChromium(), serveViews()]);
  const shoot = (page: Page, name: string): Promise<unknown> =>
    page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  try {
    for (const [name, node] of Object.entries(views)) {
      for (const dark of [false, true]) {
        const { page } = await server.open(browser, { dark });
        const show = (): Promise<unknown> =>
          page.evaluate(m => (globalThis as unknown as { show(m: unknown): void }).show(m), toView(node));
        await page.setViewportSize({ width: 1000, height: 300 });
        await show();
        await page.waitForTimeout(150);
        await shoot(page, `${name}-${dark ? "dark" : "light"}`);
        if (!dark) {
          await page.setViewportSize({ width: 380, height: 300 });
          await page.waitForTimeout(150);
          await shoot(page, `${name}-narrow`);
        }
        await page.close();
      }
      const page = await browser.newPage({ viewport: { width: 794, height: 300 } });
      await page.emulateMedia({ media: "print" });
      await page.setContent(renderDocument([node], { title: name }));
      await shoot(page, `${name}-print`);
      await page.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder] = process.argv;
  if (folder !== undefined) await takePictures(folder);
  else {
    const target = join(import.meta.dirname, "../docs/pictures");
    mkdirSync(target, { recursive: true });
    for (const [name, svg] of galleryPictures()) writeFileSync(join(target, name), svg);
  }
}
