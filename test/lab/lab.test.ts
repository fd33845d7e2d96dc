/// <reference lib="dom" />
/**
 * The Lab in a real browser, on a real server, kernel and demo. Needs the built Lab (`npm run fetch-all`); without it, or
 * without a browser, the tests are skipped, unless HUNTBOOK_REQUIRE_BROWSER is set. HUNTBOOK_SCREENSHOTS names a folder for
 * pictures, to be looked at.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { prepareLab, serveNotebooks } from "../../src/cli/notebook-server.js";
import type { CliServer } from "../../src/cli/host.js";
import { smallPack } from "../../src/enrich/geo/small-pack.js";
import { contosoDir, generateDemo } from "../../src/session/demo.js";
import { createSession } from "../../src/session/session.js";
import { figureBundle } from "../../src/frame/plot/plotted.js";
import { sampleFigures } from "../../src/view/figure/samples.js";
import { toView } from "../../src/view/index.js";
import { hostileTexts } from "../browser/hostile.js";
import { findChromium, launchChromium, withoutBrowser } from "../browser/chromium.js";

const repository = join(import.meta.dirname, "../..");
const isBuilt =
  existsSync(join(repository, "lab", "dist")) &&
  readdirSync(join(repository, "lab", "dist")).some(n => !n.startsWith("."));
const skip = withoutBrowser || (!isBuilt && process.env["HUNTBOOK_REQUIRE_BROWSER"] !== "1");
const now = "2026-01-13T18:00:00.000Z";
const pictures = process.env["HUNTBOOK_SCREENSHOTS"];

let base: string;
let root: string;
let server: CliServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What a page asked of other machines, and what went wrong in it. */
let outside: string[];
let workspaces = 0;
let wrong: string[];

const cell = (source: string, outputs: readonly object[] = [], id = `c${Math.random().toString(36).slice(2, 9)}`) => ({
  ...{ cell_type: "code", execution_count: null, metadata: { trusted: true } },
  ...{ id, source, outputs },
});
const kernelspec = { name: "huntbook", display_name: "TypeScript (Huntbook)", language: "typescript" };
function writeNotebook(name: string, cells: readonly object[]): void {
  writeFileSync(join(root, name), JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells }));
}
const onDisk = (name: string) =>
  JSON.parse(readFileSync(join(root, name), "utf8")) as {
    cells: readonly { source: string[]; outputs?: readonly object[] }[];
  };

function watch(opened: Page): Page {
  opened.on("request", r => {
    if (!r.url().startsWith(new URL(server.address).origin) && !/^(?:data|blob):/.test(r.url())) outside.push(r.url());
  });
  opened.on("pageerror", error => wrong.push(error.message));
  opened.on("console", m => {
    if (m.type() === "error") wrong.push(m.text());
  });
  return opened;
}
const address = (path: string) => new URL(path, server.address).href;

/** Some hundred megabytes each, which the tests after this one do not need. */
const endKernels = () =>
  page.evaluate(async () => {
    const config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}") as {
      xsrfToken?: string;
    };
    if (config.xsrfToken === undefined) return;
    const headers = { "x-xsrftoken": config.xsrfToken };
    const sessions = (await (await fetch("/api/sessions")).json()) as readonly { id: string }[];
    await Promise.all(sessions.map(({ id }) => fetch(`/api/sessions/${id}`, { method: "DELETE", headers })));
  });

/** Opens a notebook and waits until its kernel is idle. */
async function open(name: string, on = page): Promise<void> {
  // A workspace of its own: what an earlier test had open is not opened again.
  workspaces += 1;
  await on.goto(address(`/lab/workspaces/t${workspaces}/tree/${encodeURIComponent(name)}?expose`));
  await on.waitForSelector("body[data-huntbook-ready]", { state: "attached" });
  await on.waitForSelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell");
  await idle(on);
}
interface CurrentPanel {
  readonly sessionContext?: {
    readonly isReady: boolean;
    readonly session?: { readonly kernel?: { readonly status: string; readonly connectionStatus: string } } | null;
  };
}
/**
 * The kernel is connected and has nothing to do. JupyterLab drops what is run before. A kernel that runs from sources beside other
 * tests loads TypeScript's service for the first completion in up to half a minute, and is busy so long.
 */
async function idle(on = page): Promise<void> {
  const isIdle = () => {
    const app = (globalThis as unknown as { jupyterapp?: { shell: { currentWidget: CurrentPanel | null } } })
      .jupyterapp;
    const session = app?.shell.currentWidget?.sessionContext;
    const kernel = session?.session?.kernel;
    return session?.isReady === true && kernel?.connectionStatus === "connected" && kernel.status === "idle";
  };
  await on.waitForFunction(isIdle, undefined, { timeout: 60_000 });
}
const command = (id: string, args: object = {}, on = page) =>
  on.evaluate(
    ([name, given]) =>
      (
        globalThis as unknown as { jupyterapp: { commands: { execute(n: string, a: object): Promise<unknown> } } }
      ).jupyterapp.commands
        .execute(name, given)
        .then(() => undefined),
    [id, args] as const,
  );
const outputs = (on = page) => on.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output");
/** Results as the views' own front end draws them: large ones as grids, small ones as tables. */
const tables = (on = page) => outputs(on).locator(".hb-grid, .hb-table");
const [desk, laptop] = [
  { width: 1400, height: 900 },
  { width: 1280, height: 720 },
];
async function picture(name: string, of = page): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await of.screenshot({ path: join(pictures, `${name}.png`) });
  await of.setViewportSize(laptop);
  await of.waitForTimeout(300);
  await of.screenshot({ path: join(pictures, `${name}-laptop.png`) });
  await of.setViewportSize(desk);
}

describe.skipIf(skip)("the Lab", () => {
  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), "huntbook-lab-"));
    root = join(base, "notebooks");
    mkdirSync(root, { recursive: true });
    const dataDir = join(base, "data");
    mkdirSync(dataDir);
    await prepareLab(() => undefined, new AbortController().signal);
    mkdirSync(join(dataDir, "geo"));
    // A few places, so that no database is fetched.
    writeFileSync(join(dataDir, "geo/places-1.pack"), smallPack());
    await generateDemo({ dir: contosoDir(dataDir), rows: 30_000, nowMs: Date.parse(now), onProgress: () => undefined });
    writeFileSync(
      join(root, "getting-started.ipynb"),
      readFileSync(join(repository, "notebooks", "getting-started.ipynb")),
    );
    const request = {
      root,
      port: 0,
      opens: "getting-started.ipynb",
      galleryDir: join(repository, "notebooks"),
      cullAfterMs: 0,
      log: () => undefined,
    };
    server = await serveNotebooks(request, {
      dataDir,
      workspace: undefined,
      openSession: () => createSession({ dataDir }),
    });
    browser = await launchChromium();
    context = await browser.newContext({
      viewport: desk,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    context.setDefaultTimeout(20_000);
  }, 400_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(base, { recursive: true, force: true });
  });
  beforeEach(async () => {
    [outside, wrong] = [[], []];
    page = watch(await context.newPage());
    // Most tests begin with a session; the first one shows how it is got.
    if ((await context.cookies()).length === 0) await page.goto(server.address);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await picture(`failed-${task.name.slice(0, 30)}`);
    await endKernels();
    await page.close();
    expect(outside).toEqual([]);
  });

  test("the printed address opens Getting started; Run All runs it whole, and nothing leaves the machine", async () => {
    await page.goto(server.address);
    expect(page.url()).toBe(address("/lab/tree/getting-started.ipynb"));
    await open("getting-started.ipynb");
    await picture("opened");
    await command("notebook:run-all-cells");
    await idle();
    const cells = onDisk("getting-started.ipynb").cells.filter(c => "outputs" in c).length;
    await page.waitForFunction(
      wanted =>
        [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].filter(p => /\[\d+\]/.test(p.textContent ?? ""))
          .length === wanted,
      cells,
    );
    expect(
      await page
        .locator(
          '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"], .jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]',
        )
        .count(),
    ).toBe(0);
    expect(await tables().count()).toBeGreaterThan(3);
    expect(wrong).toEqual([]);
    await tables().nth(1).scrollIntoViewIfNeeded();
    await picture("run-all");
  }, 180_000);

  test("what is typed is saved, and is there after the page is opened again", async () => {
    writeNotebook("edit.ipynb", [cell("1 + 1")]);
    await open("edit.ipynb");
    await page.locator(".jp-CodeCell .cm-content").first().click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" + 40");
    await page.keyboard.press("Shift+Enter");
    await expect.poll(() => outputs().first().textContent(), { timeout: 20_000 }).toContain("42");
    await page.keyboard.press("Control+S");
    await expect.poll(() => onDisk("edit.ipynb").cells[0]?.source, { timeout: 20_000 }).toEqual(["1 + 1 + 40"]);
    await page.getByText("Saving completed").waitFor();
    await picture("saved");
    await page.reload();
    await page.waitForSelector(".jp-OutputArea-output");
    expect(await outputs().first().textContent()).toContain("42");
  });

  test("a notebook in Markdown opens as cells; running it leaves the file as it is, and the outputs are there again", async () => {
    const text = "# For git\n\n```ts\nconst a = 20;\n```\n\n```ts id=second\na * 2\n```\n";
    writeFileSync(join(root, "git.hunt.md"), text);
    await open("git.hunt.md");
    await command("notebook:run-all-cells");
    await expect.poll(() => outputs().first().textContent(), { timeout: 20_000 }).toContain("40");
    await command("docmanager:save");
    await open("git.hunt.md");
    expect(await outputs().first().textContent()).toContain("40");
    expect(readFileSync(join(root, "git.hunt.md"), "utf8")).toBe(text);
    await picture("markdown-notebook");
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" + 1");
    await command("docmanager:save");
    expect(readFileSync(join(root, "git.hunt.md"), "utf8")).toContain("```ts id=second\na * 2 + 1\n```");
    expect(wrong).toEqual([]);
  });

  test("the launcher makes a notebook as Markdown", async () => {
    await open("getting-started.ipynb");
    await command("launcher:create");
    const card = page.locator(".jp-LauncherCard", { hasText: "Notebook as Markdown" });
    await card.first().waitFor();
    await picture("launcher");
    await card.first().click();
    await page.waitForSelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell");
    await idle();
    const made = () => readdirSync(root).filter(n => /^Untitled\d*\.hunt\.md$/.test(n));
    await expect.poll(made).toHaveLength(1);
    await page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .cm-content").first().click();
    await page.keyboard.type("const a = 20; a * 2");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => outputs().first().textContent(), { timeout: 20_000 }).toContain("40");
    await command("docmanager:save");
    await expect.poll(() => readFileSync(join(root, made()[0] ?? ""), "utf8")).toContain("const a = 20; a * 2\n```");
    expect(readFileSync(join(root, made()[0] ?? ""), "utf8")).not.toContain("40");
  });

  test("a kernel that is killed says so under its notebook, is there again, and the notebook is as it was", async () => {
    writeNotebook("dies.ipynb", [cell("process.kill(process.pid, 'SIGKILL')"), cell("'alive'")]);
    await open("dies.ipynb");
    const before = readFileSync(join(root, "dies.ipynb"), "utf8");
    void command("notebook:run-cell").catch(() => undefined);
    const dialog = page.locator(".jp-Dialog .jp-mod-accept");
    await dialog.waitFor({ timeout: 20_000 }).catch(() => undefined);
    await picture("kernel-killed");
    if ((await dialog.count()) > 0) await dialog.click();
    await idle();
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    await command("notebook:run-cell");
    await expect.poll(() => outputs().last().textContent(), { timeout: 20_000 }).toContain("alive");
    const sources = (text: string) =>
      (JSON.parse(text) as { cells: { source: string | string[] }[] }).cells.map(c => [c.source].flat().join(""));
    expect(sources(readFileSync(join(root, "dies.ipynb"), "utf8"))).toEqual(sources(before));
  });

  test("a browser that is killed loses at most what came after the last autosave; the kernel lives on", async () => {
    writeNotebook("lost.ipynb", [cell("globalThis.kept = 7")]);
    const settings = "@jupyterlab/docmanager-extension:plugin";
    const asked = await page.request.get(address(`/lab/api/settings/${settings}`));
    const { schema } = (await asked.json()) as { schema: { properties: Record<string, { default: unknown }> } };
    expect(schema.properties["autosaveInterval"]?.default).toBe(30);
    // A browser of its own, whose process can be reached.
    const browserServer = await chromium.launchServer({
      executablePath: findChromium() ?? "",
      args: ["--no-sandbox", "--disable-gpu"],
    });
    const doomed = await chromium.connect(browserServer.wsEndpoint());
    const own = await doomed.newContext({ viewport: { width: 1300, height: 900 } });
    const tab = await own.newPage();
    await tab.goto(server.address);
    await open("lost.ipynb", tab);
    await command("notebook:run-all-cells", {}, tab);
    await tab.locator(".jp-CodeCell .cm-content").first().click();
    await tab.keyboard.press("Control+End");
    await tab.keyboard.type("; 'typed before the kill'");
    await expect
      .poll(() => onDisk("lost.ipynb").cells[0]?.source.join(""), { timeout: 45_000 })
      .toContain("typed before the kill");
    const crashed = new Promise(resolve => doomed.once("disconnected", resolve));
    browserServer.process().kill("SIGKILL");
    await crashed;
    expect(onDisk("lost.ipynb").cells[0]?.source.join("")).toContain("typed before the kill");
    await open("lost.ipynb");
    expect(await page.locator(".jp-CodeCell .cm-content").first().textContent()).toContain("typed before the kill");
    await page.locator(".jp-CodeCell .cm-content").first().click();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("globalThis.kept * 6");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => outputs().first().textContent(), { timeout: 20_000 }).toContain("42");
  }, 90_000);

  test("a rename moves the file and keeps the kernel", async () => {
    writeNotebook("before.ipynb", [cell("globalThis.kept = 7"), cell("globalThis.kept")]);
    await open("before.ipynb");
    await command("notebook:run-cell-and-select-next");
    const rename = command("docmanager:rename");
    await page.locator(".jp-Dialog input").fill("after.ipynb");
    await picture("rename");
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    await rename;
    await expect.poll(() => existsSync(join(root, "after.ipynb")), { timeout: 20_000 }).toBe(true);
    expect(existsSync(join(root, "before.ipynb"))).toBe(false);
    await command("notebook:run-cell");
    await expect.poll(() => outputs().last().textContent(), { timeout: 20_000 }).toContain("7");
    const sessions = (await (await page.request.get(address("/api/sessions"))).json()) as readonly { path: string }[];
    expect(sessions.map(s => s.path)).toContain("after.ipynb");
  });

  test("restart and run all begins with an empty kernel", async () => {
    writeNotebook("restart.ipynb", [cell("globalThis.runs = (globalThis.runs ?? 0) + 1")]);
    await open("restart.ipynb");
    for (let i = 0; i < 2; i += 1) await command("notebook:run-all-cells");
    await expect.poll(() => outputs().first().textContent(), { timeout: 20_000 }).toContain("2");
    const restart = command("notebook:restart-run-all");
    await page.locator(".jp-Dialog .jp-mod-accept").waitFor();
    await picture("restart-asks");
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    await restart;
    await idle();
    await expect.poll(() => outputs().first().textContent(), { timeout: 20_000 }).toMatch(/1\s*$/);
    await picture("restarted");
  });

  test("an endless loop is interrupted, and the kernel still knows its names", async () => {
    writeNotebook("loop.ipynb", [cell("const known = 5"), cell("while (true) {}"), cell("known * 2")]);
    await open("loop.ipynb");
    await command("notebook:run-cell-and-select-next");
    const run = command("notebook:run-cell-and-select-next");
    await page.waitForFunction(
      () => document.querySelector(".jp-Notebook-ExecutionIndicator")?.getAttribute("data-status") === "busy",
    );
    await command("notebook:interrupt-kernel");
    await run;
    await expect
      .poll(() =>
        page
          .locator(
            '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]',
          )
          .count(),
      )
      .toBe(1);
    await picture("interrupted");
    await command("notebook:run-cell");
    await expect.poll(() => outputs().last().textContent(), { timeout: 20_000 }).toContain("10");
  });

  test("two tabs on one notebook share its kernel", async () => {
    writeNotebook("shared.ipynb", [cell("globalThis.shared = (globalThis.shared ?? 0) + 1")]);
    await open("shared.ipynb");
    const second = watch(await context.newPage());
    await open("shared.ipynb", second);
    await command("notebook:run-all-cells");
    await expect.poll(() => outputs().first().textContent(), { timeout: 20_000 }).toContain("1");
    await command("notebook:run-all-cells", {}, second);
    await expect.poll(() => outputs(second).first().textContent(), { timeout: 20_000 }).toContain("2");
    const sessions = (await (await page.request.get(address("/api/sessions"))).json()) as readonly { path: string }[];
    expect(sessions.filter(s => s.path === "shared.ipynb")).toHaveLength(1);
    await picture("two-tabs-first");
    await picture("two-tabs-second", second);
    await second.close();
  });

  test("files are uploaded into the folder, large ones too", async () => {
    await open("getting-started.ipynb");
    const choose = page.waitForEvent("filechooser");
    await page.locator('[data-command="filebrowser:upload"], .jp-FileBrowser [title^="Upload"]').first().click();
    const bytes = Buffer.alloc(3_500_000, "line of a log\n");
    await (
      await choose
    ).setFiles([
      { name: "small.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") },
      { name: "large.log", mimeType: "text/plain", buffer: bytes },
    ]);
    await expect
      .poll(() => existsSync(join(root, "large.log")) && existsSync(join(root, "small.csv")), { timeout: 30_000 })
      .toBe(true);
    expect(readFileSync(join(root, "small.csv"), "utf8")).toBe("a,b\n1,2\n");
    expect(readFileSync(join(root, "large.log")).equals(bytes)).toBe(true);
    await picture("uploaded");
  });

  test("Tab completes TypeScript and, in a KQL cell, tables and columns", async () => {
    writeNotebook("complete.ipynb", [
      cell("const company = 'Contoso';\ncompany."),
      cell("%%kql\nSigninL"),
      cell("%%kql\nSigninLogs | where UserPrin"),
    ]);
    await open("complete.ipynb");
    for (const [i, wanted] of [
      [0, "toUpperCase"],
      [1, "SigninLogs"],
      [2, "UserPrincipalName"],
    ] as const) {
      await page.locator(".jp-CodeCell .cm-content").nth(i).click();
      await page.keyboard.press("Control+End");
      const found = page.locator(".jp-Completer-item").filter({ hasText: wanted });
      // One candidate alone is put in at once.
      const inserted = page.locator(".jp-CodeCell .cm-content").nth(i);
      await expect
        .poll(
          async () => {
            if ((await found.count()) > 0 || (i > 0 && (await inserted.textContent())?.includes(wanted) === true))
              return true;
            await page.keyboard.press("Tab");
            await page.waitForTimeout(1500);
            return false;
          },
          { timeout: 40_000 },
        )
        .toBe(true);
      await picture(`completion-${wanted}`);
      await page.keyboard.press("Escape");
    }
  });

  test("KQL cells are coloured as KQL as soon as they are marked", async () => {
    writeNotebook("colour.ipynb", [cell("SigninLogs | take 5")]);
    await open("colour.ipynb");
    const keyword = () =>
      page.evaluate(() =>
        [...document.querySelectorAll(".jp-CodeCell .cm-line span")]
          .filter(s => s.textContent === "take")
          .map(s => getComputedStyle(s).fontWeight)
          .join(),
      );
    expect(await keyword()).toBe("");
    await page.locator(".jp-CodeCell .cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("%%kql\n");
    await expect.poll(keyword, { timeout: 20_000 }).toBe("700");
    await page.keyboard.press("Shift+Enter");
    await expect.poll(() => tables().count(), { timeout: 20_000 }).toBe(1);
    await picture("kql");
  });

  test("what is wrong in a KQL cell is underlined while it is written, with what to do; a run that makes the name takes it away", async () => {
    writeNotebook("problems.ipynb", [
      cell("%%kql\nSigninLogs | where UserPrincipal == 'x' | take 1"),
      cell("%%kql hits\nSigninLogs | take 3"),
    ]);
    await open("problems.ipynb");
    const marks = page.locator(".cm-lintRange");
    const first = page.locator(".jp-CodeCell .cm-content").first();
    await first.click();
    await page.keyboard.press("Control+End");
    // Opening asks nothing: what nobody has touched is not marked.
    expect(await marks.count()).toBe(0);
    await page.keyboard.type(" ");
    await expect.poll(() => marks.allTextContents(), { timeout: 40_000 }).toEqual(["UserPrincipal"]);
    await page.keyboard.press("F8");
    const tooltip = page.locator(".cm-tooltip-lint");
    await expect
      .poll(() => tooltip.textContent(), { timeout: 20_000 })
      .toMatch(/UserPrincipal.*did you mean 'UserPrincipalName'/s);
    await picture("problems");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("%%kql\nhits | count");
    await expect.poll(() => marks.allTextContents(), { timeout: 40_000 }).toEqual(["hits"]);
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    await page.keyboard.press("Shift+Enter");
    await expect.poll(() => marks.count(), { timeout: 40_000 }).toBe(0);
  });

  test("TypeScript is checked when that is switched on, as warnings", async () => {
    writeNotebook("types.ipynb", [cell("const answer: number = 'x'")]);
    await open("types.ipynb");
    const marks = page.locator(".cm-lintRange-warning");
    await page.locator(".jp-CodeCell .cm-content").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(";");
    await page.waitForTimeout(2000);
    expect(await marks.count()).toBe(0);
    await command("huntbook:check-typescript");
    await expect.poll(() => marks.allTextContents(), { timeout: 40_000 }).toEqual(["answer"]);
    await command("huntbook:check-typescript");
    await expect.poll(() => marks.count(), { timeout: 20_000 }).toBe(0);
  });

  test("the cell that runs says for how long, and says nothing once it has ended", async () => {
    writeNotebook("slow.ipynb", [cell("await new Promise(done => setTimeout(done, 4000)); 'done'"), cell("1 + 1")]);
    await open("slow.ipynb");
    const all = command("notebook:run-all-cells");
    const said = () =>
      page.locator(".jp-InputPrompt").evaluateAll(ps => ps.map(p => p.getAttribute("data-hb-elapsed")));
    await expect.poll(said, { timeout: 20_000 }).toEqual([expect.stringMatching(/^[1-4] s$/), null]);
    await picture("elapsed");
    await expect.poll(said, { timeout: 20_000 }).toEqual([null, null]);
    await all;
  });

  test("the side panel lists tables and queries, and puts cells that ask them", async () => {
    writeNotebook("panel.ipynb", [cell("1")]);
    await open("panel.ipynb");
    await page.locator('.lm-TabBar-tab[data-id="huntbook-catalog"]').click();
    await page.locator(".hb-catalog-search").fill("SecurityAlert");
    await page.locator(".hb-catalog-table .hb-catalog-name", { hasText: /^SecurityAlert$/ }).click();
    await expect
      .poll(() => page.locator(".jp-CodeCell .cm-content").nth(1).textContent())
      .toContain("SecurityAlert| take 10");
    await page.locator(".hb-catalog-search").fill("list_alerts");
    await page.locator(".hb-catalog-family .hb-catalog-item").first().click();
    await expect
      .poll(() => page.locator(".jp-CodeCell .cm-content").nth(2).textContent())
      .toMatch(/new QueryProvider.*await qry\.SecurityAlert\.list_alerts/);
    await picture("panel");
    await command("notebook:run-all-cells");
    await expect.poll(() => tables().count(), { timeout: 40_000 }).toBe(2);
  });

  test("a cell is dragged from the side panel to where it shall stand", async () => {
    writeNotebook("drag.ipynb", [cell("1"), cell("2")]);
    await open("drag.ipynb");
    await page.locator('.lm-TabBar-tab[data-id="huntbook-catalog"]').click();
    await page.locator(".hb-catalog-search").fill("SecurityAlert");
    const item = page.locator(".hb-catalog-table .hb-catalog-name", { hasText: /^SecurityAlert$/ });
    const [from, to] = [await item.boundingBox(), await page.locator(".jp-CodeCell").nth(1).boundingBox()];
    if (from === null || to === null) throw new Error("nothing to drag");
    await page.mouse.move(from.x + 10, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(to.x + 200, to.y + 5, { steps: 8 });
    await page.mouse.up();
    await expect.poll(() => page.locator(".jp-CodeCell").count()).toBe(3);
    expect(await page.locator(".jp-CodeCell .cm-content").allTextContents()).toEqual([
      "1",
      "%%kqlSecurityAlert| take 10",
      "2",
    ]);
  });

  test("a result is drawn by the views' front end: the grid pages in the kernel, a value becomes a new cell below", async () => {
    writeNotebook("grid.ipynb", [
      cell(
        "%%kql --limit 200000\nrange Row from 1 to 100000 step 1 | extend User = strcat('user', Row, '@contoso.example')",
      ),
      cell("'below'"),
    ]);
    await open("grid.ipynb");
    await command("notebook:run-cell");
    const grid = page.locator(".hb-grid").first();
    await grid.locator(".hb-grid-row").first().waitFor();
    // The last row is not in the notebook: the kernel is asked for it.
    await grid.locator(".hb-grid-scroll").evaluate(e => (e.scrollTop = e.scrollHeight));
    const last = grid.locator('.hb-grid-row[aria-rowindex="100000"]');
    await expect.poll(() => last.textContent(), { timeout: 20_000 }).toContain("user100000@");
    await picture("grid-end");
    // Free to be closed and opened: what is saved is the first rows only.
    await command("docmanager:save");
    expect(readFileSync(join(root, "grid.ipynb")).length).toBeLessThan(600_000);
    await last.locator(".hb-cell").nth(1).click({ button: "right" });
    await page.locator(".hb-menu").waitFor();
    await picture("grid-menu");
    // Its own menu only, whole.
    expect(await page.locator(".lm-Menu").count()).toBe(0);
    const [menu, window] = [await page.locator(".hb-menu").boundingBox(), page.viewportSize()];
    expect((menu?.y ?? 0) + (menu?.height ?? 0)).toBeLessThan(window?.height ?? 0);
    await page.locator(".hb-menu button").first().click({ trial: true });
    const actions = page.locator(".hb-menu button");
    await actions.last().click();
    await expect.poll(() => page.locator(".jp-CodeCell").count()).toBe(3);
    const sources = await page.locator(".jp-CodeCell .cm-content").allTextContents();
    expect(sources[1]?.length).toBeGreaterThan(5);
    expect(sources[2]).toBe("'below'");
    expect(await page.locator(".jp-InputPrompt", { hasText: /\[\d+\]/ }).count()).toBe(1);
  });

  test("timeline, process tree, map and chart are drawn, in light and dark", async () => {
    writeNotebook("views.ipynb", [
      cell("%%kql --view timeline\nSecurityAlert | project TimeGenerated, AlertName, AlertSeverity"),
      cell("%%kql --view tree\nDeviceProcessEvents | take 60"),
      cell(
        "%%kql --view map\nSigninLogs | extend g = LocationDetails.geoCoordinates | project Latitude = todouble(g.latitude), Longitude = todouble(g.longitude), UserPrincipalName | where isnotnull(Latitude) | take 200",
      ),
      cell("%%kql --view chart\nSigninLogs | summarize SignIns = count() by bin(TimeGenerated, 1d)"),
    ]);
    await open("views.ipynb");
    await command("notebook:run-all-cells");
    await idle();
    await expect.poll(() => outputs().locator(".hb-view :is(svg, canvas)").count()).toBeGreaterThanOrEqual(3);
    await expect.poll(() => outputs().locator(".hb-view").count()).toBe(4);
    expect(await outputs().getByText("explorer.exe").count()).toBeGreaterThan(0);
    expect(await outputs().locator(".hb-bad").count()).toBe(0);
    for (const [i, name] of ["timeline", "tree", "map", "chart"].entries()) {
      await page.locator(".jp-CodeCell").nth(i).scrollIntoViewIfNeeded();
      await picture(`view-${name}`);
    }
    await command("apputils:change-theme", { theme: "JupyterLab Dark" });
    await page.waitForFunction(() => document.body.dataset["jpThemeLight"] === "false");
    await page.locator(".jp-CodeCell").first().scrollIntoViewIfNeeded();
    await picture("view-timeline-dark");
    await command("apputils:change-theme", { theme: "JupyterLab Light" });
    expect(wrong).toEqual([]);
  });

  test("widgets: what is typed reaches the kernel, what the kernel sets reaches the page, also after a reload", async () => {
    writeNotebook("widgets.ipynb", [
      cell(
        'import { nbwidgets } from "huntbook";\nconst host = new nbwidgets.Text({ label: "Host", value: "dc01" });\nhost',
      ),
      cell("host.value"),
      cell('host.value = "srv9"'),
    ]);
    await open("widgets.ipynb");
    await command("notebook:run-cell-and-select-next");
    const input = page.getByLabel("Host");
    await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toBe("dc01");
    await input.fill("ws7");
    await input.press("Tab");
    const run = async (index: number) => {
      await page.locator(".jp-CodeCell .cm-content").nth(index).click();
      await command("notebook:run-cell");
      await idle();
    };
    await run(1);
    await expect.poll(() => outputs().nth(1).textContent()).toContain("ws7");
    await run(2);
    await expect.poll(() => input.inputValue()).toBe("srv9");
    await picture("widgets");
    await command("docmanager:save");
    // Without the code that draws.
    expect(readFileSync(join(root, "widgets.ipynb")).length).toBeLessThan(20_000);
    // A new page on the same kernel, as after a reload.
    await open("widgets.ipynb");
    await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toBe("srv9");
    await input.fill("again");
    await input.press("Tab");
    await run(1);
    await expect.poll(() => outputs().nth(1).textContent()).toContain("again");
    await picture("widgets-reloaded");
  });

  test("the settings editor in a cell: the article's steps, saved, and no key in the notebook", async () => {
    const key = "vt-typed-in-the-lab-0453";
    writeNotebook("settings.ipynb", [
      cell(
        'import { MpConfigEdit } from "huntbook";\nconst mpedit = new MpConfigEdit("mine.yaml");\nmpedit.setTab("AzureSentinel");\nmpedit',
      ),
      cell('mpedit.setTab("TI Providers");\nmpedit.isChanged'),
    ]);
    await open("settings.ipynb");
    await command("notebook:run-cell-and-select-next");
    const tab = (name: string) => page.getByRole("tab", { name, exact: true });
    const press = (name: string) => outputs().first().getByRole("button", { name, exact: true }).click();
    const said = (text: string | RegExp) => page.getByRole("status").filter({ hasText: text }).first().waitFor();
    await expect.poll(() => tab("Microsoft Sentinel").getAttribute("aria-selected"), { timeout: 20_000 }).toBe("true");
    await command("notebook:run-cell");
    await expect.poll(() => tab("TI Providers").getAttribute("aria-selected")).toBe("true");
    await page.getByLabel("Add prov").selectOption("VirusTotal");
    await press("Add");
    await said("Added VirusTotal");
    await page.getByLabel("Value").fill(key);
    await press("Update");
    await said("Updated Args.AuthKey; not saved yet");
    await picture("settings-in-a-cell");
    await press("Save Settings");
    await said(/^Saved /);
    expect(readFileSync(join(root, "mine.yaml"), "utf8")).toContain(`AuthKey: ${key}`);
    await command("docmanager:save");
    expect(readFileSync(join(root, "settings.ipynb"), "utf8")).not.toContain(key);
    expect(await page.content()).not.toContain(key);
    rmSync(join(root, "mine.yaml"));
    expect(wrong).toEqual([]);
  });

  test("the settings page is one click away: from the menu, the launcher and the gallery", async () => {
    await open("getting-started.ipynb");
    const opened = async (click: () => Promise<unknown>) => {
      const [settings] = await Promise.all([context.waitForEvent("page"), click()]);
      await settings.getByRole("tab", { name: "MSTICPy", exact: true }).waitFor();
      expect(settings.url()).toBe(address("/settings"));
      return settings;
    };
    const first = await opened(async () => {
      await page.getByRole("menuitem", { name: "Settings", exact: true }).click();
      await page.getByRole("menuitem", { name: "Huntbook Settings" }).click();
    });
    await first.close();
    await command("launcher:create");
    const second = await opened(() => page.locator(".jp-LauncherCard", { hasText: "Huntbook Settings" }).click());
    await second.getByRole("link", { name: "Templates" }).click();
    await second.getByRole("link", { name: "Settings", exact: true }).click();
    await second.getByRole("link", { name: "Open the Lab" }).waitFor();
    expect(second.url()).toBe(address("/settings"));
    await second.close();
  });

  test("the code of a widget comes from the kernel: what a notebook's file holds does not run", async () => {
    const id = "0f0f0f0f0f0f4f0f8f0f0f0f0f0f0f0f";
    const esm =
      "globalThis.owned = 1; export default { initialize() { globalThis.owned = 2; }, render({ el }) { el.textContent = 'Own'; } };";
    const names = { _model_module: "anywidget", _model_module_version: "~0.9.*", _model_name: "AnyModel" };
    const state = {
      ...{ ...names, _view_module: "anywidget", _view_module_version: "~0.9.*", _view_name: "AnyView" },
      ...{ _anywidget_id: "huntbook.widget", _esm: esm, _css: "body { display: none }" },
    };
    const saved = { model_name: "AnyModel", model_module: "anywidget", model_module_version: "~0.9.*", state };
    const view = { version_major: 2, version_minor: 0, model_id: id };
    const output = {
      ...{ output_type: "display_data", metadata: {} },
      data: { "application/vnd.jupyter.widget-view+json": view, "text/plain": "a widget" },
    };
    writeNotebook("stranger.ipynb", [cell("1", [output])]);
    const file = join(root, "stranger.ipynb");
    const notebook = JSON.parse(readFileSync(file, "utf8")) as { metadata: object };
    const widgets = {
      "application/vnd.jupyter.widget-state+json": { version_major: 2, version_minor: 0, state: { [id]: saved } },
    };
    writeFileSync(file, JSON.stringify({ ...notebook, metadata: { ...notebook.metadata, widgets } }));
    await open("stranger.ipynb");
    await expect.poll(() => outputs().first().textContent(), { timeout: 20_000 }).toContain("widget");
    await idle();
    await page.waitForTimeout(2_500);
    const owned = () => page.evaluate(() => (globalThis as { owned?: number }).owned);
    const display = () => page.evaluate(() => getComputedStyle(document.body).display);
    expect({ owned: await owned(), display: await display() }).toEqual({ owned: undefined, display: "block" });
  });

  test("a notebook that nobody trusts shows every view, and nothing in it runs", async () => {
    const untrusted = (outputs: readonly object[]) => ({ ...cell("'theirs'", outputs), metadata: { trusted: false } });
    const shown = (data: object) => ({ output_type: "display_data", metadata: {}, data });
    const texts = [hostileTexts[0], hostileTexts[1], hostileTexts[2], hostileTexts[7], hostileTexts[12]] as string[];
    const cells: object[] = [];
    let views = 0;
    for (const [i, text] of texts.entries())
      for (const figure of sampleFigures(text).filter((_, at) => i === 0 || at % 4 === i - 1)) {
        const named = { ...figure, info: { ...figure.info, title: text, notes: [text] } };
        const bundle = await figureBundle(toView(named), named, {});
        views += 1;
        // Once with our data, once as any other front end sees it: the sanitised HTML alone.
        const foreign = { "text/html": bundle["text/html"], "text/plain": bundle["text/plain"] };
        cells.push(untrusted([shown(bundle)]), untrusted([shown(foreign)]));
      }
    writeNotebook("theirs.ipynb", cells);
    await page.addInitScript(() => {
      const found: string[] = [];
      (globalThis as unknown as { violations: string[] }).violations = found;
      document.addEventListener("securitypolicyviolation", e => found.push(`${e.violatedDirective} ${e.blockedURI}`));
    });
    await open("theirs.ipynb");
    // The Lab draws cells when they come into sight.
    const count = cells.length;
    await expect.poll(() => page.locator(".jp-CodeCell").count(), { timeout: 20_000 }).toBe(count);
    for (let i = 0; i < count; i += 3) {
      await page.locator(".jp-CodeCell").nth(i).scrollIntoViewIfNeeded();
    }
    await expect.poll(() => outputs().locator(".hb-view").count(), { timeout: 20_000 }).toBeGreaterThanOrEqual(views);
    await picture("untrusted");
    const harm = () =>
      page.evaluate(() => {
        const inside = [...document.querySelectorAll(".jp-OutputArea-output, .jp-MarkdownOutput")];
        const all = (selector: string) => inside.flatMap(o => [...o.querySelectorAll(selector)]);
        return {
          owned: document.title.includes("owned"),
          scripts: all("script, iframe, object, embed, link, meta, base, foreignObject, animate").length,
          handlers: all("*").filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length,
          links: all("a").filter(a => /^\s*(javascript|data|vbscript):/i.test(a.getAttribute("href") ?? "")).length,
          violations: (globalThis as unknown as { violations: string[] }).violations,
          drawn: all(".hb-view svg, .hb-view .hb-rows, .hb-view ul.hb-tree, .hb-view img").length,
        };
      });
    const found = await harm();
    expect(found.drawn).toBeGreaterThanOrEqual(views);
    const none = { owned: false, scripts: 0, handlers: 0, links: 0, violations: [], drawn: 0 };
    expect({ ...found, drawn: 0 }).toEqual(none);
    // The corpus as it is, as HTML of another program and as prose: JupyterLab looks for headings in it, which our policy
    // (violations) keeps from running.
    const raw = untrusted(hostileTexts.map(text => shown({ "text/html": text, "text/plain": "plain" })));
    const prose = { cell_type: "markdown", id: "md", metadata: {}, source: hostileTexts.join("\n\n") };
    writeNotebook("raw.ipynb", [raw, prose]);
    await open("raw.ipynb");
    await expect.poll(() => outputs().count(), { timeout: 20_000 }).toBe(hostileTexts.length);
    expect({ ...(await harm()), violations: [], drawn: 0 }).toEqual(none);
  }, 120_000);

  test("views of a cell follow each other, the kernel knows what is chosen, and flagged rows become a finding", async () => {
    writeNotebook("linked.ipynb", [
      cell(
        "%%kql ticks --limit 100000 --view timeline,table\nrange TimeGenerated from datetime(2026-01-10) to datetime(2026-01-12) step 2h | extend User = iff(hourofday(TimeGenerated) < 12, 'dana', 'marc')",
      ),
      cell("(await ticks.selected()).rowCount"),
      cell("%%kql\nFindings | count"),
    ]);
    await open("linked.ipynb");
    await command("notebook:run-cell");
    const status = () => outputs().first().locator(".hb-status").last().textContent();
    await expect.poll(status, { timeout: 20_000 }).toContain("25 rows");
    await page.locator(".hb-stage").first().focus();
    await page.keyboard.press("+");
    await expect.poll(status, { timeout: 20_000 }).toMatch(/15 rows match · chosen/);
    await page.waitForTimeout(500);
    await picture("linked");
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    await command("notebook:run-cell");
    await expect.poll(() => outputs().last().textContent(), { timeout: 20_000 }).toContain("15");
    await page.locator(".hb-flag-sign").nth(2).click();
    await page
      .locator(".hb-flag-sign")
      .nth(4)
      .click({ modifiers: ["Shift"] });
    await page.locator(".hb-grid").locator("xpath=..").getByRole("button", { name: "Finding…" }).click();
    await page.locator(".hb-form input").first().fill("Early ticks");
    await picture("finding-form");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".jp-CodeCell").count()).toBe(4);
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    expect(await page.locator(".jp-CodeCell .cm-content").nth(1).textContent()).toContain("await finding({");
    await command("notebook:run-cell");
    await expect.poll(() => outputs().nth(1).textContent(), { timeout: 20_000 }).toContain("Early ticks");
    await picture("finding");
    await page.locator(".jp-CodeCell .cm-content").nth(3).click();
    await command("notebook:run-cell");
    await expect.poll(() => outputs().last().textContent(), { timeout: 20_000 }).toMatch(/Count.*3/s);
    expect(wrong).toEqual([]);
  }, 120_000);

  test("a bar and a branch are chosen: the other views follow through the kernel, which gives the rows; all can be had back", async () => {
    writeNotebook("chosen.ipynb", [
      cell(
        "%%kql byUser --view bar,table\nrange n from 1 to 12 step 1 | extend User = strcat('user', n % 3) | summarize Tries = count() by User",
      ),
      cell("(await byUser.selected()).rowCount"),
      cell("%%kql --view tree,timeline,table\nDeviceProcessEvents | take 60"),
    ]);
    await open("chosen.ipynb");
    await command("notebook:run-cell");
    const first = page.locator(".jp-CodeCell").first();
    const status = (at: number) => first.locator(".hb-status").nth(at).textContent();
    await expect.poll(() => status(1), { timeout: 20_000 }).toContain("3 rows");
    await first.locator(".hb-stage").focus();
    // Keys of the Lab that mean something else: M and 0, 0 stay without effect on the cell and its kernel.
    for (const key of ["m", "0", "0", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await expect.poll(() => status(1), { timeout: 20_000 }).toMatch(/1 row match · chosen: user\d/);
    expect(await page.locator(".jp-CodeCell").count()).toBe(3);
    expect(await page.locator(".jp-Dialog").count()).toBe(0);
    await page.keyboard.press("Control+s");
    await expect.poll(() => page.locator(".jp-mod-dirty").count(), { timeout: 20_000 }).toBe(0);
    await picture("chosen-bar");
    await page.waitForTimeout(500);
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    await command("notebook:run-cell");
    await expect.poll(() => outputs().last().textContent(), { timeout: 20_000 }).toContain("1");
    await first.getByRole("button", { name: "Clear choice" }).last().click();
    await expect.poll(() => status(1), { timeout: 20_000 }).toContain("3 rows");
    const third = page.locator(".jp-CodeCell").nth(2);
    await third.locator(".cm-content").click();
    await command("notebook:run-cell");
    await expect.poll(() => third.locator(".hb-row-item").count(), { timeout: 20_000 }).toBeGreaterThan(2);
    await third.locator(".hb-row-item strong").nth(1).click();
    await expect.poll(() => third.locator(".hb-status").last().textContent(), { timeout: 20_000 }).toMatch(/chosen: /);
    await expect
      .poll(() => third.locator(".hb-status").nth(1).textContent(), { timeout: 20_000 })
      .toMatch(/every event · chosen: /);
    await third.scrollIntoViewIfNeeded();
    await picture("chosen-branch");
    expect(wrong).toEqual([]);
  }, 120_000);

  test("the hunt window is set in the toolbar, kept in the notebook, and applies to its cells", async () => {
    writeNotebook("window.ipynb", [cell("%%kql\nSigninLogs | count")]);
    await open("window.ipynb");
    const count = async () => {
      await command("notebook:run-cell");
      await idle();
      return Number(await outputs().locator('.hb-grid-row[aria-rowindex="1"], td').last().textContent());
    };
    const all = await count();
    const button = page.locator(".hb-window-button");
    expect(await button.textContent()).toContain("all times");
    await button.click();
    await page.locator(".hb-window-form select").selectOption("last");
    await page.getByLabel("How far back").fill("soon");
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    await expect.poll(() => page.locator(".hb-window-problem").textContent()).toContain("'soon' is not a time span");
    await page.getByLabel("How far back").fill("2d");
    await picture("hunt-window");
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    await expect.poll(() => button.textContent()).toContain("last 2d");
    const some = await count();
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(all);
    await command("docmanager:save");
    const { metadata } = JSON.parse(readFileSync(join(root, "window.ipynb"), "utf8")) as { metadata: object };
    expect(metadata).toMatchObject({ huntbook: { window: { last: "2d" } } });
    await open("window.ipynb");
    await expect.poll(() => button.textContent()).toContain("last 2d");
    expect(await page.getByRole("button", { name: "last 2d" }).count()).toBe(1);
  });

  test("the gallery: a template is given a name and opens", async () => {
    await page.goto(address("/gallery"));
    await picture("gallery");
    const card = page.locator(".card", { hasText: "New hunt" });
    await card.locator('input[name="name"]').fill("case 42");
    await card.getByRole("button", { name: "Create and launch" }).click();
    await page.waitForSelector("body[data-huntbook-ready]", { state: "attached" });
    expect(page.url()).toBe(address("/lab/tree/case%2042.ipynb"));
    await page.waitForSelector(".jp-Cell");
    expect(existsSync(join(root, "case 42.ipynb"))).toBe(true);
    await page.waitForSelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]');
    await picture("launched");
  });

  test("the dark theme, with an output", async () => {
    writeNotebook("dark.ipynb", [cell("%%kql\nSigninLogs | summarize count() by ResultType")]);
    await open("dark.ipynb");
    await command("notebook:run-all-cells");
    await tables().first().waitFor({ timeout: 60_000 });
    await command("apputils:change-theme", { theme: "JupyterLab Dark" });
    await page.waitForFunction(() => document.body.dataset["jpThemeLight"] === "false");
    await page.waitForTimeout(500);
    await picture("dark");
    await command("apputils:change-theme", { theme: "JupyterLab Light" });
    await page.waitForFunction(() => document.body.dataset["jpThemeLight"] === "true");
  });

  test("outputs and the checkpoint that still has them can be cleared in one step", async () => {
    writeNotebook("secret.ipynb", [cell("'hunter2'.toUpperCase()")]);
    await open("secret.ipynb");
    await command("notebook:run-all-cells");
    await expect.poll(() => outputs().first().textContent(), { timeout: 20_000 }).toContain("HUNTER2");
    await command("docmanager:save");
    const kept = () =>
      readdirSync(join(base, "data", "server", "checkpoints"))
        .map(n => readFileSync(join(base, "data", "server", "checkpoints", n), "utf8"))
        .join("");
    await expect.poll(kept, { timeout: 20_000 }).toContain("HUNTER2");
    await command("huntbook:clear-outputs-and-checkpoints");
    expect(readFileSync(join(root, "secret.ipynb"), "utf8")).not.toContain("HUNTER2");
    expect(kept()).not.toContain("HUNTER2");
  });

  const hostile = [
    `<script>globalThis.owned = 1</script>`,
    `<img src=x onerror="globalThis.owned = 1">`,
    `<svg onload="globalThis.owned = 1"><script>globalThis.owned = 1</script><foreignObject><iframe src="javascript:top.owned=1"></iframe></foreignObject></svg>`,
    `<a href="javascript:globalThis.owned=1" class="probe">click</a><a href="java&#10;script:globalThis.owned=1" class="probe">click</a>`,
    `<form action="/api/shutdown" method="post"><button class="probe">click</button></form>`,
    `<button data-commandlinker-command="notebook:run-all-cells" data-commandlinker-args="{}" class="probe">click</button>`,
    `<a href="#" data-commandlinker-command="notebook:run-all-cells" data-commandlinker-args="{}">click</a>`,
    `<img name="getElementById"><img id="jupyter-config-data"><form id="currentScript"></form>`,
    `<iframe srcdoc="<script>parent.owned = 1</script>"></iframe><object data="data:text/html,<script>parent.owned=1</script>"></object>`,
    `<link rel=stylesheet href="http://evil.example/a.css"><style>@import "http://evil.example/b.css"; body{display:none}</style>`,
    `<img src="http://evil.example/beacon.png"><div style="background:url(http://evil.example/c.png);position:fixed;inset:0">cover</div>`,
    `<div class="jp-Dialog lm-Widget">cover</div><meta http-equiv="refresh" content="0;url=http://evil.example">`,
    `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=globalThis.owned=1&gt;">`,
    `<noscript><p title="</noscript><img src=x onerror=globalThis.owned=1>">`,
    `<textarea><img title="</textarea><img src onerror=globalThis.owned=1>"></textarea>`,
  ];
  const display = (data: object) => ({ output_type: "display_data", metadata: {}, data });
  const hostileCells = () => [
    {
      cell_type: "markdown",
      id: "md",
      metadata: {},
      source: `# Hostile\n\n${hostile.join("\n\n")}\n\n[x](javascript:globalThis.owned=1) ![x](http://evil.example/md.png)`,
    },
    ...hostile.map(text => cell("1", [display({ "text/html": text, "text/plain": "plain" })])),
    cell("1", [display({ "text/markdown": hostile.join("\n\n") })]),
    cell("1", [display({ "image/svg+xml": hostile[2] })]),
    cell("1", [display({ "application/javascript": "globalThis.owned = 1", "text/plain": "script" })]),
    cell("1", [
      display({
        "text/latex": "$\\href{javascript:globalThis.owned=1}{x}\\includegraphics{http://evil.example/l.png}$",
      }),
    ]),
    cell("1", [
      display({
        "application/vnd.vegalite.v5+json": {
          $schema: "x",
          data: { url: "http://evil.example/d.json" },
          mark: "bar",
          encoding: {},
          usermeta: { embedOptions: { loader: { http: {} } } },
        },
      }),
    ]),
    cell("1", [
      display({
        "application/vnd.vega.v5+json": {
          signals: [{ name: "a", init: "(globalThis.owned = 1)" }],
          marks: [{ type: "image", encode: { enter: { url: { value: "http://evil.example/v.png" } } } }],
        },
      }),
    ]),
    cell("1", [
      {
        output_type: "stream",
        name: "stdout",
        text: `\u001b]8;;javascript:globalThis.owned=1\u001b\\x\u001b]8;;\u001b\\ ${hostile[1]}`,
      },
    ]),
    cell("1", [
      {
        output_type: "error",
        ename: hostile[1],
        evalue: hostile[1],
        traceback: [hostile[1], `\u001b[31m${hostile[0]}`],
      },
    ]),
  ];

  /** Nothing ran, nothing covers the page, nothing was fetched, no name of the page was taken. */
  async function expectHarmless(): Promise<void> {
    await page.waitForTimeout(800);
    for (const probe of await page.locator(".jp-OutputArea-output .probe, .jp-RenderedMarkdown a").all())
      await probe.click({ timeout: 500, force: true, noWaitAfter: true }).catch(() => undefined);
    await page.waitForTimeout(300);
    const state = await page.evaluate(() => ({
      owned: (globalThis as unknown as { owned?: unknown }).owned,
      // What no output may hold, by name, so that a failure says what it was.
      forbidden: [
        ...document.querySelectorAll(
          ["form:not(.vega-bindings)", "iframe", "object", "script", "link", "meta", "style"]
            .map(t => `.jp-OutputArea-output ${t}`)
            .join(),
        ),
      ].map(e => e.outerHTML.slice(0, 200)),
      names: document.querySelectorAll(
        ".jp-OutputArea [name], .jp-OutputArea [id='currentScript'], .jp-OutputArea [data-commandlinker-command]",
      ).length,
      fixed: [...document.querySelectorAll(".jp-OutputArea-output *, .jp-RenderedMarkdown *")].filter(
        e => getComputedStyle(e).position === "fixed",
      ).length,
      config: document.getElementById("jupyter-config-data")?.tagName,
      handlers: [...document.querySelectorAll(".jp-OutputArea-output *, .jp-RenderedMarkdown *")].filter(e =>
        [...e.attributes].some(a => a.name.startsWith("on")),
      ).length,
      url: location.href,
    }));
    expect(state).toMatchObject({ owned: undefined, forbidden: [], names: 0, fixed: 0, config: "SCRIPT", handlers: 0 });
    expect(state.url).toContain("/tree/");
    expect(outside.filter(u => u.includes("evil.example") && !u.startsWith("blocked"))).toEqual([]);
    expect((await page.request.get(address("/api/status"))).status()).toBe(200);
  }

  test("a hostile notebook does nothing, whether it is trusted or not", async () => {
    writeNotebook("hostile.ipynb", hostileCells());
    await open("hostile.ipynb");
    await expectHarmless();
    await page.request.post(address("/api/contents/hostile.ipynb/trust"), {
      headers: {
        "x-xsrftoken": await page.evaluate(
          () =>
            (JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}") as { xsrfToken: string })
              .xsrfToken,
        ),
        origin: new URL(server.address).origin,
      },
    });
    await open("hostile.ipynb");
    await expectHarmless();
    await picture("hostile");
  });

  test("pasted cells neither run nor act", async () => {
    writeNotebook("paste.ipynb", [cell("1")]);
    await open("paste.ipynb");
    const pasted = hostileCells().map(c => ({ ...c, metadata: { trusted: true } }));
    await page.evaluate(async cells => {
      const app = (
        globalThis as unknown as {
          jupyterapp: {
            shell: {
              currentWidget: { content: { model: { sharedModel: { insertCells(i: number, c: unknown): void } } } };
            };
          };
        }
      ).jupyterapp;
      await navigator.clipboard.writeText(JSON.stringify(cells)).catch(() => undefined);
      // What pasting ends with, whatever the browser lets a page read from the clipboard.
      app.shell.currentWidget.content.model.sharedModel.insertCells(1, cells);
    }, pasted);
    await expectHarmless();
    expect(await page.locator(".jp-InputPrompt", { hasText: /\[\d+\]/ }).count()).toBe(0);
  });

  test("code that displays hostile data while it runs is no different", async () => {
    const texts = JSON.stringify(hostile);
    writeNotebook("live.ipynb", [
      cell(
        `import { display } from "huntbook";\nfor (const html of ${texts}) display({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": html, "application/javascript": "globalThis.owned = 1" }) });`,
      ),
    ]);
    await open("live.ipynb");
    await command("notebook:run-all-cells");
    await expect.poll(() => outputs().count(), { timeout: 20_000 }).toBeGreaterThan(5);
    await expectHarmless();
  });

  test("a notebook of 1,000 cells runs whole, and is edited and saved at its end", async () => {
    writeNotebook(
      "big.ipynb",
      Array.from({ length: 1000 }, (_, i) => cell(`${i} * 2`, [], `cell-${i}`)),
    );
    await open("big.ipynb");
    await command("notebook:run-all-cells");
    await idle();
    await page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer").evaluate(e => {
      e.scrollTop = e.scrollHeight;
    });
    await expect.poll(() => outputs().last().textContent(), { timeout: 60_000 }).toContain("1998");
    await page.locator(".jp-CodeCell .cm-content").last().click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" + 1");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => outputs().last().textContent(), { timeout: 20_000 }).toContain("1999");
    await picture("thousand-cells");
    await command("docmanager:save");
    const saved = onDisk("big.ipynb").cells;
    expect([saved.length, saved.at(-1)?.source, saved.every(c => c.outputs?.length === 1)]).toEqual([
      1000,
      ["999 * 2 + 1"],
      true,
    ]);
    expect(wrong).toEqual([]);
  }, 150_000);

  test("a cell that prints 10 MB: the page shows both ends, says what it left out and gives it; the notebook keeps all", async () => {
    const big = "x".repeat(99) + "\n";
    writeNotebook("loud.ipynb", [
      cell(
        `for (let i = 0; i < 100; i += 1) console.log(${JSON.stringify(big)}.repeat(1000));\nconsole.log("the end")`,
      ),
      cell("'after'"),
    ]);
    await open("loud.ipynb");
    await command("notebook:run-all-cells");
    await expect.poll(() => outputs().last().textContent(), { timeout: 30_000 }).toContain("after");
    const printed = outputs().first();
    expect(await printed.locator(".hb-cut").textContent()).toMatch(
      /^9\.9 MB of this output \(99,\d{3} lines\) are not drawn/,
    );
    expect((await printed.textContent())?.trimEnd()).toMatch(/x\n+the end$/);
    const drawn = async () => (await printed.textContent())?.length ?? 0;
    expect(await drawn()).toBeLessThan(150_000);
    // The page answers: typing in the next cell, and running it.
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("'still here'");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => outputs().last().textContent(), { timeout: 10_000 }).toContain("still here");
    await picture("ten-megabytes");
    await printed.getByRole("button", { name: "Show more" }).click();
    expect(await drawn()).toBeGreaterThan(300_000);
    const download = page.waitForEvent("download");
    await printed.getByRole("button", { name: "Save all as a file" }).click();
    const file = await (await download).path();
    expect(readFileSync(file).length).toBe(10_000_000 + 100 + "the end\n".length);
    await command("docmanager:save");
    await expect
      .poll(() => readFileSync(join(root, "loud.ipynb")).length, { timeout: 30_000 })
      .toBeGreaterThan(10_000_000);
    await open("loud.ipynb");
    await expect.poll(() => printed.locator(".hb-cut").count()).toBe(1);
    expect(await drawn()).toBeLessThan(150_000);
    expect(wrong).toEqual([]);
  }, 90_000);

  test("a loop that prints without end: the page stays usable, a line says what is left out, and interrupting it ends it", async () => {
    writeNotebook("endless.ipynb", [
      cell("let n = 0;\nwhile (true) console.log(`${(n += 1)} ${'x'.repeat(990)}`)"),
      cell("'after'"),
    ]);
    await open("endless.ipynb");
    void command("notebook:run-cell").catch(() => undefined);
    const printed = outputs().filter({ hasText: "which is as much as is shown" });
    await printed.first().waitFor({ timeout: 60_000 });
    // The page answers while the loop goes on.
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("n > 16_000");
    await picture("endless-runs");
    await command("notebook:interrupt-kernel");
    // Ours is drawn as what a terminal shows, like every error.
    const ended = outputs().filter({ hasText: "notebook/interrupted: the cell was interrupted" });
    await expect.poll(() => ended.count(), { timeout: 30_000 }).toBe(1);
    await idle();
    await picture("endless-interrupted");
    await page.locator(".jp-CodeCell .cm-content").nth(1).click();
    await command("notebook:run-cell");
    await expect.poll(() => outputs().last().textContent(), { timeout: 20_000 }).toContain("true");
    expect(await outputs().filter({ hasText: "Huntbook: left out here:" }).count()).toBe(1);
    expect(wrong).toEqual([]);
  }, 150_000);

  test("10 MB of plain text, of markup and of Markdown are cut or asked for; pieces of a line stay in their place", async () => {
    writeNotebook("wide.ipynb", [
      cell('await display({ "text/plain": "<b>&lt;".repeat(2_000_000) }, { raw: true })'),
      cell('await display({ "text/html": "<p>row</p>".repeat(1_000_000) }, { raw: true })'),
      cell('await display({ "text/markdown": "- *row*\\n".repeat(1_200_000) }, { raw: true })'),
      cell(
        'for (let i = 0; i <= 100; i += 1) { process.stdout.write(`\\r\\u001b[31m${i} %\\u001b[0m`); await new Promise(r => setTimeout(r, 3)); }\nconsole.log(" <done> & dusted");',
      ),
    ]);
    await open("wide.ipynb");
    await command("notebook:run-all-cells");
    await expect.poll(() => outputs().last().textContent(), { timeout: 30_000 }).toContain("done");
    expect(await outputs().nth(0).locator(".hb-cut").textContent()).toMatch(/^13\.9 MB of this output \(0 lines\)/);
    expect((await outputs().nth(0).textContent())?.startsWith("<b>&lt;<b>&lt;")).toBe(true);
    expect(await outputs().nth(1).textContent()).toMatch(/^10\.0 MB of markup are not drawn/);
    expect(await outputs().nth(2).textContent()).toMatch(/^9\.6 MB of markup are not drawn/);
    expect((await outputs().nth(3).textContent())?.trimEnd()).toBe("100 % <done> & dusted");
    expect(await outputs().nth(3).locator(".ansi-red-fg").textContent()).toBe("100 %");
    await picture("cut-outputs");
    expect(wrong).toEqual([]);
  }, 90_000);
});
