/** KQL text on a workspace of the session, with a notebook's frames and values bound: what a `%%kql` cell runs. */
import type { TimeRange } from "../base/clock.js";
import { HuntError, unreachable } from "../base/error.js";
import type { FrameLike } from "../frame/api.js";
import type { KqlScalar } from "../kql/api.js";
import { ambientSignal } from "./ambient.js";
import { longLiteral, nameLiteral, realLiteral, stringLiteral, timespanLiteral } from "../query/kql-literal.js";
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

/**
 * Runs KQL on a local or cloud workspace.
 *
 * On a cloud workspace values travel as `let` statements before the text; frames do not travel.
 *
 * @throws HuntError `kql/…`, `query/…`, `config/…`; `query/bound-in-cloud` when a frame is used by name in a query for a
 *   cloud workspace, which does not know it
 */
export async function runKqlText(session: Session, text: string, options: RunKqlOptions = {}): Promise<FrameLike> {
  const config = session.workspaceConfig(options.workspace);
  const { frames = {}, scalars = [] } = options;
  const maxRows = options.maxRows ?? session.config.limits.maxRows;
  const signal = options.signal ?? ambientSignal();
  const limits = { ...(maxRows === undefined ? {} : { maxRows }), ...(signal === undefined ? {} : { signal }) };
  const place = config.place;
  if (place.kind !== "sentinel") {
    const workspace = await session.workspaceAt(config.name, place);
    const window = toWindow(session, options.lastMs, workspace.clock.now());
    return workspace.query(text, { ...limits, frames, scalars, ...(window === undefined ? {} : { window }) });
  }
  const bound = Object.keys(frames);
  if (bound.length > 0)
    throw new HuntError(
      "query/bound-in-cloud",
      `workspace '${config.name}' does not know the frame ${bound.join(", ")}`,
      {
        hint: `query the workspace first, then continue on the frame: ${bound[0] ?? "frame"}.kql("| where …")`,
      },
    );
  const driver = await openDriver(session, getEnvironment("MSSentinel"), config, {});
  const range = toWindow(session, options.lastMs, driver.nowMs());
  return driver.query(scalars.map(toLet).join("") + text, { ...limits, ...(range === undefined ? {} : { range }) });
}
