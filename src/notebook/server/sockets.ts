/** Websockets: a kernel's channels, and the stream of events that clients subscribe to. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { HuntError, isHuntError, messageOf } from "../../base/error.js";
import type { Access } from "./access.js";
import { readAsking } from "./http.js";
import { binaryProtocol, decodeBinary, decodeJson, encodeBinary, encodeJson } from "./kernels/frames.js";
import type { Kernel, Listener } from "./kernels/kernel.js";
import type { KernelManager } from "./kernels/manager.js";

export interface SocketOptions {
  readonly access: Access;
  readonly manager: KernelManager;
  readonly log: (line: string) => void;
}

const maxMessageBytes = 256 * 1024 * 1024;
const pingIntervalMs = 30_000;

export class Sockets {
  readonly #options: SocketOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    // Outputs on one machine: compressing them costs more than it saves.
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    handleProtocols: offered => (offered.has(binaryProtocol) ? binaryProtocol : false),
  });
  readonly #alive = new WeakSet<WebSocket>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#ping(), pingIntervalMs);
    this.#timer.unref();
  }

  /** Takes a connection over, or refuses it in HTTP. */
  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      const { access, manager } = this.#options;
      const asking = readAsking(message, "websocket");
      access.checkSource(asking);
      if (access.identify(asking) === undefined)
        throw new HuntError("server/forbidden", "this needs the server's token");
      const path = asking.url.pathname;
      const id = /^\/api\/kernels\/([^/]+)\/channels$/.exec(path)?.[1];
      if (id === undefined && path !== "/api/events/subscribe")
        throw new HuntError("server/not-found", "there is no websocket here");
      const kernel = id === undefined ? undefined : manager.getKernel(id);
      this.#server.handleUpgrade(message, socket, head, ws => this.#connect(ws, kernel));
    } catch (error) {
      const status = isHuntError(error, "server/not-found")
        ? "404 Not Found"
        : isHuntError(error)
          ? "403 Forbidden"
          : "500 Internal Server Error";
      if (!isHuntError(error)) this.#options.log(`websocket: ${messageOf(error)}`);
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const ws of this.#server.clients) ws.terminate();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }

  #connect(ws: WebSocket, kernel: Kernel | undefined): void {
    this.#alive.add(ws);
    ws.on("pong", () => this.#alive.add(ws));
    ws.on("error", error => this.#options.log(`websocket: ${messageOf(error)}`));
    if (kernel !== undefined) attach(ws, kernel);
  }

  /** A page whose machine has gone to sleep never says goodbye. */
  #ping(): void {
    for (const ws of this.#server.clients) {
      if (!this.#alive.delete(ws)) ws.terminate();
      else ws.ping();
    }
  }
}

function attach(ws: WebSocket, kernel: Kernel): void {
  const isBinaryProtocol = ws.protocol === binaryProtocol;
  const listener: Listener = {
    get backlogBytes() {
      return ws.bufferedAmount;
    },
    send: message => ws.send(isBinaryProtocol ? encodeBinary(message) : encodeJson(message)),
    close: () => ws.close(1000),
  };
  const detach = kernel.attach(listener);
  ws.on("message", (data, isBinary) => {
    try {
      const bytes = toBuffer(data);
      const { channel, message } = isBinaryProtocol ? decodeBinary(bytes) : decodeJson(bytes, isBinary);
      kernel.send(channel, message);
    } catch (error) {
      // 1007: data that does not fit the protocol.
      ws.close(1007, messageOf(error).slice(0, 100));
    }
  });
  ws.on("close", detach);
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
