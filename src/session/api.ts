/** Functions and classes of the public API that act on the current session. */
import { HuntError } from "../base/error.js";
import type { TimeAround } from "../base/port.js";
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

/** A time range around a moment, as MSTICPy's QueryTime takes it. */
export interface QueryTimeAround {
  /** Shown above the widget. */
  readonly label?: string;
  /** Default day. */
  readonly units?: TimeAround["unit"];
  /** How many units before and after; default MSTICPy's (60 minutes, 6 hours, 1 day, 1 week). */
  readonly before?: number;
  readonly after?: number;
  /** The moment; default the session's now. */
  readonly originTime?: Date;
}

const defaultSpan: Readonly<Record<TimeAround["unit"], number>> = { second: 60, minute: 60, hour: 6, day: 1, week: 1 };
const aroundKeys = [
  "label",
  "units",
  "before",
  "after",
  "originTime",
] as const satisfies readonly (keyof QueryTimeAround)[];

/**
 * A time range that queries can share; shown in a cell it is a widget. Without arguments it is the last 14 days of the session's
 * clock; otherwise `{ start, end }` in any form a query takes, `{ period: "3d" }`, text such as `-5d`, or
 * `{ units: "hour", before: 6, after: 1, originTime }`.
 * @throws HuntError `query/time`
 */
export class QueryTime extends QueryTimeClass {
  constructor(spec: TimeSpanSpec | QueryTimeAround | string = {}) {
    const { clock } = currentSession();
    const said = typeof spec === "string" ? {} : (spec as QueryTimeAround);
    const around = aroundKeys.some(k => k !== "label" && said[k] !== undefined);
    super(clock, {
      ...(said.label === undefined ? {} : { label: said.label }),
      ...(around ? { around: toAround(said, clock.now()) } : {}),
    });
    if (typeof spec === "string") this.setTime(spec);
    else if (!around && Object.keys(spec).some(k => k !== "label")) this.setTime(spec as TimeSpanSpec);
  }
}

function toAround({ units = "day", before, after, originTime }: QueryTimeAround, nowMs: number): TimeAround {
  if (!Object.hasOwn(defaultSpan, units))
    throw new HuntError("query/time", `'${units}' is no unit of time`, {
      hint: `units are ${Object.keys(defaultSpan).join(", ")}`,
    });
  const standard = defaultSpan[units];
  return {
    ...{ originMs: originTime?.getTime() ?? nowMs, unit: units },
    ...{ before: before ?? standard, after: after ?? standard },
  };
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
