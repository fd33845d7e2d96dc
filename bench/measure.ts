/** What the benches share: times, middles, and a results file per bench. */
import type { SpawnSyncReturns } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";

export async function timed(work: () => unknown): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** The value below which the part `q` (0 to 1) of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

export const peakMiB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

/**
 * A bench's part that runs in a process of its own, made into one module for plain Node: a loader of TypeScript would count
 * as its memory. @returns the module's path
 */
export async function bundled(file: string): Promise<string> {
  const { build } = await import("esbuild");
  const outfile = join(
    import.meta.dirname,
    "../node_modules/.cache/huntbook-bench",
    basename(file).replace(/\.ts$/, ".mjs"),
  );
  await build({
    entryPoints: [join(import.meta.dirname, file)],
    outfile,
    ...{ bundle: true, platform: "node", format: "esm", packages: "external", logLevel: "error" },
  });
  return outfile;
}

/** What a process said in its line `BENCH {…}`. @throws Error with its words when it said nothing */
export function reportOf<T>(child: SpawnSyncReturns<string>): T {
  const line = child.stdout.split("\n").find(l => l.startsWith("BENCH "));
  if (line === undefined) throw new Error(`the measured process did not finish: ${child.stderr.slice(-800)}`);
  return JSON.parse(line.slice(6)) as T;
}

/** Keeps figures as `bench/results/NAME.json` (not in git). */
export function saveResult(name: string, figures: object): void {
  const dir = join(import.meta.dirname, "results");
  mkdirSync(dir, { recursive: true });
  const text = JSON.stringify({ machine: machine(), peakMiB: peakMiB(), ...figures }, undefined, 2);
  writeFileSync(join(dir, `${name}.json`), `${text}\n`);
}
