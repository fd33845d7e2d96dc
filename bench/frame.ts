/**
 * A frame of 1 M rows × 10 columns against bare DuckDB: `npx tsx --expose-gc bench/frame.ts` prints JSON.
 *
 * Both run the same select over the same table in the same instance, alternating; medians of `runs`.
 */
import { pathToFileURL } from "node:url";
import type { CompiledQuery, OutputColumn } from "../src/kql/api.js";
import { FrameStore } from "../src/frame/store.js";
import { median, saveResult, timed } from "./measure.js";

export interface FrameBench {
  readonly rows: number;
  readonly columns: number;
  readonly bareMs: number;
  readonly frameMs: number;
  /** frame / bare; to stay under 2. */
  readonly ratio: number;
  /** Growth of the JavaScript heap by holding the frame, after collection; to stay under 20 MB. */
  readonly heapGrowthMb: number;
  readonly page50Ms: number;
  readonly displayMs: number;
  /** Time from abort to the error of a running query; to stay under 50. */
  readonly cancelMs: number;
}

const columns: readonly OutputColumn[] = (
  [
    ["Host", "string"],
    ["User", "string"],
    ["CommandLine", "string"],
    ["Hash", "string"],
    ["Event", "string"],
    ["Id", "long"],
    ["Pid", "int"],
    ["Score", "real"],
    ["Ok", "bool"],
    ["TimeGenerated", "datetime"],
  ] as const
).map(([name, type], i) => ({ name, type, slot: `c${i}` }));

const source = (rows: number): string => `
  select 'host' || (i % 400) as c0, 'user' || (i % 600) as c1, 'cmd ' || i || ' -x ' || hash(i) as c2, md5(i::varchar) as c3,
    'event' || (i % 30) as c4, i::bigint as c5, (i % 4000)::integer as c6, i * 0.37::double as c7, i % 2 = 0 as c8,
    timestamp '2026-01-01' + to_microseconds(i * 1000) as c9
  from range(${rows}) r(i)`;

const heapMb = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};

async function measureCancel(store: FrameStore): Promise<number> {
  const controller = new AbortController();
  const running = store.all("select count(*) from range(1000000000) a, range(1000000) b", [], controller.signal);
  const ended = running.then(
    () => NaN,
    () => performance.now(),
  );
  await new Promise(resolve => setTimeout(resolve, 200));
  const aborted = performance.now();
  controller.abort();
  return (await ended) - aborted;
}

export async function benchFrame(rows = 1_000_000, runs = 5): Promise<FrameBench> {
  const store = await FrameStore.open();
  try {
    await store.run(`create table scratch.source as ${source(rows)}`);
    const query: CompiledQuery = {
      ...{ sql: "select * from scratch.source", parameters: [], columns, tables: [], udfs: [], diagnostics: [] },
      ...{ ordered: false, clockDependent: false },
    };
    const [bare, framed]: [number[], number[]] = [[], []];
    for (let i = 0; i < runs; i += 1) {
      await store.withConnection(async c => {
        bare.push(await timed(() => c.run("create temp table bare as select * from scratch.source")));
        await c.run("drop table bare");
      });
      framed.push(
        await timed(async () => {
          await (await store.execute(query, { source: "bench" })).close();
        }),
      );
    }
    const before = heapMb();
    const frame = await store.execute(query, { source: "bench" });
    const heapGrowthMb = heapMb() - before;
    const page50Ms = median(
      await repeat(runs, () => timed(() => frame.rows({ offset: Math.floor(rows / 2), limit: 50 }))),
    );
    const displayMs = median(await repeat(runs, () => timed(() => frame.view())));
    const cancelMs = await measureCancel(store);
    const [bareMs, frameMs] = [median(bare), median(framed)];
    return {
      rows,
      columns: columns.length,
      bareMs,
      frameMs,
      ratio: frameMs / bareMs,
      heapGrowthMb,
      page50Ms,
      displayMs,
      cancelMs,
    };
  } finally {
    await store.close();
  }
}

async function repeat(times: number, work: () => Promise<number>): Promise<readonly number[]> {
  const values: number[] = [];
  for (let i = 0; i < times; i += 1) values.push(await work());
  return values;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const figures = await benchFrame();
  saveResult("frame", figures);
  console.log(JSON.stringify(figures, undefined, 2));
}
