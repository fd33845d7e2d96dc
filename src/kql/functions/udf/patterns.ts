/** What rows have in common: the searches behind `basket`, `autocluster` and `diffpatterns`. Exact and without chance. */
import type { KqlUdf } from "../../api.js";
import { HuntError } from "../../../base/error.js";
import { strict } from "./define.js";

/** Distinct rows: the values of the columns as text (null: none), and what they weigh in set A and in set B. */
export type WeightedRow = readonly [values: readonly (string | null)[], a: number, b: number];

/** A pattern: for each column its value, or undefined for any; what the rows weigh that fit. */
export interface Pattern {
  readonly values: readonly (string | null | undefined)[];
  readonly a: number;
  readonly b: number;
}

/** More candidates than this are not looked at: wide tables of few values have that many. */
const mostPatterns = 20_000;

interface Candidate {
  /** Columns that are set, ascending, and their values. */
  readonly columns: readonly number[];
  readonly values: readonly (string | null)[];
  /** Indices of the rows that fit. */
  readonly rows: readonly number[];
  readonly a: number;
  readonly b: number;
}

/**
 * Every pattern of at most `depth` independent columns that `keep` keeps; one that is not kept is not refined either.
 * What all rows of a pattern share belongs to it, so that no two patterns fit the same rows.
 */
function search(
  rows: readonly WeightedRow[],
  depth: number,
  keep: (weights: { readonly a: number; readonly b: number }) => boolean,
): readonly Candidate[] | undefined {
  const width = rows[0]?.[0].length ?? 0;
  const found = new Map<string, Candidate>();
  let level: readonly Candidate[] = [{ columns: [], values: [], rows: rows.map((_, i) => i), a: 0, b: 0 }];
  for (let size = 1; size <= Math.min(depth, width) && level.length > 0; size++) {
    const next: Candidate[] = [];
    for (const base of level) {
      const set = new Set(base.columns);
      for (let column = 0; column < width; column++) {
        if (set.has(column)) continue;
        for (const indices of groupBy(rows, base.rows, column)) {
          const weights = { a: total(rows, indices, 1), b: total(rows, indices, 2) };
          if (!keep(weights)) continue;
          const shared = sharedColumns(rows, indices, width);
          const values = shared.map(c => rows[indices[0] ?? 0]?.[0][c] ?? null);
          const key = JSON.stringify([shared, values]);
          if (found.has(key)) continue;
          const candidate: Candidate = { columns: shared, values, rows: indices, ...weights };
          found.set(key, candidate);
          if (found.size > mostPatterns) return undefined;
          next.push(candidate);
        }
      }
    }
    level = next;
  }
  return [...found.values()];
}

/** The rows by their value of a column; values that are empty say nothing, as they could not be told from "any". */
function groupBy(
  rows: readonly WeightedRow[],
  indices: readonly number[],
  column: number,
): Iterable<readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const i of indices) {
    const value = rows[i]?.[0][column] ?? "";
    if (value === "") continue;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [i]);
    else group.push(i);
  }
  return groups.values();
}

function sharedColumns(rows: readonly WeightedRow[], indices: readonly number[], width: number): readonly number[] {
  const first = rows[indices[0] ?? 0]?.[0] ?? [];
  return Array.from({ length: width }, (_, c) => c).filter(c => {
    const value = first[c] ?? "";
    return value !== "" && indices.every(i => rows[i]?.[0][c] === value);
  });
}

function total(rows: readonly WeightedRow[], indices: readonly number[], which: 1 | 2): number {
  return indices.reduce((sum, i) => sum + (rows[i]?.[which] ?? 0), 0);
}

function toPattern(c: Candidate, width: number): Pattern {
  const values = Array.from({ length: width }, (_, i): string | null | undefined => {
    const at = c.columns.indexOf(i);
    return at < 0 ? undefined : c.values[at];
  });
  return { values, a: c.a, b: c.b };
}

const byText = (a: Candidate, b: Candidate): number =>
  JSON.stringify([a.columns, a.values]) < JSON.stringify([b.columns, b.values]) ? -1 : 1;

/** Patterns whose rows are at least `threshold` of all, the largest first. */
export function basket(rows: readonly WeightedRow[], threshold: number, depth: number): readonly Pattern[] | undefined {
  const all = rows.reduce((sum, r) => sum + r[1], 0);
  const found = search(rows, depth, c => c.a >= threshold * all);
  if (found === undefined) return undefined;
  const width = rows[0]?.[0].length ?? 0;
  return [...found].sort((x, y) => y.a - x.a || byText(x, y)).map(c => toPattern(c, width));
}

/**
 * A few patterns that tell much of many rows: the best by share^w · (set columns / columns)^(1 − w), each counted for
 * the rows that no better one fits.
 */
export function autocluster(rows: readonly WeightedRow[], sizeWeight: number): readonly Pattern[] | undefined {
  const width = rows[0]?.[0].length ?? 0;
  const all = rows.reduce((sum, r) => sum + r[1], 0);
  const found = search(rows, width, c => c.a >= 0.05 * all);
  if (found === undefined) return undefined;
  const score = (weight: number, c: Candidate): number =>
    Math.pow(weight / all, sizeWeight) * Math.pow(c.columns.length / width, 1 - sizeWeight);
  const left = new Set(rows.map((_, i) => i));
  const chosen: Candidate[] = [];
  let rest = [...found].sort(byText);
  while (rest.length > 0 && chosen.length < 20) {
    const scored = rest
      .map(c => ({
        c,
        own: total(
          rows,
          c.rows.filter(i => left.has(i)),
          1,
        ),
      }))
      .filter(({ own }) => own >= 0.05 * all);
    const best = scored.reduce<(typeof scored)[number] | undefined>(
      (b, x) => (b === undefined || score(x.own, x.c) > score(b.own, b.c) ? x : b),
      undefined,
    );
    if (best === undefined) break;
    chosen.push(best.c);
    best.c.rows.forEach(i => left.delete(i));
    rest = rest.filter(c => c !== best.c);
  }
  return chosen.sort((x, y) => y.a - x.a || byText(x, y)).map(c => toPattern(c, width));
}

/** Patterns whose shares of the two sets differ by at least `threshold`, the largest difference first. */
export function diffPatterns(
  rows: readonly WeightedRow[],
  threshold: number,
  depth: number,
): readonly Pattern[] | undefined {
  const width = rows[0]?.[0].length ?? 0;
  const [allA, allB] = [1, 2].map(w => rows.reduce((sum, r) => sum + (r[w as 1 | 2] ?? 0), 0)) as [number, number];
  const share = (c: { readonly a: number; readonly b: number }): readonly [number, number] => [
    allA === 0 ? 0 : c.a / allA,
    allB === 0 ? 0 : c.b / allB,
  ];
  const difference = (c: Candidate): number => Math.abs(share(c)[0] - share(c)[1]);
  // A pattern can only differ by as much as its larger share.
  const found = search(rows, depth, c => Math.max(...share(c)) >= threshold);
  if (found === undefined) return undefined;
  const different = [...found]
    .filter(c => difference(c) >= threshold)
    .sort((x, y) => difference(y) - difference(x) || y.columns.length - x.columns.length || byText(x, y));
  // One that only narrows a pattern which differs as much or more tells nothing new.
  const told: Candidate[] = [];
  for (const c of different) if (!told.some(t => isPart(t, c))) told.push(c);
  return told.map(c => toPattern(c, width));
}

/** Every set column of `general` is set to the same value in `special`. */
function isPart(general: Candidate, special: Candidate): boolean {
  return general.columns.every((column, i) => {
    const at = special.columns.indexOf(column);
    return at >= 0 && special.values[at] === general.values[i];
  });
}

function answer(rows: readonly WeightedRow[], patterns: readonly Pattern[] | undefined): string {
  if (patterns === undefined)
    throw new HuntError(
      "kql/too-many-patterns",
      `these rows have more than ${mostPatterns.toLocaleString("en-US")} patterns in common`,
      { hint: "raise the threshold, or project fewer columns" },
    );
  const [allA, allB] = [1, 2].map(w => rows.reduce((sum, r) => sum + (r[w as 1 | 2] ?? 0), 0)) as [number, number];
  return JSON.stringify(
    patterns.map(p => ({
      a: p.a,
      b: p.b,
      pa: allA === 0 ? 0 : p.a / allA,
      pb: allB === 0 ? 0 : p.b / allB,
      ...Object.fromEntries(p.values.flatMap((v, i) => (v === undefined ? [] : [[`c${i}`, v]]))),
    })),
  );
}

export const patternUdfs: readonly KqlUdf[] = [
  strict("ku_patterns", ["VARCHAR", "VARCHAR", "DOUBLE", "BIGINT"], "JSON", (json, kind, number, depth) => {
    // Each row is a text of its own: lists of lists are flattened.
    const rows = (JSON.parse(json) as readonly string[])
      .map(r => JSON.parse(r) as WeightedRow)
      .filter(([, a, b]) => a > 0 || b > 0);
    if (kind === "basket") return answer(rows, basket(rows, number, Number(depth)));
    if (kind === "autocluster") return answer(rows, autocluster(rows, number));
    return answer(rows, diffPatterns(rows, number, Number(depth)));
  }),
];
