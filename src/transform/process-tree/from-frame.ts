/** Frame → process tree. */
import { HuntError } from "../../base/error.js";
import type { Frame } from "../../frame/frame.js";
import type { FrameLike } from "../../frame/api.js";
import { completenessBanner } from "../../frame/index.js";
import { asText, fromFrame, getColumn, toText, type SqlColumn } from "../../frame/plot/columns.js";
import type { PlotHost, ProcessColumns, ProcessMark, ProcessTreeOptions } from "../../frame/plot/host.js";
import type { ProcessTreeNode, Tone } from "../../view/index.js";
import { linkProcesses, normalizeProcessId, type ProcessTable } from "./link.js";
import { defaultMarks, findSchema, type FoundSchema } from "./schemas.js";
import { orderForest, type ProcessForest } from "./tree.js";

const defaultRows = 2000;
const mostRows = 20_000;
const commandLength = 1000;
/** Characters of command lines that a figure may hold. */
const commandBudget = 1_000_000;

/** Everything of a table of process creations that a tree needs. */
export interface ProcessData {
  readonly table: ProcessTable;
  readonly account: readonly string[];
  /** Rows of other kinds that were left out. */
  readonly others: number;
  readonly schema: FoundSchema;
}

const isTime = (field: string): boolean => field === "time" || field === "processTime" || field === "parentTime";

/** Times in text columns: ISO, or without a zone, which then is UTC. */
const parseTime = (text: string): number => {
  if (text === "") return Number.NaN;
  return Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.trim().replace(" ", "T")}Z`);
};

function toTimes(values: readonly unknown[], column: SqlColumn): Float64Array {
  if (column.type === "datetime") return Float64Array.from(values, v => (v === null ? Number.NaN : Number(v)));
  const out = Float64Array.from(values, v => parseTime(toText(v)));
  if (out.length > 0 && out.every(Number.isNaN))
    throw new HuntError("view/column-type", `column '${column.name}' is ${column.type} and holds no times`, {
      hint: `convert it first: | extend ${column.name} = todatetime(${column.name})`,
    });
  return out;
}

/** Reads the columns of a frame that its schema names, all in one go. @throws as findSchema, `view/column-type`, `frame/closed` */
export async function readProcesses(frame: Frame, schema?: ProcessTreeOptions["schema"]): Promise<ProcessData> {
  frame.assertOpen();
  const found = findSchema(frame.columns, schema);
  const fields = (Object.entries(found.columns) as [keyof ProcessColumns, string][]).filter(([f]) => f !== "logonId");
  const columns = fields.map(([, name]) => getColumn(frame, name));
  const list = fields.map(([field], i) => {
    const column = columns[i] as SqlColumn;
    return isTime(field) && column.type === "datetime" ? `epoch_us(${column.sql}) / 1000.0` : asText(column);
  });
  const { where, parameters, kept, others } = await chooseKinds(frame, found.only);
  // Text costs most on its way to JavaScript: what is the same in every row (one host, one account) does not travel.
  const same = list.map((sql, i) =>
    isTime(fields[i]?.[0] ?? "")
      ? `null as s${i}`
      : `case when min(${sql}) = max(${sql}) then min(${sql}) end as s${i}`,
  );
  const source = `${fromFrame(frame)}${where}`;
  const [constant] = await frame.plotHost.all(`select ${same.join(", ")} from ${source}`, parameters);
  const travels = list.flatMap((_, i) => (constant?.[`s${i}`] === null || constant === undefined ? [i] : []));
  const chunks =
    travels.length === 0
      ? []
      : await frame.plotHost.values(
          `select ${travels.map(i => list[i]).join(", ")} from ${source} order by rowid`,
          parameters,
        );
  const at = (field: keyof ProcessColumns): number => fields.findIndex(([f]) => f === field);
  const valuesAt = (index: number): readonly unknown[] => {
    const place = travels.indexOf(index);
    if (place < 0) return new Array<unknown>(kept).fill(constant?.[`s${index}`]);
    return chunks.flatMap(chunk => chunk[place] ?? []);
  };
  const text = (field: keyof ProcessColumns): readonly string[] | undefined =>
    at(field) < 0 ? undefined : (valuesAt(at(field)) as readonly string[]);
  const time = (field: keyof ProcessColumns): Float64Array | undefined =>
    at(field) < 0 ? undefined : toTimes(valuesAt(at(field)), columns[at(field)] as SqlColumn);
  const table: ProcessTable = {
    timeMs: time("time") ?? [],
    processId: text("processId") ?? [],
    parentId: text("parentId") ?? [],
    name: text("name") ?? [],
    parentName: text("parentName"),
    host: text("host"),
    createdMs: time("processTime"),
    parentCreatedMs: time("parentTime"),
    guid: text("processGuid"),
    parentGuid: text("parentGuid"),
    grandparentId: text("grandparentId"),
    grandparentName: text("grandparentName"),
    commandLine: text("commandLine"),
  };
  return { table, account: text("account") ?? [], schema: found, others };
}

type SqlParameters = NonNullable<Parameters<PlotHost["all"]>[1]>;

interface Kinds {
  readonly where: string;
  readonly parameters: SqlParameters;
  readonly kept: number;
  readonly others: number;
}

/** Rows of the wanted kinds; all when none is, because the column then means something else. */
async function chooseKinds(frame: Frame, only: FoundSchema["only"]): Promise<Kinds> {
  const all: Kinds = { where: "", parameters: [], kept: frame.rowCount, others: 0 };
  if (only === undefined) return all;
  const parameters = only.values.map(value => ({ type: "VARCHAR", value }) as const);
  const where = ` where ${asText(getColumn(frame, only.column))} in (${only.values.map((_, i) => `$${i + 1}`).join(", ")})`;
  const [row] = await frame.plotHost.all(`select count(*) as n from ${fromFrame(frame)}${where}`, parameters);
  const kept = Number(row?.["n"] ?? 0);
  return kept === 0 || kept === frame.rowCount ? all : { where, parameters, kept, others: frame.rowCount - kept };
}

/** Links and orders what was read. */
export function buildForest(data: ProcessData): ProcessForest {
  return orderForest(data.table, linkProcesses(data.table));
}

const matches = (mark: ProcessMark, name: string, command: string): boolean => {
  if (typeof mark.match === "string") {
    const wanted = mark.match.toLowerCase();
    return command.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted);
  }
  return mark.match.test(command.length > 4000 ? command.slice(0, 4000) : command) || mark.match.test(name);
};

interface Marked {
  readonly tone: Tone;
  readonly remark: string;
}

/** The first mark of each process, by position; the same command line is judged once. */
function markProcesses(forest: ProcessForest, marks: readonly ProcessMark[]): Map<number, Marked> {
  const found = new Map<number, Marked>();
  const judged = new Map<string, Marked | undefined>();
  for (let at = 0; at < forest.order.length; at += 1) {
    const row = forest.order[at] ?? 0;
    if (row >= forest.links.count) continue;
    const [name, command] = [forest.table.name[row] ?? "", forest.table.commandLine?.[row] ?? ""];
    const key = command === "" ? name : command;
    if (!judged.has(key)) {
      const mark = marks.find(m => matches(m, name, command));
      judged.set(key, mark === undefined ? undefined : { tone: mark.tone, remark: mark.remark });
    }
    const verdict = judged.get(key);
    if (verdict !== undefined) found.set(at, verdict);
  }
  return found;
}

/** Positions of processes that a text names: an id, or a part of the name or the command line. */
function findAround(forest: ProcessForest, wanted: string): readonly number[] {
  const lower = wanted.toLowerCase();
  const id = normalizeProcessId(wanted);
  const found: number[] = [];
  for (let at = 0; at < forest.order.length; at += 1) {
    const row = forest.order[at] ?? 0;
    if (row >= forest.links.count) continue;
    const { table } = forest;
    if (
      normalizeProcessId(table.processId[row] ?? "") === id ||
      (table.name[row] ?? "").toLowerCase().includes(lower) ||
      (table.commandLine?.[row] ?? "").toLowerCase().includes(lower)
    )
      found.push(at);
  }
  return found;
}

interface Choice {
  readonly positions: readonly number[];
  /** Rows that could have been chosen. */
  readonly all: number;
}

/** Which rows to draw: marked ones with their ancestors, then everything from the top, level by level. */
function chooseRows(
  forest: ProcessForest,
  marked: readonly number[],
  limits: { readonly most: number; readonly within: Uint8Array | undefined },
): Choice {
  const { most, within } = limits;
  const chosen = new Uint8Array(forest.order.length);
  let count = 0;
  let all = 0;
  const inside = (at: number): boolean => within === undefined || within[at] === 1;
  const take = (position: number): void => {
    const path: number[] = [];
    for (let at = position; at >= 0 && chosen[at] === 0 && inside(at); at = forest.parentAt[at] ?? -1) path.push(at);
    if (count + path.length > most) return;
    for (const at of path) chosen[at] = 1;
    count += path.length;
  };
  for (const at of marked) if (inside(at)) take(at);
  for (let at = 0; at < forest.order.length; at += 1) if (inside(at)) all += 1;
  const deepest = forest.summary.depth;
  for (let depth = 0; depth <= deepest && count < Math.min(most, all); depth += 1)
    for (let at = 0; at < forest.order.length && count < most; at += 1)
      if (forest.depth[at] === depth && inside(at)) take(at);
  const positions: number[] = [];
  for (let at = 0; at < chosen.length; at += 1) if (chosen[at] === 1) positions.push(at);
  return { positions, all };
}

/** Ancestors and descendants of some rows. */
function neighbourhood(forest: ProcessForest, centres: readonly number[]): Uint8Array {
  const within = new Uint8Array(forest.order.length);
  for (const centre of centres) {
    for (let at = centre; at >= 0; at = forest.parentAt[at] ?? -1) within[at] = 1;
    for (let at = centre; at < (forest.end[centre] ?? centre); at += 1) within[at] = 1;
  }
  return within;
}

/**
 * Builds the figure of a table of process creations.
 *
 * All processes are linked; `maxRows` of them (default 2,000) are drawn: marked ones with their ancestors first, then level by
 * level. How many children each row has beyond those is part of the figure.
 * @throws HuntError `view/process-schema`, `view/column-type`, `frame/closed`
 */
export async function buildProcessTree(frame: Frame, options: ProcessTreeOptions = {}): Promise<ProcessTreeNode> {
  const data = await readProcesses(frame, options.schema);
  const forest = buildForest(data);
  const marks = markProcesses(forest, options.mark ?? defaultMarks);
  const around = options.around === undefined ? undefined : findAround(forest, options.around);
  const branch = options.branch === undefined ? undefined : [options.branch];
  const within =
    branch === undefined ? (around === undefined ? undefined : neighbourhood(forest, around)) : below(forest, branch);
  const ranked = [...marks].sort((a, b) => rank(a[1].tone) - rank(b[1].tone) || a[0] - b[0]).map(([at]) => at);
  const most = Math.min(mostRows, Math.max(1, options.maxRows ?? defaultRows));
  const choice = chooseRows(forest, [...(around ?? []), ...ranked], { most, within });
  return toNode(frame, data, { forest, marks, around, choice, options });
}

const rank = (tone: Tone): number => ["bad", "warning", "info"].indexOf(tone);

function below(forest: ProcessForest, positions: readonly number[]): Uint8Array {
  const within = new Uint8Array(forest.order.length);
  for (const p of positions) for (let at = p; at < (forest.end[p] ?? p); at += 1) within[at] = 1;
  return within;
}

interface Built {
  readonly forest: ProcessForest;
  readonly marks: ReadonlyMap<number, Marked>;
  readonly around: readonly number[] | undefined;
  readonly choice: Choice;
  readonly options: ProcessTreeOptions;
}

function remarkOf(forest: ProcessForest, at: number, mark: Marked | undefined, centre: boolean): string | null {
  const row = forest.order[at] ?? 0;
  const { links } = forest;
  const remarks = [
    ...(centre ? ["match"] : []),
    ...(mark === undefined ? [] : [mark.remark]),
    ...(row >= links.count ? [] : links.early[row] === 1 ? ["began before its parent: a clock is wrong"] : []),
    ...(links.cycles.includes(row) ? ["its parents form a circle, which was cut here"] : []),
  ];
  return remarks.length === 0 ? null : remarks.join("; ");
}

function toNode(frame: FrameLike, data: ProcessData, built: Built): ProcessTreeNode {
  const { forest, marks, choice, options } = built;
  const { table, links } = forest;
  const place = new Map(choice.positions.map((at, i) => [at, i]));
  const centres = new Set(built.around ?? []);
  const clip = Math.min(commandLength, Math.max(60, Math.floor(commandBudget / Math.max(1, choice.positions.length))));
  const cut = (text: string): string => (text.length > clip ? `${text.slice(0, clip)}…` : text);
  const ghostOf = (row: number) => links.ghosts[row - links.count];
  const of = <T>(pick: (row: number, at: number) => T): T[] =>
    choice.positions.map(at => pick(forest.order[at] ?? 0, at));
  const children = new Map<number, number>();
  for (const parent of forest.parentAt) children.set(parent, (children.get(parent) ?? 0) + 1);
  const shown = new Map<number, number>();
  for (const at of choice.positions)
    shown.set(forest.parentAt[at] ?? -1, (shown.get(forest.parentAt[at] ?? -1) ?? 0) + 1);
  const incomplete = completenessBanner(frame.completeness);
  const cutRows = choice.all - choice.positions.length;
  return {
    kind: "processTree",
    info: {
      ...(options.title === undefined ? {} : { title: options.title }),
      source: frame.provenance.source,
      rows: frame.rowCount,
      notes: notesOf(data, forest, { cutRows, around: options.around, matches: built.around?.length }),
      ...(incomplete === undefined ? {} : { incomplete }),
    },
    name: of(row => cut(ghostOf(row)?.name ?? table.name[row] ?? "")),
    parent: of((_, at) => place.get(forest.parentAt[at] ?? -1) ?? -1),
    processId: of(row => ghostOf(row)?.processId ?? normalizeProcessId(table.processId[row] ?? "")),
    atMs: of(row => {
      const t = ghostOf(row)?.createdMs ?? table.timeMs[row] ?? Number.NaN;
      return Number.isNaN(t) ? null : Math.floor(t);
    }),
    commandLine: of(row => cut(table.commandLine?.[row] ?? "")),
    account: of(row => (data.account[row] ?? "").slice(0, 200)),
    host: of(row => (ghostOf(row)?.host ?? table.host?.[row] ?? "").slice(0, 200)),
    ghost: of(row => (row >= links.count ? 1 : 0)),
    tone: of((_, at) => marks.get(at)?.tone ?? (centres.has(at) ? "info" : null)),
    remark: of((_, at) => remarkOf(forest, at, marks.get(at), centres.has(at))),
    hidden: of((_, at) => (children.get(at) ?? 0) - (shown.get(at) ?? 0)),
    row: of((_, at) => at),
    summary: forest.summary,
  };
}

function notesOf(
  data: ProcessData,
  forest: ProcessForest,
  shown: { cutRows: number; around: string | undefined; matches: number | undefined },
): string[] {
  const many = (n: number, one: string, more: string): string => `${n.toLocaleString("en-US")} ${n === 1 ? one : more}`;
  const { duplicates, cycles, early } = forest.links;
  const skewed = early.reduce((n, e) => n + e, 0);
  return [
    ...(shown.around === undefined
      ? []
      : [`${many(shown.matches ?? 0, "process matches", "processes match")} '${shown.around}'`]),
    ...(shown.cutRows > 0 ? [`${many(shown.cutRows, "process is", "processes are")} not drawn`] : []),
    ...(data.others > 0 ? [`${many(data.others, "row is no process creation", "rows are no process creations")}`] : []),
    ...(duplicates > 0 ? [`${many(duplicates, "repeated row", "repeated rows")} left out`] : []),
    ...(cycles.length > 0 ? [`${many(cycles.length, "circle", "circles")} of parents cut`] : []),
    ...(skewed > 0 ? [`${many(skewed, "process", "processes")} with a wrong clock`] : []),
  ];
}
