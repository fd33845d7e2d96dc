/** The driver of local workspaces: the same queries, over a folder of logs. */
import { HuntError } from "../../base/error.js";
import type { FrameLike } from "../../frame/api.js";
import type { LocalWorkspace, WorkspaceQueryOptions } from "../../workspace/api.js";
import type { Driver, DriverQueryOptions, Schema } from "../api.js";
import { withDeadline } from "./deadline.js";

export interface LocalDriverOptions {
  /** Default rows at most; see DriverQueryOptions. */
  readonly maxRows?: number;
  readonly timeoutMs?: number;
  /** Close the workspace with the driver. Default false: the session owns it. */
  readonly closesWorkspace?: boolean;
}

type Window = NonNullable<WorkspaceQueryOptions["window"]>;

/** The range as the hunt window, unless the text holds it already. */
function toWindow(options: DriverQueryOptions): Window | undefined {
  const { range, rangeInText } = options;
  if (range === undefined || rangeInText === true || range.from === "query") return undefined;
  return { startMs: range.startMs, endMs: range.endMs, from: range.from };
}

/** Wraps an open workspace. */
export function createLocalDriver(workspace: LocalWorkspace, settings: LocalDriverOptions = {}): Driver {
  let isOpen = true;
  const schema = (): Schema =>
    Object.fromEntries(
      workspace.tables
        .map(t => [t.name, Object.fromEntries(t.columns.map(c => [c.name, c.type]))] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return {
    environment: "Local",
    language: "kql",
    get connected() {
      return isOpen;
    },
    connection: `local workspace ${workspace.name} (${workspace.dir})`,
    nowMs: () => workspace.clock.now(),
    connect: async () => undefined,
    schema: async () => schema(),
    async query(text: string, options: DriverQueryOptions = {}): Promise<FrameLike> {
      if (!isOpen) throw new HuntError("query/not-connected", "this connection is closed", { hint: "connect() again" });
      const window = toWindow(options);
      const maxRows = options.maxRows ?? settings.maxRows;
      const timeoutMs = options.timeoutMs ?? settings.timeoutMs;
      return withDeadline({ timeoutMs, signal: options.signal }, signal =>
        workspace.query(text, {
          ...(maxRows === undefined ? {} : { maxRows }),
          ...(window === undefined ? {} : { window }),
          ...(options.range === undefined ? {} : { range: options.range }),
          ...(signal === undefined ? {} : { signal }),
        }),
      );
    },
    async close() {
      isOpen = false;
      if (settings.closesWorkspace === true) await workspace.close();
    },
  };
}
