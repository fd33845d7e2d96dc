/** The measured process of `bench/geo.ts`: `node geo-run.mjs ADDRESSES.parquet PLACES.pack`. Prints `BENCH {…}`. */
import process from "node:process";
import { addPlaces } from "../src/enrich/geo/frame.js";
import { GeoPack } from "../src/enrich/geo/pack.js";
import { packSource } from "../src/enrich/geo/pack-source.js";
import { FrameStore } from "../src/frame/store.js";
import { peakMiB, timed } from "./measure.js";

export interface GeoRun {
  readonly rows: number;
  readonly seconds: number;
  readonly processorSeconds: number;
  /** Peak with the addresses in a frame, before any was looked up. */
  readonly filledMiB: number;
  readonly peakMiB: number;
}

const [file = "", places = ""] = process.argv.slice(2);
const store = await FrameStore.open({ memoryLimitBytes: 128 * 2 ** 20 });
const frame = await store.read(file);
const filledMiB = peakMiB();
const pack = GeoPack.open(places);
const sources = [packSource(pack)];
const before = process.cpuUsage();
const ms = await timed(async () => (await addPlaces(store, frame, sources, { column: "Ip" })).close());
const { user, system } = process.cpuUsage(before);
const report: GeoRun = {
  rows: frame.rowCount,
  seconds: ms / 1000,
  processorSeconds: (user + system) / 1e6,
  filledMiB,
  peakMiB: peakMiB(),
};
console.log(`BENCH ${JSON.stringify(report)}`);
pack.close();
await store.close();
