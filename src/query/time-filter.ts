/** Whether query text limits time itself. */
import { tokenizeKql } from "./kql-token.js";

const timeColumns = new Set(["TimeGenerated", "Timestamp", "ingestion_time"]);

/**
 * Says whether the text names a time column at all: then the range of the session is not put on top of it, because a
 * query over `ago(30d)` must not quietly become one over the last 14 days. Coarser than the compiler's knowledge, which
 * local workspaces use table by table.
 */
export function mentionsTime(text: string): boolean {
  return tokenizeKql(text).some(t => t.kind === "identifier" && timeColumns.has(text.slice(t.start, t.end)));
}

const clockWords = new Set(["now", "ago"]);

/** Says whether the answer depends on when the query runs. */
export function dependsOnClock(text: string): boolean {
  return tokenizeKql(text).some(t => t.kind === "identifier" && clockWords.has(text.slice(t.start, t.end)));
}
