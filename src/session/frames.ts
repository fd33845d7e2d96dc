/** Frames of the current session: from values, from files and by KQL. */
import type { Column } from "../base/column.js";
import type { Frame } from "../frame/frame.js";
import { PendingFrame } from "../frame/pending.js";
import type { ReadOptions } from "../frame/read/read.js";
import { createKqlTag, type KqlTag } from "../frame/tag.js";
import { currentSession } from "./ambient.js";

/**
 * KQL over frames and values: `` kql`let s = ${signins}; s | where IPAddress in (${addresses})` ``. Holes are bound to
 * names, never written into the text.
 * @throws HuntError `kql/…` when the frame is awaited
 */
export const kql: KqlTag = (parts, ...holes) => createKqlTag(() => currentSession().store())(parts, ...holes);

/**
 * A frame of rows (objects). Types are inferred from all rows (text, long, real, bool, datetime from Date, dynamic from
 * arrays and objects) unless `columns` says them.
 * @throws HuntError `frame/…` when a value does not fit its column
 */
export async function frameFrom(
  rows: readonly Readonly<Record<string, unknown>>[],
  options: { readonly columns?: readonly Column[] } = {},
): Promise<Frame> {
  const store = await currentSession().store();
  const frame = await store.fromRows(rows, options.columns === undefined ? {} : { columns: options.columns });
  return frame as unknown as Frame;
}

/**
 * Reads files into a frame: CSV, TSV, JSON, JSON Lines (each also `.gz`) and Parquet, by name or pattern
 * (`logs/*.json.gz`). Lines that cannot be read are counted and the frame says so.
 * @throws HuntError `frame/…` when the frame is awaited
 */
export function read(paths: string | readonly string[], options: ReadOptions = {}): PendingFrame {
  const session = currentSession();
  return new PendingFrame(async () => (await session.store()).read(paths, options));
}
