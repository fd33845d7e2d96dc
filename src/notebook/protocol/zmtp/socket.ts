/** The sockets that Jupyter uses: those a kernel binds and those a client connects. */
import { createServer, connect } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { HuntError, messageOf } from "../../../base/error.js";
import type { Frames, SocketType } from "./frame.js";
import { Peer } from "./peer.js";

export type Endpoint =
  | { readonly transport: "tcp"; readonly host: string; readonly port: number }
  | { readonly transport: "ipc"; readonly path: string };

export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.transport === "tcp" ? `tcp://${endpoint.host}:${endpoint.port}` : `ipc://${endpoint.path}`;
}

export interface BoundSocketOptions {
  readonly type: "ROUTER" | "PUB" | "REP";
  /** Frames as the peer sent them; `from` answers. */
  readonly onMessage?: (frames: readonly Buffer[], from: Buffer) => void;
  /** PUB: somebody wants messages whose first frame begins with `topic`. */
  readonly onSubscribe?: (topic: Buffer, subscriber: Buffer) => void;
}

interface Subscriber {
  readonly peer: Peer;
  readonly topics: Map<string, number>;
}

/** A socket that waits for peers. `bind` opens it, `close` sends what is waiting and lets go of port or file. */
export class BoundSocket {
  readonly #options: BoundSocketOptions;
  readonly #server: Server;
  readonly #peers = new Map<string, Subscriber>();
  readonly #keys = new Map<Peer, string>();
  readonly #open = new Set<Peer>();
  #lastPeer = 0;

  constructor(options: BoundSocketOptions) {
    this.#options = options;
    this.#server = createServer(socket => this.#accept(socket));
  }

  /** Port 0 takes a free one; the answer says which. @throws HuntError `notebook/kernel-bind` */
  async bind(endpoint: Endpoint): Promise<Endpoint> {
    const place = endpoint.transport === "tcp" ? { host: endpoint.host, port: endpoint.port } : { path: endpoint.path };
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen(place, () => {
          this.#server.off("error", reject);
          resolve();
        });
      });
    } catch (cause) {
      const what = `the kernel cannot listen on ${formatEndpoint(endpoint)}: ${messageOf(cause)}`;
      throw new HuntError("notebook/kernel-bind", what, { cause, hint: "start the kernel again with other ports" });
    }
    // What goes wrong with one connection later ends that connection only.
    this.#server.on("error", () => undefined);
    if (endpoint.transport === "ipc") return endpoint;
    return { ...endpoint, port: (this.#server.address() as AddressInfo).port };
  }

  /** To one peer. False when there is no such peer (any more). */
  sendTo(to: Uint8Array, frames: Frames): boolean {
    return this.#peers.get(keyOf(to))?.peer.send(frames) ?? false;
  }

  /** Of the peer for whom most is waiting. */
  get waitingBytes(): number {
    return Math.max(0, ...[...this.#peers.values()].map(({ peer }) => peer.waitingBytes));
  }

  /** To every subscriber of a topic that the first frame begins with. */
  publish(frames: Frames): void {
    const topic = Buffer.from(frames[0] ?? []).toString("latin1");
    for (const { peer, topics } of this.#peers.values())
      if ([...topics.keys()].some(wanted => topic.startsWith(wanted))) peer.send(frames);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    await Promise.all([...this.#open].map(peer => peer.end()));
    await closed;
  }

  #accept(socket: Socket): void {
    const { type, onMessage } = this.#options;
    const peer = new Peer({
      socket,
      type,
      onReady: p => this.#add(p),
      onMessage: (p, frames) => {
        const key = this.#keys.get(p);
        if (key !== undefined) onMessage?.(frames, Buffer.from(key, "latin1"));
      },
      onSubscribe: (p, topic, wanted) => this.#subscribe(p, topic, wanted),
      onClose: p => this.#remove(p),
    });
    this.#open.add(peer);
  }

  /** A name that is in use goes to the newer peer, which is the same client coming back. */
  #add(peer: Peer): void {
    const own = Buffer.alloc(5);
    own.writeUInt32BE((this.#lastPeer += 1), 1);
    const key = keyOf(peer.identity.length > 0 ? peer.identity : own);
    const before = this.#peers.get(key);
    this.#peers.set(key, { peer, topics: new Map() });
    this.#keys.set(peer, key);
    before?.peer.destroy();
  }

  #remove(peer: Peer): void {
    const key = this.#keys.get(peer);
    this.#open.delete(peer);
    this.#keys.delete(peer);
    if (key !== undefined && this.#peers.get(key)?.peer === peer) this.#peers.delete(key);
  }

  #subscribe(peer: Peer, topic: Buffer, wanted: boolean): void {
    const key = this.#keys.get(peer) ?? "";
    const topics = this.#peers.get(key)?.topics;
    if (topics === undefined) return;
    const name = topic.toString("latin1");
    const count = (topics.get(name) ?? 0) + (wanted ? 1 : -1);
    if (count > 0) topics.set(name, count);
    else topics.delete(name);
    if (wanted && count === 1) this.#options.onSubscribe?.(topic, Buffer.from(key, "latin1"));
  }
}

const keyOf = (identity: Uint8Array): string => Buffer.from(identity).toString("latin1");

export interface ConnectedSocketOptions {
  readonly type: Extract<SocketType, "DEALER" | "SUB" | "REQ">;
  readonly endpoint: Endpoint;
  readonly identity?: Uint8Array;
  readonly onMessage: (frames: readonly Buffer[]) => void;
  /** Each time the other side is reached. */
  readonly onConnect?: () => void;
}

const firstRetryMs = 5;
const lastRetryMs = 1000;
/** Waits grow with the time that the other side has been away: a kernel that starts is found soon after it is there. */
const retryShare = 0.05;

/** A socket that reaches out, and does so again whenever the connection ends, until `close`. Messages wait for the first connection. */
export class ConnectedSocket {
  readonly #options: ConnectedSocketOptions;
  #socket: Socket | undefined;
  #peer: Peer | undefined;
  #waiting: Frames[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Undefined while connected. */
  #awaySinceMs: number | undefined;
  #closed = false;

  constructor(options: ConnectedSocketOptions) {
    this.#options = options;
    this.#connect();
  }

  get connected(): boolean {
    return this.#peer?.ready === true;
  }

  send(frames: Frames): void {
    if (this.#closed) return;
    if (this.#peer?.ready === true) this.#peer.send(frames);
    else this.#waiting.push(frames);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#peer?.ready === true) await this.#peer.end();
    else this.#socket?.destroy();
  }

  #connect(): void {
    const { type, endpoint, identity, onMessage } = this.#options;
    const socket =
      endpoint.transport === "tcp"
        ? connect({ host: endpoint.host, port: endpoint.port })
        : connect({ path: endpoint.path });
    this.#socket = socket;
    this.#peer = new Peer({
      socket,
      type,
      ...(identity === undefined ? {} : { identity }),
      onReady: peer => this.#onReady(peer),
      onMessage: (_, frames) => onMessage(frames),
      onClose: () => this.#onClose(),
    });
  }

  #onReady(peer: Peer): void {
    this.#awaySinceMs = undefined;
    if (this.#options.type === "SUB") peer.send([Buffer.from([1])]);
    for (const frames of this.#waiting.splice(0)) peer.send(frames);
    this.#options.onConnect?.();
  }

  #onClose(): void {
    this.#peer = undefined;
    if (this.#closed) return;
    const nowMs = performance.now();
    this.#awaySinceMs ??= nowMs;
    const waitMs = (nowMs - this.#awaySinceMs) * retryShare;
    this.#timer = setTimeout(() => this.#connect(), Math.min(lastRetryMs, Math.max(firstRetryMs, waitMs)));
  }
}
