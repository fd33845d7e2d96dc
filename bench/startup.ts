/**
 * Start-up as a user feels it, against bare Node: `import "huntbook"`, and a cold `huntbook query` on the small demo. Needs
 * `npm run build`, and the demo (`npm start` once). Medians of seven, interleaved.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

const root = join(import.meta.dirname, "..");
const cli = join(root, "bin/huntbook.js");
const commands: Readonly<Record<string, readonly string[]>> = {
  "bare node": ["--input-type=module", "-e", "0"],
  'import "huntbook"': ["--input-type=module", "-e", 'await import("huntbook")'],
  "huntbook query": [cli, "query", "SigninLogs | summarize count() by ResultType | top 3 by count_"],
};

const times = new Map<string, number[]>(Object.keys(commands).map(name => [name, []]));
for (let round = 0; round < 7; round += 1)
  for (const [name, args] of Object.entries(commands)) {
    const startedMs = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    times.get(name)?.push(performance.now() - startedMs);
  }
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const bare = median(times.get("bare node") ?? []);
for (const [name, values] of times) {
  const ms = median(values);
  console.log(`${name.padEnd(18)} ${ms.toFixed(0)} ms  (${(ms - bare).toFixed(0)} ms over bare node)`);
}
