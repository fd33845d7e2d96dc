/** One kernel with its listeners: state, messages to and from websockets, restart after a crash. */
import { randomUUID } from "node:crypto";
import { Backlog } from "./backlog.js";
import type { ChannelMessage } from "./frames.js";
import type { ClientChannel, KernelChannel, RawMessage, RunningKernel } from "./port.js";

/** As Jupyter's REST API says it. */
export interface KernelModel {
  readonly id: string;
  readonly name: string;
  /** ISO instant. */
  readonly last_activity: string;
  readonly execution_state: string;
  readonly connections: number;
}

/** A page that listens. */
export interface Listener {
  /** Bytes that the page has not taken yet. */
  readonly backlogBytes: number;
  send(message: ChannelMessage): void;
  /** The kernel is gone. */
  close(): void;
}

const backlogLimitBytes = 32 * 1024 * 1024;
/** A page that is this far behind gets no more output of loops that print without end. */
const slowPageBytes = 64 * 1024 * 1024;
const outputTypes: ReadonlySet<string> = new Set(["stream", "display_data", "update_display_data", "execute_result"]);
const maxCrashes = 5;
const crashWindowMs = 60_000;

export class Kernel {
  readonly id = randomUUID();
  readonly name: string;
  readonly #process: RunningKernel;
  readonly #now: () => number;
  readonly #listeners = new Map<Listener, { skipped: number }>();
  readonly #backlog = new Backlog(backlogLimitBytes);
  readonly #crashes: number[] = [];
  readonly #onDead: () => void;
  #state = "starting";
  #lastActivityMs: number;
  #ended = false;

  constructor(options: { name: string; process: RunningKernel; now: () => number; onDead: () => void }) {
    this.name = options.name;
    this.#process = options.process;
    this.#now = options.now;
    this.#onDead = options.onDead;
    this.#lastActivityMs = options.now();
    this.#process.onMessage((channel, message) => this.#receive(channel, message));
    this.#process.onExit(how => void this.#crashed(how));
  }

  model(): KernelModel {
    return {
      id: this.id,
      name: this.name,
      last_activity: new Date(this.#lastActivityMs).toISOString(),
      execution_state: this.#state,
      connections: this.#listeners.size,
    };
  }

  /** How long nobody has used it; 0 while it computes or a page is connected. */
  idleMs(): number {
    return this.#state === "busy" || this.#listeners.size > 0 ? 0 : this.#now() - this.#lastActivityMs;
  }

  /** A page listens from now on. What was said meanwhile is said to it. @returns what lets go */
  attach(listener: Listener): () => void {
    this.#listeners.set(listener, { skipped: 0 });
    const { kept, dropped } = this.#backlog.take();
    for (const { channel, message } of kept) listener.send({ channel, message });
    if (dropped > 0)
      listener.send(warning(this.id, `Huntbook: ${dropped} messages were lost while no page was open.\n`));
    return () => {
      this.#listeners.delete(listener);
      this.#lastActivityMs = this.#now();
    };
  }

  /** A page speaks. */
  send(channel: ClientChannel, message: RawMessage): void {
    this.#lastActivityMs = this.#now();
    this.#process.send(channel, message);
  }

  interrupt(): Promise<void> {
    return this.#process.interrupt();
  }

  async restart(): Promise<void> {
    this.#announce("restarting");
    await this.#process.restart();
    this.#state = "starting";
  }

  async shutdown(): Promise<void> {
    this.#ended = true;
    this.#announce("dead");
    for (const listener of this.#listeners.keys()) listener.close();
    await this.#process.shutdown();
  }

  #receive(channel: KernelChannel, message: RawMessage): void {
    this.#lastActivityMs = this.#now();
    const type = channel === "iopub" ? messageType(message) : undefined;
    if (type === "status") this.#state = readState(message) ?? this.#state;
    if (this.#listeners.size === 0) {
      this.#backlog.add({ channel, message });
      return;
    }
    for (const [listener, pace] of this.#listeners) {
      const isOutput = type !== undefined && outputTypes.has(type);
      if (isOutput && listener.backlogBytes > slowPageBytes) {
        pace.skipped += 1;
        continue;
      }
      // Before more of it, or at the end: what is said of an output stands under its cell.
      if (pace.skipped > 0 && (isOutput || type === "status")) {
        const text = `Huntbook: ${pace.skipped} pieces of output were left out, the page could not keep up.\n`;
        listener.send(warning(this.id, text, message));
        pace.skipped = 0;
      }
      listener.send({ channel, message });
    }
  }

  /** Starts it anew, unless it crashes again and again. */
  async #crashed(how: string): Promise<void> {
    if (this.#ended) return;
    const now = this.#now();
    this.#crashes.push(now);
    const recent = this.#crashes.filter(at => now - at < crashWindowMs);
    const text = `Huntbook: the kernel ${how}; its variables are lost.\n`;
    for (const listener of this.#listeners.keys()) listener.send(warning(this.id, text));
    if (recent.length > maxCrashes) return this.#die();
    this.#announce("autorestarting");
    try {
      await this.#process.restart();
    } catch {
      // It may have been shut down meanwhile.
      if (!this.#wasEnded()) this.#die();
    }
  }

  #wasEnded(): boolean {
    return this.#ended;
  }

  #die(): void {
    this.#announce("dead");
    this.#onDead();
  }

  /** What Jupyter's server itself says of a kernel. */
  #announce(state: string): void {
    this.#state = state;
    const message = serverMessage(this.id, "status", { execution_state: state });
    for (const listener of this.#listeners.keys()) listener.send({ channel: "iopub", message });
  }
}

/** A header is some 200 bytes: parsing it costs microseconds, whatever the content holds. */
function messageType({ parts }: RawMessage): string | undefined {
  const type = parseObject(parts[0])["msg_type"];
  return typeof type === "string" ? type : undefined;
}

function readState({ parts }: RawMessage): string | undefined {
  const state = parseObject(parts[3])["execution_state"];
  return typeof state === "string" ? state : undefined;
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")) as Record<
      string,
      unknown
    >;
  } catch {
    return {};
  }
}

function serverMessage(session: string, type: string, content: object, parent?: RawMessage): RawMessage {
  const header = {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: "huntbook",
    date: new Date().toISOString(),
    version: "5.3",
  };
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  return { parts: [json(header), parent?.parts[1] ?? json({}), json({}), json(content)], buffers: [] };
}

/** A line on stderr; with a message at hand it stands under the cell that this one belongs to. */
function warning(session: string, text: string, beside?: RawMessage): ChannelMessage {
  return { channel: "iopub", message: serverMessage(session, "stream", { name: "stderr", text }, beside) };
}
