/** One question and one answer over TCP, as WHOIS has it: a line is sent, text comes until the other side closes. */
import { connect } from "node:net";
import { HuntError } from "../base/error.js";
import type { Exchange, Purpose } from "./client.js";
import { toNetError } from "./net-error.js";
import { publicLookup, refusePrivateHost } from "./public-only.js";

export interface LineQueryPorts {
  /** Refuse every question: nothing leaves the machine. */
  readonly offline: boolean;
  readonly audit: (exchange: Exchange) => void;
  readonly nowMs: () => number;
}

export interface LineQuery {
  readonly host: string;
  readonly port: number;
  /** Without its end: CR LF is added. */
  readonly line: string;
  /** For connecting and answering together. Default 15 s. */
  readonly timeoutMs?: number;
  /** Of the answer; more is an error. Default 256 kB. */
  readonly maxBytes?: number;
  /** Refuse hosts that are, or resolve to, addresses which are not public. */
  readonly publicOnly: boolean;
  readonly purpose: Purpose;
  readonly signal?: AbortSignal;
}

/**
 * Sends one line and gives what is answered, as UTF-8. Proxies are not used: they carry HTTP.
 * @throws HuntError `net/…`: offline, private-address, dns, refused, unreachable, cut, timeout, too-large, cancelled
 */
export async function askLine(query: LineQuery, ports: LineQueryPorts): Promise<string> {
  const { host, port, line, timeoutMs = 15_000, maxBytes = 256 * 1024, publicOnly, purpose, signal } = query;
  const url = new URL(`tcp://${host.includes(":") ? `[${host}]` : host}:${port}`);
  if (ports.offline) throw new HuntError("net/offline", `'${host}' was not asked: this session is offline`);
  if (/[\r\n\0]/.test(line))
    throw new HuntError("net/url", "the question holds a line break", { hint: "ask about one thing" });
  if (publicOnly) refusePrivateHost(url);
  const limit = AbortSignal.timeout(timeoutMs);
  const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const socket = connect({ host, port, ...(publicOnly ? { lookup: publicLookup } : {}) });
  const stop = (): void => void socket.destroy(new Error("stopped"));
  both.addEventListener("abort", stop, { once: true });
  let hasConnected = false;
  try {
    signal?.throwIfAborted();
    const chunks: Buffer[] = [];
    let size = 0;
    socket.once("connect", () => {
      hasConnected = true;
      socket.end(`${line}\r\n`);
    });
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes)
        throw new HuntError("net/too-large", `'${host}' sent more than ${Math.round(maxBytes / 1024)} kB`, {
          hint: "the answer is not used",
        });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    if (signal?.aborted === true)
      throw new HuntError("net/cancelled", `asking '${host}' was cancelled`, { cause: error });
    if (limit.aborted)
      throw new HuntError("net/timeout", `'${host}': no answer within ${timeoutMs / 1000} s`, {
        cause: error,
        hint: "try again later; some networks do not let port 43 out",
      });
    throw toNetError(error, url);
  } finally {
    both.removeEventListener("abort", stop);
    socket.destroy();
    if (hasConnected)
      ports.audit({ atMs: ports.nowMs(), method: "LINE", host: `${host}:${port}`, purpose, status: undefined });
  }
}
