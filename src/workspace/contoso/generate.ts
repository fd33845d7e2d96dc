/** Generates the Contoso demo tenant into a workspace folder. */
import { mkdirSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noProgress } from "../../base/port.js";
import type { ProgressSink } from "../../base/port.js";
import { connectDuckDb, openDuckDb } from "../../frame/duckdb.js";
import { createCalendar, firstDay, lastDay, lastTuesdayEvening } from "./calendar.js";
import { createContext } from "./context.js";
import type { Context, DayGenerator } from "./context.js";
import { cloudDay } from "./cloud/cloud-day.js";
import { linuxDay } from "./cloud/linux-day.js";
import { serverDay } from "./endpoint/server.js";
import { workstationDay } from "./endpoint/workstation.js";
import { directoryDay } from "./identity/directory-day.js";
import { personDay } from "./identity/person-day.js";
import { mailDay } from "./mail/mail-day.js";
import { inventoryDay } from "./network/inventory-day.js";
import { networkDay } from "./network/network-day.js";
import { createRecorder } from "./recorder.js";
import type { RecordedCounts, Recorder } from "./recorder.js";
import { planTenant } from "./size.js";
import type { RowSize } from "./size.js";
import { loadContosoSchemas } from "./table-schema.js";
import type { ContosoTable } from "./table-schema.js";
import { parquetFolderSink } from "./table-sink.js";
import type { TableSink } from "./table-sink.js";
import { createWorld } from "./world/world.js";

export interface ContosoOptions {
  readonly dir: string;
  readonly rows: RowSize;
  /** Default 7. */
  readonly seed?: number;
  /** A Tuesday 18:00Z; default the last one before `nowMs`. */
  readonly end?: Date;
  readonly nowMs: number;
  readonly progress?: ProgressSink;
  readonly sink?: TableSink;
}

export const generators: readonly DayGenerator[] = [workstationDay, serverDay, personDay, directoryDay, mailDay, linuxDay, cloudDay, networkDay, inventoryDay];

export async function generateContoso(options: ContosoOptions): Promise<ReadonlyMap<ContosoTable, number>> {
  const { dir, rows, seed = 7, nowMs, progress = noProgress } = options;
  const plan = planTenant(rows);
  const calendar = createCalendar(options.end ?? new Date(lastTuesdayEvening(nowMs)));
  const world = createWorld(seed, plan.world);
  mkdirSync(dir, { recursive: true });
  const tempDir = await mkdtemp(join(tmpdir(), "contoso-"));
  const instance = await openDuckDb({ tempDir, memoryLimitBytes: 700 * 1024 * 1024, threads: 1 });
  const connection = await connectDuckDb(instance);
  try {
    const sink = options.sink ?? parquetFolderSink(instance, dir);
    const recorder = createRecorder({ schemas: loadContosoSchemas(), connection, sink, tenantId: world.workspaceId, seed, startUs: calendar.startUs, endUs: calendar.endUs, isLost: () => false });
    const ctx = createContext(world, calendar, recorder.emit);
    for (let from = firstDay, slice = 0; from <= lastDay; from += plan.daysPerSlice, slice++) {
      for (let day = from; day < from + plan.daysPerSlice && day <= lastDay; day++) await runDay(ctx, recorder, day);
      await recorder.endSlice(slice);
      progress({ label: "generating", done: total(recorder), total: plan.rows, unit: "rows" });
    }
    await sink.close();
    return recorder.tables;
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(tempDir, { recursive: true, force: true });
  }
}

const total = (counts: RecordedCounts): number => [...counts.tables.values()].reduce((a, b) => a + b, 0);

async function runDay(ctx: Context, recorder: Recorder, day: number): Promise<void> {
  for (const generate of generators) {
    let steps = 0;
    for (const _ of generate(ctx, day)) if (++steps % 40 === 0) await recorder.drain();
  }
}
