/** Queries of several results: each becomes a frame, and the first carries the others. */
import { uniteCompleteness, type Completeness } from "../base/completeness.js";
import type { CompiledQuery } from "../kql/api.js";
import type { Frame } from "./frame.js";

/** Runs a compiled text, result by result in its order. When one fails, those before it are closed. */
export async function runResults(query: CompiledQuery, run: (query: CompiledQuery) => Promise<Frame>): Promise<Frame> {
  const first = await run(query);
  const further: Frame[] = [];
  try {
    for (const other of query.further ?? []) further.push(await run(other));
  } catch (error) {
    for (const frame of [first, ...further]) await frame.close();
    throw error;
  }
  if (further.length > 0) first.joinResults(further);
  return first;
}

/** How whole all results of a query are together. */
export function completenessOfAll(frame: Pick<Frame, "results">): Completeness {
  return uniteCompleteness(frame.results.map(r => r.completeness));
}
