/**
 * How fast the demo tenant is generated: rows per second, seconds, processor seconds, peak memory.
 *
 * Run: `npx tsx bench/contoso.ts [small|1m|10m|100m|NUMBER] …`; each size runs in a fresh process, because peak memory
 * is the process's.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateContoso } from "../src/workspace/contoso/generate.js";
import type { RowSize } from "../src/workspace/contoso/size.js";
import { peakMiB, saveResult } from "./measure.js";
import { benchNowMs, toRowSize } from "./tenant.js";

function sizeOf(dir: string): number {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .map(name => statSync(join(dir, name)))
    .reduce((sum, s) => sum + (s.isFile() ? s.size : 0), 0);
}

async function measure(size: RowSize): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "bench-contoso-"));
  try {
    const started = performance.now();
    const { rows } = await generateContoso({
      dir: join(root, "workspace"),
      rows: size,
      now: benchNowMs,
    });
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage();
    const [processorSeconds, diskMB] = [(user + system) / 1e6, sizeOf(root) / 1e6];
    saveResult(`contoso-${size}`, { rows, seconds, processorSeconds, rowsPerSecond: rows / seconds, diskMB });
    console.log(
      [
        String(size).padEnd(8),
        `${rows} rows`,
        `${seconds.toFixed(1)} s`,
        `${Math.round(rows / seconds)} rows/s`,
        `${processorSeconds.toFixed(1)} processor s`,
        `${peakMiB()} MiB peak`,
        `${diskMB.toFixed(1)} MB on disk`,
      ].join("  "),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const [first = "small", ...more] = process.argv.slice(2);
if (more.length === 0) await measure(toRowSize(first));
else
  for (const size of [first, ...more])
    execFileSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), size], { stdio: "inherit" });
