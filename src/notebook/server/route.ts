/** A route as a table row, and how a path finds it. */
import { HuntError } from "../../base/error.js";
import type { Answer } from "./answer.js";

/** A request that has passed the checks. */
export interface Request {
  readonly method: string;
  readonly url: URL;
  /** What `:name` and `*name` of the pattern stand for, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The XSRF token of the browser's session; empty for programs. */
  readonly xsrf: string;
}

/** An answer, or a file to be streamed. */
export type Reply = Answer | FileReply;
export interface FileReply {
  readonly file: string;
  readonly headers: Readonly<Record<string, string>>;
}
export const isFileReply = (reply: Reply): reply is FileReply => "file" in reply;

export interface Route {
  readonly methods: readonly string[];
  /** `/api/kernels/:id`, or with a tail: `/files/*path`. */
  readonly pattern: string;
  /** Pages may run our scripts, data may do nothing in a browser. */
  readonly kind: "page" | "data";
  /** `anyone`: also strangers, who are to become visitors here. */
  readonly access: "visitor" | "anyone";
  /** How large a body may be, in bytes; 0: none is read. */
  readonly maxBodyBytes: number;
  /** Bodies are JSON, or forms that carry the XSRF token as a field. */
  readonly bodyType: "json" | "form";
  handle(request: Request): Promise<Reply> | Reply;
}

type RouteOptions = Partial<Pick<Route, "kind" | "access" | "maxBodyBytes" | "bodyType">>;

/** A row with what most rows have: data for visitors, a small JSON body. */
export function route(where: string, handle: Route["handle"], options: RouteOptions = {}): Route {
  const [methods = "", pattern = ""] = where.split(" ");
  return {
    ...{ kind: "data", access: "visitor", maxBodyBytes: 4 * 1024 * 1024, bodyType: "json" },
    ...options,
    ...{ methods: methods.split(","), pattern, handle },
  };
}

export interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds routes by method and path; the first row that fits wins. */
export class RouteTable {
  readonly routes: readonly Route[];
  readonly #compiled: readonly { readonly route: Route; readonly test: RegExp }[];

  constructor(routes: readonly Route[]) {
    this.routes = routes;
    this.#compiled = routes.map(each => ({ route: each, test: compile(each.pattern) }));
  }

  /** @throws HuntError `server/not-found`, `server/method`, `server/bad-request` */
  get(method: string, path: string): Found {
    const allowed = new Set<string>();
    for (const { route: each, test } of this.#compiled) {
      const match = test.exec(path);
      if (match === null) continue;
      if (each.methods.includes(method) || (method === "HEAD" && each.methods.includes("GET")))
        return { route: each, params: decodeAll(match.groups ?? {}) };
      for (const m of each.methods) allowed.add(m);
    }
    if (allowed.size === 0) throw new HuntError("server/not-found", "there is nothing at this address");
    throw new HuntError("server/method", `this address cannot be asked with ${method}`, {
      hint: `it answers ${[...allowed].join(", ")}`,
    });
  }
}

function compile(pattern: string): RegExp {
  const source = pattern
    .split("/")
    .map(part => {
      if (part.startsWith(":")) return `(?<${part.slice(1)}>[^/]+)`;
      return part.startsWith("*") ? `(?<${part.slice(1)}>.*)` : part.replace(/[.+?^$(){}|[\]\\]/g, "\\$&");
    })
    .join("/");
  return new RegExp(`^${source}$`);
}

function decodeAll(groups: Readonly<Record<string, string | undefined>>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([k, v]) => [k, decodeURIComponent(v ?? "")]));
  } catch (cause) {
    throw new HuntError("server/bad-request", "the address is not properly encoded", { cause });
  }
}

/** The body as a JSON object; an empty one is `{}`. @throws HuntError `server/bad-request` */
export function readJson(request: Request): Record<string, unknown> {
  if (request.body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString("utf8"));
  } catch (cause) {
    throw new HuntError("server/bad-request", "the request's body is not JSON", { cause });
  }
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value))
    throw new HuntError("server/bad-request", "the request's body is not a JSON object");
  return value as Record<string, unknown>;
}
