/** Process creations → who started whom. Works on numbers in columns, because a hundred thousand objects or texts would cost more than the answer. */

/**
 * One entry per process creation; every array has the same length. Texts are told by codes: equal where what they mean is
 * equal, -1 where there is none (`readProcesses` makes them).
 */
export interface ProcessTable {
  readonly count: number;
  /** Milliseconds since 1970 UTC; NaN when not known. */
  readonly timeMs: Float64Array;
  readonly processId: Float64Array;
  readonly parentId: Float64Array;
  /** The last part of the path. */
  readonly name: Float64Array;
  readonly parentName?: Float64Array | undefined;
  readonly host?: Float64Array | undefined;
  /** When the process was created, where that is not the event's time. */
  readonly createdMs?: Float64Array | undefined;
  /** When the parent was created, where events say so: settles reused process ids. */
  readonly parentCreatedMs?: Float64Array | undefined;
  /** Identifiers that are never reused; they win over process ids. */
  readonly guid?: Float64Array | undefined;
  readonly parentGuid?: Float64Array | undefined;
  readonly grandparentId?: Float64Array | undefined;
  readonly grandparentName?: Float64Array | undefined;
}

/** A process that is known only as somebody's parent. */
export interface Ghost {
  /** The row that tells of it, as its parent or its grandparent: where its names are written. */
  readonly toldBy: number;
  readonly as: "parent" | "grandparent";
  /** When it was created, where a child says so; NaN otherwise. */
  readonly createdMs: number;
}

/** Rows are the table's, then the ghosts: row `count + i` is `ghosts[i]`. */
export interface ProcessLinks {
  readonly count: number;
  /** The table's rows by time; those without one come first. */
  readonly order: Int32Array;
  /** Row of the parent, -1 for roots; also for ghosts. */
  readonly parent: Int32Array;
  readonly ghosts: readonly Ghost[];
  /** Rows that repeat an earlier one and are left out. */
  readonly duplicate: Uint8Array;
  readonly duplicates: number;
  /** Rows whose parent began after them, within the tolerance: a clock was wrong. */
  readonly early: Uint8Array;
  /** Links that were cut because they made a circle. */
  readonly cycles: readonly number[];
}

/** A child may carry a time this much before its parent's: clocks and batching. */
const toleranceMs = 2000;
/** Creation times of one process as told by different events agree this well. */
const creationMs = 1500;

/** `0x1A4` and `420` are the same process; GUIDs and other texts are themselves. */
export function normalizeProcessId(text: string): string {
  if (text === "") return "";
  if (/^0x[0-9a-f]{1,13}$/i.test(text)) return String(Number.parseInt(text, 16));
  return /^0\d/.test(text) || text.endsWith(".0") ? String(Number(text)) : text;
}

const noId = new Set(["", "-", "0", "-1", "null", "none"]);

/** The id that a text tells; `undefined` where it tells none. */
export function findProcessId(text: string): string | undefined {
  const id = normalizeProcessId(text);
  return noId.has(id) ? undefined : id;
}

/** By what names of processes are compared: the last part of the path, in small letters. `undefined` where there is none. */
export function findProcessName(path: string): string | undefined {
  if (path === "" || path === "-") return undefined;
  const at = Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"));
  return (at < 0 ? path : path.slice(at + 1)).toLowerCase();
}

/** Times that are not known stand before all others. */
const sortable = (timeMs: number | undefined): number =>
  timeMs === undefined || Number.isNaN(timeMs) ? -Infinity : timeMs;

/** Rows by time, those without one first; equal times in the order of the table. */
function orderRows({ count, timeMs }: ProcessTable): Int32Array {
  const order = new Int32Array(count);
  let isSorted = true;
  for (let i = 0; i < count; i += 1) {
    order[i] = i;
    if (i > 0 && sortable(timeMs[i]) < sortable(timeMs[i - 1])) isSorted = false;
  }
  // Sorting by a function takes longer than everything else, and is seldom needed: rows are read by time.
  return isSorted ? order : order.sort((a, b) => sortable(timeMs[a]) - sortable(timeMs[b]) || a - b);
}

/** Process ids of hosts as places in lists: `self` and `above` of each row, -1 without an id. */
interface Places {
  readonly self: Int32Array;
  readonly above: Int32Array;
  readonly count: number;
}

/** A list of every id on every host, as long as it is not larger than this; beyond, only those that occur are counted. */
const mostPlaces = 2 ** 22;

function largest(column: Float64Array): number {
  let most = -1;
  for (const value of column) if (value > most) most = value;
  return most;
}

function placeProcesses({ count, processId, parentId, host }: ProcessTable): Places {
  const ids = Math.max(largest(processId), largest(parentId)) + 1;
  const hosts = host === undefined ? 1 : largest(host) + 1;
  const known = ids * hosts <= mostPlaces ? undefined : new Map<number, number>();
  const placeOf = (id: number, on: number): number => {
    if (id < 0) return -1;
    const key = on * ids + id;
    if (known === undefined) return key;
    const place = known.get(key) ?? known.size;
    known.set(key, place);
    return place;
  };
  const [self, above] = [new Int32Array(count), new Int32Array(count)];
  for (let i = 0; i < count; i += 1) {
    const on = Math.max(0, host?.[i] ?? 0);
    self[i] = placeOf(processId[i] ?? -1, on);
    above[i] = placeOf(parentId[i] ?? -1, on);
  }
  return { self, above, count: known?.size ?? ids * hosts };
}

const same = (column: Float64Array | undefined, a: number, b: number): boolean =>
  column === undefined || column[a] === column[b];

/**
 * Groups of rows that are equal in everything that is a number: they repeat an event when their command lines are equal
 * too, which has to be asked of the texts.
 */
export function findLookalikes(table: ProcessTable): readonly (readonly number[])[] {
  const places = placeProcesses(table);
  const last = new Int32Array(places.count).fill(-1);
  const groups = new Map<number, number[]>();
  for (const row of orderRows(table)) {
    const place = places.self[row] ?? -1;
    if (place < 0) continue;
    const before = last[place] ?? -1;
    const alike =
      before >= 0 &&
      table.timeMs[before] === table.timeMs[row] &&
      table.parentId[before] === table.parentId[row] &&
      same(table.name, before, row) &&
      same(table.guid, before, row);
    if (!alike) last[place] = row;
    else if (groups.has(before)) groups.get(before)?.push(row);
    else groups.set(before, [before, row]);
  }
  return [...groups.values()];
}

const createdOf = (table: ProcessTable, row: number): number => {
  const told = table.createdMs?.[row] ?? Number.NaN;
  return Number.isNaN(told) ? (table.timeMs[row] ?? Number.NaN) : told;
};

interface Found {
  readonly row: number;
  readonly early: boolean;
}

/** The processes of each id as chains of rows by time. */
class Chains {
  readonly #table: ProcessTable;
  readonly #places: Places;
  readonly #first: Int32Array;
  readonly #latest: Int32Array;
  readonly #next: Int32Array;
  readonly #before: Int32Array;

  constructor(table: ProcessTable, places: Places, rows: Int32Array) {
    this.#table = table;
    this.#places = places;
    this.#first = new Int32Array(places.count).fill(-1);
    this.#latest = new Int32Array(places.count).fill(-1);
    this.#next = new Int32Array(table.count).fill(-1);
    this.#before = new Int32Array(table.count).fill(-1);
    for (const row of rows) {
      const place = places.self[row] ?? -1;
      if (place < 0) continue;
      const last = this.#latest[place] ?? -1;
      this.#before[row] = last;
      if (last < 0) this.#first[place] = row;
      else this.#next[last] = row;
      this.#latest[place] = row;
    }
    this.#latest.fill(-1);
  }

  /** A row has begun: the latest with its id. Rows begin in the order of time. */
  begin(row: number): void {
    const place = this.#places.self[row] ?? -1;
    if (place >= 0) this.#latest[place] = row;
  }

  /**
   * The parent of a row: by creation time where the event tells it, else the latest with its parent's process id that has
   * begun; the name must agree when the event tells it, because ids are used again.
   */
  findParent(child: number): Found | undefined {
    const table = this.#table;
    const place = this.#places.above[child] ?? -1;
    const first = this.#first[place] ?? -1;
    if (first < 0) return undefined;
    const told = table.parentCreatedMs?.[child] ?? Number.NaN;
    if (!Number.isNaN(told)) return this.#created(first, child, told);
    const at = table.timeMs[child] ?? Number.NaN;
    if (Number.isNaN(at)) return this.#only(first, child);
    const latest = this.#latest[place] ?? -1;
    for (let row = latest; row >= 0; row = this.#before[row] ?? -1)
      if (this.#fits(row, child)) return { row, early: false };
    const next = latest < 0 ? first : (this.#next[latest] ?? -1);
    if (next < 0 || (table.timeMs[next] ?? Infinity) - at > toleranceMs) return undefined;
    const isNamed = (table.parentName?.[child] ?? -1) >= 0;
    return isNamed && this.#fits(next, child) ? { row: next, early: true } : undefined;
  }

  /** The name must agree where the event tells the parent's. */
  #fits(row: number, child: number): boolean {
    const wanted = this.#table.parentName?.[child] ?? -1;
    return row !== child && (wanted < 0 || this.#table.name[row] === wanted);
  }

  #created(first: number, child: number, told: number): Found | undefined {
    const table = this.#table;
    for (let row = first; row >= 0; row = this.#next[row] ?? -1) {
      const created = createdOf(table, row);
      if (row !== child && Math.abs(created - told) <= creationMs)
        return { row, early: created > createdOf(table, child) };
    }
    return undefined;
  }

  /** Without a time, a parent is believed when there is only one. */
  #only(first: number, child: number): Found | undefined {
    let only = -1;
    for (let row = first; row >= 0; row = this.#next[row] ?? -1) {
      if (!this.#fits(row, child)) continue;
      if (only >= 0) return undefined;
      only = row;
    }
    return only < 0 ? undefined : { row: only, early: false };
  }
}

/** Parents that are not in the data: one per host, id, name and told creation time. */
class Ghosts {
  readonly list: Ghost[] = [];
  readonly parents: number[] = [];
  readonly #table: ProcessTable;
  readonly #known = new Map<number, number[]>();

  constructor(table: ProcessTable) {
    this.#table = table;
  }

  /** The ghost that is a row's parent, as a row of the links. */
  of(row: number): number {
    const { count, grandparentId } = this.#table;
    const index = this.#told(row, "parent");
    if (this.parents[index] === -1 && (grandparentId?.[row] ?? -1) >= 0) {
      const parent = this.#told(row, "grandparent");
      if (parent !== index) this.parents[index] = count + parent;
    }
    return count + index;
  }

  #told(toldBy: number, as: Ghost["as"]): number {
    const { parentId, grandparentId, parentCreatedMs } = this.#table;
    const createdMs = as === "parent" ? (parentCreatedMs?.[toldBy] ?? Number.NaN) : Number.NaN;
    const id = (as === "parent" ? parentId : grandparentId)?.[toldBy] ?? -1;
    let alike = this.#known.get(id);
    if (alike === undefined) this.#known.set(id, (alike = []));
    for (const index of alike) if (this.#isSame(index, { toldBy, as, createdMs })) return index;
    const index = this.list.push({ toldBy, as, createdMs }) - 1;
    this.parents.push(-1);
    alike.push(index);
    return index;
  }

  #isSame(index: number, other: Ghost): boolean {
    const ghost = this.list[index] as Ghost;
    return (
      same(this.#table.host, ghost.toldBy, other.toldBy) &&
      this.#name(ghost) === this.#name(other) &&
      Object.is(Math.round(ghost.createdMs / 1000), Math.round(other.createdMs / 1000))
    );
  }

  #name({ toldBy, as }: Ghost): number {
    const { parentName, grandparentName } = this.#table;
    return (as === "parent" ? parentName : grandparentName)?.[toldBy] ?? -1;
  }
}

/** Cuts one link of every circle, so that what remains is a forest. */
function cutCycles(parent: Int32Array): number[] {
  const state = new Uint8Array(parent.length);
  const cut: number[] = [];
  const path: number[] = [];
  for (let start = 0; start < parent.length; start += 1) {
    if (state[start] !== 0) continue;
    let at = start;
    while (at >= 0 && state[at] === 0) {
      state[at] = 1;
      path.push(at);
      at = parent[at] ?? -1;
    }
    if (at >= 0 && state[at] === 1) {
      parent[at] = -1;
      cut.push(at);
    }
    for (const row of path) state[row] = 2;
    path.length = 0;
  }
  return cut;
}

/** The row whose never reused identifier is the row's parent's. */
function createGuidFinder(table: ProcessTable, duplicate: Uint8Array): (row: number) => number | undefined {
  const { guid, parentGuid } = table;
  if (guid === undefined || parentGuid === undefined) return () => undefined;
  const byGuid = new Map<number, number>();
  guid.forEach((code, i) => {
    if (code >= 0 && duplicate[i] !== 1 && !byGuid.has(code)) byGuid.set(code, i);
  });
  return row => {
    const found = byGuid.get(parentGuid[row] ?? -1);
    return found === row ? undefined : found;
  };
}

/**
 * Links every process to its parent.
 *
 * A process id means a process only together with its host and time: of several with the id, the parent is the latest that
 * began before the child (and has the name the child tells). Parents that are not in the data become ghosts. `repeated`
 * rows are left out. Time: about 30 ms for 100,000 rows.
 */
export function linkProcesses(table: ProcessTable, repeated: readonly number[] = []): ProcessLinks {
  const { count, timeMs } = table;
  const order = orderRows(table);
  const duplicate = new Uint8Array(count);
  for (const row of repeated) duplicate[row] = 1;
  const rows = repeated.length === 0 ? order : order.filter(row => duplicate[row] === 0);
  const places = placeProcesses(table);
  const chains = new Chains(table, places, rows);
  const byGuid = createGuidFinder(table, duplicate);
  const ghosts = new Ghosts(table);
  const links = new Int32Array(count).fill(-1);
  const early = new Uint8Array(count);
  let begun = 0;
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] ?? 0;
    // Events of one moment may be parents of each other.
    while (begun < rows.length && (begun <= i || timeMs[rows[begun] ?? 0] === timeMs[row]))
      chains.begin(rows[begun++] ?? 0);
    const direct = byGuid(row);
    if (direct !== undefined) {
      links[row] = direct;
      continue;
    }
    if ((places.above[row] ?? -1) < 0) continue;
    // Where events tell identifiers, a parent that none of them is, is not in the data, whatever has its process id.
    const told = table.guid !== undefined && (table.parentGuid?.[row] ?? -1) >= 0;
    const found = told ? undefined : chains.findParent(row);
    if (found === undefined) links[row] = ghosts.of(row);
    else {
      links[row] = found.row;
      early[row] = found.early ? 1 : 0;
    }
  }
  const parent = new Int32Array(count + ghosts.list.length);
  parent.set(links);
  ghosts.parents.forEach((p, i) => void (parent[count + i] = p));
  const cycles = cutCycles(parent);
  return { count, order, parent, ghosts: ghosts.list, duplicate, duplicates: repeated.length, early, cycles };
}
