/** What building figures needs from the store a frame lives in, and from the session around it. */
import type { DuckDBValue } from "@duckdb/node-api";
import type { SqlParameter } from "../../kql/api.js";
import type { Frame } from "../frame.js";
import type { ProcessTreeNode } from "../../view/index.js";
import type { LiveViews } from "./live.js";

/** Where an address is. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  /** `Dublin, IE`. */
  readonly label: string;
}

/** Which columns hold what, in a table of process creations. */
export interface ProcessTreeOptions {
  readonly title?: string;
  /** `windows` (4688), `sysmon`, `auditd`, `defender`; found from the columns when absent. */
  readonly schema?: string | ProcessColumns;
  /** Only the trees in which a process matches: text in its name or command line, or its process id. */
  readonly around?: string;
  /** Only processes with a text in their name, command line or account, or with a process id; and who started them. */
  readonly search?: string;
  /** Only the processes that these rows of the frame tell of (from 0), and who started them: what is chosen in other views. */
  readonly only?: readonly number[];
  /** Rows drawn at first. Default 2,000. */
  readonly maxRows?: number;
  /** Only the rows below one: its number in the whole tree (`row` of the figure). */
  readonly branch?: number;
  /** Colours a row: rules that mark a process. Default: a few that attackers rarely avoid. */
  readonly mark?: readonly ProcessMark[];
}

export interface ProcessMark {
  /** Text that the command line or the name contains, ignoring case; or a pattern. */
  readonly match: string | RegExp;
  readonly tone: "bad" | "warning" | "info";
  readonly remark: string;
}

/** A mapping for tables of any schema. Names of columns. */
export interface ProcessColumns {
  readonly time: string;
  readonly processId: string;
  readonly parentId: string;
  readonly name: string;
  readonly commandLine?: string;
  readonly host?: string;
  readonly account?: string;
  readonly parentName?: string;
  readonly parentTime?: string;
  readonly grandparentId?: string;
  readonly grandparentName?: string;
  readonly processTime?: string;
  readonly logonId?: string;
  /** Identifiers that are never reused (Sysmon's ProcessGuid); they win over process ids. */
  readonly processGuid?: string;
  readonly parentGuid?: string;
}

/** What the session lends to figures. Absent in stores opened without a session. */
export interface ViewPorts {
  readonly processTree?: (frame: Frame, options: ProcessTreeOptions) => Promise<ProcessTreeNode>;
  /** Places of addresses: the workspace's sites file first, then the GeoIP pack. Unknown ones are left out. */
  readonly locate?: (addresses: readonly string[]) => Promise<ReadonlyMap<string, Place>>;
  /** SVG → PNG. */
  readonly toPng?: (svg: string) => Promise<Uint8Array>;
}

export interface PlotHost {
  /** Rows of our own SQL as objects. */
  all(sql: string, parameters?: readonly SqlParameter[]): Promise<readonly Record<string, unknown>[]>;
  /** The same as DuckDB's values, column by column in chunks. */
  values(sql: string, parameters?: readonly SqlParameter[]): Promise<readonly (readonly (readonly DuckDBValue[])[])[]>;
  /** Columns of doubles, NaN for null, without an object per value. */
  numbers(sql: string, parameters?: readonly SqlParameter[]): Promise<readonly Float64Array[]>;
  /** Rows of a frame that fit a condition of ours, in their order, as a frame: the caller closes it. */
  narrow(frame: Frame, where: string, parameters: readonly SqlParameter[]): Promise<Frame>;
  readonly live: LiveViews;
  readonly ports: ViewPorts;
}
