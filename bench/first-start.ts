/**
 * The first start as a newcomer has it: a clean clone of this repository's HEAD, `npm ci`, `npm start -- --no-open --port 0`, until
 * the address is printed and until Getting started can be typed in. Then a second start of the same clone. Fetches packages from
 * the registry that npm is configured for; npm's cache of this machine is used as it is (`--cold`: an empty one).
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { launchChromium } from "../test/browser/chromium.js";
import { machine, saveResult } from "./measure.js";

const limitsMs: Readonly<Record<string, number>> = { "first start: page": 240_000, "later start: page": 4000 };
const repository = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "huntbook-bench-first-"));
const clone = join(folder, "huntbook");
const env = {
  ...process.env,
  HUNTBOOK_HOME: join(folder, "home"),
  ...(process.argv.includes("--cold") ? { npm_config_cache: join(folder, "npm") } : {}),
};
const times: Record<string, number> = {};

function note(name: string, ms: number): void {
  times[name] = Math.round(ms);
  const limit = limitsMs[name];
  const verdict = limit === undefined ? "" : `  limit ${limit / 1000} s: ${ms <= limit ? "kept" : "NOT KEPT"}`;
  console.log(`${name.padEnd(24)} ${(ms / 1000).toFixed(1).padStart(7)} s${verdict}`);
}

function must(command: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(command, args, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}

/** The address that `npm start` prints, and how to stop it. */
function start(): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
  const args = ["start", "--silent", "--", "--no-open", "--port", "0"];
  const child = spawn("npm", args, { cwd: clone, env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>(resolve => child.once("exit", () => resolve()));
  const stop = async () => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await ended;
  };
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const address = /^http:\S+$/m.exec(said)?.[0];
      if (address !== undefined && said.includes("\n")) resolve({ address, stop });
    });
    child.once("exit", code => reject(new Error(`npm start ended with ${code}`)));
  });
}

async function measure(name: string, fromMs: number): Promise<void> {
  const { address, stop } = await start();
  note(`${name}: address`, performance.now() - fromMs);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(address);
    await page.locator(".jp-NotebookPanel .jp-CodeCell .cm-content").first().click();
    note(`${name}: page`, performance.now() - fromMs);
  } finally {
    await browser.close();
    await stop();
  }
}

try {
  console.log(machine());
  must("git", ["clone", "--quiet", repository, clone], folder);
  const firstMs = performance.now();
  must("npm", ["ci", "--no-progress", "--silent"], clone);
  note("npm ci", performance.now() - firstMs);
  await measure("first start", firstMs);
  await measure("later start", performance.now());
  saveResult("first-start", { times });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
