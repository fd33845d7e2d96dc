/**
 * The Lab as a user waits for it, on the small demo: `huntbook start` until its address can be opened (against bare Node),
 * the page until a notebook's kernel is idle, a notebook of 1,000 cells, and a cell that prints 10 MB. Needs `npm run build`,
 * `npm run fetch-all` and a Chromium. The first start, which installs and builds, is timed by hand on a clean clone.
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Page } from "playwright-core";
import { smallPack } from "../src/enrich/geo/small-pack.js";
import { launchChromium } from "../test/browser/chromium.js";
import { median, saveResult, timed } from "./measure.js";
import { benchTenant } from "./tenant.js";

const rounds = 5;
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "huntbook-bench-lab-"));
const home = join(folder, "home");
const env = { ...process.env, HUNTBOOK_HOME: home };

interface Started {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/** Resolves with the line that holds the address. */
function start(): Promise<Started> {
  const args = [join(root, "bin/huntbook.js"), "start", "--no-open", "--port", "0"];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<void>(resolve => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
  };
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("\n")) resolve({ address: said.trim(), stop });
    });
    child.once("exit", code => reject(new Error(`start ended with ${code}`)));
  });
}

function writeNotebook(name: string, sources: readonly string[]): void {
  const cells = sources.map((source, i) => ({
    ...{ cell_type: "code", id: `c${i}`, source, metadata: {}, outputs: [], execution_count: null },
  }));
  const kernelspec = { name: "huntbook", display_name: "TypeScript (Huntbook)", language: "typescript" };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells };
  writeFileSync(join(home, "notebooks", name), JSON.stringify(notebook));
}

/** Opens a notebook in the Lab and waits until its kernel has nothing to do. */
async function open(page: Page, address: string, name: string): Promise<void> {
  await page.goto(new URL(`/lab/workspaces/bench-${name}/tree/${name}?expose`, address).href);
  await page.waitForSelector(".jp-NotebookPanel .jp-Cell");
  // JupyterLab drops what is run before the kernel is connected.
  await page.waitForFunction(() => {
    interface Panel {
      readonly sessionContext?: { readonly session?: { readonly kernel?: Kernel | null } | null };
    }
    interface Kernel {
      readonly status: string;
      readonly connectionStatus: string;
    }
    const lab = (globalThis as unknown as { jupyterapp?: { shell: { currentWidget: Panel | null } } }).jupyterapp;
    const kernel = lab?.shell.currentWidget?.sessionContext?.session?.kernel;
    return kernel?.connectionStatus === "connected" && kernel.status === "idle";
  });
}

try {
  cpSync(await benchTenant("small"), join(home, "contoso"), { recursive: true });
  for (const dir of ["notebooks", "geo"]) mkdirSync(join(home, dir), { recursive: true });
  writeFileSync(join(home, "geo/places-1.pack"), smallPack());
  writeNotebook("small.ipynb", ["1 + 1"]);
  writeNotebook(
    "big.ipynb",
    Array.from({ length: 1000 }, (_, i) => `${i}`),
  );
  const loud = "for (let i = 0; i < 100; i += 1) console.log(('x'.repeat(99) + '\\n').repeat(1000));";
  writeNotebook("loud.ipynb", [loud, "'after'"]);

  const times: Record<string, number[]> = { bare: [], start: [], page: [] };
  const browser = await launchChromium();
  for (let round = 0; round < rounds; round += 1) {
    times["bare"]?.push(await timed(() => spawnSync(process.execPath, ["-e", "0"])));
    let server: Started | undefined;
    times["start"]?.push(await timed(async () => (server = await start())));
    const { address, stop } = server as unknown as Started;
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address.replace("/?", "/gallery?"));
    times["page"]?.push(await timed(() => open(page, address, "small.ipynb")));
    if (round === rounds - 1) {
      times["1,000 cells"] = [await timed(() => open(page, address, "big.ipynb"))];
      await open(page, address, "loud.ipynb");
      times["10 MB"] = [
        await timed(async () => {
          await page.evaluate(() =>
            (
              globalThis as unknown as { jupyterapp: { commands: { execute(id: string): Promise<unknown> } } }
            ).jupyterapp.commands
              .execute("notebook:run-all-cells")
              .then(() => undefined),
          );
          await page.locator(".jp-OutputArea-output", { hasText: "'after'" }).waitFor({ timeout: 60_000 });
        }),
      ];
    }
    await context.close();
    await stop();
    // As it comes: what fails later does not take it away.
    for (const [name, values] of Object.entries(times))
      console.log(`${round} ${name}: ${values.at(-1)?.toFixed(0)} ms`);
  }
  await browser.close();
  for (const [name, values] of Object.entries(times)) console.log(`${name.padEnd(12)} ${median(values).toFixed(0)} ms`);
  saveResult("lab", { mediansMs: Object.fromEntries(Object.entries(times).map(([n, v]) => [n, median(v)])) });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
