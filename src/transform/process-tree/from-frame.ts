/** Frame → process tree. */
import { HuntError } from "../../base/error.js";
import type { Frame } from "../../frame/frame.js";
import type { ColumnData, FrameLike } from "../../frame/api.js";
import { completenessBanner } from "../../frame/index.js";
import type { ProcessMark, ProcessTreeOptions } from "../../frame/plot/host.js";
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

const texts = (data: ColumnData): readonly string[] =>
  Array.isArray(data.values)
    ? (data.values as readonly string[])
    : Array.from(data.values as ArrayLike<number | bigint>, (v, i) => (data.valid[i] === 1 ? String(v) : ""));

function times(data: ColumnData, name: string): Float64Array {
  if (data.type !== "datetime") {
    const out = Float64Array.from(texts(data), t =>
      t === "" ? Number.NaN : Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(t) ? t : `${t.trim().replace(" ", "T")}Z`),
    );
    if (out.length > 0 && out.every(Number.isNaN))
      throw new HuntError("view/column-type", `column '${name}' is ${data.type} and holds no times`, {
        hint: `convert it first: | extend ${name} = todatetime(${name})`,
      });
    return out;
  }
  const micros = data.values as BigInt64Array;
  const out = new Float64Array(micros.length);
  for (let i = 0; i < micros.length; i += 1) out[i] = data.valid[i] === 1 ? Number(micros[i]) / 1000 : Number.NaN;
  return out;
}

/** Reads the columns of a frame that its schema names. @throws as findSchema, `view/column-type`, `frame/closed` */
export async function readProcesses(frame: FrameLike, schema?: ProcessTreeOptions["schema"]): Promise<ProcessData> {
  const found = findSchema(frame.columns, schema);
  const { columns, only } = found;
  const read = async (name: string | undefined): Promise<ColumnData | undefined> =>
    name === undefined ? undefined : frame.column(name);
  const kinds = only === undefined ? undefined : texts((await read(only.column)) as ColumnData);
  const keep = kinds === undefined ? undefined : rowsOf(kinds, only?.values ?? []);
  const pick = <T>(list: ArrayLike<T>): readonly T[] =>
    keep === undefined ? Array.from(list) : Array.from(keep, i => list[i] as T);
  const text = async (name: string | undefined): Promise<readonly string[] | undefined> => {
    const data = await read(name);
    if (data === undefined) return undefined;
    return keep === undefined ? texts(data) : pick(texts(data));
  };
  const time = async (name: string | undefined): Promise<ArrayLike<number> | undefined> => {
    const data = await read(name);
    if (data === undefined) return undefined;
    return keep === undefined ? times(data, name ?? "") : pick(times(data, name ?? ""));
  };
  const table: ProcessTable = {
    timeMs: (await time(columns.time)) ?? [],
    processId: (await text(columns.processId)) ?? [],
    parentId: (await text(columns.parentId)) ?? [],
    name: (await text(columns.name)) ?? [],
    parentName: await text(columns.parentName),
    host: await text(columns.host),
    createdMs: await time(columns.processTime),
    parentCreatedMs: await time(columns.parentTime),
    guid: await text(columns.processGuid),
    parentGuid: await text(columns.parentGuid),
    grandparentId: await text(columns.grandparentId),
    grandparentName: await text(columns.grandparentName),
    commandLine: await text(columns.commandLine),
  };
  const account = (await text(columns.account)) ?? [];
  return {
    table,
    account,
    schema: found,
    others: kinds === undefined || keep === undefined ? 0 : kinds.length - keep.length,
  };
}

/** Rows of the wanted kinds; all when none is, because the column then means something else. */
function rowsOf(kinds: readonly string[], values: readonly string[]): Int32Array | undefined {
  const rows: number[] = [];
  kinds.forEach((kind, i) => void (values.includes(kind) && rows.push(i)));
  return rows.length === 0 || rows.length === kinds.length ? undefined : Int32Array.from(rows);
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
export async function buildProcessTree(
  frame: Frame | FrameLike,
  options: ProcessTreeOptions = {},
): Promise<ProcessTreeNode> {
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
