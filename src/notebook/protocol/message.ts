/**
 * The messages of the Jupyter protocol, version 5.4, as types.
 *
 * Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */

export const protocolVersion = "5.4";

export type Channel = "shell" | "control" | "stdin" | "iopub";
export const channels = ["shell", "control", "stdin", "iopub"] as const satisfies readonly Channel[];

export type JsonObject = Readonly<Record<string, unknown>>;

export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  /** ISO 8601. */
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
  readonly [extra: string]: unknown;
}

/** A message as its parts mean it. `identities` route it on ROUTER sockets. */
export interface Message<C = JsonObject> {
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  /** The header of the message that this one answers or results from; empty when there is none. */
  readonly parentHeader: Header | Record<string, never>;
  readonly metadata: JsonObject;
  readonly content: C;
  readonly buffers: readonly Uint8Array[];
}

export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}
export type ReplyStatus = { readonly status: "ok" } | ({ readonly status: "error" } & ErrorContent);

export interface ExecuteRequest {
  readonly code: string;
  readonly silent?: boolean;
  readonly store_history?: boolean;
  readonly user_expressions?: Readonly<Record<string, string>>;
  readonly allow_stdin?: boolean;
  readonly stop_on_error?: boolean;
}
export type UserExpression =
  | { readonly status: "ok"; readonly data: JsonObject; readonly metadata: JsonObject }
  | ({ readonly status: "error" } & ErrorContent);
export type ExecuteReply = { readonly execution_count: number; readonly payload?: readonly unknown[] } & (
  | { readonly status: "ok"; readonly user_expressions: Readonly<Record<string, UserExpression>> }
  | ({ readonly status: "error" } & ErrorContent)
  | { readonly status: "aborted" }
);

export interface CompleteRequest {
  readonly code: string;
  /** In Unicode code points. */
  readonly cursor_pos: number;
}
export interface CompleteReply {
  readonly status: "ok";
  readonly matches: readonly string[];
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: JsonObject;
}
export interface InspectRequest {
  readonly code: string;
  readonly cursor_pos: number;
  readonly detail_level?: 0 | 1;
}
export interface InspectReply {
  readonly status: "ok";
  readonly found: boolean;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
}
export interface IsCompleteReply {
  readonly status: "complete" | "incomplete" | "invalid" | "unknown";
  readonly indent?: string;
}

export interface HistoryRequest {
  readonly output?: boolean;
  readonly raw?: boolean;
  readonly hist_access_type: "range" | "tail" | "search";
  readonly session?: number;
  readonly start?: number;
  readonly stop?: number | null;
  readonly n?: number;
  readonly pattern?: string;
  readonly unique?: boolean;
}

export interface LanguageInfo {
  readonly name: string;
  readonly version: string;
  readonly mimetype: string;
  readonly file_extension: string;
  readonly pygments_lexer?: string;
  readonly codemirror_mode?: string | JsonObject;
  readonly nbconvert_exporter?: string;
}
export interface KernelInfoReply {
  readonly status: "ok";
  readonly protocol_version: string;
  readonly implementation: string;
  readonly implementation_version: string;
  readonly language_info: LanguageInfo;
  readonly banner: string;
  readonly help_links: readonly { readonly text: string; readonly url: string }[];
  readonly supported_features: readonly string[];
  readonly debugger?: boolean;
}

export interface CommOpen {
  readonly comm_id: string;
  readonly target_name: string;
  readonly data: JsonObject;
}
export interface CommMessage {
  readonly comm_id: string;
  readonly data: JsonObject;
}

export type ExecutionState = "starting" | "idle" | "busy" | "restarting" | "dead";

/** What stands in a message that answers another one, before its text is made. */
export interface Outgoing {
  readonly type: string;
  readonly content: JsonObject;
  readonly parent?: Header | Record<string, never> | undefined;
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Uint8Array[];
}
