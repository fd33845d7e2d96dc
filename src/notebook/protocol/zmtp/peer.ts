/** One connection of a socket: the handshake, then messages both ways. */
import type { Socket } from "node:net";
import { messageOf } from "../../../base/error.js";
import type { Command, Frames, SocketType } from "./frame.js";
import {
  bad,
  decodeProperties,
  encodeCommand,
  encodeGreeting,
  encodeMessage,
  encodeProperties,
  FrameReader,
} from "./frame.js";

/** Who may talk to whom (RFC 23, "The Socket-Type property"). */
const partners: Readonly<Record<SocketType, readonly SocketType[]>> = {
  ROUTER: ["DEALER", "REQ", "ROUTER"],
  DEALER: ["ROUTER", "REP", "DEALER"],
  PUB: ["SUB", "XSUB"],
  XPUB: ["SUB", "XSUB"],
  SUB: ["PUB", "XPUB"],
  XSUB: ["PUB", "XPUB"],
  REP: ["REQ", "DEALER"],
  REQ: ["REP", "ROUTER"],
};

const handshakeMs = 10_000;
/** What may wait for a peer that does not read. */
const maxWaitingBytes = 1024 * 1024 * 1024;

export interface PeerEvents {
  readonly onReady: (peer: Peer) => void;
  readonly onMessage: (peer: Peer, frames: readonly Buffer[]) => void;
  readonly onSubscribe?: (peer: Peer, topic: Buffer, wanted: boolean) => void;
  /** Once; `error` is absent when the other side simply left. */
  readonly onClose: (peer: Peer, error: Error | undefined) => void;
}

export interface PeerOptions extends PeerEvents {
  readonly socket: Socket;
  readonly type: SocketType;
  /** Sent to the other side, which may use it as this socket's name. */
  readonly identity?: Uint8Array;
}

export class Peer {
  /** The other side's own name; empty when it gave none. */
  identity: Buffer = Buffer.alloc(0);
  ready = false;
  readonly #options: PeerOptions;
  #closed = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    const { socket, type } = options;
    socket.setNoDelay(true);
    const reader = new FrameReader({
      onMessage: frames => this.#onMessage(frames),
      onCommand: command => this.#onCommand(command),
    });
    let failure: Error | undefined;
    const timer = setTimeout(() => socket.destroy(bad("it did not finish its greeting")), handshakeMs);
    timer.unref();
    socket.on("data", (chunk: Buffer) => {
      if (this.#closed) return;
      try {
        reader.push(chunk);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : bad(messageOf(error)));
      }
      if (this.ready) clearTimeout(timer);
    });
    socket.on("error", error => (failure = error));
    socket.on("close", () => {
      clearTimeout(timer);
      this.#closed = true;
      this.ready = false;
      options.onClose(this, failure);
    });
    socket.write(encodeGreeting());
    const identity = options.identity ?? Buffer.alloc(0);
    const named = type === "DEALER" || type === "REQ" || type === "ROUTER" ? { Identity: identity } : {};
    socket.write(encodeCommand("READY", encodeProperties({ "Socket-Type": Buffer.from(type), ...named })));
  }

  /** Sent, and not yet taken by the other side. */
  get waitingBytes(): number {
    return this.#options.socket.writableLength;
  }

  /** False when the peer is gone or was cut off because it does not read. */
  send(frames: Frames): boolean {
    const { socket } = this.#options;
    if (this.#closed || socket.destroyed) return false;
    if (socket.writableLength > maxWaitingBytes) {
      socket.destroy(bad(`it left ${socket.writableLength} bytes unread`));
      return false;
    }
    socket.cork();
    for (const part of encodeMessage(frames)) socket.write(part);
    socket.uncork();
    return true;
  }

  /** Sends what is waiting, then closes. */
  end(): Promise<void> {
    const { socket } = this.#options;
    if (this.#closed || socket.destroyed) return Promise.resolve();
    return new Promise(resolve => {
      const timer = setTimeout(() => socket.destroy(), 1000);
      socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      socket.end(() => socket.destroySoon());
    });
  }

  destroy(): void {
    this.#options.socket.destroy();
  }

  #onMessage(frames: readonly Buffer[]): void {
    if (!this.ready) throw bad("it sent a message before its greeting was complete");
    const { type, onMessage } = this.#options;
    // Subscriptions of a 3.0 peer are messages of one frame: 1 or 0, then the topic.
    if (type === "PUB" || type === "XPUB") this.#subscribe(frames[0] ?? Buffer.alloc(0));
    else onMessage(this, frames);
  }

  #subscribe(frame: Buffer): void {
    if (frame[0] === 0 || frame[0] === 1) this.#options.onSubscribe?.(this, frame.subarray(1), frame[0] === 1);
  }

  #onCommand({ name, body }: Command): void {
    switch (name) {
      case "READY":
        this.#onReadyCommand(body);
        break;
      case "ERROR":
        throw bad(`it refused: ${body.toString("utf8", 1)}`);
      case "SUBSCRIBE":
      case "CANCEL":
        this.#options.onSubscribe?.(this, body, name === "SUBSCRIBE");
        break;
      case "PING":
        // The first two bytes are a time to live; the rest comes back.
        this.#options.socket.write(encodeCommand("PONG", body.subarray(2)));
        break;
      default:
        break;
    }
  }

  #onReadyCommand(body: Buffer): void {
    if (this.ready) throw bad("it greeted twice");
    const properties = decodeProperties(body);
    const theirs = properties.get("socket-type")?.toString("ascii") ?? "";
    if (!(partners[this.#options.type] as readonly string[]).includes(theirs))
      throw bad(`its socket is of type ${JSON.stringify(theirs)}`);
    this.identity = properties.get("identity") ?? Buffer.alloc(0);
    this.ready = true;
    this.#options.onReady(this);
  }
}
