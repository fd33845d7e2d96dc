/** The shapes of local workspaces that other layers use. */
import type { Clock, TimeRange } from "../base/clock.js";
import type { TableSchema } from "../base/column.js";
import type { FrameLike } from "../frame/api.js";
import type { SiteIndex } from "./sites/sites.js";
import type { CompileResult, EditKind, EditReply, EditRequest, KqlFunction, KqlScalar } from "../kql/api.js";

/** A table of a workspace that holds data. */
export interface WorkspaceTable extends TableSchema {
  readonly rowCount: number;
  /** First and last TimeGenerated, milliseconds since 1970 UTC; undefined for tables without a time column. */
  readonly span: TimeRange | undefined;
  readonly sizeBytes: number;
  /** Lines of the evidence that could not be read and were set aside. */
  readonly rejectedLines: number;
}

export interface WorkspaceQueryOptions {
  /** Stop at this many rows and say so (`row-limit`). Default 30,000 as in Log Analytics; `Infinity` for none. */
  readonly maxRows?: number;
  /** Applied to TimeGenerated of every table that the text does not restrict itself. */
  readonly window?: TimeRange & { readonly from: "argument" | "hunt-window" | "default" };
  /** The range that the text itself holds: recorded in the provenance, not applied. */
  readonly range?: TimeRange & { readonly from: "query" | "argument" | "hunt-window" | "default" };
  readonly scalars?: readonly KqlScalar[];
  /** Frames usable by name in the text. */
  readonly frames?: Readonly<Record<string, FrameLike>>;
  readonly signal?: AbortSignal;
}

/** A folder of logs that can be queried; see DESIGN §4.2. */
export interface LocalWorkspace extends AsyncDisposable {
  readonly name: string;
  readonly dir: string;
  readonly clock: Clock;
  readonly generation: number;
  /** Tables with data. */
  readonly tables: readonly WorkspaceTable[];
  /** Every table that queries may name: those with data and the catalogue's. */
  readonly schemas: readonly TableSchema[];
  readonly functions: readonly KqlFunction[];
  /** The sites file: which addresses are where and whose. Answers before any GeoIP database. */
  readonly sites?: SiteIndex;
  /** Parses, binds and compiles without running. */
  compile(text: string, options?: WorkspaceQueryOptions): Promise<CompileResult>;
  /** Answers an editor's question about a text with this workspace's tables and functions, and the values and frames given. */
  edit<K extends EditKind>(
    request: EditRequest & { readonly kind: K },
    options?: WorkspaceQueryOptions,
  ): Promise<EditReply<K>>;
  /**
   * Runs KQL.
   * @throws HuntError `kql/invalid` (wrong KQL), `kql/not-supported` (refused), `query/cancelled`, `query/failed`
   */
  query(text: string, options?: WorkspaceQueryOptions): Promise<FrameLike>;
  close(): Promise<void>;
}
