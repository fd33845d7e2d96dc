/** Process creations → who started whom. Works on columns, because a hundred thousand objects would cost more than the answer. */

/** One entry per process creation; every array has the same length. */
export interface ProcessTable {
  /** Milliseconds since 1970 UTC; NaN when not known. */
  readonly timeMs: ArrayLike<number>;
  readonly processId: readonly string[];
  readonly parentId: readonly string[];
  readonly name: readonly string[];
  readonly parentName?: readonly string[] | undefined;
  readonly host?: readonly string[] | undefined;
  /** When the process was created, where that is not the event's time. */
  readonly createdMs?: ArrayLike<number> | undefined;
  /** When the parent was created, where events say so: settles reused process ids. */
  readonly parentCreatedMs?: ArrayLike<number> | undefined;
  /** Identifiers that are never reused; they win over process ids. */
  readonly guid?: readonly string[] | undefined;
  readonly parentGuid?: readonly string[] | undefined;
  readonly grandparentId?: readonly string[] | undefined;
  readonly grandparentName?: readonly string[] | undefined;
  readonly commandLine?: readonly string[] | undefined;
}

/** A process that is known only as somebody's parent. */
export interface Ghost {
  readonly host: string;
  readonly processId: string;
  readonly name: string;
  /** When it was created, where a child says so; NaN otherwise. */
  readonly createdMs: number;
}

/** Rows are the table's, then the ghosts: row `count + i` is `ghosts[i]`. */
export interface ProcessLinks {
  readonly count: number;
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

const lastPart = (path: string): string => {
  const at = Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"));
  return (at < 0 ? path : path.slice(at + 1)).toLowerCase();
};

/** Texts as small numbers, so that comparing and looking up is cheap. */
class Codes {
  readonly #codes = new Map<string, number>();

  of(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.#codes.size;
      this.#codes.set(text, code);
    }
    return code;
  }

  find(text: string): number {
    return this.#codes.get(text) ?? -1;
  }
}

interface Coded {
  readonly table: ProcessTable;
  readonly order: Int32Array;
  /** Host and process id in one number. */
  readonly self: Float64Array;
  readonly above: Float64Array;
  readonly name: Int32Array;
  readonly parentName: Int32Array | undefined;
}

const hostFactor = 2 ** 26;
const noId = new Set(["", "-", "0", "-1", "null", "none"]);

function code(table: ProcessTable): Coded {
  const count = table.processId.length;
  const [ids, hosts, names] = [new Codes(), new Codes(), new Codes()];
  const self = new Float64Array(count);
  const above = new Float64Array(count);
  const name = new Int32Array(count);
  const parentName = table.parentName === undefined ? undefined : new Int32Array(count);
  const normal = new Map<string, number>();
  const idOf = (text: string): number => {
    let id = normal.get(text);
    if (id === undefined) {
      const plain = normalizeProcessId(text);
      id = noId.has(plain) ? -1 : ids.of(plain);
      normal.set(text, id);
    }
    return id;
  };
  const parts = new Map<string, number>();
  const nameOf = (text: string): number => {
    let known = parts.get(text);
    if (known === undefined) {
      known = text === "" || text === "-" ? -1 : names.of(lastPart(text));
      parts.set(text, known);
    }
    return known;
  };
  for (let i = 0; i < count; i += 1) {
    const host = hosts.of(table.host?.[i] ?? "") * hostFactor;
    const [own, parent] = [idOf(table.processId[i] ?? ""), idOf(table.parentId[i] ?? "")];
    self[i] = own < 0 ? -1 : host + own;
    above[i] = parent < 0 ? -1 : host + parent;
    name[i] = nameOf(table.name[i] ?? "");
    if (parentName !== undefined) parentName[i] = nameOf(table.parentName?.[i] ?? "");
  }
  const time = Float64Array.from(table.timeMs, t => (Number.isNaN(t) ? -Infinity : t));
  const order = Int32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => (time[a] ?? 0) - (time[b] ?? 0) || a - b,
  );
  return { table, order, self, above, name, parentName };
}

/** The same creation told twice: everything that identifies it is equal. */
function findDuplicates(coded: Coded): { duplicate: Uint8Array; duplicates: number } {
  const { table, order, self, above, name } = coded;
  const duplicate = new Uint8Array(order.length);
  let duplicates = 0;
  const lastOf = new Map<number, number>();
  for (const i of order) {
    const key = self[i] ?? -1;
    const before = lastOf.get(key);
    if (
      before !== undefined &&
      key >= 0 &&
      table.timeMs[before] === table.timeMs[i] &&
      above[before] === above[i] &&
      name[before] === name[i] &&
      (table.guid?.[before] ?? "") === (table.guid?.[i] ?? "") &&
      (table.commandLine?.[before] ?? "") === (table.commandLine?.[i] ?? "")
    ) {
      duplicate[i] = 1;
      duplicates += 1;
    } else lastOf.set(key, i);
  }
  return { duplicate, duplicates };
}

/** Rows of each process id, by time. */
function indexProcesses(coded: Coded, duplicate: Uint8Array): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (const i of coded.order) {
    const key = coded.self[i] ?? -1;
    if (key < 0 || duplicate[i] === 1) continue;
    const list = rows.get(key);
    if (list === undefined) rows.set(key, [i]);
    else list.push(i);
  }
  return rows;
}

const createdOf = (table: ProcessTable, row: number): number => {
  const told = table.createdMs?.[row] ?? Number.NaN;
  return Number.isNaN(told) ? (table.timeMs[row] ?? Number.NaN) : told;
};

interface Found {
  readonly row: number;
  readonly early: boolean;
}

/** How many rows begin at or before a time. */
function countUntil(table: ProcessTable, rows: readonly number[], timeMs: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((table.timeMs[rows[middle] ?? 0] ?? 0) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The parent of a row among the rows with its parent's process id: by creation time where the event tells it, else the
 * latest that began before; the name must agree when the event tells it, because ids are used again.
 */
function findParent(coded: Coded, rows: readonly number[], child: number): Found | undefined {
  const { table, name, parentName } = coded;
  const wanted = parentName?.[child] ?? -1;
  const fits = (row: number): boolean => row !== child && (wanted < 0 || name[row] === wanted);
  const told = table.parentCreatedMs?.[child] ?? Number.NaN;
  if (!Number.isNaN(told)) {
    const exact = rows.find(row => row !== child && Math.abs(createdOf(table, row) - told) <= creationMs);
    return exact === undefined ? undefined : { row: exact, early: createdOf(table, exact) > createdOf(table, child) };
  }
  const at = table.timeMs[child] ?? Number.NaN;
  if (Number.isNaN(at)) {
    const only = rows.filter(fits);
    return only.length === 1 ? { row: only[0] ?? 0, early: false } : undefined;
  }
  const until = countUntil(table, rows, at);
  for (let i = until - 1; i >= 0; i -= 1) {
    const row = rows[i] ?? 0;
    if (fits(row)) return { row, early: false };
  }
  const next = rows[until];
  const soon = next !== undefined && fits(next) && wanted >= 0 && (table.timeMs[next] ?? Infinity) - at <= toleranceMs;
  return soon ? { row: next, early: true } : undefined;
}

/** Parents that are not in the data: one per host, id, name and told creation time. */
class Ghosts {
  readonly list: Ghost[] = [];
  readonly parents: number[] = [];
  readonly #known = new Map<string, number>();

  of(ghost: Ghost): number {
    const time = Number.isNaN(ghost.createdMs) ? "" : String(Math.round(ghost.createdMs / 1000));
    const key = `${ghost.host}\u0000${ghost.processId}\u0000${lastPart(ghost.name)}\u0000${time}`;
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.list.push(ghost) - 1;
      this.parents.push(-1);
      this.#known.set(key, index);
    }
    return index;
  }
}

function ghostOf(table: ProcessTable, row: number, ghosts: Ghosts, count: number): number {
  const host = table.host?.[row] ?? "";
  const index = ghosts.of({
    host,
    processId: normalizeProcessId(table.parentId[row] ?? ""),
    name: table.parentName?.[row] ?? "",
    createdMs: table.parentCreatedMs?.[row] ?? Number.NaN,
  });
  const above = normalizeProcessId(table.grandparentId?.[row] ?? "");
  const aboveName = table.grandparentName?.[row] ?? "";
  if (ghosts.parents[index] === -1 && !noId.has(above)) {
    const parent = ghosts.of({ host, processId: above, name: aboveName, createdMs: Number.NaN });
    if (parent !== index) ghosts.parents[index] = count + parent;
  }
  return count + index;
}

/** Cuts one link of every circle, so that what remains is a forest. */
function cutCycles(parent: Int32Array): number[] {
  const state = new Uint8Array(parent.length);
  const cut: number[] = [];
  for (let start = 0; start < parent.length; start += 1) {
    const path: number[] = [];
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
  }
  return cut;
}

/**
 * Links every process to its parent.
 *
 * A process id means a process only together with its host and time: of several with the id, the parent is the latest that
 * began before the child (and has the name the child tells). Parents that are not in the data become ghosts. Time: about
 * 0.1 s for 100,000 rows.
 */
export function linkProcesses(table: ProcessTable): ProcessLinks {
  const coded = code(table);
  const count = table.processId.length;
  const { duplicate, duplicates } = findDuplicates(coded);
  const byId = indexProcesses(coded, duplicate);
  const byGuid = new Map<string, number>();
  table.guid?.forEach((guid, i) => {
    if (guid !== "" && duplicate[i] === 0 && !byGuid.has(guid)) byGuid.set(guid, i);
  });
  const ghosts = new Ghosts();
  const links = new Int32Array(count).fill(-1);
  const early = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    if (duplicate[i] === 1) continue;
    const guid = table.parentGuid?.[i] ?? "";
    const direct = guid === "" ? undefined : byGuid.get(guid);
    if (direct !== undefined && direct !== i) {
      links[i] = direct;
      continue;
    }
    const key = coded.above[i] ?? -1;
    if (key < 0) continue;
    const rows = guid === "" || table.guid === undefined ? byId.get(key) : undefined;
    const found = rows === undefined ? undefined : findParent(coded, rows, i);
    if (found === undefined) links[i] = ghostOf(table, i, ghosts, count);
    else {
      links[i] = found.row;
      early[i] = found.early ? 1 : 0;
    }
  }
  const parent = new Int32Array(count + ghosts.list.length);
  parent.set(links);
  ghosts.parents.forEach((p, i) => void (parent[count + i] = p));
  return { count, parent, ghosts: ghosts.list, duplicate, duplicates, early, cycles: cutCycles(parent) };
}
