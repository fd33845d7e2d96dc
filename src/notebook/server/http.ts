/** Between sockets and the route table: checks, bodies, headers. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { HuntError, isHuntError } from "../../base/error.js";
import type { Access, Asking, Visitor } from "./access.js";
import type { Answer } from "./answer.js";
import { errorAnswer, redirect } from "./answer.js";
import { securityHeaders } from "./headers.js";
import { loginPage } from "./pages/login.js";
import type { FileReply, Found, Reply, Request, RouteTable } from "./route.js";
import { isFileReply } from "./route.js";

export interface HttpOptions {
  readonly access: Access;
  readonly table: RouteTable;
  /** Failures that are our fault; never holds an address's query. */
  readonly log: (line: string) => void;
}

/** @throws HuntError `server/bad-request` for request lines that are no plain path */
export function readAsking(message: IncomingMessage, kind: Asking["kind"]): Asking {
  const target = message.url ?? "";
  // `//evil.example` and `/\evil.example` would be another host in a redirect.
  if (!target.startsWith("/") || /^\/[/\\]/.test(target) || !URL.canParse(target, "http://localhost"))
    throw new HuntError("server/bad-request", "the address is not a path");
  return { method: message.method ?? "GET", url: new URL(target, "http://localhost"), headers: message.headers, kind };
}

export async function answerHttp(
  message: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
): Promise<void> {
  let kind: "page" | "data" = "data";
  try {
    const asking = readAsking(message, "http");
    options.access.checkSource(asking);
    const found = options.table.get(asking.method, asking.url.pathname);
    kind = found.route.kind;
    await write(message, response, await reply(message, asking, found, options), kind);
  } catch (error) {
    if (!isHuntError(error))
      options.log(`${message.method ?? ""} ${(message.url ?? "").split("?")[0] ?? ""}: ${String(error)}`);
    if (response.headersSent) response.destroy();
    else await write(message, response, errorAnswer(error), kind);
  }
}

async function reply(message: IncomingMessage, asking: Asking, found: Found, { access }: HttpOptions): Promise<Reply> {
  const { route, params } = found;
  const exchanged = route.kind === "page" ? exchange(asking, access) : undefined;
  if (exchanged !== undefined) return exchanged;
  const isForm = route.bodyType === "form";
  // A form's XSRF token is in its body, which is small enough to be read from anyone.
  const early = isForm ? await readBody(message, route.maxBodyBytes) : undefined;
  const visitor = access.identify(early === undefined ? asking : withFormToken(asking, early));
  if (visitor === undefined && route.access === "visitor") return refuseStranger(route.kind);
  if (!isForm && visitor?.kind !== "program") checkBodyType(message);
  const body = early ?? (await readBody(message, route.maxBodyBytes));
  return route.handle(toRequest(asking, params, body, visitor));
}

function toRequest(asking: Asking, params: Found["params"], body: Buffer, visitor: Visitor): Request {
  const { method, url, headers } = asking;
  return { method, url, params, body, headers, xsrf: visitor?.kind === "browser" ? visitor.xsrf : "" };
}

function refuseStranger(kind: "page" | "data"): Answer {
  if (kind === "page") return loginPage(403);
  return errorAnswer(
    new HuntError("server/forbidden", "this needs the server's token", {
      hint: "open the address that Huntbook printed",
    }),
  );
}

/**
 * `?token=…` on a page becomes a cookie, and the address loses it. A browser that comes from another site's link would not
 * send the new cookie along a redirect, so it gets a page that goes on by itself.
 */
function exchange(asking: Asking, access: Access): Answer | undefined {
  const { url, headers } = asking;
  const token = url.searchParams.get("token");
  if (token === null || asking.method !== "GET") return undefined;
  const cookie = access.login(token);
  if (cookie === undefined) return loginPage(403, "That token is not this server's.");
  url.searchParams.delete("token");
  // Only path and query: it cannot lead away from this server.
  const target = url.pathname + url.search;
  const extra = { "set-cookie": cookie, "cache-control": "no-store" };
  if (headers["sec-fetch-site"] === "cross-site")
    return { status: 200, headers: { ...extra, refresh: `0; url=${target}` }, body: undefined };
  return redirect(target, extra);
}

function withFormToken(asking: Asking, body: Buffer): Asking {
  const token = new URLSearchParams(body.toString("utf8")).get("_xsrf");
  if (token === null) return asking;
  return { ...asking, headers: { ...asking.headers, "x-xsrftoken": token } };
}

/** Other sites can send forms and plain text without asking; JSON they cannot. */
function checkBodyType(message: IncomingMessage): void {
  const hasBody =
    message.headers["transfer-encoding"] !== undefined || Number(message.headers["content-length"] ?? 0) > 0;
  const type = (message.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (hasBody && type !== "application/json")
    throw new HuntError("server/bad-request", "the request's body must be JSON", {
      hint: "send content-type: application/json",
    });
}

async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new HuntError("server/too-large", `the request is larger than ${Math.round(maxBytes / 1024 / 1024)} MB`, {
      hint: "clear large outputs, or upload the file in pieces",
    });
  if (Number(message.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function write(
  message: IncomingMessage,
  response: ServerResponse,
  given: Reply,
  kind: "page" | "data",
): Promise<void> {
  const isHead = message.method === "HEAD";
  if (isFileReply(given)) return sendFile(message, response, given);
  const headers = { "cache-control": "no-store", ...securityHeaders(kind), ...given.headers };
  // What was not read of a refused request is not a next request.
  if (!message.complete) response.setHeader("connection", "close");
  response.writeHead(given.status, { ...headers, "content-length": given.body?.length ?? 0 });
  response.end(isHead ? undefined : given.body);
}

async function sendFile(
  message: IncomingMessage,
  response: ServerResponse,
  { file, headers }: FileReply,
): Promise<void> {
  const { size, mtimeMs } = await stat(file);
  const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
  const all = { "cache-control": "no-cache", ...securityHeaders("data"), etag, ...headers };
  if (message.headers["if-none-match"] === etag) {
    response.writeHead(304, all).end();
    return;
  }
  response.writeHead(200, { ...all, "content-length": size });
  if (message.method === "HEAD") response.end();
  // A reader that goes away in the middle is no failure of ours.
  else await pipeline(createReadStream(file), response).catch(() => response.destroy());
}
