/** Generates the Contoso demo tenant: a workspace with tables, sites, watchlists and the answer key. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { TableSchema } from "../../base/column.js";
import { noProgress } from "../../base/port.js";
import type { ProgressSink } from "../../base/port.js";
import { createWorkspace, openWriter } from "../storage/writer.js";
import type { WorkspaceWriter } from "../storage/writer.js";
import { createAnswerKey } from "./answer-key.js";
import type { AnswerKey } from "./answer-key.js";
import { createCalendar, isoOf, lastTuesdayEvening } from "./calendar.js";
import type { Calendar } from "./calendar.js";
import { createContext } from "./context.js";
import type { Context } from "./context.js";
import { sumCounts, sumMaps, totalOf } from "./counts.js";
import type { RecordedCounts } from "./counts.js";
import { contosoSites, watchlistCsv } from "./side-file.js";
import { planTenant } from "./size.js";
import type { RowSize } from "./size.js";
import { contosoWatchlists, emitUsage } from "./story/intelligence.js";
import { planStretches, writeLast } from "./stretch.js";
import type { StretchResult, TenantSpec } from "./stretch.js";
import { loadContosoSchemas } from "./table-schema.js";
import type { ContosoTable } from "./table-schema.js";
import type { PartFile } from "./table-sink.js";
import { runStretches } from "./threads.js";
import { createWorld } from "./world/world.js";

export interface ContosoOptions {
  /** A new or empty folder; becomes a workspace. */
  readonly dir: string;
  /** `small` (300,000 rows), `1m`, `10m`, `100m`, or a number. */
  readonly rows: RowSize;
  /** Default 7. */
  readonly seed?: number;
  /** A Tuesday 18:00Z: the workspace's `now`. Default: the last one at or before `now`. */
  readonly end?: Date;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly progress?: ProgressSink;
  readonly signal?: AbortSignal;
  /** How many threads generate; the result does not depend on it. Default: two, or one where there is one processor. */
  readonly threads?: number;
}

export interface ContosoResult {
  readonly rows: number;
  /** Table → rows. */
  readonly tables: ReadonlyMap<ContosoTable, number>;
  readonly answerKey: AnswerKey;
  /** ISO, UTC. */
  readonly start: string;
  readonly now: string;
}

/** More threads are not worth their memory: each holds a slice of rows. */
const mostThreads = 2;

/**
 * Generates a demo tenant of about the asked number of rows.
 *
 * Shape:  tables of `contosoTables` in `dir`, `sites.yaml`, `watchlists/*.csv`, `answer-key.json`; the clock is pinned to the end.
 *         Every value depends on (seed, rows, end) alone: the same options give the same bytes, whatever the number of threads.
 * Units:  all times UTC.
 * @throws HuntError `contoso/rows`, `contoso/end-weekday`, `workspace/exists`, `workspace/disk-full`, `contoso/write-failed`
 */
export async function generateContoso(options: ContosoOptions): Promise<ContosoResult> {
  const plan = planTenant(options.rows);
  const calendar = createCalendar(options.end ?? new Date(lastTuesdayEvening(options.now)));
  const tempDir = await mkdtemp(join(tmpdir(), "huntbook-contoso-"));
  try {
    return await withWriter(options, calendar, async writer => {
      const spec = { plan, seed: options.seed ?? 7, endMs: calendar.endUs / 1000, tempDir };
      return writeTenant(options, { ...spec, folder: await writer.stagingDir() }, { calendar, writer });
    });
  } finally {
    await rm(tempDir, { recursive: true, force: true });
  }
}

/** Runs `work` with the writer of a new workspace; an attempt that fails leaves no workspace behind. */
async function withWriter<T>(
  { dir, now }: ContosoOptions,
  calendar: Calendar,
  work: (writer: WorkspaceWriter) => Promise<T>,
): Promise<T> {
  await createWorkspace(dir, { clock: { kind: "pinned", now: isoOf(calendar.endUs) } });
  let isDone = false;
  try {
    const writer = await openWriter(dir, { now: () => now, memoryLimitBytes: 256 * 1024 * 1024, threads: 1 });
    try {
      const result = await work(writer);
      isDone = true;
      return result;
    } finally {
      await writer.close();
    }
  } finally {
    if (!isDone) await rm(join(dir, "manifest.json"), { force: true });
  }
}

interface Target {
  readonly calendar: Calendar;
  readonly writer: WorkspaceWriter;
}

async function writeTenant(
  options: ContosoOptions,
  spec: TenantSpec,
  { calendar, writer }: Target,
): Promise<ContosoResult> {
  const { progress = noProgress, dir } = options;
  const { plan, seed } = spec;
  const schemas = loadContosoSchemas();
  const counts: RecordedCounts[] = [];
  const missing: ReadonlyMap<string, number>[] = [];
  const keep = async (result: StretchResult): Promise<void> => {
    for (const part of result.parts) await addPart(writer, schemas, part);
    counts.push(result.counts);
    missing.push(result.missing);
  };
  const show = (rows: number): void =>
    progress({ label: "generating Contoso", done: rows, total: plan.rows, unit: "rows" });
  await runStretches({
    ...{ spec, stretches: planStretches(plan), signal: options.signal, onRows: show, onResult: keep },
    threads: options.threads ?? Math.min(mostThreads, availableParallelism()),
  });
  const world = createWorld(seed, plan.world);
  const soFar = sumCounts(counts);
  await keep(await writeLast(spec, ctx => emitUsage(ctx, soFar), { world, calendar }));
  const all = sumCounts(counts);
  const ctx = createContext(world, calendar, () => undefined);
  const answerKey = createAnswerKey(ctx, all, sumMaps(missing));
  await writeSideFiles(dir, ctx, answerKey);
  await writer.commit();
  return {
    rows: totalOf(all.tables),
    tables: all.tables,
    answerKey,
    start: answerKey.start,
    now: answerKey.now,
  };
}

async function addPart(
  writer: WorkspaceWriter,
  schemas: ReadonlyMap<ContosoTable, TableSchema>,
  { table, columns, path }: PartFile,
): Promise<void> {
  // Announces the columns that no row fills: files may lack columns of their table.
  if (!writer.tables.has(table))
    await writer.addTable(table, schemas.get(table)!.columns, { kind: "batches", batches: [] });
  await writer.addTable(table, columns, { kind: "parquet", files: [path] });
}

async function writeSideFiles(dir: string, ctx: Context, answerKey: AnswerKey): Promise<void> {
  await writeFile(join(dir, "sites.yaml"), contosoSites(ctx.world.blocks));
  await mkdir(join(dir, "watchlists"), { recursive: true });
  for (const list of contosoWatchlists(ctx))
    await writeFile(join(dir, "watchlists", `${list.alias}.csv`), watchlistCsv(list));
  await writeFile(join(dir, "answer-key.json"), `${JSON.stringify(answerKey, undefined, 2)}\n`);
}
