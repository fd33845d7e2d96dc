/** Generates the Contoso demo tenant: a workspace with tables, sites, watchlists and the answer key. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noProgress } from "../../base/port.js";
import type { ProgressSink } from "../../base/port.js";
import { connectDuckDb, openDuckDb } from "../../frame/duckdb.js";
import type { DuckDBInstance } from "../../frame/duckdb.js";
import { createWorkspace, openWriter } from "../storage/writer.js";
import { alertDay } from "./alert/alert-plan.js";
import { createAnswerKey } from "./answer-key.js";
import type { AnswerKey } from "./answer-key.js";
import { createCalendar, firstDay, isoOf, lastDay, lastTuesdayEvening } from "./calendar.js";
import type { Calendar } from "./calendar.js";
import { cloudDay } from "./cloud/cloud-day.js";
import { linuxDay } from "./cloud/linux-day.js";
import { createContext } from "./context.js";
import type { Context, DayGenerator } from "./context.js";
import { serverDay } from "./endpoint/server.js";
import { workstationDay } from "./endpoint/workstation.js";
import { directoryDay } from "./identity/directory-day.js";
import { personDay } from "./identity/person-day.js";
import { mailDay } from "./mail/mail-day.js";
import { inventoryDay } from "./network/inventory-day.js";
import { networkDay } from "./network/network-day.js";
import { createRecorder } from "./recorder.js";
import type { Recorder, Row } from "./recorder.js";
import { contosoSites, watchlistCsv } from "./side-file.js";
import { planTenant } from "./size.js";
import type { RowSize, TenantPlan } from "./size.js";
import { gapsOf } from "./story/cast.js";
import { contosoWatchlists, emitUsage, intelligenceDay } from "./story/intelligence.js";
import { gapIds } from "./story/key-traps.js";
import { storyDay } from "./story/story-day.js";
import { trapDay } from "./story/traps.js";
import { loadContosoSchemas } from "./table-schema.js";
import type { ContosoTable } from "./table-schema.js";
import { parquetFolderSink, workspaceSink } from "./table-sink.js";
import type { TableSink } from "./table-sink.js";
import { cast } from "./world/person.js";
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
  /** `parquet` leaves out the manifest: plain files per table, for measuring. Default `workspace`. */
  readonly layout?: "workspace" | "parquet";
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

/** Everything that writes rows, in order. */
const generators: readonly DayGenerator[] = [
  storyDay,
  trapDay,
  alertDay,
  intelligenceDay,
  workstationDay,
  serverDay,
  personDay,
  directoryDay,
  mailDay,
  linuxDay,
  cloudDay,
  networkDay,
  inventoryDay,
];

/** Memory that DuckDB may use for the rows of one slice before it spills. */
const memoryLimitBytes = 512 * 1024 * 1024;

/**
 * Generates a demo tenant of about the asked number of rows.
 *
 * Shape:  tables of `contosoTables` in `dir`, `sites.yaml`, `watchlists/*.csv`, `answer-key.json`; the clock is pinned to the end.
 *         Every value depends on (seed, rows, end) alone: the same options give the same bytes.
 * Units:  all times UTC.
 * @throws HuntError `contoso/rows`, `contoso/end-weekday`, `workspace/exists`, `workspace/disk-full`, `contoso/write-failed`
 */
export async function generateContoso(options: ContosoOptions): Promise<ContosoResult> {
  const plan = planTenant(options.rows);
  const calendar = createCalendar(options.end ?? new Date(lastTuesdayEvening(options.now)));
  const tempDir = await mkdtemp(join(tmpdir(), "huntbook-contoso-"));
  const instance = await openDuckDb({ tempDir, memoryLimitBytes, threads: 1 });
  try {
    return await withSink(instance, options, calendar, sink =>
      writeTenant({ options, plan, calendar, instance, sink }),
    );
  } finally {
    instance.closeSync();
    await rm(tempDir, { recursive: true, force: true });
  }
}

/** Runs `work` with a place for the tables; an attempt that fails leaves no workspace behind. */
async function withSink<T>(
  instance: DuckDBInstance,
  options: ContosoOptions,
  calendar: Calendar,
  work: (sink: TableSink) => Promise<T>,
): Promise<T> {
  const { dir } = options;
  if (options.layout === "parquet") {
    await mkdir(dir, { recursive: true });
    return work(parquetFolderSink(instance, dir));
  }
  await createWorkspace(dir, { clock: { kind: "pinned", now: isoOf(calendar.endUs) } });
  let isDone = false;
  try {
    const writer = await openWriter(dir, { now: () => options.now, memoryLimitBytes: 256 * 1024 * 1024, threads: 1 });
    try {
      const result = await work(workspaceSink(instance, writer));
      isDone = true;
      return result;
    } finally {
      await writer.close();
    }
  } finally {
    if (!isDone) await rm(join(dir, "manifest.json"), { force: true });
  }
}

interface Job {
  readonly options: ContosoOptions;
  readonly plan: TenantPlan;
  readonly calendar: Calendar;
  readonly instance: DuckDBInstance;
  readonly sink: TableSink;
}

async function writeTenant({ options, plan, calendar, instance, sink }: Job): Promise<ContosoResult> {
  const { seed = 7, progress = noProgress, dir } = options;
  const world = createWorld(seed, plan.world);
  const losses = createLosses(calendar);
  const connection = await connectDuckDb(instance);
  try {
    const recorder = createRecorder({
      ...{ schemas: loadContosoSchemas(), connection, sink, seed, startUs: calendar.startUs, endUs: calendar.endUs },
      ...{ tenantId: world.workspaceId, isLost: losses.isLost },
    });
    const ctx = createContext(world, calendar, recorder.emit);
    const slices = createSlices(recorder);
    for (let day = firstDay; day <= lastDay; day++) {
      for (const generate of generators) await runDay(generate(ctx, day), slices, options.signal);
      progress({ label: "generating Contoso", done: totalOf(recorder.tables), total: plan.rows, unit: "rows" });
    }
    emitUsage(ctx, recorder);
    await slices.end();
    const answerKey = createAnswerKey(ctx, recorder, losses.missing);
    await writeSideFiles(dir, ctx, answerKey);
    await sink.close();
    return {
      rows: totalOf(recorder.tables),
      tables: recorder.tables,
      answerKey,
      start: answerKey.start,
      now: answerKey.now,
    };
  } finally {
    connection.closeSync();
  }
}

const totalOf = (tables: ReadonlyMap<ContosoTable, number>): number => [...tables.values()].reduce((a, b) => a + b, 0);

/** Rows per slice (one Parquet file per table and slice): what DuckDB can sort within its memory, several tables at once. */
const rowsPerSlice = 330_000;

interface Slices {
  /** Waits for DuckDB, and ends the slice when it is full. */
  pause(): Promise<void>;
  end(): Promise<void>;
}

function createSlices(recorder: Recorder): Slices {
  let [slice, before] = [0, 0];
  const end = async (): Promise<void> => {
    await recorder.endSlice(slice++);
    before = totalOf(recorder.tables);
  };
  const pause = (): Promise<void> => (totalOf(recorder.tables) - before >= rowsPerSlice ? end() : recorder.drain());
  return { pause, end };
}

async function runDay(work: ReturnType<DayGenerator>, slices: Slices, signal: AbortSignal | undefined): Promise<void> {
  for (let step = 1; work.next().done !== true; step++) {
    if (step % 20 !== 0) continue;
    signal?.throwIfAborted();
    await slices.pause();
  }
  await slices.pause();
}

interface Losses {
  readonly isLost: (table: ContosoTable, timeUs: number, parts: readonly Row[]) => boolean;
  /** Gap → rows that happened and were not recorded. */
  readonly missing: ReadonlyMap<string, number>;
}

/** The two sensor gaps: rows in them happen, and no sensor delivers them. */
function createLosses(calendar: Calendar): Losses {
  const missing = new Map<string, number>([
    [gapIds.desk, 0],
    [gapIds.proxy, 0],
  ]);
  const gaps = gapsOf({ calendar });
  const deskName = `wks-${String(cast.marc + 1).padStart(4, "0")}.contoso.example`;
  const lose = (id: string): true => {
    missing.set(id, missing.get(id)! + 1);
    return true;
  };
  const isLost: Losses["isLost"] = (table, timeUs, parts) => {
    if (table === "CommonSecurityLog")
      return timeUs >= gaps.proxy[0] && timeUs < gaps.proxy[1] && nameOf(parts) === "prx-gru-01" && lose(gapIds.proxy);
    if (timeUs < gaps.desk[0] || timeUs >= gaps.desk[1]) return false;
    const ofAgent = table.startsWith("Device") || table === "SecurityEvent" || table === "Event";
    return ofAgent && nameOf(parts).toLowerCase() === deskName && lose(gapIds.desk);
  };
  return { isLost, missing };
}

function nameOf(parts: readonly Row[]): string {
  for (const row of parts) {
    const name = row["DeviceName"] ?? row["Computer"];
    if (typeof name === "string") return name;
  }
  return "";
}

async function writeSideFiles(dir: string, ctx: Context, answerKey: AnswerKey): Promise<void> {
  await writeFile(join(dir, "sites.yaml"), contosoSites(ctx.world.blocks));
  await mkdir(join(dir, "watchlists"), { recursive: true });
  for (const list of contosoWatchlists(ctx))
    await writeFile(join(dir, "watchlists", `${list.alias}.csv`), watchlistCsv(list));
  await writeFile(join(dir, "answer-key.json"), `${JSON.stringify(answerKey, undefined, 2)}\n`);
}
