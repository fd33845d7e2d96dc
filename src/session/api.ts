/** Functions and classes of the public API that act on the current session. */
import { WorkspaceConfig as ConfigClass } from "../config/workspace-config.js";
import type { Config } from "../config/config.js";
import { QueryTime as QueryTimeClass, type TimeSpanSpec } from "../query/time-span.js";
import { currentSession } from "./ambient.js";

/**
 * The settings of a workspace of the current session's configuration; without a name, the default workspace.
 * @throws HuntError `config/unknown-workspace`, `config/no-default-workspace`
 */
export class WorkspaceConfig extends ConfigClass {
  constructor(workspace?: string) {
    super({ config: currentSession().config, workspace });
  }

  /** Names of the workspaces that can be used. */
  static listWorkspaces(): string[] {
    return ConfigClass.list(currentSession().config);
  }
}

/**
 * A time range that queries can share. Without arguments it is the last 14 days of the session's clock; otherwise
 * `{ start, end }` in any form a query takes, `{ period: "3d" }`, or text such as `-5d`.
 * @throws HuntError `query/time`
 */
export class QueryTime extends QueryTimeClass {
  constructor(spec?: TimeSpanSpec | string) {
    super(currentSession().clock);
    if (spec !== undefined) this.setTime(spec);
  }
}

/** The configuration of the current session. */
export const settings = {
  get config(): Config {
    return currentSession().config;
  },
  /** Reads msticpyconfig.yaml again. Providers made before keep what they have. */
  refreshConfig(): Config {
    return currentSession().settings.refreshConfig();
  },
};
