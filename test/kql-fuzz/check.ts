/** What must hold of every generated query. */
import type { DuckDBConnection } from "../../src/frame/duckdb.js";
import type { Query } from "./query.js";
import type { BoundQuery, Globals } from "../../src/kql/bridge.js";
import { duckdbTypes } from "../../src/base/column.js";
import { bindParameters } from "../../src/frame/materialize.js";
import type { AnsweredResult } from "../../src/kql/ask.js";
import { SchemaCache } from "../../src/kql/environment.js";
import { compileOver, runCompiled, type Cell } from "../../tools/kql-run.js";
import { environment, type Row } from "./data.js";
import { Unknown } from "./expression.js";

export interface Outcome {
  readonly state: "ready" | "refused" | "failed";
  /** Rows were compared with those of the reference. */
  readonly compared: boolean;
  /** What does not hold. */
  readonly fault?: string;
  /** Codes, when it did not compile. */
  readonly codes: readonly string[];
}

/** Keeps what the binder said last: binding is most of the time of a query. */
class WatchedSchemas extends SchemaCache {
  bound: BoundQuery | undefined;
  override analyze(text: string, globals: Globals): BoundQuery {
    return (this.bound = super.analyze(text, globals));
  }
}
const schemas = new WatchedSchemas();

export async function checkQuery(query: Query, connection: DuckDBConnection): Promise<Outcome> {
  let result: AnsweredResult;
  try {
    result = await compileOver(query.text, environment, { connection, schemas });
  } catch (error) {
    const fault = `its question does not run: ${String(error).split("\n")[0] ?? ""}`;
    return { state: "failed", compared: false, codes: [], fault };
  }
  if (result.state !== "ready") {
    const codes = result.diagnostics.map(d => d.code);
    const bug = result.diagnostics.find(d => d.code === "internal/bug");
    const outside = result.diagnostics.find(
      d => d.span.start < 0 || d.span.end > query.text.length || d.span.end < d.span.start,
    );
    const fault =
      bug?.message ?? (outside === undefined ? undefined : `a place outside of the text: ${outside.message}`);
    return { state: result.state, compared: false, codes, ...(fault === undefined ? {} : { fault }) };
  }
  const failed = (fault: string): Outcome => ({ state: "ready", compared: false, codes: [], fault });
  const { columns } = result.query;
  const bound = schemas.bound?.columns ?? [];
  // Of texts with several results the binder says nothing, of data it knows nothing; `consume` keeps its columns here.
  if (!/\b(pivot|bag_unpack|narrow|fork|facet|consume)\b/.test(query.text)) {
    const shown = (list: readonly { readonly name: string; readonly type: string }[]): string =>
      list.map(c => `${c.name}:${c.type}`).join(", ");
    // The binder adds `match_id` to every scan; the documentation only where `with_match_id` asks for it.
    const asked = /\bscan\b(?! with_match_id)/.test(query.text) ? bound.filter(c => c.name !== "match_id") : bound;
    const binder = asked.every(c => c.type !== "unknown") ? shown(asked) : undefined;
    if (binder !== undefined && binder !== shown(columns))
      return failed(`the binder says (${binder}), the compiler (${shown(columns)})`);
  }
  try {
    const prepared = await connection.prepare(result.query.sql);
    try {
      bindParameters(prepared, result.query.parameters);
      const reader = await prepared.runAndReadAll();
      const types = reader.columnTypes().map(t => t.alias ?? t.toString());
      const wanted = columns.map(c => duckdbTypes[c.type]);
      // parse_version() has more digits than decimals with places hold.
      const given = types.map((t, i) => (t === "DECIMAL(38,0)" ? wanted[i] : t));
      const decimals = columns.every((c, i) => types[i] !== "DECIMAL(38,0)" || c.type === "decimal");
      if (given.join() !== wanted.join() || !decimals)
        return failed(`DuckDB gives (${types.join()}), wanted (${wanted.join()})`);
    } finally {
      prepared.destroySync();
    }
    if (query.rows === undefined) return { state: "ready", compared: false, codes: [] };
    return compare(query, await runCompiled(result.query, connection), columns);
  } catch (error) {
    return failed(`it does not run: ${String(error).split("\n")[0] ?? ""}`);
  }
}

function compare(
  query: Query,
  found: readonly (readonly Cell[])[],
  columns: readonly { readonly type: string }[],
): Outcome {
  const fine: Outcome = { state: "ready", compared: false, codes: [] };
  if (query.rows === undefined) return fine;
  let expected: readonly Row[];
  try {
    expected = query.rows();
  } catch (error) {
    if (error instanceof Unknown) return fine;
    throw error;
  }
  const printed = expected.map(row => row.map((v, i) => print(v, columns[i]?.type ?? "")).join(" | ")).toSorted();
  const given = found.map(row => row.map((c, i) => printGiven(c, columns[i]?.type ?? "")).join(" | ")).toSorted();
  if (printed.join("\n") === given.join("\n")) return { ...fine, compared: true };
  return { ...fine, fault: `rows differ:\nexpected\n${printed.join("\n")}\ngiven\n${given.join("\n")}` };
}

function print(value: Row[number], type: string): string {
  if (value === null) return "∅";
  if (type === "datetime") return String((value as bigint) / 1000n);
  if (type === "timespan") return "timespan";
  return String(value);
}

function printGiven(cell: Cell, type: string): string {
  if (cell === undefined) return "∅";
  if (type === "datetime") return String(Date.parse(cell.replace(/(\.\d{3})\d*Z$/, "$1Z")));
  if (type === "timespan") return "timespan";
  return type === "real" ? String(Number(cell)) : cell;
}
