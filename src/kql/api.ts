/**
 * What crosses the border of the KQL engine: plain data in, plain data out. Everything here survives `structuredClone`,
 * so that the same compiler serves the kernel, a worker thread, the CLI's snapshot process and a test.
 */
import type { Column, KqlType, TableSchema } from "../base/column.js";
import type { Diagnostic, Span } from "../base/diagnostic.js";
import type { LocateIp } from "../base/port.js";

/** Where a table's rows are in DuckDB. Identifiers, never SQL text. */
export interface Relation {
  /** Path of quoted identifiers, for example `["scratch", "f12"]`. */
  readonly path: readonly string[];
  /** KQL column name → DuckDB column name, where they differ (DuckDB folds case, KQL does not). */
  readonly physical?: Readonly<Record<string, string>>;
  /** Decimal columns that are DECIMAL(38,0) in DuckDB, as `parse_version()` gives them; all others are DECIMAL(38,17). */
  readonly whole?: readonly string[];
  /** The columns that have a value in some row, as far as is known; absent: all may. `search` looks at these and gives these. */
  readonly filled?: readonly string[];
}

/** A table that queries may name. Without `relation` it is known but empty here (a catalogued table without data). */
export interface KqlTable extends TableSchema {
  readonly relation?: Relation;
  /** `open` accepts columns that are not declared (read as null or ''); default false: unknown columns are errors. */
  readonly open?: boolean;
}

/** Tables of elsewhere that a query may name: `workspace("Case42").SigninLogs`, `database("Case42").SigninLogs`. */
export interface KqlDatabase {
  readonly name: string;
  readonly tables: readonly KqlTable[];
}

/** The database whose tables `_GetWatchlist(alias)` gives. */
export const watchlistDatabase = "_watchlists";

/** A stored function, as in a workspace: `let name = (parameters) { body };` */
export interface KqlFunction {
  readonly name: string;
  /** KQL text of the parameter list without parentheses: `start:datetime, host:string=""`. */
  readonly parameters: string;
  readonly body: string;
  /** What it gives, in a line, for editors. */
  readonly says?: string;
}

/** A value bound to a name as if by `let`. `dynamic` holds JSON text; datetime an ISO instant; timespan ticks; long and decimal text or number. */
export interface KqlScalar {
  readonly name: string;
  readonly type: KqlType;
  readonly value: string | number | boolean | bigint | null;
}

/** Everything a compilation depends on besides the text. */
export interface KqlEnvironment {
  /** Changes whenever `tables` or `functions` change: key of the binder's and the plan's cache. */
  readonly schemaId: string;
  readonly tables: readonly KqlTable[];
  readonly functions?: readonly KqlFunction[];
  /** Other workspaces, and the watchlists; part of the schema. */
  readonly databases?: readonly KqlDatabase[];
  /** Bound names, for example a notebook's variables. */
  readonly scalars?: readonly KqlScalar[];
  /** ISO instant that `now()` and `ago()` mean. */
  readonly now: string;
  /** Answers to the questions that an earlier compilation of the same text asked. */
  readonly answers?: readonly KqlAnswer[];
  /** The hunt window: applied to each table's TimeGenerated where the text does not filter time itself. ISO instants, half-open. */
  readonly window?: { readonly start: string; readonly end: string };
}

/** A literal bound into the SQL as `$1`, `$2`, … in order. */
export type SqlParameter =
  | { readonly type: "VARCHAR"; readonly value: string }
  | { readonly type: "BIGINT"; readonly value: bigint }
  | { readonly type: "DOUBLE"; readonly value: number }
  | { readonly type: "BOOLEAN"; readonly value: boolean };

export interface OutputColumn extends Column {
  /** Name of the column in the SQL's result: `c0`, `c1`, … */
  readonly slot: string;
}

/** One table that the query reads, and how its incompleteness reaches the result. */
export interface TableUse {
  readonly name: string;
  /** The other workspace it is in, or `_watchlists`; absent for this one. */
  readonly database?: string;
  /** `values` when rows missing here can make shown values wrong (count, anti-join, top, arg_max, `!in` …). */
  readonly affects: "rows" | "values";
  /** Bounds on TimeGenerated or Timestamp that the query puts on this table itself, ISO, when they are constant. */
  readonly time?: { readonly from?: string; readonly to?: string };
}

/** What `render` asked for: carried as metadata for views to draw. */
export interface Visualization {
  readonly kind: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** A query ready to run on DuckDB (with the prelude's macros and the JS functions registered). */
export interface CompiledQuery {
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
  readonly columns: readonly OutputColumn[];
  readonly tables: readonly TableUse[];
  /** True when the row order is part of the answer (`sort`, `top`, `serialize` …). */
  readonly ordered: boolean;
  /** True when the answer depends on `now()`. */
  readonly clockDependent: boolean;
  /** Names of the JavaScript functions the SQL calls. */
  readonly udfs: readonly string[];
  readonly visualization?: Visualization;
  /** What the text calls the result: `as Name`, a named leg of `fork`, the column of `facet`. */
  readonly name?: string;
  /** The other results of a text that has several (`fork`, `facet`, several queries), in the order of the text. */
  readonly further?: readonly CompiledQuery[];
  /** Warnings and notes; never errors. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What must be known before a text can be compiled: the columns of `evaluate pivot`, the patterns of
 * `evaluate autocluster`, the rows of `externaldata`. The caller finds out, and compiles the text again with the answer.
 */
export interface KqlQuestion {
  /** Tells the questions of a text apart. */
  readonly key: string;
  /** Where in the text the operator ends. */
  readonly at: number;
  /** The plug-in or operator that asks. */
  readonly kind: string;
  /** What it needs to understand the answer. */
  readonly facts: Readonly<Record<string, string>>;
  readonly asks: KqlAsk;
}
export type KqlAsk =
  /** Run a query; more rows than `maxRows` are a refusal, not an answer. */
  | { readonly kind: "rows"; readonly query: CompiledQuery; readonly maxRows: number }
  /** Read files of elsewhere into a table. */
  | { readonly kind: "external"; readonly source: ExternalSource }
  /** Find out about the values that a query gives (one column, distinct texts); more than `maxRows` are refused. */
  | EnrichAsk;

/** `invoke name("column", option = …)`: see `enrichments.ts`. */
export interface EnrichAsk {
  readonly kind: "enrich";
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly query: CompiledQuery;
  readonly maxRows: number;
}

/** What `externaldata` names. */
export interface ExternalSource {
  /** As written: https URLs, or paths of local files. */
  readonly uris: readonly string[];
  /** By position in delimited formats, by name in JSON. The table holds them as texts, of the names `c0`, `c1` … */
  readonly columns: readonly Column[];
  readonly format: ExternalFormat;
  readonly ignoreFirstRecord: boolean;
}
export type ExternalFormat = "csv" | "tsv" | "psv" | "scsv" | "sohsv" | "txt" | "raw" | "json" | "multijson";

export interface KqlAnswer extends Omit<KqlQuestion, "asks"> {
  /** The rows of a query, cells as texts as `tostring()` prints them; null is null. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** True when there were more rows than the question allows. */
  readonly cut: boolean;
  /** Where the rows of external data, or what was found out about values, are; undefined when there are none. */
  readonly relation?: Relation;
  /** Why there is no answer: shown at the operator. */
  readonly refused?: { readonly message: string; readonly hint?: string };
  readonly tables: readonly TableUse[];
  readonly clockDependent: boolean;
}

/**
 * - `ready`: runs.
 * - `needs`: a question must be answered first; see `KqlQuestion`.
 * - `refused`: valid KQL that this engine does not run yet; each diagnostic names the feature (`kql/not-supported`).
 * - `failed`: wrong KQL (syntax, unknown names, types).
 */
export type CompileResult =
  | { readonly state: "ready"; readonly query: CompiledQuery }
  /** `diagnostics` holds no errors: whether there are any is known with the answer. */
  | { readonly state: "needs"; readonly question: KqlQuestion; readonly diagnostics: readonly Diagnostic[] }
  | { readonly state: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly state: "failed"; readonly diagnostics: readonly Diagnostic[] };

/** Compiles KQL and serves its editors; implementations run in this thread, in a worker, or in a snapshot process. */
export interface KqlCompiler {
  compile(text: string, environment: KqlEnvironment): Promise<CompileResult>;
  /** Answers one question of an editor about a text; see `EditRequest`. */
  edit<K extends EditKind>(
    request: EditRequest & { readonly kind: K },
    environment: KqlEnvironment,
  ): Promise<EditReply<K>>;
  close(): Promise<void>;
}

/** What an editor asks; offsets count UTF-16 units from 0. */
export type EditRequest =
  | { readonly kind: "complete"; readonly text: string; readonly offset: number }
  | { readonly kind: "hover"; readonly text: string; readonly offset: number }
  | { readonly kind: "signatures"; readonly text: string; readonly offset: number }
  | { readonly kind: "diagnose"; readonly text: string }
  | { readonly kind: "format"; readonly text: string }
  | { readonly kind: "classify"; readonly text: string };
export type EditKind = EditRequest["kind"];

/** The answers by kind. `hover` and `signatures` are undefined where there is nothing to say. */
export interface EditReplies {
  readonly complete: KqlCompletion;
  readonly hover: KqlHover | undefined;
  readonly signatures: KqlSignatureHelp | undefined;
  readonly diagnose: readonly Diagnostic[];
  readonly format: string;
  readonly classify: readonly KqlToken[];
}
export type EditReply<K extends EditKind> = EditReplies[K];

/** What may stand at a place: `items` replace the text in `span`. */
export interface KqlCompletion {
  readonly span: Span;
  /** Those that begin with what is written first, then those that hold it; each in the language service's order. */
  readonly items: readonly KqlCompletionItem[];
}
export interface KqlCompletionItem {
  /** As shown in a list: `bin(number, roundTo)`. */
  readonly label: string;
  /** Text to put in place of the span. */
  readonly insert: string;
  /** Offset in `insert` where the caret goes. */
  readonly caret: number;
  readonly kind: KqlCompletionKind;
  /** What is known of it: a column's type, `not supported by the local engine`. */
  readonly detail?: string;
  /** False for what the language has and the local engine refuses. */
  readonly supported: boolean;
}
export type KqlCompletionKind =
  "keyword" | "operator" | "column" | "table" | "function" | "aggregate" | "variable" | "type" | "value" | "other";

/** What stands at a place: plain text lines (never HTML or Markdown), and the documentation page. */
export interface KqlHover {
  readonly span: Span;
  readonly lines: readonly string[];
  readonly doc?: string;
}

/** The ways to call the function whose argument list holds the place. */
export interface KqlSignatureHelp {
  readonly name: string;
  readonly signatures: readonly KqlSignature[];
  /** Index of the argument at the place, from 0. */
  readonly argument: number;
}
export interface KqlSignature {
  /** `dcount(expr, [accuracy])` */
  readonly label: string;
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly optional: boolean }[];
}

/** A coloured part of a text. */
export interface KqlToken {
  readonly span: Span;
  readonly kind: KqlTokenKind;
}
export type KqlTokenKind =
  | "comment"
  | "keyword"
  | "operator"
  | "string"
  | "literal"
  | "type"
  | "column"
  | "table"
  | "function"
  | "variable"
  | "punctuation"
  | "plain";

/** The DuckDB types a JavaScript function may take and return. `JSON` values travel as text. */
export type UdfType = "VARCHAR" | "BIGINT" | "DOUBLE" | "BOOLEAN" | "TIMESTAMP" | "JSON";

/** What queries may ask of whoever runs them. A query that calls one of these says so in `CompiledQuery.udfs`. */
export interface KqlHost {
  /** For `geo_info_from_ip_address()` (`ku_ip_location`); without it the query fails with `kql/no-geoip`. */
  readonly locateIp?: LocateIp;
}

/**
 * A scalar function in JavaScript, for what SQL cannot do. It runs on the main thread, so that it must be quick and must
 * not throw. TIMESTAMP arguments are bigint microseconds since 1970.
 */
export interface KqlUdf {
  readonly name: string;
  readonly parameters: readonly UdfType[];
  readonly returns: UdfType;
  /** Called per row; null arguments arrive as null. */
  readonly call: (
    ...values: readonly (string | bigint | number | boolean | null)[]
  ) => string | bigint | number | boolean | null;
}
