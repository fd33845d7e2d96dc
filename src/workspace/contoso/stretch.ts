/** A stretch is some days of the tenant, generated on their own: by whichever thread, with the same bytes. */
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { connectDuckDb, openDuckDb } from "../../frame/duckdb.js";
import type { DuckDBConnection } from "../../frame/duckdb.js";
import { alertDay } from "./alert/alert-plan.js";
import { createCalendar, firstDay, lastDay } from "./calendar.js";
import { cloudDay } from "./cloud/cloud-day.js";
import { linuxDay } from "./cloud/linux-day.js";
import { createContext } from "./context.js";
import type { Context, DayGenerator } from "./context.js";
import { totalOf } from "./counts.js";
import type { RecordedCounts } from "./counts.js";
import { serverDay } from "./endpoint/server.js";
import { workstationDay } from "./endpoint/workstation.js";
import { directoryDay } from "./identity/directory-day.js";
import { personDay } from "./identity/person-day.js";
import { createLosses } from "./losses.js";
import { mailDay } from "./mail/mail-day.js";
import { inventoryDay } from "./network/inventory-day.js";
import { networkDay } from "./network/network-day.js";
import { createRecorder } from "./recorder.js";
import type { Recorder } from "./recorder.js";
import { rowsPerDayOf } from "./size.js";
import type { TenantPlan } from "./size.js";
import { intelligenceDay } from "./story/intelligence.js";
import { storyDay } from "./story/story-day.js";
import { trapDay } from "./story/traps.js";
import { loadContosoSchemas } from "./table-schema.js";
import { partFileSink } from "./table-sink.js";
import type { PartFile } from "./table-sink.js";
import { createWorld } from "./world/world.js";

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

/** Rows per slice (one Parquet file per table and slice): what a thread holds in memory, some 60 MB. */
const rowsPerSlice = 150_000;
/** Memory of DuckDB, which holds one table of a slice at a time. */
const memoryLimitBytes = 192 * 1024 * 1024;

/** A tenant as plain data, which can be sent to a thread. */
export interface TenantSpec {
  readonly plan: TenantPlan;
  readonly seed: number;
  /** A Tuesday 18:00Z, milliseconds since 1970 UTC. */
  readonly endMs: number;
  /** Where the files go. */
  readonly folder: string;
  /** Where each maker makes a folder that its DuckDB may spill to. */
  readonly tempDir: string;
}

/** Days `first` to `last`, both included. */
export interface Stretch {
  readonly index: number;
  readonly first: number;
  readonly last: number;
}

export interface StretchResult {
  readonly parts: readonly PartFile[];
  readonly counts: RecordedCounts;
  /** Gap → rows that happened and were not recorded. */
  readonly missing: ReadonlyMap<string, number>;
}

/** Divides the fortnight. Depends on the plan alone, never on the number of threads, because it decides what is in which file. */
export function planStretches(plan: TenantPlan): readonly Stretch[] {
  const days = Math.max(1, Math.min(7, Math.floor(rowsPerSlice / rowsPerDayOf(plan))));
  const stretches: Stretch[] = [];
  for (let first = firstDay; first <= lastDay; first += days)
    stretches.push({ index: stretches.length, first, last: Math.min(lastDay, first + days - 1) });
  return stretches;
}

export interface StretchWatch {
  /** Called now and then with the rows written so far of this stretch. Throws to end it. */
  readonly pulse: (rows: number) => void;
}

export interface StretchMaker {
  /** @throws HuntError `workspace/disk-full`, `contoso/write-failed`; what `pulse` throws */
  make(stretch: Stretch, watch: StretchWatch): Promise<StretchResult>;
  close(): void;
}

interface Scratch {
  readonly connection: DuckDBConnection;
  close(): void;
}

async function openScratch(spec: TenantSpec): Promise<Scratch> {
  const tempDir = await mkdtemp(join(spec.tempDir, "spill-"));
  const instance = await openDuckDb({ tempDir, memoryLimitBytes, threads: 1 });
  const connection = await connectDuckDb(instance);
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

interface Recording {
  readonly spec: TenantSpec;
  readonly connection: DuckDBConnection;
  readonly tenant: Pick<Context, "world" | "calendar">;
  /** Part of the files' names. */
  readonly name: string;
}

/** Runs `write` with a recorder whose rows end as files. */
async function record(
  { spec, connection, tenant: { world, calendar }, name }: Recording,
  write: (ctx: Context, recorder: Recorder) => Promise<void>,
): Promise<StretchResult> {
  const losses = createLosses(calendar);
  const sink = partFileSink(connection, spec.folder, name);
  const recorder = createRecorder({
    ...{ schemas: loadContosoSchemas(), connection, sink, seed: spec.seed },
    ...{ startUs: calendar.startUs, endUs: calendar.endUs, tenantId: world.workspaceId, isLost: losses.isLost },
  });
  await write(createContext(world, calendar, recorder.emit), recorder);
  const { tables, perDay, tags, spans } = recorder;
  return { parts: sink.parts, counts: { tables, perDay, tags, spans }, missing: losses.missing };
}

/** Makes stretches of one tenant, one after another. Whoever opens it closes it. */
export async function openStretchMaker(spec: TenantSpec): Promise<StretchMaker> {
  const world = createWorld(spec.seed, spec.plan.world);
  const tenant = { world, calendar: createCalendar(new Date(spec.endMs)) };
  const scratch = await openScratch(spec);
  const { connection } = scratch;
  return {
    make: (stretch, watch) =>
      record({ spec, connection, tenant, name: String(stretch.index).padStart(2, "0") }, (ctx, recorder) =>
        writeDays(ctx, stretch, recorder, watch),
      ),
    close: () => scratch.close(),
  };
}

/** Writes rows that follow from what was counted, as the last files. */
export async function writeLast(
  spec: TenantSpec,
  write: (ctx: Context) => void,
  tenant: Pick<Context, "world" | "calendar">,
): Promise<StretchResult> {
  const scratch = await openScratch(spec);
  const { connection } = scratch;
  try {
    return await record({ spec, connection, tenant, name: "last" }, async (ctx, recorder) => {
      write(ctx);
      await recorder.endSlice(0);
    });
  } finally {
    scratch.close();
  }
}

/** Steps of a generator between two looks at the rows that wait. */
const stepsPerPause = 20;

async function writeDays(ctx: Context, stretch: Stretch, recorder: Recorder, watch: StretchWatch): Promise<void> {
  let [slice, before] = [0, 0];
  const pause = async (): Promise<void> => {
    const rows = totalOf(recorder.tables);
    watch.pulse(rows);
    if (rows - before < rowsPerSlice) return;
    await recorder.endSlice(slice++);
    before = rows;
  };
  for (let day = stretch.first; day <= stretch.last; day++)
    for (const generate of generators) {
      const work = generate(ctx, day);
      for (let step = 1; work.next().done !== true; step++) if (step % stepsPerPause === 0) await pause();
      await pause();
    }
  await recorder.endSlice(slice);
}
