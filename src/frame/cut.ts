/** Parts of a frame, and saying that rows were cut. */
import { partial, uniteCompleteness, type Cause } from "../base/completeness.js";
import type { SqlParameter } from "../kql/api.js";
import type { FrameInfo } from "./api.js";
import type { FramePart } from "./frame.js";
import { tablePath, type SelectStatement } from "./materialize.js";

/** The select of a part; a sample takes the rows with the smallest hashes of their number and the seed. */
export function cutStatement(
  table: string,
  rowCount: number,
  part: FramePart,
): Pick<SelectStatement, "sql" | "parameters"> {
  const count = Math.max(0, Math.trunc(part.count));
  const from = tablePath(table);
  const value = (n: number): SqlParameter => ({ type: "BIGINT", value: BigInt(Math.trunc(n)) });
  switch (part.kind) {
    case "head":
      return { sql: `select * from ${from} where rowid < $1`, parameters: [value(count)] };
    case "tail":
      return { sql: `select * from ${from} where rowid >= $1`, parameters: [value(Math.max(0, rowCount - count))] };
    case "sample": {
      const picked = `select rowid from ${from} order by hash(rowid, $1::bigint), rowid limit $2`;
      return {
        sql: `select * from ${from} where rowid in (${picked}) order by rowid`,
        parameters: [value(part.seed), value(count)],
      };
    }
  }
}

/** Adds the cause `row-limit` when rows were cut. */
export function withRowLimit(info: FrameInfo, maxRows: number | undefined): FrameInfo {
  if (maxRows === undefined) return info;
  const cause: Cause = {
    kind: "row-limit",
    affects: "rows",
    message: `only the first ${maxRows.toLocaleString("en-US")} rows were kept`,
    source: info.provenance.source,
  };
  return { ...info, completeness: uniteCompleteness([info.completeness, partial(cause)]) };
}
