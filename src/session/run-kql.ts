/** KQL text on a workspace of the session, with a notebook's frames and values bound: what a `%%kql` cell runs. */
import type { TimeRange } from "../base/clock.js";
import { HuntError, isHuntError, unreachable } from "../base/error.js";
import type { FrameLike } from "../frame/api.js";
import type { KqlScalar } from "../kql/api.js";
import { ambientSignal } from "./ambient.js";
import { longLiteral, nameLiteral, realLiteral, stringLiteral, timespanLiteral } from "../query/kql-literal.js";
import { getEnvironment } from "../query/environment.js";
import { openDriver } from "./drivers.js";
import { findingsTableName, mentionsFindings } from "./finding-list.js";
import type { Session } from "./session.js";

export interface RunKqlOptions {
  /** Name of the workspace; default the configuration's default. */
  readonly workspace?: string;
  readonly frames?: Readonly<Record<string, FrameLike>>;
  readonly scalars?: readonly KqlScalar[];
  /** How far back from the workspace's now, milliseconds; else the hunt window; else all the text says. */
  readonly lastMs?: number;
  /** Default: `Huntbook.Limits.MaxRows`, else 30,000. */
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
}

/** A value as a let statement: literals by the one literal writer, JSON inside a string literal. */
function toLet({ name, type, value }: KqlScalar): string {
  const literal = (): string => {
    if (value === null) return type === "string" ? '""' : `${type}(null)`;
    switch (type) {
      case "string":
        return stringLiteral(String(value));
      case "dynamic":
        return `parse_json(${stringLiteral(String(value))})`;
      case "datetime":
        return `todatetime(${stringLiteral(String(value))})`;
      case "guid":
        return `toguid(${stringLiteral(String(value))})`;
      case "decimal":
        return `todecimal(${stringLiteral(String(value))})`;
      case "bool":
        return String(value === true);
      case "int":
      case "long":
        return longLiteral(BigInt(value));
      case "real":
        return realLiteral(Number(value));
      case "timespan":
        return timespanLiteral(BigInt(value));
      default:
        return unreachable(type, "toLet");
    }
  };
  return `let ${nameLiteral(name)} = ${literal()};\n`;
}

type Window = TimeRange & { readonly from: "argument" | "hunt-window" };

function toWindow(session: Session, lastMs: number | undefined, nowMs: number): Window | undefined {
  if (lastMs !== undefined) return { startMs: nowMs - lastMs, endMs: nowMs, from: "argument" };
  const window = session.huntWindow;
  return window === undefined ? undefined : { ...window, from: "hunt-window" };
}

type Frames = Readonly<Record<string, FrameLike>>;

/**
 * The frames of a query, with `Findings` when its text may mean that: a name of the notebook comes first, and while nothing is
 * kept also a table of the workspace that is called so.
 */
async function withFindings(session: Session, text: string, given: Frames, isTable: boolean): Promise<Frames> {
  if (!mentionsFindings(text) || Object.hasOwn(given, findingsTableName)) return given;
  if (session.findings.size === 0 && isTable) return given;
  return { ...given, [findingsTableName]: await session.findings.frame(await session.store()) };
}

/**
 * A query of a cloud's notebook that reads frames: answered here when it reads nothing else; undefined when it is for the cloud.
 * @throws HuntError `query/bound-in-cloud`
 */
async function runOnFrames(session: Session, text: string, options: RunKqlOptions): Promise<FrameLike | undefined> {
  const { frames: given = {}, scalars, maxRows, signal } = options;
  const frames = await withFindings(session, text, given, true);
  if (Object.keys(frames).length === 0) return undefined;
  try {
    const store = await session.store();
    return await store.query(text, {
      frames,
      ...(scalars === undefined ? {} : { scalars }),
      ...(maxRows === undefined ? {} : { maxRows }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (!isHuntError(cause) || !cause.code.startsWith("kql/")) throw cause;
    const bound = Object.keys(given);
    if (bound.length === 0) return undefined;
    const { name } = session.workspaceConfig(options.workspace);
    throw new HuntError("query/bound-in-cloud", `workspace '${name}' does not know the frame ${bound.join(", ")}`, {
      hint: `query the workspace first, then continue on the frame: ${bound[0] ?? "frame"}.kql("| where …")`,
      cause,
    });
  }
}

/**
 * Runs KQL on a local or cloud workspace.
 *
 * On a cloud workspace values travel as `let` statements before the text; frames do not travel: a query of frames alone is
 * answered here. `Findings` is the table of what `finding()` kept.
 *
 * @throws HuntError `kql/…`, `query/…`, `config/…`; `query/bound-in-cloud` when a frame is used by name in a query for a
 *   cloud workspace, together with tables of that workspace
 */
export async function runKqlText(session: Session, text: string, options: RunKqlOptions = {}): Promise<FrameLike> {
  const config = session.workspaceConfig(options.workspace);
  const { scalars = [] } = options;
  const maxRows = options.maxRows ?? session.config.limits.maxRows;
  const signal = options.signal ?? ambientSignal();
  const limits = { ...(maxRows === undefined ? {} : { maxRows }), ...(signal === undefined ? {} : { signal }) };
  const place = config.place;
  if (place.kind !== "sentinel") {
    const workspace = await session.workspaceAt(config.name, place);
    const isTable = workspace.schemas.some(t => t.name === findingsTableName);
    const frames = await withFindings(session, text, options.frames ?? {}, isTable);
    const window = toWindow(session, options.lastMs, workspace.clock.now());
    return workspace.query(text, { ...limits, frames, scalars, ...(window === undefined ? {} : { window }) });
  }
  const answered = await runOnFrames(session, text, { ...options, ...limits });
  if (answered !== undefined) return answered;
  const driver = await openDriver(session, getEnvironment("MSSentinel"), config, {});
  const range = toWindow(session, options.lastMs, driver.nowMs());
  return driver.query(scalars.map(toLet).join("") + text, { ...limits, ...(range === undefined ? {} : { range }) });
}
