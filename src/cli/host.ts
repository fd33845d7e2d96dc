/** What commands need of the product. `session` implements it; tests have a fake. */
import type { Completeness } from "../base/completeness.js";
import type { Column } from "../base/column.js";
import type { ProgressSink } from "../base/port.js";
import type { AuthStatus } from "../config/azure-sign-in.js";
import type { FoundWorkspaces } from "../config/find-workspaces.js";
import type { WorkspaceSettings } from "../config/import-workspace.js";
import type { Finding } from "../kql/index.js";
import type { HostModule, NotebookRun, RunContext, RunOptions } from "../notebook/runner/index.js";
import type { View } from "../view/index.js";

export type TextFormat = "csv" | "json" | "ndjson";

/** A query's answer. */
export interface CliFrame {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly completeness: Completeness;
  /** What the query calls it. */
  readonly name: string | undefined;
  /** All results of the query; this is the first. */
  readonly results: readonly CliFrame[];
  /** The first rows of all results as a view, banner included when not whole. */
  view(options: { readonly limit: number; readonly alone?: boolean }): Promise<View>;
  /** All rows, piece by piece. */
  text(format: TextFormat): AsyncIterable<string>;
  /** Replaces the file in one step. */
  write(format: TextFormat | "parquet", path: string): Promise<void>;
  close(): Promise<void>;
}

export interface CliWorkspace {
  readonly name: string;
  /** What `now()` means here. */
  readonly clock: { readonly kind: "system" | "pinned"; readonly now: string };
  /** @throws HuntError `kql/invalid`, `kql/not-supported`, `query/cancelled`, … */
  query(text: string, options: { readonly limit?: number; readonly signal: AbortSignal }): Promise<CliFrame>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Name in the configuration or a folder; the default workspace when undefined. */
  readonly workspace?: string;
  /** ISO instant that `now()` means, before the workspace's own clock. */
  readonly now?: string;
  /** The query that is to come: what is known of it need not be made ready. */
  readonly query?: string;
}

export interface IngestRequest {
  readonly dir: string;
  readonly workspace: string;
  readonly force: boolean;
}
/** What was understood of a folder, as text for a table. */
export interface CliIngestPlan {
  readonly rows: readonly {
    readonly file: string;
    readonly format: string;
    readonly table: string;
    readonly time: string;
    readonly zone: string;
    readonly from: string;
    readonly to: string;
    readonly rows: string;
    readonly rejects: number;
  }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** What only a person can answer; ingest does not run before. */
  readonly questions: readonly { readonly file: string; readonly message: string }[];
}
export interface CliIngestResult {
  readonly generation: number;
  readonly rows: number;
  readonly rejects: number;
  readonly files: readonly {
    readonly name: string;
    readonly state: string;
    readonly rows: number;
    readonly rejects: number;
  }[];
}

export interface DemoRequest {
  readonly rows: number;
  readonly seed: number;
  /** ISO date: the last day of the story. Undefined: the generator's own. */
  readonly end?: string;
  /** Undefined: the user's data folder. */
  readonly dir?: string;
  /** Do nothing when the same demo is there already. */
  readonly reuse: boolean;
}
export interface DemoResult {
  readonly dir: string;
  readonly rows: number;
  readonly tables: number;
  readonly reused: boolean;
}

export interface CheckRequest {
  /** Name of the file, which says its kind. */
  readonly name: string;
  readonly text: string;
  /** A workspace or a schema file. */
  readonly schema?: string;
  /** The product whose tables count: `Sentinel`, `M365D`, `Local`. */
  readonly target?: string;
  readonly lint: boolean;
  /** Apply the safe fixes. */
  readonly fix: boolean;
}
export interface CheckedFile {
  /** The text, fixed when asked for; findings speak of this one. */
  readonly text: string;
  /** Fixes that were applied, and lines whose fixes cannot be written back. */
  readonly fixed: number;
  readonly skipped: readonly number[];
  readonly queries: readonly CheckedFileQuery[];
}
export interface CheckedFileQuery {
  /** 1-based. */
  readonly line: number;
  readonly status: "ok" | "refused" | "error";
  /** Empty when ok. */
  readonly reason: string;
  /** With the places in the file. */
  readonly findings: readonly Finding[];
}

export interface DoctorCheck {
  readonly name: string;
  /** `skipped`: it was not looked at, and why. */
  readonly state: "ok" | "warning" | "failed" | "skipped";
  readonly detail: string;
  readonly hint?: string;
}
export interface DoctorRequest {
  /** Nothing leaves the machine. */
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

export interface ServeRequest extends OpenOptions {
  /** Folder of the notebooks. */
  readonly root: string;
  /** 0: any free one. */
  readonly port: number;
  /** API path of the notebook that the address opens; undefined: the Lab itself. */
  readonly opens?: string;
  /** Folder of the notebooks that come with Huntbook. */
  readonly galleryDir: string;
  /** Kernels that nobody has used for so long, without a page, are ended; 0: never. */
  readonly cullAfterMs: number;
  /** Failures of the server and what kernels write outside of cells. */
  readonly log: (line: string) => void;
}
export interface SettingsRequest {
  /** 0: any free one. */
  readonly port: number;
  /** The configuration to edit, absolute; undefined: the one in use. */
  readonly file?: string;
  readonly log: (line: string) => void;
}
/** A running notebook server. */
export interface CliServer {
  /** With the token: a secret, to be printed once. */
  readonly address: string;
  /** Somebody chose "Shut Down" in the Lab. */
  readonly shutdown: Promise<void>;
  close(): Promise<void>;
}

export interface TiRequest {
  /** Nothing leaves the machine. */
  readonly offline: boolean;
  /** Names; empty: those of the configuration. */
  readonly providers: readonly string[];
  readonly workspace?: string;
  readonly signal: AbortSignal;
}
export interface CliTi {
  lookup(observables: readonly string[]): Promise<CliFrame>;
  /** What `lookup` found, the worst first. */
  browse(results: CliFrame): Promise<View>;
  /** What `lookup` would send to whom. */
  plan(observables: readonly string[]): Promise<View>;
  close(): Promise<void>;
}

export interface ResolvePlace {
  /** Default the configuration's. */
  readonly cloud?: string;
  /** The domain of the tenant, when an address says it. */
  readonly domain?: string | undefined;
  readonly signal: AbortSignal;
}

export interface CliHost {
  /** Where Huntbook keeps what it makes for the user. */
  readonly dataDir: string;
  openWorkspace(options: OpenOptions): Promise<CliWorkspace>;
  /** @throws HuntError `ti/…`, `config/…` */
  openTi(request: TiRequest): Promise<CliTi>;
  /** Observables of a text by type. @throws HuntError `transform/unknown-ioc-type` */
  findIocs(text: string, types: readonly string[]): Promise<Readonly<Record<string, readonly string[] | undefined>>>;
  planIngest(request: IngestRequest, progress: ProgressSink, signal: AbortSignal): Promise<CliIngestPlan>;
  runIngest(request: IngestRequest, progress: ProgressSink, signal: AbortSignal): Promise<CliIngestResult>;
  generateDemo(request: DemoRequest, progress: ProgressSink, signal: AbortSignal): Promise<DemoResult>;
  /** Finds and checks the queries of a `.kql`, `.yaml`, Markdown, TypeScript or notebook file; undefined for other kinds. */
  checkQueries(request: CheckRequest): Promise<CheckedFile | undefined>;
  /** Completes a workspace's settings through Azure Resource Graph. @throws HuntError `config/resolve`, `auth/…`, `net/…` */
  resolveWorkspace(known: WorkspaceSettings, place: ResolvePlace): Promise<Required<WorkspaceSettings>>;
  /** The workspaces that the sign-in can see. @throws HuntError `config/resolve`, `auth/…`, `net/…` */
  findWorkspaces(tenantId: string | undefined, signal: AbortSignal): Promise<FoundWorkspaces>;
  /** What each way to sign in to Azure says, in the configured order. */
  authStatus(tenantId: string | undefined, signal: AbortSignal): Promise<AuthStatus>;
  doctor(request: DoctorRequest): Promise<readonly DoctorCheck[]>;
  /** What runs `%%kql` cells of a notebook, and what the report says of it. */
  notebookHost(options: OpenOptions): Promise<{ readonly host?: HostModule; readonly context?: RunContext }>;
  runNotebook(options: RunOptions): Promise<NotebookRun>;
  /** Installs and builds JupyterLab when it is not there yet. @throws HuntError `server/lab-install`, `server/lab-build` */
  prepareLab(progress: ProgressSink, signal: AbortSignal): Promise<void>;
  /** Makes what GeoLiteLookup knows when it is not there, so that notebooks need no network. @throws HuntError `geo/no-pack` */
  preparePlaces(progress: ProgressSink, signal: AbortSignal): Promise<void>;
  /** Starts the settings page alone. @throws HuntError `server/port`, … */
  serveSettings(request: SettingsRequest): Promise<Pick<CliServer, "address" | "close">>;
  /** Starts the notebook server; the Lab must have been prepared. @throws HuntError `server/port`, … */
  serveNotebooks(request: ServeRequest): Promise<CliServer>;
}
