/** What ingest understood of the evidence, before anything is written: for people to read and correct. */
import { basename } from "node:path";
import type { TimeRange } from "../../base/clock.js";
import { HuntError, messageOf } from "../../base/error.js";
import { noProgress } from "../../base/port.js";
import type { ProgressSink } from "../../base/port.js";
import { loadCatalogue } from "../schema/catalogue.js";
import type { Catalogue } from "../schema/catalogue.js";
import { createRouter, plainShape } from "../schema/route.js";
import type { RecordContext, RecordShape, Route, Router } from "../schema/route.js";
import { formatMicros, microsToMs } from "../time.js";
import type { Micros } from "../time.js";
import type { TimeSource } from "./columns.js";
import { correctionFor, readCorrections } from "./corrections.js";
import type { Correction } from "./corrections.js";
import { detectFormat } from "./detect.js";
import type { Detection } from "./detect.js";
import { RecordStatistics, fromPointer, valueAt } from "./fields.js";
import { findWrapper } from "./json-elements.js";
import { readContentHead } from "./bytes.js";
import { readRecords } from "./records.js";
import type { FileFormat, ReadReject } from "./records.js";
import { formatShift } from "./time-shift.js";
import { findTime, readTimeOf } from "./time-source.js";
import type { TimeDoubt } from "./time-source.js";
import { listEvidence } from "./walk.js";
import type { EvidenceFile } from "./walk.js";

export interface PlanOptions {
  /** The workspace that will take the rows: its `ingest.yaml` is read, and it must not lie inside the evidence. */
  readonly workspace?: string;
  /** In place of the workspace's `ingest.yaml`. */
  readonly corrections?: readonly Correction[];
  readonly catalogue?: Catalogue;
  readonly progress?: ProgressSink;
  readonly signal?: AbortSignal;
}

export interface PlannedTable {
  readonly table: string;
  /** Name of the kind of records. */
  readonly shape: string;
  /** The catalogue knows the table. */
  readonly catalogued: boolean;
  readonly time: TimeSource | undefined;
  /** Of the sample; exact when the file was read whole. */
  readonly span: TimeRange | undefined;
  readonly sampleRows: number;
}

export interface PlannedFile {
  readonly file: EvidenceFile;
  readonly format: FileFormat;
  /** For people: `JSON Lines, gzip`. */
  readonly formatName: string;
  readonly tables: readonly PlannedTable[];
  readonly correction: Partial<Correction>;
  readonly rows: { readonly count: number; readonly exact: boolean };
  readonly rejects: { readonly count: number; readonly first: readonly ReadReject[] };
  /** The file ends before its content does, as far as was read. */
  readonly endedEarly?: string;
}

export interface IngestQuestion {
  readonly file: string;
  readonly doubt: TimeDoubt;
  /** The question, and where the answer goes. */
  readonly message: string;
}

export interface IngestPlan {
  readonly files: readonly PlannedFile[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Ingest does not run while there are any; answers go to `ingest.yaml`. */
  readonly questions: readonly IngestQuestion[];
}

/** Records looked at per file. */
const sampleRecords = 20_000;
const sampleBytes = 16 * 1024 * 1024;

/**
 * Looks at files and folders and says what they are. Reads only; the evidence is never written to.
 *
 * @throws HuntError `ingest/not-found`, `ingest/workspace-inside-evidence`, `ingest/invalid-corrections`
 */
export async function planIngest(sources: readonly string[], options: PlanOptions = {}): Promise<IngestPlan> {
  const progress = options.progress ?? noProgress;
  const corrections =
    options.corrections ?? (options.workspace === undefined ? [] : await readCorrections(options.workspace));
  const catalogue = options.catalogue ?? (await loadCatalogue());
  const { files, passedOver } = await listEvidence(sources, options.workspace);
  const planner = { catalogue, router: createRouter(catalogue), signal: options.signal };
  const planned: PlannedFile[] = [];
  const skipped = [...passedOver];
  const questions: IngestQuestion[] = [];
  for (const [done, file] of files.entries()) {
    options.signal?.throwIfAborted();
    progress({ label: "looking at files", done, total: files.length, unit: "files" });
    const found = await planFile(file, correctionFor(corrections, file.name), planner);
    if ("reason" in found) skipped.push({ name: file.name, reason: found.reason });
    else {
      planned.push(found.planned);
      questions.push(...found.questions);
    }
  }
  progress({ label: "looking at files", done: files.length, total: files.length, unit: "files" });
  return { files: planned, skipped, questions };
}

interface FilePlanner {
  readonly catalogue: Catalogue;
  readonly router: Router;
  readonly signal: AbortSignal | undefined;
}

type FileFinding =
  { readonly reason: string } | { readonly planned: PlannedFile; readonly questions: readonly IngestQuestion[] };

async function planFile(
  file: EvidenceFile,
  correction: Partial<Correction>,
  planner: FilePlanner,
): Promise<FileFinding> {
  if (correction.skip === true) return { reason: "left out by ingest.yaml" };
  let detection: Detection;
  try {
    detection = await corrected(await detectFormat(file, planner.signal), file, correction);
    if (detection.kind === "unreadable") return { reason: detection.reason };
    return await planReadable(file, correction, detection, planner);
  } catch (error) {
    planner.signal?.throwIfAborted();
    if (error instanceof HuntError) throw error;
    return { reason: `cannot be read: ${messageOf(error).split("\n")[0] ?? ""}` };
  }
}

/** The format that a person said, in place of the one that was found. */
async function corrected(found: Detection, file: EvidenceFile, correction: Partial<Correction>): Promise<Detection> {
  const { format, delimiter, header } = correction;
  if (format === undefined && delimiter === undefined && header === undefined) return found;
  const content = found.kind === "readable" ? found.content : ({ compressed: false, encoding: "utf-8" } as const);
  const dialect = found.kind === "readable" && found.format.kind === "csv" ? found.format.dialect : undefined;
  if (format === "csv" || (format === undefined && dialect !== undefined)) {
    const chosen = { delimiter: delimiter ?? dialect?.delimiter ?? ",", header: header ?? dialect?.header ?? true };
    return { kind: "readable", format: { kind: "csv", dialect: chosen }, content };
  }
  if (format === undefined) return found;
  if (format === "json") {
    const wrapper = findWrapper(await readContentHead(file, 65_536)) ?? { array: false, offset: 0 };
    return { kind: "readable", format: { kind: "json", wrapper }, content };
  }
  return {
    kind: "readable",
    format: format === "zeek" ? { kind: "zeek", path: undefined } : { kind: format },
    content,
  };
}

interface SampledTable {
  readonly route: Route;
  readonly statistics: RecordStatistics;
  readonly records: unknown[];
}

async function planReadable(
  file: EvidenceFile,
  correction: Partial<Correction>,
  detection: Detection & { readonly kind: "readable" },
  planner: FilePlanner,
): Promise<FileFinding> {
  const { format } = detection;
  const context = recordContext(file.name, format, correction);
  const sample = await takeSample(file, format, context, planner);
  if (sample.records === 0 && sample.rejects.count === 0 && sample.endedEarly === undefined)
    return { reason: "no records in it" };
  const questions: IngestQuestion[] = [];
  const tables = [...sample.tables.values()].map((sampled): PlannedTable => {
    const { route, statistics } = sampled;
    const finding = findTime(route.shape, statistics, correction);
    for (const doubt of finding.doubts)
      if (!questions.some(q => q.doubt.kind === doubt.kind && q.doubt.field === doubt.field))
        questions.push({ file: file.name, doubt, message: questionText(file.name, doubt) });
    return {
      table: route.table,
      shape: route.shape.name,
      catalogued: planner.catalogue.find(route.table) !== undefined,
      time: finding.time,
      span: spanOf(sampled.records, finding.time),
      sampleRows: statistics.records,
    };
  });
  const planned: PlannedFile = {
    file,
    format,
    formatName: formatName(detection),
    tables,
    correction,
    rows: sample.whole
      ? { count: sample.records, exact: true }
      : { count: Math.round((sample.records * file.sizeBytes) / Math.max(1, sample.bytes)), exact: false },
    rejects: sample.rejects,
    ...(sample.endedEarly === undefined ? {} : { endedEarly: sample.endedEarly }),
  };
  return { planned, questions };
}

async function takeSample(file: EvidenceFile, format: FileFormat, context: RecordContext, planner: FilePlanner) {
  const tables = new Map<string, SampledTable>();
  const rejects: { count: number; first: ReadReject[] } = { count: 0, first: [] };
  let [records, bytes, whole] = [0, 0, true];
  let endedEarly: string | undefined;
  const options = planner.signal === undefined ? {} : { signal: planner.signal };
  for await (const items of readRecords(file, format, options)) {
    for (const item of items) {
      if (item.kind === "ended-early") endedEarly = item.reason;
      else if (item.kind === "reject") {
        rejects.count++;
        if (rejects.first.length < 5) rejects.first.push(item);
      } else {
        records++;
        bytes += item.json.length + 1;
        const route = routeOf(planner.router(item.value, context), context);
        const key = `${route.shape.name}\0${route.table}`;
        let sampled = tables.get(key);
        if (sampled === undefined) {
          sampled = { route, statistics: new RecordStatistics(route.shape), records: [] };
          tables.set(key, sampled);
        }
        sampled.statistics.observe(item.value);
        sampled.records.push(item.value);
      }
    }
    if (records >= sampleRecords || bytes >= sampleBytes) {
      whole = false;
      break;
    }
  }
  return { tables, rejects, records, bytes, whole, endedEarly };
}

/** What a record's file says about it. */
export function recordContext(name: string, format: FileFormat, correction: Partial<Correction>): RecordContext {
  const fileStem = basename(name)
    .toLowerCase()
    .replace(/\.gz$/, "")
    .replace(/\.(json|jsonl|ndjson|csv|tsv|txt|log|parquet)$/, "");
  return {
    fileStem,
    ...(format.kind === "zeek" && format.path !== undefined ? { zeekPath: format.path } : {}),
    ...(correction.table === undefined ? {} : { table: correction.table }),
  };
}

/** Records that nobody knows go to a table named after the file, as custom logs are: `proxy-2021-03.csv` → `proxy_CL`. */
export function routeOf(found: Route | undefined, context: RecordContext): Route {
  if (found !== undefined) return found;
  const stem = context.fileStem
    .replace(/[-_. ]*\d[\d\-_.T: ]*z?$/i, "")
    .replace(/[^a-z0-9]+/gi, "_")
    .replace(/^_+|_+$/g, "");
  const name = stem === "" ? "Records" : /^\d/.test(stem) ? `T${stem}` : stem;
  return { table: context.table ?? `${name.slice(0, 60)}_CL`, shape: plainShape };
}

function spanOf(records: readonly unknown[], time: TimeSource | undefined): TimeRange | undefined {
  if (time === undefined) return undefined;
  const path = fromPointer(time.pointer);
  let [first, last]: (Micros | undefined)[] = [];
  for (const record of records) {
    const value = valueAt(record, path);
    const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
    const at = readTimeOf(time, text);
    if (at === undefined) continue;
    if (first === undefined || at < first) first = at;
    if (last === undefined || at > last) last = at;
  }
  if (first === undefined || last === undefined) return undefined;
  return { startMs: microsToMs(first), endMs: microsToMs(last) + 1 };
}

function formatName({ format, content }: Detection & { readonly kind: "readable" }): string {
  const names = {
    jsonl: "JSON Lines",
    json: format.kind === "json" && format.wrapper.member !== undefined ? `JSON, '${format.wrapper.member}'` : "JSON",
    csv: format.kind === "csv" ? csvName(format.dialect.delimiter, format.dialect.header) : "CSV",
    zeek: "Zeek log",
    parquet: "Parquet",
  } as const;
  return [
    names[format.kind],
    ...(content.encoding === "utf-8" ? [] : [content.encoding.toUpperCase()]),
    ...(content.compressed ? ["gzip"] : []),
  ].join(", ");
}

function csvName(delimiter: string, header: boolean): string {
  const names: Readonly<Record<string, string>> = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" };
  return `delimited by ${names[delimiter] ?? "comma"}${header ? "" : ", no header"}`;
}

function questionText(file: string, doubt: TimeDoubt): string {
  switch (doubt.kind) {
    case "date-order":
      return `'${file}': is '${doubt.example}' (field '${doubt.field}') day first or month first? Answer with time.format in ingest.yaml: '${doubt.choices[0] ?? ""}' or '${doubt.choices[1] ?? ""}'`;
    case "time-zone":
      return `'${file}': which time zone are the times like '${doubt.example}' (field '${doubt.field}') in? Answer with time.zone in ingest.yaml: UTC, +02:00 or a name like Europe/Paris`;
    case "no-such-field":
      return `'${file}': no record has a time in the field '${doubt.field}' that ingest.yaml names; fields are: ${doubt.fields.slice(0, 20).join(", ")}`;
  }
}

/** A plan as rows of a table, for any renderer: one per file and table. Times are ISO, UTC. */
export interface PlanRow {
  readonly file: string;
  readonly format: string;
  readonly table: string;
  readonly time: string;
  /** With what `ingest.yaml` adds to the times: `UTC +19h`. */
  readonly zone: string;
  readonly from: string;
  readonly to: string;
  /** With `~` when estimated. */
  readonly rows: string;
  readonly rejects: number;
  /** The span, the rows and the rejects are those of the head of a large file; only `rows` is extrapolated. */
  readonly estimated: boolean;
}

export function planRows(plan: IngestPlan): readonly PlanRow[] {
  return plan.files.flatMap(planned =>
    planned.tables.map((table): PlanRow => ({
      file: planned.file.name,
      format: planned.formatName,
      table: table.table,
      time: table.time === undefined ? "none" : `${fromPointer(table.time.pointer).join(".")} (${table.time.format})`,
      zone: zoneText(table.time),
      from: table.span === undefined ? "" : iso(table.span.startMs),
      to: table.span === undefined ? "" : iso(table.span.endMs - 1),
      rows: planned.rows.exact ? String(table.sampleRows) : `~${estimate(planned, table)}`,
      rejects: planned.rejects.count,
      estimated: !planned.rows.exact,
    })),
  );
}

function zoneText(time: TimeSource | undefined): string {
  if (time === undefined) return "";
  return time.shiftMs === undefined ? time.zone : `${time.zone} ${formatShift(time.shiftMs)}`;
}

function estimate(planned: PlannedFile, table: PlannedTable): number {
  const sampled = planned.tables.reduce((sum, t) => sum + t.sampleRows, 0);
  return Math.round((planned.rows.count * table.sampleRows) / Math.max(1, sampled));
}

const iso = (ms: number): string => formatMicros(BigInt(ms) * 1000n).replace(/000Z$/, "Z");

/** Shapes are compared by name across the plan's border. */
export function sameShape(planned: PlannedTable, shape: RecordShape): boolean {
  return planned.shape === shape.name;
}
