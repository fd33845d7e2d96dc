/** KQL text on a workspace of the session, with a notebook's frames and values bound: what a `%%kql` cell runs. */
import type { TimeRange } from "../base/clock.js";
import { HuntError } from "../base/error.js";
import type { FrameLike } from "../frame/api.js";
import type { KqlScalar } from "../kql/api.js";
import { ambientSignal } from "./ambient.js";
import { getEnvironment } from "../query/environment.js";
import { openDriver } from "./drivers.js";
import type { Session } from "./session.js";

export interface RunKqlOptions {
  /** Name of the workspace; default the configuration's default. */
  readonly workspace?: string;
  readonly frames?: Readonly<Record<string, FrameLike>>;
  readonly scalars?: readonly KqlScalar[];
  /** How far back from the workspace's now, milliseconds; else the hunt window; else all the text says. */
  readonly lastMs?: number;
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
}

type Window = TimeRange & { readonly from: "argument" | "hunt-window" };

function toWindow(session: Session, lastMs: number | undefined, nowMs: number): Window | undefined {
  if (lastMs !== undefined) return { startMs: nowMs - lastMs, endMs: nowMs, from: "argument" };
  const window = session.huntWindow;
  return window === undefined ? undefined : { ...window, from: "hunt-window" };
}

/**
 * Runs KQL on a local or cloud workspace.
 *
 * @throws HuntError `kql/…`, `query/…`, `config/…`; `query/bound-in-cloud` when frames or values are used by name in a
 *   query for a cloud workspace, which does not know them
 */
export async function runKqlText(session: Session, text: string, options: RunKqlOptions = {}): Promise<FrameLike> {
  const config = session.workspaceConfig(options.workspace);
  const { frames = {}, scalars = [], maxRows } = options;
  const signal = options.signal ?? ambientSignal();
  const limits = { ...(maxRows === undefined ? {} : { maxRows }), ...(signal === undefined ? {} : { signal }) };
  const place = config.place;
  if (place.kind !== "sentinel") {
    const workspace = await session.workspaceAt(config.name, place);
    const window = toWindow(session, options.lastMs, workspace.clock.now());
    return workspace.query(text, { ...limits, frames, scalars, ...(window === undefined ? {} : { window }) });
  }
  const bound = [...Object.keys(frames), ...scalars.map(s => s.name)];
  if (bound.length > 0)
    throw new HuntError("query/bound-in-cloud", `workspace '${config.name}' does not know ${bound.join(", ")}`, {
      hint: "write the values into the query with let, or run it on a local workspace",
    });
  const driver = await openDriver(session, getEnvironment("MSSentinel"), config, {});
  const range = toWindow(session, options.lastMs, driver.nowMs());
  return driver.query(text, { ...limits, ...(range === undefined ? {} : { range }) });
}
