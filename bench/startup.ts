/**
 * Start-up as a user feels it, against bare Node: `import "huntbook"`, and a cold `huntbook query` on the small demo whose plan was
 * kept from an earlier one, with the compiler's snapshot alone, and without (as the first time on a machine). Medians of seven, alternating. Needs `npm run build`.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { median, saveResult } from "./measure.js";
import { benchTenant } from "./tenant.js";

const rounds = 7;
const root = join(import.meta.dirname, "..");
const query = [
  join(root, "bin/huntbook.js"),
  ...["query", "SigninLogs | summarize count() by ResultType | top 3 by count_"],
];

interface Measured {
  readonly args: readonly string[];
  readonly home: string;
  readonly forgetPlans?: boolean;
}

function run(args: readonly string[], home: string): number {
  const startedMs = performance.now();
  const env = { ...process.env, HUNTBOOK_HOME: home };
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", env });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  return performance.now() - startedMs;
}

/** A data folder with the demo in which no snapshot can be kept: its cache is no folder. */
function homeWithout(tenant: string, home: string): string {
  mkdirSync(home, { recursive: true });
  cpSync(tenant, join(home, "contoso"), { recursive: true });
  writeFileSync(join(home, "cache"), "");
  return home;
}

/** A data folder with the demo and a finished snapshot, which the first query makes in the background. */
async function homeWith(tenant: string, home: string): Promise<string> {
  cpSync(tenant, join(home, "contoso"), { recursive: true });
  run(query, home);
  const cache = join(home, "cache");
  const isMade = (): boolean => existsSync(cache) && readdirSync(cache).some(name => name.endsWith(".snapshot"));
  for (let tries = 0; !isMade(); tries += 1) {
    if (tries > 600) throw new Error("no snapshot was made within a minute");
    await sleep(100);
  }
  return home;
}

const folder = mkdtempSync(join(tmpdir(), "huntbook-bench-home-"));
try {
  const tenant = await benchTenant("small");
  const cold = homeWithout(tenant, join(folder, "without"));
  const warm = await homeWith(tenant, join(folder, "with"));
  const commands: Readonly<Record<string, Measured>> = {
    "bare node": { args: ["--input-type=module", "-e", "0"], home: warm },
    'import "huntbook"': { args: ["--input-type=module", "-e", 'await import("huntbook")'], home: warm },
    "query, kept plan": { args: query, home: warm },
    "query, snapshot": { args: query, home: warm, forgetPlans: true },
    "query, no snapshot": { args: query, home: cold },
  };
  const times = new Map<string, number[]>(Object.keys(commands).map(name => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, { args, home, forgetPlans = false }] of Object.entries(commands)) {
      if (forgetPlans) rmSync(join(home, "cache", "plans"), { recursive: true, force: true });
      times.get(name)?.push(run(args, home));
    }
  const bare = median(times.get("bare node") ?? []);
  for (const [name, values] of times) {
    const ms = median(values);
    console.log(`${name.padEnd(18)} ${ms.toFixed(0)} ms  (${(ms - bare).toFixed(0)} ms over bare node)`);
  }
  saveResult("startup", { mediansMs: Object.fromEntries([...times].map(([name, values]) => [name, median(values)])) });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
