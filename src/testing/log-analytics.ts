/**
 * A stand-in for the Log Analytics query API: serves a local workspace on loopback, in the service's shapes, with its
 * failures on demand. For tests and demonstrations of the Sentinel driver; not for other machines.
 *
 * Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format, .../api/errors
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Column } from "../base/column.js";
import { isHuntError, messageOf } from "../base/error.js";
import type { ColumnData, FrameLike } from "../frame/api.js";
import { formatDatetimeMicros, formatTimespanTicks } from "../frame/time-text.js";
import type { LocalWorkspace, WorkspaceQueryOptions } from "../workspace/api.js";

/** What goes wrong with the next query. */
export type Fault =
  /** The answer holds this many rows and says that it was cut, as at the service's 500,000. */
  | { readonly kind: "truncated"; readonly rows: number }
  /** The answer is cut for its size. */
  | { readonly kind: "too-large"; readonly rows: number }
  /** Rows and an error beside them. */
  | { readonly kind: "partial"; readonly message: string }
  | { readonly kind: "gateway-timeout" }
  | { readonly kind: "throttled"; readonly retryAfterSeconds: number }
  | { readonly kind: "unavailable" }
  /** The answer waits until the promise is done. */
  | { readonly kind: "slow"; readonly until: Promise<void> }
  /** The connection breaks in the middle of the answer. */
  | { readonly kind: "cut" }
  /** A page of a proxy instead of an answer. */
  | { readonly kind: "web-page" };

export interface LogAnalyticsStandInOptions {
  /** The only workspace id that is known. */
  readonly workspaceId?: string;
  /** The bearer token that is asked for; without it any will do. */
  readonly token?: string;
  /** 0 (default) lets the system choose. */
  readonly port?: number;
}

export interface ReceivedQuery {
  readonly query: string;
  readonly timespan: string | undefined;
  readonly prefer: string | undefined;
  /** Ids of the further workspaces that were asked for; undefined for none. */
  readonly workspaces?: readonly string[];
}

export interface LogAnalyticsStandIn extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly endpoint: string;
  readonly workspaceId: string;
  /** Queries that were asked, in order. */
  readonly received: readonly ReceivedQuery[];
  /** Each is used up by one query. */
  failNext(...faults: readonly Fault[]): void;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

interface ServiceError {
  readonly code: string;
  readonly message: string;
  readonly innererror?: ServiceError;
  readonly details?: readonly ServiceError[];
}

const serviceRowLimit = 500_000;
const maxBodyBytes = 4 * 1024 * 1024;
const defaultWorkspaceId = "11111111-2222-4333-8444-555555555555";

const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});

function failed(status: number, code: string, message: string, innererror?: ServiceError): Reply {
  return json(status, { error: { code, message, ...(innererror === undefined ? {} : { innererror }) } });
}

/** One cell as JSON text, as the service writes it. */
function cellJson(type: Column["type"], data: ColumnData, index: number): string {
  if (data.valid[index] !== 1) return "null";
  const value = data.values[index];
  switch (type) {
    case "datetime":
      return JSON.stringify(formatDatetimeMicros(BigInt(value ?? 0)));
    case "timespan":
      return JSON.stringify(formatTimespanTicks(BigInt(value ?? 0)));
    case "bool":
      return value === 1 ? "true" : "false";
    case "long":
    case "int":
      return String(value);
    case "real":
      return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
    default:
      return JSON.stringify(String(value));
  }
}

async function rowsJson(frame: FrameLike, limit: number): Promise<string> {
  const data = await Promise.all(frame.columns.map(c => frame.column(c.name)));
  const count = Math.min(frame.rowCount, limit);
  const lines = Array.from({ length: count }, (_, row) => {
    const cells = frame.columns.map((c, i) => {
      const column = data[i];
      return column === undefined ? "null" : cellJson(c.type, column, row);
    });
    return `[${cells.join(",")}]`;
  });
  return `[${lines.join(",")}]`;
}

function truncation(rows: number, reason: "rows" | "bytes"): ServiceError {
  const message =
    reason === "rows"
      ? `The results of this query exceed the set limit of ${rows} records, so not all records were returned (E_QUERY_RESULT_SET_TOO_LARGE).`
      : "The results of this query exceed the set size limit of 64000000 bytes, so not all records were returned.";
  return {
    code: "PartialError",
    message: "There were some errors when processing your query.",
    details: [{ code: "EngineError", message }],
  };
}

/** The error beside the tables: what the fault or the workspace itself says. */
function partialError(frame: FrameLike, fault: Fault | undefined): ServiceError | undefined {
  if (fault?.kind === "truncated") return truncation(fault.rows, "rows");
  if (fault?.kind === "too-large") return truncation(fault.rows, "bytes");
  if (fault?.kind === "partial")
    return {
      code: "PartialError",
      message: "There were some errors when processing your query.",
      details: [{ code: "EngineError", message: fault.message }],
    };
  const [cause] = frame.completeness.causes;
  if (cause?.kind === "row-limit" && frame.rowCount >= serviceRowLimit) return truncation(serviceRowLimit, "rows");
  return cause === undefined ? undefined : { code: "PartialError", message: cause.message };
}

async function answer(frame: FrameLike, fault: Fault | undefined): Promise<Reply> {
  const limit = fault?.kind === "truncated" || fault?.kind === "too-large" ? fault.rows : serviceRowLimit;
  const error = partialError(frame, fault);
  const columns = JSON.stringify(frame.columns.map(c => ({ name: c.name, type: c.type })));
  const table = `{"name":"PrimaryResult","columns":${columns},"rows":${await rowsJson(frame, limit)}}`;
  const { visualization } = frame;
  const render =
    visualization === undefined
      ? ""
      : `,"render":${JSON.stringify({ visualization: visualization.kind, ...visualization.properties })}`;
  const beside = error === undefined ? "" : `,"error":${JSON.stringify(error)}`;
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: `{"tables":[${table}]${render}${beside}}`,
  };
}

/** ISO interval `start/end`. */
function toWindow(timespan: string | undefined): WorkspaceQueryOptions["window"] {
  const [start, end] = (timespan ?? "").split("/").map(part => Date.parse(part));
  if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end)) return undefined;
  return { startMs: start, endMs: end, from: "argument" };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBodyBytes) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

class StandIn {
  readonly received: ReceivedQuery[] = [];
  readonly faults: Fault[] = [];
  readonly workspaceId: string;
  readonly #workspace: LocalWorkspace;
  readonly #token: string | undefined;

  constructor(workspace: LocalWorkspace, options: LogAnalyticsStandInOptions) {
    this.#workspace = workspace;
    this.#token = options.token;
    this.workspaceId = options.workspaceId ?? defaultWorkspaceId;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await this.#reply(request).catch((error: unknown) =>
      failed(500, "InternalServerError", messageOf(error)),
    );
    if (reply === "cut") {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"tables":[{"name":"Prim', () => response.destroy());
      return;
    }
    response.writeHead(reply.status, reply.headers).end(reply.body);
  }

  async #reply(request: IncomingMessage): Promise<Reply | "cut"> {
    const { authorization } = request.headers;
    const accepted =
      this.#token === undefined ? /^Bearer ./.test(authorization ?? "") : authorization === `Bearer ${this.#token}`;
    if (!accepted)
      return failed(401, "InvalidTokenError", "The provided authentication is not valid for this resource");
    const [, id, action] = /^\/v1\/workspaces\/([^/?]+)\/(query|metadata)(?:\?|$)/.exec(request.url ?? "") ?? [];
    if (id === undefined) return failed(404, "PathNotFoundError", "The requested path does not exist");
    if (decodeURIComponent(id) !== this.workspaceId)
      return failed(404, "WorkspaceNotFoundError", "The workspace could not be found");
    return action === "metadata" ? this.#metadata() : this.#query(request);
  }

  #metadata(): Reply {
    const tables = this.#workspace.tables.map(t => ({ id: `t/${t.name}`, name: t.name, columns: t.columns }));
    return json(200, { tables });
  }

  async #query(request: IncomingMessage): Promise<Reply | "cut"> {
    const body = (await readBody(request)) as { query?: unknown; timespan?: unknown; workspaces?: unknown } | undefined;
    if (typeof body?.query !== "string")
      return failed(400, "BadArgumentError", "The request had some invalid properties");
    const timespan = typeof body.timespan === "string" ? body.timespan : undefined;
    const prefer = request.headers["prefer"];
    const also = Array.isArray(body.workspaces) ? { workspaces: body.workspaces.map(String) } : {};
    this.received.push({
      query: body.query,
      timespan,
      prefer: Array.isArray(prefer) ? prefer.join() : prefer,
      ...also,
    });
    const fault = this.faults.shift();
    switch (fault?.kind) {
      case "gateway-timeout":
        return failed(504, "GatewayTimeout", "Gateway timeout");
      case "throttled":
        return json(
          429,
          { error: { code: "ThrottledError", message: "Too many requests" } },
          { "retry-after": String(fault.retryAfterSeconds) },
        );
      case "unavailable":
        return failed(503, "ServiceUnavailable", "The service is unavailable");
      case "web-page":
        return { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" };
      case "cut":
        return "cut";
      case "slow":
        await fault.until;
        break;
      default:
    }
    return this.#run(body.query, timespan, fault);
  }

  async #run(query: string, timespan: string | undefined, fault: Fault | undefined): Promise<Reply> {
    const window = toWindow(timespan);
    try {
      const frame = await this.#workspace.query(query, {
        maxRows: serviceRowLimit,
        ...(window === undefined ? {} : { window }),
      });
      try {
        return await answer(frame, fault);
      } finally {
        await frame.close();
      }
    } catch (error) {
      if (!isHuntError(error) || !error.code.startsWith("kql/")) throw error;
      const inner = {
        code: error.code === "kql/invalid" ? "SemanticError" : "UnsupportedError",
        message: error.message,
      };
      return failed(400, "BadArgumentError", "The request had some invalid properties", inner);
    }
  }
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", done);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts the stand-in; close it. The workspace stays open. */
export async function createLogAnalyticsStandIn(
  workspace: LocalWorkspace,
  options: LogAnalyticsStandInOptions = {},
): Promise<LogAnalyticsStandIn> {
  const standIn = new StandIn(workspace, options);
  const server = createServer((request, response) => void standIn.handle(request, response));
  const endpoint = await listen(server, options.port ?? 0);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>(done => server.close(() => done()));
  };
  return {
    endpoint,
    workspaceId: standIn.workspaceId,
    received: standIn.received,
    failNext: (...faults) => void standIn.faults.push(...faults),
    close,
    [Symbol.asyncDispose]: close,
  };
}
