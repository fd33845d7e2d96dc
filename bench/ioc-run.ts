/** The measured process of `bench/ioc.ts`: `node ioc-run.mjs LINES.parquet TIMES`. Prints `BENCH {…}`. */
import process from "node:process";
import { FrameStore } from "../src/frame/store.js";
import { createPatternRunner } from "../src/session/pattern-runner.js";
import { createScanThread } from "../src/session/scan-thread.js";
import { IocExtractor } from "../src/transform/ioc/ioc-extract.js";
import { median, peakMiB, timed } from "./measure.js";

export interface IocRun {
  readonly rows: number;
  readonly megabytes: number;
  readonly observables: number;
  readonly seconds: number;
  readonly processorSeconds: number;
  /** Peak with the lines in a frame, before anything was looked for. */
  readonly filledMiB: number;
  readonly peakMiB: number;
}

const [file = "", times = "1"] = process.argv.slice(2);
const store = await FrameStore.open({ memoryLimitBytes: 128 * 2 ** 20 });
const frame = await store.read(file);
const filledMiB = peakMiB();
const patterns = createPatternRunner();
const thread = createScanThread(new URL("./scan-thread-main.mjs", import.meta.url));
const ioc = new IocExtractor({ patterns, scanPages: thread.scan, frames: async () => store });
const seconds: number[] = [];
const processorSeconds: number[] = [];
let observables = 0;
for (let i = 0; i < Number(times); i += 1) {
  const before = process.cpuUsage();
  const ms = await timed(async () => {
    const found = await ioc.extract(frame, { columns: "CommandLine" });
    observables = found.rowCount;
    await found.close();
  });
  const { user, system } = process.cpuUsage(before);
  seconds.push(ms / 1000);
  processorSeconds.push((user + system) / 1e6);
}
const peak = peakMiB();
const [size] = await store.all(
  `select sum(length(c0)) / 1e6 as mb from "scratch"."${frame.relation.path.at(-1) ?? ""}"`,
);
const report: IocRun = {
  rows: frame.rowCount,
  megabytes: Number(size?.["mb"]),
  observables,
  seconds: median(seconds),
  processorSeconds: median(processorSeconds),
  filledMiB,
  peakMiB: peak,
};
console.log(`BENCH ${JSON.stringify(report)}`);
await patterns.close();
await thread.close();
await store.close();
