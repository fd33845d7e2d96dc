/** Frame → process tree: links all processes, chooses which are drawn, and reads their texts. */
import type { Frame } from "../../frame/frame.js";
import type { FrameLike } from "../../frame/api.js";
import { completenessBanner } from "../../frame/index.js";
import type { ProcessMark, ProcessTreeOptions } from "../../frame/plot/host.js";
import type { ProcessTreeNode, Tone } from "../../view/index.js";
import { linkProcesses, normalizeProcessId } from "./link.js";
import { defaultMarks, type BuiltInMark } from "./marks.js";
import { readProcesses, type ProcessData } from "./read.js";
import { orderForest, type ProcessForest } from "./tree.js";

const defaultRows = 2000;
const mostRows = 20_000;
const commandLength = 1000;
/** Characters of command lines that a figure may hold. */
const commandBudget = 1_000_000;
/** As long as a path of Windows is by default; the end of a name says most. */
const nameLength = 260;

/** Links and orders what was read. */
export function buildForest(data: ProcessData): ProcessForest {
  return orderForest(data.table, linkProcesses(data.table, data.repeated));
}

interface Marked {
  readonly tone: Tone;
  readonly remark: string;
}

/** Where each row of the frame stands in the order of the forest. */
function positionsOf(forest: ProcessForest, data: ProcessData): ReadonlyMap<number, number> {
  const positions = new Map<number, number>();
  forest.order.forEach((row, at) => {
    if (row < forest.links.count) positions.set(data.frameRow[row] ?? -1, at);
  });
  return positions;
}

/** Longer command lines are judged by their beginning. */
const judgedLength = 4000;

function matches(mark: ProcessMark, name: string, command: string): boolean {
  if (typeof mark.match === "string") {
    const wanted = mark.match.toLowerCase();
    return command.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted);
  }
  // A pattern with the flag g or y would remember where it was.
  const pattern = new RegExp(mark.match.source, mark.match.flags.replace(/[gy]/g, ""));
  return pattern.test(command.slice(0, judgedLength)) || pattern.test(name);
}

const quotePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** A pattern that finds every text which the mark matches, and few others; `undefined` where none is known. */
function siftOf(mark: BuiltInMark | ProcessMark): string | undefined {
  if (typeof mark.match === "string") return quotePattern(mark.match);
  return "sift" in mark ? mark.sift : undefined;
}

/** The first mark of each process, by position. DuckDB sifts, the patterns of the marks decide. */
async function markProcesses(
  data: ProcessData,
  forest: ProcessForest,
  marks: readonly (BuiltInMark | ProcessMark)[],
): Promise<Map<number, Marked>> {
  const found = new Map<number, Marked>();
  if (marks.length === 0) return found;
  const sifts = marks.map(siftOf);
  const rows = await data.texts.matching(sifts.every(s => s !== undefined) ? sifts : []);
  const positions = positionsOf(forest, data);
  const judged = new Map<string, Marked | undefined>();
  for (const { frameRow, name, commandLine } of rows) {
    const at = positions.get(frameRow);
    if (at === undefined) continue;
    const key = `${name}\u0000${commandLine}`;
    if (!judged.has(key)) {
      const mark = marks.find(m => matches(m, name, commandLine));
      judged.set(key, mark === undefined ? undefined : { tone: mark.tone, remark: mark.remark });
    }
    const verdict = judged.get(key);
    if (verdict !== undefined) found.set(at, verdict);
  }
  return found;
}

/** Positions of processes that a text names: an id, or a part of the name, the command line, when searched the account. */
async function findAround(
  data: ProcessData,
  forest: ProcessForest,
  wanted: string,
  isSearch = false,
): Promise<readonly number[]> {
  const positions = positionsOf(forest, data);
  const rows = await data.texts.mentioning(wanted, [
    "name",
    "commandLine",
    ...(isSearch ? (["account"] as const) : []),
  ]);
  return rows.flatMap(row => positions.get(row) ?? []).sort((a, b) => a - b);
}

/** Positions of the processes that some rows of the frame tell of. */
function positionsAt(data: ProcessData, forest: ProcessForest, rows: readonly number[]): readonly number[] {
  const positions = positionsOf(forest, data);
  return rows.flatMap(row => positions.get(row) ?? []).sort((a, b) => a - b);
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

/** Some rows and their ancestors. */
function lineages(forest: ProcessForest, rows: readonly number[]): Uint8Array {
  const within = new Uint8Array(forest.order.length);
  for (const row of rows)
    for (let at = row; at >= 0 && within[at] === 0; at = forest.parentAt[at] ?? -1) within[at] = 1;
  return within;
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
  const marks = await markProcesses(data, forest, options.mark ?? defaultMarks);
  const around = options.around === undefined ? undefined : await findAround(data, forest, options.around);
  const searched =
    options.only !== undefined
      ? positionsAt(data, forest, options.only)
      : options.search === undefined
        ? undefined
        : await findAround(data, forest, options.search, true);
  const branch = options.branch === undefined ? undefined : [options.branch];
  const within =
    searched !== undefined
      ? lineages(forest, searched)
      : branch === undefined
        ? around === undefined
          ? undefined
          : neighbourhood(forest, around)
        : below(forest, branch);
  const ranked = [...marks].sort((a, b) => rank(a[1].tone) - rank(b[1].tone) || a[0] - b[0]).map(([at]) => at);
  const most = Math.min(mostRows, Math.max(1, options.maxRows ?? defaultRows));
  const choice = chooseRows(forest, [...(searched ?? []), ...(around ?? []), ...ranked], { most, within });
  const texts = await readTexts(data, forest, choice);
  return toNode(frame, data, { forest, marks, around, searched, choice, options, texts });
}

const shownFields = ["name", "processId", "commandLine", "account", "host"] as const;
const toldFields = ["parentName", "parentId", "grandparentName", "grandparentId", "host"] as const;

/** What a row of the figure says of its process. */
type Told = { readonly [F in (typeof shownFields)[number]]: string };

/** The texts of the chosen rows, by position; those of parents that are not in the data from the rows that tell of them. */
async function readTexts(data: ProcessData, forest: ProcessForest, choice: Choice): Promise<ReadonlyMap<number, Told>> {
  const { ghosts, count } = forest.links;
  const frameRow = (row: number): number => data.frameRow[row] ?? -1;
  const rows = choice.positions.map(at => forest.order[at] ?? 0);
  const own = await data.texts.of(rows.filter(row => row < count).map(frameRow), shownFields);
  const tellers = rows.flatMap(row => ghosts[row - count]?.toldBy ?? []);
  const others = await data.texts.of(tellers.map(frameRow), toldFields);
  return new Map(
    choice.positions.map((at, i): [number, Told] => {
      const row = rows[i] ?? 0;
      const ghost = ghosts[row - count];
      if (ghost === undefined) {
        const text = own.get(frameRow(row));
        const told = (field: (typeof shownFields)[number]): string => text?.[field] ?? "";
        return [at, { ...emptyTold, ...Object.fromEntries(shownFields.map(f => [f, told(f)])) }];
      }
      const text = others.get(frameRow(ghost.toldBy));
      const name = text?.[`${ghost.as}Name`] ?? "";
      return [at, { ...emptyTold, name, processId: text?.[`${ghost.as}Id`] ?? "", host: text?.host ?? "" }];
    }),
  );
}
const emptyTold: Told = { name: "", processId: "", commandLine: "", account: "", host: "" };

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
  readonly searched: readonly number[] | undefined;
  readonly choice: Choice;
  readonly options: ProcessTreeOptions;
  readonly texts: ReadonlyMap<number, Told>;
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
  const { forest, marks, choice, options, texts } = built;
  const { table, links } = forest;
  const place = new Map(choice.positions.map((at, i) => [at, i]));
  const centres = new Set(built.around ?? []);
  const clip = Math.min(commandLength, Math.max(60, Math.floor(commandBudget / Math.max(1, choice.positions.length))));
  const cut = (text: string): string => (text.length > clip ? `${text.slice(0, clip)}…` : text);
  const cutName = (name: string): string => (name.length > nameLength ? `…${name.slice(-nameLength)}` : name);
  const told = (at: number): Told => texts.get(at) ?? emptyTold;
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
      notes: notesOf(data, forest, {
        cutRows,
        around: options.search ?? options.around,
        matches: (built.searched ?? built.around)?.length,
        isChoice: options.only !== undefined,
      }),
      ...(incomplete === undefined ? {} : { incomplete }),
    },
    name: of((_, at) => cutName(told(at).name)),
    parent: of((_, at) => place.get(forest.parentAt[at] ?? -1) ?? -1),
    processId: of((_, at) => normalizeProcessId(told(at).processId)),
    atMs: of(row => {
      const t = links.ghosts[row - links.count]?.createdMs ?? table.timeMs[row] ?? Number.NaN;
      return Number.isNaN(t) ? null : Math.floor(t);
    }),
    commandLine: of((_, at) => cut(told(at).commandLine)),
    account: of((_, at) => told(at).account.slice(0, 200)),
    host: of((_, at) => told(at).host.slice(0, 200)),
    ghost: of(row => (row >= links.count ? 1 : 0)),
    tone: of((_, at) => marks.get(at)?.tone ?? (centres.has(at) ? "info" : null)),
    remark: of((_, at) => remarkOf(forest, at, marks.get(at), centres.has(at))),
    hidden: of((_, at) => (children.get(at) ?? 0) - (shown.get(at) ?? 0)),
    row: of((_, at) => at),
    event: of(row => (row >= links.count ? -1 : (data.frameRow[row] ?? -1))),
    ...(built.searched === undefined ? {} : { found: built.searched.length }),
    summary: forest.summary,
  };
}

function notesOf(
  data: ProcessData,
  forest: ProcessForest,
  shown: { cutRows: number; around: string | undefined; matches: number | undefined; isChoice: boolean },
): string[] {
  const many = (n: number, one: string, more: string): string => `${n.toLocaleString("en-US")} ${n === 1 ? one : more}`;
  const { duplicates, cycles, early } = forest.links;
  const skewed = early.reduce((n, e) => n + e, 0);
  return [
    ...(shown.isChoice ? [`${many(shown.matches ?? 0, "process", "processes")} chosen, and who started them`] : []),
    ...(shown.around === undefined || shown.isChoice
      ? []
      : [`${many(shown.matches ?? 0, "process matches", "processes match")} '${shown.around}'`]),
    ...(shown.cutRows > 0 ? [`${many(shown.cutRows, "process is", "processes are")} not drawn`] : []),
    ...(data.others > 0 ? [`${many(data.others, "row is no process creation", "rows are no process creations")}`] : []),
    ...(duplicates > 0 ? [`${many(duplicates, "repeated row", "repeated rows")} left out`] : []),
    ...(cycles.length > 0 ? [`${many(cycles.length, "circle", "circles")} of parents cut`] : []),
    ...(skewed > 0 ? [`${many(skewed, "process", "processes")} with a wrong clock`] : []),
  ];
}
