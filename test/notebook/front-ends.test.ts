/// <reference lib="dom" />
/**
 * Other people's front ends drive our kernel: JupyterLab 4, Notebook 7 and the classic Notebook (nbclassic), each with its own
 * server, in Chromium. Needs a Python that has them (`pip install jupyterlab notebook nbclassic ipywidgets anywidget`), named by
 * HUNTBOOK_JUPYTER_PYTHON; what is missing is skipped, by name. HUNTBOOK_SCREENSHOTS names a folder for pictures.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installKernel } from "../../src/notebook/client/install.js";
import { contosoDir, generateDemo } from "../../src/session/demo.js";
import { launchChromium, withoutBrowser } from "../browser/chromium.js";

const python = process.env["HUNTBOOK_JUPYTER_PYTHON"] ?? "python3";
const pictures = process.env["HUNTBOOK_SCREENSHOTS"];

interface FrontEnd {
  readonly name: string;
  /** Python's module that starts its server. */
  readonly module: string;
  readonly args: readonly string[];
  readonly path: string;
  readonly outputs: string;
  /** Runs the cell of this index. */
  readonly run: (page: Page, index: number) => Promise<void>;
  readonly interrupt: (page: Page) => Promise<void>;
  /** Whether the kernel is connected and has nothing to do. */
  readonly isIdle: (page: Page) => Promise<boolean>;
}

interface JupyterLabPage {
  readonly jupyterapp?: {
    readonly commands: { execute(id: string): Promise<unknown> };
    readonly shell: {
      readonly currentWidget: { content: { activeCellIndex: number }; sessionContext?: Session } | null;
    };
  };
}
interface Session {
  readonly session?: { readonly kernel?: { readonly status: string; readonly connectionStatus: string } | null } | null;
}
const labCommand = (page: Page, id: string) =>
  page.evaluate(
    name => (globalThis as unknown as JupyterLabPage).jupyterapp?.commands.execute(name).then(() => undefined),
    id,
  );
/** JupyterLab 4 and Notebook 7 are made of the same parts. */
const labParts: Pick<FrontEnd, "outputs" | "run" | "interrupt" | "isIdle"> = {
  outputs: ".jp-Cell-outputArea",
  run: async (page, index) => {
    await page.evaluate(at => {
      const panel = (globalThis as unknown as JupyterLabPage).jupyterapp?.shell.currentWidget;
      if (panel !== null && panel !== undefined) panel.content.activeCellIndex = at;
    }, index);
    void labCommand(page, "notebook:run-cell").catch(() => undefined);
  },
  interrupt: async page => void (await labCommand(page, "notebook:interrupt-kernel")),
  isIdle: page =>
    page.evaluate(() => {
      const panel = (globalThis as unknown as JupyterLabPage).jupyterapp?.shell.currentWidget;
      const kernel = panel?.sessionContext?.session?.kernel;
      return kernel?.status === "idle" && kernel.connectionStatus === "connected";
    }),
};
interface ClassicPage {
  readonly Jupyter: {
    readonly notebook: {
      execute_cells(indices: readonly number[]): void;
      readonly kernel: { interrupt(): void; is_connected(): boolean } | null;
      readonly kernel_busy?: boolean;
    };
  };
}
const frontEnds: readonly FrontEnd[] = [
  {
    name: "JupyterLab",
    module: "jupyterlab",
    args: ["--LabApp.expose_app_in_browser=True"],
    path: "/lab/tree/hunt.ipynb",
    ...labParts,
  },
  {
    name: "Notebook",
    module: "notebook",
    args: ["--JupyterNotebookApp.expose_app_in_browser=True"],
    path: "/notebooks/hunt.ipynb",
    ...labParts,
  },
  {
    name: "classic Notebook (nbclassic)",
    module: "nbclassic",
    args: [],
    // Beside Notebook 7 its pages have a prefix.
    path: "/nbclassic/notebooks/hunt.ipynb",
    outputs: ".code_cell .output_wrapper",
    run: (page, index) =>
      page.evaluate(at => (globalThis as unknown as ClassicPage).Jupyter.notebook.execute_cells([at]), index),
    interrupt: page => page.evaluate(() => (globalThis as unknown as ClassicPage).Jupyter.notebook.kernel?.interrupt()),
    isIdle: page =>
      page.evaluate(() => {
        const { notebook } = (globalThis as unknown as Partial<ClassicPage>).Jupyter ?? {};
        return notebook?.kernel?.is_connected() === true && document.querySelector(".kernel_idle_icon") !== null;
      }),
  },
];

function versionOf(module: string): string | undefined {
  const asked = spawnSync(python, ["-c", `import ${module}; print(${module}.__version__)`], { encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
const env = {
  ...process.env,
  HOME: dir,
  HUNTBOOK_HOME: join(dir, "home"),
  JUPYTER_DATA_DIR: join(dir, "jupyter"),
  JUPYTER_RUNTIME_DIR: join(dir, "runtime"),
  JUPYTER_CONFIG_DIR: join(dir, "config"),
  JUPYTER_PLATFORM_DIRS: "0",
  // pyenv and the like live in the real home.
  PYENV_ROOT: process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"),
};
const versions = frontEnds.map(f => versionOf(f.module));
const hasWidgets = spawnSync(python, ["-c", "import ipywidgets, anywidget"], { stdio: "ignore" }).status === 0;
const nobody = versions.every(v => v === undefined) || withoutBrowser;
let browser: Browser;

beforeAll(async () => {
  if (nobody) return;
  const environment = { env, platform: process.platform, home: dir };
  const options = { name: "huntbook", displayName: "TypeScript (Huntbook)", args: [], environment };
  installKernel({ place: { kind: "user" }, ...options });
  mkdirSync(env.HUNTBOOK_HOME, { recursive: true });
  const nowMs = Date.parse("2026-01-13T18:00:00Z");
  await generateDemo({ dir: contosoDir(env.HUNTBOOK_HOME), rows: 30_000, nowMs, onProgress: () => undefined });
  browser = await launchChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise(resolve => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function startServer({ module, args }: FrontEnd, root: string, port: number): Promise<ChildProcess> {
  const common = ["--no-browser", "--allow-root", "--IdentityProvider.token=t0ken", `--ServerApp.port=${port}`];
  const more = ["--ServerApp.ip=127.0.0.1", `--ServerApp.root_dir=${root}`, "--LabApp.news_url=", ...args];
  const server = spawn(python, ["-m", module, ...common, ...more], {
    env,
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (d: Buffer) => (said += d.toString()));
  for (let waited = 0; waited < 60_000; waited += 300) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/status?token=t0ken`).catch(() => undefined);
    if (answer?.ok === true) return server;
    if (server.exitCode !== null) break;
    await delay(300);
  }
  server.kill("SIGKILL");
  throw new Error(`${module} does not answer: ${said.slice(-2000)}`);
}

const sources = [
  "const n: number = 6;\nn * 7",
  "%%kql hits\nSigninLogs | summarize Total = count()",
  'import { nbwidgets } from "huntbook";\nconst host = new nbwidgets.Text({ label: "Host", value: "dc01" });\nhost',
  "host.value",
  "while (true) {}",
  'host.value = "srv9"; n + 1',
];

for (const [i, frontEnd] of frontEnds.entries()) {
  const version = versions[i];
  const skips = nobody || version === undefined || !hasWidgets;
  const title = skips
    ? ` (SKIPPED: '${python}' has no ${frontEnd.module} with ipywidgets and anywidget, or there is no Chromium)`
    : ` ${version}`;
  test.skipIf(skips)(
    `${frontEnd.name}${title}: cells, KQL, a widget both ways, an interrupt`,
    async () => {
      const root = join(dir, frontEnd.module);
      mkdirSync(root);
      const cells = sources.map((source, n) => ({
        ...{ cell_type: "code", id: `c${n}`, metadata: {}, execution_count: null, outputs: [], source },
      }));
      const kernelspec = { name: "huntbook", display_name: "TypeScript (Huntbook)", language: "typescript" };
      const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells };
      writeFileSync(join(root, "hunt.ipynb"), JSON.stringify(notebook));
      const port = await freePort();
      const server = await startServer(frontEnd, root, port);
      const context = await browser.newContext({ viewport: { width: 1200, height: 1000 } });
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      if (process.env["HUNTBOOK_DEBUG"] === "1") page.on("console", m => console.log(m.type(), m.text().slice(0, 300)));
      try {
        await page.goto(`http://127.0.0.1:${port}${frontEnd.path}?token=t0ken`);
        const idle = () => expect.poll(() => frontEnd.isIdle(page).catch(() => false), { timeout: 60_000 }).toBe(true);
        const output = (n: number) => page.locator(frontEnd.outputs).nth(n);
        const shows = (n: number, text: RegExp) =>
          expect.poll(() => output(n).textContent(), { timeout: 40_000 }).toMatch(text);
        await idle();
        await frontEnd.run(page, 0);
        await shows(0, /42/);
        await frontEnd.run(page, 1);
        await shows(1, /Total[\s\S]*\d{3}/);
        await frontEnd.run(page, 2);
        const input = page.getByLabel("Host");
        await expect.poll(() => input.inputValue(), { timeout: 40_000 }).toBe("dc01");
        await input.fill("ws7");
        await input.press("Tab");
        await frontEnd.run(page, 3);
        await shows(3, /ws7/);
        await frontEnd.run(page, 4);
        await expect.poll(() => frontEnd.isIdle(page), { timeout: 20_000 }).toBe(false);
        await frontEnd.interrupt(page);
        await shows(4, /the cell was interrupted/);
        await idle();
        await frontEnd.run(page, 5);
        await shows(5, /7/);
        await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toBe("srv9");
      } finally {
        if (pictures !== undefined) {
          mkdirSync(pictures, { recursive: true });
          await page.screenshot({ path: join(pictures, `front-end-${frontEnd.module}.png`) });
        }
        await context.close();
        // Politely, so that it ends its kernels.
        server.kill("SIGTERM");
        await new Promise(resolve => server.once("exit", resolve));
      }
    },
    180_000,
  );
}
