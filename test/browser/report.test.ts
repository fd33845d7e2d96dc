/** Pages made of hostile data, in a real browser: nothing runs, nothing is fetched, everything can be read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderReport, parseNotebook } from "../../src/notebook/runner/index.js";
import { toView, viewMime } from "../../src/view/index.js";
import { launchChromium, withoutBrowser } from "./chromium.js";

const hostile = [
  `<script>document.title = "owned"</script>`,
  `<img src=x onerror="document.title='owned'">`,
  `"><svg/onload=document.title='owned'>`,
  `javascript:document.title='owned'`,
  `{{constructor.constructor("document.title='owned'")()}}`,
  `\u202Egnp.exe`,
  `=HYPERLINK("http://evil.example")`,
];

function notebookText(): string {
  const view = toView({
    kind: "group",
    children: [
      { kind: "banner", tone: "bad", title: hostile[0] ?? "", lines: hostile },
      { kind: "link", text: hostile[1] ?? "", href: hostile[3] ?? "" },
      {
        kind: "table",
        columns: hostile.map((name, i) => ({ name: `${i} ${name}`, type: "string" as const })),
        rows: [hostile],
        total: 12_431,
      },
    ],
  });
  const output = {
    output_type: "execute_result",
    execution_count: 1,
    metadata: {},
    data: { [viewMime]: view, "text/html": hostile[0], "text/plain": "plain" },
  };
  const foreign = {
    output_type: "display_data",
    metadata: {},
    data: { "text/html": hostile.join("\n"), "application/javascript": "document.title='owned'" },
  };
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      { id: "m", cell_type: "markdown", metadata: {}, source: hostile.join("\n\n") },
      {
        id: "c",
        cell_type: "code",
        metadata: {},
        source: hostile.join("\n"),
        execution_count: 1,
        outputs: [output, foreign],
      },
    ],
  });
}

describe.skipIf(withoutBrowser)("the HTML report in Chromium", () => {
  const root = mkdtempSync(join(tmpdir(), "huntbook-browser-"));
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(root, { recursive: true, force: true });
  });

  test.each(["light", "dark"] as const)("is inert and readable in %s", async colorScheme => {
    const file = join(root, `${colorScheme}.html`);
    writeFileSync(file, renderReport(parseNotebook(notebookText(), "hostile.ipynb"), { title: hostile[0] ?? "" }));
    const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 800 } });
    const requests: string[] = [];
    page.on("request", request => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    expect(await page.title()).toBe(hostile[0]);
    expect(requests.filter(url => !url.startsWith("data:"))).toEqual([pathToFileURL(file).href]);
    expect(await page.locator("script, svg[onload], img[onerror], [onclick]").count()).toBe(0);
    expect(await page.locator(`a[href^="javascript:"]`).count()).toBe(0);
    expect(await page.getByText("showing 1 of 12,431 rows").count()).toBeGreaterThan(0);
    // Nothing is wider than the page: wide tables scroll inside their own box.
    expect(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")).toBe(
      true,
    );
    await page.close();
  });
});
