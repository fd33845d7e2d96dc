/** A plan into rows. */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Column } from "../../base/column.js";
import { HuntError, isHuntError } from "../../base/error.js";
import { noProgress } from "../../base/port.js";
import type { ProgressSink } from "../../base/port.js";
import { loadCatalogue } from "../schema/catalogue.js";
import type { Catalogue } from "../schema/catalogue.js";
import { createRouter } from "../schema/route.js";
import type { RecordShape } from "../schema/route.js";
import { storageError } from "../storage/files.js";
import { manifestName } from "../storage/manifest.js";
import type { SourceEntry } from "../storage/manifest.js";
import { physicalNames } from "../storage/names.js";
import { createWorkspace, openWriter } from "../storage/writer.js";
import type { WorkspaceWriter, WriterOptions } from "../storage/writer.js";
import { sha256Of } from "./bytes.js";
import { planColumns, sourceFileColumn } from "./columns.js";
import type { TimeSource } from "./columns.js";
import { RecordStatistics } from "./fields.js";
import { recordContext, routeOf } from "./plan.js";
import type { IngestPlan, PlannedFile } from "./plan.js";
import { readRecords } from "./records.js";
import type { ReadReject } from "./records.js";
import { RejectWriter, timeOfReject } from "./rejects.js";
import { tableQuery } from "./sql.js";
import { Stage } from "./stage.js";
import { formatShift } from "./time-shift.js";
import { findTime } from "./time-source.js";
import type { EvidenceFile } from "./walk.js";

export interface IngestOptions extends WriterOptions {
  readonly catalogue?: Catalogue;
  /** Read files again that were ingested already; their rows are replaced. */
  readonly force?: boolean;
  readonly progress?: ProgressSink;
  readonly signal?: AbortSignal;
  /** Rows are written whenever this much text has been read. */
  readonly stageBytes?: number;
}

export interface IngestedFile {
  readonly name: string;
  /** `unchanged`: its content had been ingested before. */
  readonly state: "ingested" | "replaced" | "unchanged";
  readonly rows: number;
  readonly rejects: number;
  readonly tables: readonly string[];
  readonly notes: readonly string[];
}

export interface IngestResult {
  /** The workspace's generation now. */
  readonly generation: number;
  readonly files: readonly IngestedFile[];
  readonly rows: number;
  readonly rejects: number;
}

/**
 * Carries out a plan: all of it becomes visible at once, or nothing does. The workspace is made when there is none.
 *
 * @throws HuntError `ingest/questions` (the plan has open ones), `workspace/locked`, `workspace/disk-full`
 */
export async function runIngest(
  plan: IngestPlan,
  workspace: string,
  options: IngestOptions = {},
): Promise<IngestResult> {
  if (plan.questions.length > 0)
    throw new HuntError("ingest/questions", plan.questions.map(q => q.message).join("\n"), {
      hint: "answer in the workspace's ingest.yaml, then run it again",
    });
  await ensureWorkspace(workspace);
  const writer = await openWriter(workspace, options);
  try {
    const run = new IngestRun(plan, writer, options, options.catalogue ?? (await loadCatalogue()));
    return await run.execute();
  } catch (error) {
    throw storageError(error, workspace);
  } finally {
    await writer.close();
  }
}

async function ensureWorkspace(dir: string): Promise<void> {
  const exists = await stat(join(dir, manifestName)).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await mkdir(dir, { recursive: true });
  await createWorkspace(dir).catch((error: unknown) => {
    if (!isHuntError(error, "workspace/exists")) throw error;
  });
}

/** A file's name, or `name (2)` and so on while the name belongs to a file of another folder. */
function freeName(file: EvidenceFile, taken: ReadonlyMap<string, SourceEntry>): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? file.name : `${file.name} (${n})`;
    const owner = taken.get(name);
    if (owner === undefined || owner.root === file.root) return name;
  }
}

/** What was added to a file's times, for the manifest: answers over its rows say so. */
function shiftOf({ tables }: PlannedFile): Pick<SourceEntry, "timeShift"> {
  const shiftMs = tables.find(t => t.time?.shiftMs !== undefined)?.time?.shiftMs;
  return shiftMs === undefined ? {} : { timeShift: formatShift(shiftMs) };
}

/** Records of one table, read in one way, with one reading of the time. */
interface Target {
  readonly index: number;
  readonly table: string;
  readonly shape: RecordShape;
  readonly file: PlannedFile;
  readonly textual: boolean;
  readonly time: TimeSource | undefined;
  statistics: RecordStatistics;
}

interface FileWork {
  readonly index: number;
  /** What rows call the file: its name, numbered when a file of another folder has it already. */
  readonly name: string;
  readonly planned: PlannedFile;
  readonly sha256: string;
  readonly state: "ingested" | "replaced";
  readonly rejects: RejectWriter;
  readonly notes: string[];
  readonly tables: Set<string>;
  rows: number;
}

const defaultStageBytes = 128 * 1024 * 1024;

class IngestRun {
  readonly #plan: IngestPlan;
  readonly #writer: WorkspaceWriter;
  readonly #options: IngestOptions;
  readonly #catalogue: Catalogue;
  readonly #targets = new Map<string, Target>();
  readonly #work: FileWork[] = [];
  readonly #unchanged: IngestedFile[] = [];

  constructor(plan: IngestPlan, writer: WorkspaceWriter, options: IngestOptions, catalogue: Catalogue) {
    this.#plan = plan;
    this.#writer = writer;
    this.#options = options;
    this.#catalogue = catalogue;
  }

  async execute(): Promise<IngestResult> {
    await this.#choose();
    if (this.#work.length === 0) return this.#result(this.#writer.generation);
    await this.#forgetReplaced();
    const stage = await Stage.open(
      await this.#writer.connection(),
      this.#work.map(w => w.name),
    );
    try {
      for (const work of this.#work) {
        await this.#readFile(work, stage);
      }
      await this.#writeTables(stage);
    } finally {
      await stage.close();
    }
    await this.#record();
    return this.#result(await this.#writer.commit());
  }

  /** Hashes the files and leaves out those whose content is in the workspace. */
  async #choose(): Promise<void> {
    const progress = this.#options.progress ?? noProgress;
    const known = new Map(this.#writer.sources.map(s => [s.sha256, s]));
    const names = new Map(this.#writer.sources.map(s => [s.path, s]));
    for (const [done, planned] of this.#plan.files.entries()) {
      progress({ label: "hashing files", done, total: this.#plan.files.length, unit: "files" });
      const sha256 = await sha256Of(planned.file, this.#options.signal);
      const same = known.get(sha256);
      const name = freeName(planned.file, names);
      if (same !== undefined && this.#options.force !== true) {
        const notes = same.path === planned.file.name ? [] : [`the same content as '${same.path}'`];
        this.#unchanged.push({
          name: planned.file.name,
          state: "unchanged",
          rows: 0,
          rejects: 0,
          tables: same.tables,
          notes,
        });
        continue;
      }
      const index = this.#work.length;
      const state = names.has(name) ? "replaced" : "ingested";
      const file = `${sha256.slice(0, 16)}-${this.#writer.generation + 1}-${index}.jsonl`;
      const rejects = new RejectWriter(name, file, f => this.#writer.rejectsPath(f));
      this.#work.push({ index, name, planned, sha256, state, rejects, notes: [], tables: new Set(), rows: 0 });
      const { root, sizeBytes } = planned.file;
      const source = { path: name, root, sha256, sizeBytes, tables: [], rows: 0, rejects: 0, ingestedAt: "" };
      known.set(sha256, source);
      names.set(name, source);
    }
  }

  /** Takes out the rows of files that are read again. */
  async #forgetReplaced(): Promise<void> {
    const again = this.#work.filter(w => w.state === "replaced").map(w => w.name);
    if (again.length === 0) return;
    const gone = new Set(again);
    for (const name of this.#writer.tables.keys()) {
      await this.#writer.removeRows(name, sourceFileColumn, gone);
      this.#writer.forgetRejects(name, gone);
    }
  }

  async #readFile(work: FileWork, stage: Stage): Promise<void> {
    const { planned } = work;
    const progress = this.#options.progress ?? noProgress;
    const context = recordContext(planned.file.name, planned.format, planned.correction);
    const router = createRouter(this.#catalogue);
    const statistics = { legacyLines: 0 };
    const signal = this.#options.signal;
    let read = 0;
    for await (const items of readRecords(planned.file, planned.format, {
      statistics,
      ...(signal === undefined ? {} : { signal }),
    })) {
      for (const item of items) {
        if (item.kind === "reject") await work.rejects.add(item, this.#timeOf(item, planned));
        else if (item.kind === "ended-early") work.notes.push(item.reason);
        else {
          const target = this.#targetFor(planned, routeOf(router(item.value, context), context));
          target.statistics.observe(item.value);
          stage.add({ file: work.index, number: item.number, target: target.index, json: item.json });
          work.tables.add(target.table);
          work.rows++;
          read += item.json.length;
          if (stage.chars >= (this.#options.stageBytes ?? defaultStageBytes)) await this.#writeTables(stage);
        }
      }
      progress({
        label: planned.file.name,
        done: Math.min(read, planned.file.sizeBytes),
        total: planned.file.sizeBytes,
        unit: "bytes",
      });
    }
    if (statistics.legacyLines > 0)
      work.notes.push(`${statistics.legacyLines} lines are not UTF-8 and were read as Windows-1252`);
  }

  #timeOf(reject: ReadReject, planned: PlannedFile) {
    return timeOfReject(reject.text, planned.format, planned.tables.find(t => t.time !== undefined)?.time);
  }

  #targetFor(planned: PlannedFile, route: { readonly table: string; readonly shape: RecordShape }): Target {
    const table = planned.tables.find(t => t.table === route.table && t.shape === route.shape.name);
    const alike = table ?? planned.tables.find(t => t.shape === route.shape.name);
    const textual = planned.format.kind === "csv";
    const columns = JSON.stringify(planned.correction.columns ?? {});
    const key = JSON.stringify([route.table, route.shape.name, alike?.time, planned.format.kind, columns]);
    let target = this.#targets.get(key);
    if (target === undefined) {
      const statistics = new RecordStatistics(route.shape);
      const index = this.#targets.size;
      target = { index, ...route, file: planned, textual, time: alike?.time, statistics };
      this.#targets.set(key, target);
    }
    return target;
  }

  async #writeTables(stage: Stage): Promise<void> {
    stage.flush();
    for (const bad of await stage.takeInvalid()) {
      const work = this.#work[bad.file];
      if (work === undefined) continue;
      work.rows--;
      const reject: ReadReject = {
        kind: "reject",
        line: bad.number,
        reason: "JSON that DuckDB refuses",
        text: bad.json,
      };
      await work.rejects.add(reject, this.#timeOf(reject, work.planned));
    }
    for (const target of this.#targets.values()) {
      this.#options.signal?.throwIfAborted();
      if (target.statistics.records === 0) continue;
      await this.#writeTable(target, stage);
      target.statistics = new RecordStatistics(target.shape);
    }
    await stage.clear();
  }

  async #writeTable(target: Target, stage: Stage): Promise<void> {
    const stored = this.#writer.tables.get(target.table);
    const catalogued = this.#catalogue.find(target.table);
    const found = target.time ?? findTime(target.shape, target.statistics, target.file.correction).time;
    const plan = planColumns({
      table: target.table,
      shape: target.shape,
      statistics: target.statistics,
      time: found,
      known: [...(stored?.columns ?? []), ...(catalogued?.columns ?? [])],
      renamed: target.file.correction.columns ?? {},
      textual: target.textual,
    });
    const given = new Map(Object.entries(stored?.physical ?? {}));
    const before = physicalNames(stored?.columns ?? [], given);
    const namesFor = (columns: readonly Column[]) => physicalNames(columns, before);
    const query = tableQuery(plan, { from: stage.rowsOf(target.index) }, namesFor);
    const connection = await this.#writer.connection();
    const thenBy = [sourceFileColumn, "_SourceRecord"];
    await this.#writer.addTable(target.table, query.columns, { kind: "sql", connection, sql: query.sql }, { thenBy });
  }

  /** What became of each file, into the manifest. */
  async #record(): Promise<void> {
    const now = new Date((this.#options.now ?? Date.now)()).toISOString();
    for (const work of this.#work) {
      const entries = [...(await work.rejects.finish())];
      const { root, sizeBytes } = work.planned.file;
      const { name } = work;
      const early = work.notes.find(note => note.startsWith("the compressed file"));
      if (early !== undefined)
        entries.push({
          source: name,
          count: 0,
          reason: `'${name}': ${early}; what follows record ${work.rows} is missing`,
        });
      const tables = work.tables.size > 0 ? [...work.tables] : work.planned.tables.map(t => t.table);
      for (const table of tables) for (const entry of entries) this.#writer.addRejects(table, entry);
      const source: SourceEntry = {
        path: name,
        root,
        sha256: work.sha256,
        sizeBytes,
        tables: [...work.tables].sort(),
        rows: work.rows,
        rejects: work.rejects.count,
        ingestedAt: now,
        ...shiftOf(work.planned),
      };
      this.#writer.addSource(source);
    }
  }

  #result(generation: number): IngestResult {
    const done = this.#work.map((w): IngestedFile => {
      return {
        name: w.name,
        state: w.state,
        rows: w.rows,
        rejects: w.rejects.count,
        tables: [...w.tables].sort(),
        notes: w.notes,
      };
    });
    const files = [...done, ...this.#unchanged].sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      generation,
      files,
      rows: files.reduce((sum, f) => sum + f.rows, 0),
      rejects: files.reduce((sum, f) => sum + f.rejects, 0),
    };
  }
}
