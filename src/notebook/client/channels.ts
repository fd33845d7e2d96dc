/** A client's connection to a kernel: the four channels as messages, raw for whoever relays them. */
import { randomUUID } from "node:crypto";
import { HuntError, isHuntError, messageOf } from "../../base/error.js";
import type { ConnectionInfo } from "../protocol/connection.js";
import { endpointOf } from "../protocol/connection.js";
import type {
  Channel,
  ExecuteReply,
  ExecuteRequest,
  Header,
  JsonObject,
  KernelInfoReply,
  Message,
} from "../protocol/message.js";
import { channels } from "../protocol/message.js";
import type { SignedParts } from "../protocol/wire.js";
import { parseParts, Wire } from "../protocol/wire.js";
import { ConnectedSocket } from "../protocol/zmtp/socket.js";

export interface ChannelsOptions {
  /** Sender of the messages made here; random by default. */
  readonly session?: string;
  /** Receives what could not be understood; such messages are dropped. */
  readonly onBadMessage?: (error: unknown, channel: Channel) => void;
}

export interface RequestOptions {
  /** How long the answer may take; for ever by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly buffers?: readonly Uint8Array[];
  readonly metadata?: JsonObject;
}

export interface ExecuteOptions extends RequestOptions, Omit<ExecuteRequest, "code"> {
  /** Everything on iopub that this execution causes until it is idle, and what its code still sends later. */
  readonly onOutput?: (message: Message) => void;
  /** Answers prompts; without it the kernel is told that there is nobody to ask. */
  readonly onInput?: (prompt: string, password: boolean) => Promise<string>;
}

type RawListener = (channel: Channel, parts: SignedParts) => void;
type MessageListener = (channel: Channel, message: Message) => void;

const nudgeMs = 150;
/** A request without an answer for so long may have been lost. */
const askAgainMs = 2000;
/** Executions whose late outputs are still passed on. */
const maxWatched = 10_000;

/** `new` connects (and keeps trying: a kernel may still be starting, or start anew), `close` lets go. */
export class KernelChannels {
  readonly session: string;
  readonly #wire: Wire;
  readonly #sockets: Readonly<Record<Channel, ConnectedSocket>>;
  readonly #raw = new Set<RawListener>();
  readonly #listeners = new Set<MessageListener>();
  /** By the request that messages result from. Kept for late outputs. */
  readonly #watchers = new Map<string, MessageListener>();
  readonly #replies = new Map<string, (reply: Message) => void>();
  readonly #failures = new Set<(error: HuntError) => void>();

  constructor(info: ConnectionInfo, options: ChannelsOptions = {}) {
    this.session = options.session ?? randomUUID();
    this.#wire = new Wire({ key: info.key, signatureScheme: info.signatureScheme, session: this.session });
    // One name for all of them: a kernel asks on stdin whoever sent the request on shell.
    const identity = Buffer.from(this.session);
    const open = (channel: Channel): ConnectedSocket =>
      new ConnectedSocket({
        type: channel === "iopub" ? "SUB" : "DEALER",
        endpoint: endpointOf(info, channel),
        identity,
        onMessage: frames => {
          try {
            this.#receive(channel, this.#wire.open(frames));
          } catch (error) {
            options.onBadMessage?.(error, channel);
          }
        },
      });
    this.#sockets = Object.fromEntries(channels.map(c => [c, open(c)])) as Record<Channel, ConnectedSocket>;
  }

  /** Every message with its signature checked and its text unread, for relays. The answer ends it. */
  onRaw(listener: RawListener): () => void {
    this.#raw.add(listener);
    return () => this.#raw.delete(listener);
  }

  onMessage(listener: MessageListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Passes somebody else's message on, under this connection's signature. */
  relay(channel: Exclude<Channel, "iopub">, message: Pick<SignedParts, "parts" | "buffers">): void {
    this.#sockets[channel].send(this.#wire.seal({ identities: [], ...message }));
  }

  send(
    channel: Exclude<Channel, "iopub">,
    type: string,
    content: object,
    options: Pick<RequestOptions, "buffers" | "metadata"> & { readonly parent?: Header } = {},
  ): Header {
    const message = this.#wire.create({ ...options, type, content: content as JsonObject });
    this.#sockets[channel].send(this.#wire.encode(message));
    return message.header;
  }

  /**
   * Sends a request and waits for its reply.
   * @throws HuntError `notebook/no-reply` after `timeoutMs`, `notebook/kernel-died` when `fail` is called
   */
  async request<C = JsonObject>(
    channel: "shell" | "control",
    type: string,
    content: object,
    options: RequestOptions = {},
  ): Promise<Message<C>> {
    return (await this.#exchange(channel, type, content, options).reply) as Message<C>;
  }

  /**
   * Waits until the kernel answers and its outputs arrive here. Asks again and again, because what a kernel publishes
   * before a client has subscribed is lost.
   * @throws HuntError `notebook/no-reply`, `notebook/kernel-died`
   */
  async ready(options: { readonly timeoutMs?: number } = {}): Promise<KernelInfoReply> {
    let heard = false;
    const off = this.onRaw(channel => (heard ||= channel === "iopub"));
    const deadline = Date.now() + (options.timeoutMs ?? 60_000);
    try {
      for (;;) {
        const leftMs = Math.max(1, deadline - Date.now());
        const asked = this.request<KernelInfoReply>(
          "shell",
          "kernel_info_request",
          {},
          {
            timeoutMs: Math.min(askAgainMs, leftMs),
          },
        );
        const reply = await asked.catch((error: unknown) => {
          // What was sent to a kernel that was killed in that moment is lost, and its successor knows nothing of it.
          if (isHuntError(error, "notebook/no-reply") && leftMs > askAgainMs) return undefined;
          throw error;
        });
        if (reply === undefined) continue;
        const { content } = reply;
        for (let waited = 0; !heard && waited < nudgeMs; waited += 5) await delay(5);
        if (heard) return content;
        if (Date.now() > deadline) throw noReply("kernel_info_request", options.timeoutMs ?? 60_000);
      }
    } finally {
      off();
    }
  }

  /** Runs code; the answer comes when the kernel is idle again, so that all outputs that were in time are there. */
  async execute(code: string, options: ExecuteOptions = {}): Promise<ExecuteReply> {
    const { onOutput, onInput, timeoutMs, signal, buffers, metadata, ...request } = options;
    const content = { silent: false, store_history: true, stop_on_error: true, ...request };
    const asked = { code, user_expressions: {}, ...content, allow_stdin: onInput !== undefined };
    const { header, reply } = this.#exchange("shell", "execute_request", asked, {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
      ...(buffers === undefined ? {} : { buffers }),
      ...(metadata === undefined ? {} : { metadata }),
    });
    const idle = new Promise<void>((resolve, reject) => {
      this.#failures.add(reject);
      this.#watch(header.msg_id, (channel, message) => {
        if (channel === "iopub") onOutput?.(message);
        if (channel === "stdin") void this.#answer(message, onInput);
        if (message.header.msg_type !== "status" || message.content["execution_state"] !== "idle") return;
        this.#failures.delete(reject);
        resolve();
      });
    });
    const [{ content: answer }] = await Promise.all([reply, idle]);
    return answer as unknown as ExecuteReply;
  }

  /** Ends everything that waits for a reply, for example because the process has ended. */
  fail(error: HuntError): void {
    for (const failure of [...this.#failures]) failure(error);
  }

  async close(): Promise<void> {
    this.fail(new HuntError("notebook/kernel-died", "the connection to the kernel was closed"));
    await Promise.all(channels.map(c => this.#sockets[c].close()));
  }

  #exchange(
    channel: "shell" | "control",
    type: string,
    content: object,
    options: RequestOptions,
  ): { readonly header: Header; readonly reply: Promise<Message> } {
    const { timeoutMs, signal, ...rest } = options;
    const header = this.send(channel, type, content, rest);
    const reply = new Promise<Message>((resolve, reject) => {
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => end(() => reject(noReply(type, timeoutMs))), timeoutMs);
      const failure = (error: HuntError) => end(() => reject(error));
      const abort = () => end(() => reject(asError(signal?.reason)));
      const end = (then: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#replies.delete(header.msg_id);
        this.#failures.delete(failure);
        then();
      };
      this.#replies.set(header.msg_id, message => end(() => resolve(message)));
      this.#failures.add(failure);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });
    return { header, reply };
  }

  #watch(id: string, watcher: MessageListener): void {
    this.#watchers.set(id, watcher);
    if (this.#watchers.size > maxWatched)
      for (const oldest of this.#watchers.keys()) return void this.#watchers.delete(oldest);
  }

  async #answer(message: Message, onInput: ExecuteOptions["onInput"]): Promise<void> {
    const { prompt, password } = message.content;
    let value = "";
    try {
      value = (await onInput?.(typeof prompt === "string" ? prompt : "", password === true)) ?? "";
    } finally {
      this.send("stdin", "input_reply", { status: "ok", value }, { parent: message.header });
    }
  }

  #receive(channel: Channel, parts: SignedParts): void {
    for (const listener of [...this.#raw]) listener(channel, parts);
    if (this.#listeners.size + this.#replies.size + this.#watchers.size === 0) return;
    const message = parseParts(parts);
    const parent = message.parentHeader.msg_id;
    if (typeof parent === "string") {
      if (channel === "shell" || channel === "control") this.#replies.get(parent)?.(message);
      else this.#watchers.get(parent)?.(channel, message);
    }
    for (const listener of [...this.#listeners]) listener(channel, message);
  }
}

const delay = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(messageOf(reason)));

function noReply(type: string, timeoutMs: number): HuntError {
  return new HuntError("notebook/no-reply", `the kernel did not answer '${type}' within ${timeoutMs / 1000} s`, {
    hint: "interrupt or restart the kernel",
  });
}
