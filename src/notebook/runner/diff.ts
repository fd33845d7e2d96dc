/** Two runs of a notebook, compared cell by cell; tables by their rows. Pure. */
import type { Content, TableCell, TableNode, View, ViewNode } from "../../view/index.js";
import { clip, parseView, toView, viewMime } from "../../view/index.js";
import type { Notebook, NotebookCell, NotebookOutput } from "./notebook.js";

export interface TableDiff {
  readonly columns: readonly string[];
  readonly added: readonly (readonly TableCell[])[];
  readonly removed: readonly (readonly TableCell[])[];
  /** Columns that only one of them has. */
  readonly columnsAdded: readonly string[];
  readonly columnsRemoved: readonly string[];
  /** Rows that the outputs hold, and how many there were in all; a saved output holds the first ones only. */
  readonly before: { readonly kept: number; readonly total: number };
  readonly after: { readonly kept: number; readonly total: number };
}

export type OutputDiff =
  ({ readonly kind: "table" } & TableDiff) | { readonly kind: "text"; readonly before: string; readonly after: string };

export interface CellDiff {
  readonly id: string;
  /** First line that is not blank. */
  readonly title: string;
  readonly change: "added" | "removed" | "source" | "outputs";
  readonly outputs: readonly OutputDiff[];
}

export interface NotebookDiff {
  readonly cells: readonly CellDiff[];
  /** Code cells that are in both. */
  readonly compared: number;
}

/**
 * What differs between two runs: cells by their ids (a cell whose id is new by its source), tables as sets of rows, other
 * outputs by their text. Times, counts and the order of rows are no difference.
 */
export function diffNotebooks(before: Notebook, after: Notebook): NotebookDiff {
  const [left, right] = [before, after].map(n => n.cells.filter(c => c.cellType === "code"));
  const pairs = pairCells(left ?? [], right ?? []);
  const cells = pairs.flatMap(([a, b]): CellDiff[] => {
    const cell = b ?? a;
    if (cell === undefined) return [];
    const head = { id: cell.id, title: titleOf(cell) };
    if (a === undefined) return [{ ...head, change: "added", outputs: diffOutputs([], cell.outputs) }];
    if (b === undefined) return [{ ...head, change: "removed", outputs: diffOutputs(cell.outputs, []) }];
    const outputs = diffOutputs(a.outputs, b.outputs);
    if (a.source !== b.source)
      return [
        { ...head, change: "source", outputs: [{ kind: "text", before: a.source, after: b.source }, ...outputs] },
      ];
    return outputs.length === 0 ? [] : [{ ...head, change: "outputs", outputs }];
  });
  return { cells, compared: pairs.filter(([a, b]) => a !== undefined && b !== undefined).length };
}

type Pair = readonly [before: NotebookCell | undefined, after: NotebookCell | undefined];

/** In the order of the later run; what is gone stands at the end. */
function pairCells(left: readonly NotebookCell[], right: readonly NotebookCell[]): readonly Pair[] {
  const byId = new Map(left.map(c => [c.id, c]));
  const free = new Set(left.filter(c => !right.some(r => r.id === c.id)));
  const pairs: Pair[] = right.map(cell => {
    const same = byId.get(cell.id) ?? [...free].find(c => c.source === cell.source);
    if (same !== undefined) free.delete(same);
    return [same, cell];
  });
  return [...pairs, ...[...free].map((cell): Pair => [cell, undefined])];
}

function titleOf(cell: NotebookCell): string {
  return clip((cell.source.split("\n").find(l => l.trim() !== "") ?? "(empty)").trim(), 100);
}

type Shown = { readonly kind: "table"; readonly table: TableNode } | { readonly kind: "text"; readonly text: string };

function diffOutputs(before: readonly NotebookOutput[], after: readonly NotebookOutput[]): readonly OutputDiff[] {
  const [left, right] = [before, after].map(outputs => outputs.flatMap(toShown));
  const diffs: OutputDiff[] = [];
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i += 1) {
    const [a, b] = [left?.[i], right?.[i]];
    if ((a?.kind ?? "table") === "table" && (b?.kind ?? "table") === "table") {
      const empty: TableNode = { kind: "table", columns: [], rows: [] };
      const tables = [a, b].map(s => (s?.kind === "table" ? s.table : undefined));
      const diff = diffTables(tables[0] ?? empty, tables[1] ?? empty);
      if (diff !== undefined) diffs.push({ kind: "table", ...diff });
      continue;
    }
    const [was, is] = [textOf(a), textOf(b)];
    if (was !== is) diffs.push({ kind: "text", before: was, after: is });
  }
  return diffs;
}

const textOf = (shown: Shown | undefined): string =>
  shown === undefined ? "" : shown.kind === "text" ? shown.text : `(a table of ${shown.table.rows.length} rows)`;

/** The tables of an output, or its text. */
function toShown(output: NotebookOutput): readonly Shown[] {
  switch (output.output_type) {
    case "stream":
      return [{ kind: "text", text: output.text }];
    case "error":
      return [{ kind: "text", text: `${output.ename}: ${output.evalue}` }];
    case "display_data":
    case "execute_result": {
      const tables = findTables(output.data[viewMime]);
      if (tables.length > 0) return tables.map(table => ({ kind: "table", table }));
      const text = output.data["text/plain"];
      return [{ kind: "text", text: typeof text === "string" ? text : Object.keys(output.data).join(", ") }];
    }
  }
}

function findTables(view: unknown): readonly TableNode[] {
  if (view === undefined) return [];
  const tables: TableNode[] = [];
  const collect = (node: Content): void => {
    if (typeof node === "string") return;
    if (node.kind === "table") tables.push(node);
    else if (node.kind === "group" || node.kind === "details") node.children.forEach(collect);
  };
  try {
    collect(parseView(view).root);
  } catch {
    // No view of ours: its text is compared.
  }
  return tables;
}

function diffTables(before: TableNode, after: TableNode): TableDiff | undefined {
  const [left, right] = [before, after].map(t => t.columns.map(c => c.name));
  const columns = (right ?? []).length === 0 ? (left ?? []) : (right ?? []);
  const columnsAdded = (right ?? []).filter(c => !(left ?? []).includes(c));
  const columnsRemoved = (left ?? []).filter(c => !(right ?? []).includes(c));
  // Rows as the columns of both see them: a new column makes no row new.
  const shared = columns.filter(c => (left ?? []).includes(c) && (right ?? []).includes(c));
  const seen = (left ?? []).length === 0 || (right ?? []).length === 0 ? columns : shared;
  const counted = new Map<string, { count: number; row: readonly TableCell[] }>();
  const note = (table: TableNode, step: number): void => {
    const places = seen.map(name => table.columns.findIndex(c => c.name === name));
    for (const cells of table.rows) {
      const row = places.map(i => cells[i] ?? null);
      const key = JSON.stringify(row);
      const entry = counted.get(key) ?? { count: 0, row };
      entry.count += step;
      counted.set(key, entry);
    }
  };
  note(before, -1);
  note(after, 1);
  const differing = [...counted.values()];
  const times = (sign: 1 | -1) =>
    differing.flatMap(({ count, row }) => Array.from({ length: Math.max(0, sign * count) }, () => row));
  const size = (t: TableNode) => ({ kept: t.rows.length, total: t.total ?? t.rows.length });
  const diff = { columns: seen, added: times(1), removed: times(-1), columnsAdded, columnsRemoved };
  const [was, is] = [size(before), size(after)];
  const same =
    diff.added.length + diff.removed.length + columnsAdded.length + columnsRemoved.length === 0 &&
    was.total === is.total;
  return same ? undefined : { ...diff, before: was, after: is };
}

/** Rows of each kind that are shown. */
const maxShown = 50;
const changes = {
  added: "new cell",
  removed: "cell is gone",
  source: "cell was changed",
  outputs: "other result",
} as const;

/** The differences for people. */
export function describeDiff(diff: NotebookDiff): View {
  if (diff.cells.length === 0)
    return toView({ kind: "banner", tone: "good", title: `No difference in ${diff.compared} cells` });
  const children = diff.cells.flatMap((cell): ViewNode[] => [
    { kind: "heading", level: 3, text: `${cell.title} (${changes[cell.change]})` },
    ...cell.outputs.flatMap(o => (o.kind === "table" ? describeTable(o) : describeText(o.before, o.after))),
  ]);
  return toView({ kind: "group", children });
}

function describeTable(diff: TableDiff): ViewNode[] {
  const row = (sign: string) => (cells: readonly TableCell[]) => [sign, ...cells];
  const { added, removed, before, after } = diff;
  const rows = [...removed.slice(0, maxShown).map(row("−")), ...added.slice(0, maxShown).map(row("+"))];
  const facts = [
    `${after.total} rows, before ${before.total}: ${added.length} new, ${removed.length} gone`,
    ...(diff.columnsAdded.length === 0 ? [] : [`new columns: ${diff.columnsAdded.join(", ")}`]),
    ...(diff.columnsRemoved.length === 0 ? [] : [`columns gone: ${diff.columnsRemoved.join(", ")}`]),
  ];
  const partly = [before, after].some(s => s.kept < s.total);
  const nodes: ViewNode[] = [{ kind: "paragraph", children: [facts.join("; ")] }];
  if (partly)
    nodes.push({
      kind: "banner",
      tone: "warning",
      title: `Only the rows that the notebooks hold were compared: ${before.kept} of ${before.total}, ${after.kept} of ${after.total}`,
    });
  if (rows.length > 0)
    nodes.push({
      kind: "table",
      columns: [{ name: "" }, ...diff.columns.map(name => ({ name }))],
      rows,
      total: added.length + removed.length,
    });
  return nodes;
}

function describeText(before: string, after: string): ViewNode[] {
  const lines = diffLines(before.split("\n"), after.split("\n"));
  return [{ kind: "code", text: lines.slice(0, 4 * maxShown).join("\n") }];
}

/** Lines with − and + before them: the common beginning and end are left out but for one line each. */
function diffLines(before: readonly string[], after: readonly string[]): readonly string[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(before.length, after.length) - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  return [
    ...before.slice(Math.max(0, start - 1), start).map(l => `  ${l}`),
    ...before.slice(start, before.length - end).map(l => `− ${l}`),
    ...after.slice(start, after.length - end).map(l => `+ ${l}`),
    ...after.slice(after.length - end, after.length - end + 1).map(l => `  ${l}`),
  ];
}
