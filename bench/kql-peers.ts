/**
 * `npm run bench -- kql-peers` (or `npx tsx bench/kql-peers.ts [PYTHON]`): the questions of `questions.ts` over a tenant of a
 * million rows, from text to rows, by Huntbook, by `duckdb-kql`, and by pandas with the load of the Parquet files.
 *
 * Our memory includes the loader of TypeScript. Each side runs in processes of its own, in turns, three times; middles of middles, and the highest memory. PYTHON, or
 * `HUNTBOOK_PEER_PYTHON`, is a Python with `duckdb-kql[duckdb]`, `pandas` and `pyarrow`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { PeerRun, PeerTask } from "./kql-peers-run.js";
import { geometricMean, median, reportOf, saveResult } from "./measure.js";
import { fillDays, questions } from "./questions.js";
import { benchNowMs, benchTenant } from "./tenant.js";

const rounds = 3;
const python = process.argv[2] ?? process.env["HUNTBOOK_PEER_PYTHON"];
if (python === undefined) {
  console.log("kql-peers: not measured. HUNTBOOK_PEER_PYTHON names a Python with duckdb-kql, pandas and pyarrow.");
  process.exit(0);
}

const dir = await benchTenant("1m");
const names = new Set(questions.flatMap(q => [...q.sql.matchAll(/\{([A-Z]\w+)\}/g)].map(m => m[1] ?? "")));
const filesOf = (table: string): readonly string[] =>
  readdirSync(join(dir, "tables", table)).map(f => join(dir, "tables", table, f));
const task: PeerTask = {
  dir,
  tables: Object.fromEntries([...names].map(table => [table, filesOf(table)])),
  questions: questions.map(q => ({ name: q.name, kql: fillDays(q.kql, benchNowMs) })),
  runs: 3,
};
const scratch = mkdtempSync(join(tmpdir(), "huntbook-kql-peers-"));
const file = join(scratch, "task.json");
writeFileSync(file, JSON.stringify(task));
const ours = join(import.meta.dirname, "kql-peers-run.ts");
const peer = join(import.meta.dirname, "peers/kql.py");
const run = (command: string, args: readonly string[]): PeerRun =>
  reportOf<PeerRun>(spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26 }));

const sides = {
  huntbook: () => run(process.execPath, ["--no-warnings", "--import", "tsx", ours, file]),
  "duckdb-kql": () => run(python, [peer, "duckdb-kql", file]),
  pandas: () => run(python, [peer, "pandas", file]),
} as const;
type Side = keyof typeof sides;
const reports: Record<Side, PeerRun[]> = { huntbook: [], "duckdb-kql": [], pandas: [] };
for (let i = 0; i < rounds; i += 1) for (const side of Object.keys(sides) as Side[]) reports[side].push(sides[side]());
rmSync(scratch, { recursive: true, force: true });

/** The middle time of a side, and the number of rows; undefined where it has no answer. */
function answerOf(side: Side, name: string): { readonly ms: number; readonly rows: number } | undefined {
  const found = reports[side].flatMap(r => r.answers[name] ?? []);
  const times = found.flatMap(a => a.ms ?? []);
  return times.length === 0 ? undefined : { ms: median(times), rows: found[0]?.rows ?? 0 };
}
const peak = (side: Side): number => Math.max(...reports[side].map(r => r.peakMiB));

const figures = questions.map(({ name }) => {
  const own = answerOf("huntbook", name);
  if (own === undefined) throw new Error(`${name}: no answer of ours`);
  const against = (side: Side): { readonly ms: number; readonly ratio: number } | undefined => {
    const other = answerOf(side, name);
    if (other === undefined) return undefined;
    if (other.rows !== own.rows) console.log(`${name}: ${own.rows} rows, ${side} gives ${other.rows}`);
    return { ms: other.ms, ratio: other.ms / own.ms };
  };
  return { name, ms: own.ms, duckdbKql: against("duckdb-kql"), pandas: against("pandas") };
});
const shown = (f: { readonly ms: number; readonly ratio: number } | undefined): string =>
  f === undefined ? "-".padStart(22) : `${f.ms.toFixed(0).padStart(8)} ms ${f.ratio.toFixed(1).padStart(7)} ×`;
console.log(`${"".padEnd(20)} ${"Huntbook".padStart(11)} ${"duckdb-kql".padStart(22)} ${"pandas".padStart(22)}`);
for (const f of figures)
  console.log(`${f.name.padEnd(20)} ${f.ms.toFixed(1).padStart(8)} ms ${shown(f.duckdbKql)} ${shown(f.pandas)}`);
for (const r of reports["duckdb-kql"].slice(0, 1))
  for (const [name, a] of Object.entries(r.answers))
    if (a.refused !== undefined) console.log(`duckdb-kql refuses '${name}': ${a.refused}`);
const ratios = (side: "duckdbKql" | "pandas"): readonly number[] => figures.flatMap(f => f[side]?.ratio ?? []);
const summary = {
  duckdbKqlMean: geometricMean(ratios("duckdbKql")),
  duckdbKqlWorst: Math.min(...ratios("duckdbKql")),
  pandasMean: geometricMean(ratios("pandas")),
  pandasWorst: Math.min(...ratios("pandas")),
  peakMiB: { huntbook: peak("huntbook"), duckdbKql: peak("duckdb-kql"), pandas: peak("pandas") },
};
console.log(
  `times as fast as duckdb-kql: mean ${summary.duckdbKqlMean.toFixed(1)}, least ${summary.duckdbKqlWorst.toFixed(1)} (limit 1); as pandas: mean ${summary.pandasMean.toFixed(1)}, least ${summary.pandasWorst.toFixed(1)} (limit 20)`,
);
console.log(`peak memory in MiB: ${JSON.stringify(summary.peakMiB)} (limit: a tenth of pandas)`);
saveResult("kql-peers", { ...summary, figures });
