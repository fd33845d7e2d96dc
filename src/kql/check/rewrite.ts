/** Rewrites the queries of a file, leaving everything around them as it is. */
import type { QueryFileKind } from "./find.js";
import type { FoundQuery } from "./found.js";
import { formatKql } from "../format.js";
import { findQueries } from "./find.js";
import { applyChanges, writeText } from "./found.js";

export interface RewrittenFile {
  readonly text: string;
  readonly queries: number;
  /** Queries that are written otherwise now: the line where each begins, before. */
  readonly changed: readonly number[];
  /** Queries that would change, but cannot be written back where they stand: one-line and folded YAML, templates with holes. */
  readonly skipped: readonly number[];
}

/** Rewrites each query of a file by a function from text to text. @throws HuntError `kql/bad-notebook` */
export function rewriteQueries(
  text: string,
  kind: QueryFileKind,
  rewrite: (found: FoundQuery) => string,
): RewrittenFile {
  const found = findQueries(text, kind);
  const changed: number[] = [];
  const skipped: number[] = [];
  const changes = found.flatMap(query => {
    const written = rewrite(query);
    if (written === query.text) return [];
    if (query.writing === undefined) {
      skipped.push(query.line);
      return [];
    }
    changed.push(query.line);
    return [{ span: { start: query.places[0]?.file ?? 0, end: query.end }, text: writeText(written, query.writing) }];
  });
  return { text: applyChanges(text, changes), queries: found.length, changed, skipped };
}

/** Lays out every query of a file. @throws HuntError `kql/bad-notebook` */
export function formatQueries(text: string, kind: QueryFileKind): RewrittenFile {
  return rewriteQueries(text, kind, query => formatKql(query.text).trimEnd());
}
