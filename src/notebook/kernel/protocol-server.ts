/** The kernel's end of the Jupyter protocol; runs in a thread of its own, so that it answers while cells are busy. */
import { messageOf } from "../../base/error.js";
import type { ConnectionInfo } from "../protocol/connection.js";
import { endpointOf } from "../protocol/connection.js";
import type {
  CompleteReply,
  CompleteRequest,
  ExecuteReply,
  ExecuteRequest,
  Header,
  HistoryRequest,
  InspectReply,
  InspectRequest,
  IsCompleteReply,
  JsonObject,
  KernelInfoReply,
  Message,
  Outgoing,
} from "../protocol/message.js";
import { Wire } from "../protocol/wire.js";
import { BoundSocket } from "../protocol/zmtp/socket.js";
import type { CellOutcome, CellOutput } from "./api.js";
import { History } from "./history.js";
import { readHuntWindow } from "./hunt-window.js";
import { toErrorContent, toIopub, toUserExpression } from "./messages.js";
import type { CommRequest, FromMain, Origin, RunResult, ToMain } from "./thread-port.js";

/** What front ends can ask about code; answered by the language thread. */
export interface LanguageAnswers {
  complete(request: CompleteRequest): Promise<CompleteReply>;
  inspect(request: InspectRequest): Promise<InspectReply>;
  isComplete(code: string): Promise<IsCompleteReply>;
  /** What our own front end asks: diagnostics, colours, formatting of a cell. */
  edit(request: JsonObject): Promise<JsonObject>;
  /** A cell has run: its names are known from now on. */
  noteCell(code: string, outcome: CellOutcome): void;
}

export interface ProtocolServerOptions {
  readonly connection: ConnectionInfo;
  readonly info: KernelInfoReply;
  readonly language: LanguageAnswers;
  readonly toMain: (message: ToMain) => void;
  /** Stops what the main thread runs. */
  readonly interrupt: () => void;
  /** The client asks the kernel to leave; the reply was sent. */
  readonly onShutdown: (restart: boolean) => void;
  /** For what cannot be said to any client. */
  readonly log: (text: string) => void;
}

type RequestChannel = "shell" | "control";
interface Request {
  readonly origin: Origin;
  readonly channel: RequestChannel;
  readonly message: Message;
}
interface Asked {
  readonly origin: Origin;
  readonly ask: number;
  readonly prompt: string;
  readonly password: boolean;
}
/** What a request does; undefined when it has no reply. */
type Handler = (content: JsonObject, request: Request) => Promise<JsonObject | undefined> | JsonObject | undefined;

/** Requests whose outputs can still be told apart from others'. */
const maxOrigins = 50_000;
/** Cells that count as silent have numbers that no stored cell reaches. */
const firstSilentCount = 1_000_000_000;
/** After a failure, what the client had sent before it could know is still coming in. */
const drainMs = 3;

export class ProtocolServer {
  readonly #options: ProtocolServerOptions;
  readonly #wire: Wire;
  readonly #shell: BoundSocket;
  readonly #control: BoundSocket;
  readonly #stdin: BoundSocket;
  readonly #iopub: BoundSocket;
  readonly #heartbeat: BoundSocket;
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #history = new History();
  readonly #origins = new Map<Origin, Message>();
  readonly #counts = new Map<Origin, number>();
  readonly #comms = new Map<string, string>();
  readonly #handled = new Map<Origin, () => void>();
  readonly #executed = new Map<Origin, (result: RunResult) => void>();
  #queue: Request[] = [];
  #asked: Asked[] = [];
  #running: Request | undefined;
  #mainReady = false;
  #count = 0;
  #silentCount = firstSilentCount;
  #lastOrigin = 0;

  constructor(options: ProtocolServerOptions) {
    this.#options = options;
    const { key, signatureScheme } = options.connection;
    this.#wire = new Wire({ key, signatureScheme, username: "kernel" });
    const router = (channel: RequestChannel) =>
      new BoundSocket({ type: "ROUTER", onMessage: (frames, from) => this.#receive(channel, frames, from) });
    this.#shell = router("shell");
    this.#control = router("control");
    this.#stdin = new BoundSocket({ type: "ROUTER", onMessage: frames => this.#receiveInput(frames) });
    this.#heartbeat = new BoundSocket({
      type: "REP",
      onMessage: (frames, from) => this.#heartbeat.sendTo(from, frames),
    });
    this.#iopub = new BoundSocket({
      type: "PUB",
      onSubscribe: (topic, subscriber) => this.#welcome(topic, subscriber),
    });
    this.#handlers = this.#createHandlers();
  }

  /** @throws HuntError `notebook/kernel-bind` */
  async open(): Promise<void> {
    const { connection } = this.#options;
    // Shell last: whoever is answered there can rely on the others.
    await Promise.all([
      this.#iopub.bind(endpointOf(connection, "iopub")),
      this.#stdin.bind(endpointOf(connection, "stdin")),
      this.#control.bind(endpointOf(connection, "control")),
      this.#heartbeat.bind(endpointOf(connection, "hb")),
    ]);
    await this.#shell.bind(endpointOf(connection, "shell"));
  }

  async close(): Promise<void> {
    const sockets = [this.#shell, this.#control, this.#stdin, this.#iopub, this.#heartbeat];
    await Promise.all(sockets.map(s => s.close()));
  }

  /** What the slowest front end has not read yet of the outputs. */
  get outputWaitingBytes(): number {
    return this.#iopub.waitingBytes;
  }

  /** What the main thread says. */
  accept(message: FromMain): void {
    switch (message.type) {
      case "ready":
        this.#mainReady = true;
        void this.#pump();
        break;
      case "output":
        this.#publishOutput(message.origin, message.output);
        break;
      case "publish":
        this.#trackComm(message.message);
        this.#publish({ ...message.message, parent: this.#headerOf(message.origin) });
        break;
      case "ask":
        this.#asked.push(message);
        if (this.#asked.length === 1) this.#sendAsk(message);
        break;
      case "executed":
        this.#executed.get(message.origin)?.(message.result);
        break;
      case "handled":
        this.#handled.get(message.origin)?.();
        break;
      // The thread's script takes these.
      case "edited":
      case "left":
        break;
    }
  }

  #createHandlers(): ReadonlyMap<string, Handler> {
    const { language, info } = this.#options;
    const comm: Handler = (content, request) => this.#passComm(content, request);
    return new Map<string, Handler>([
      ["kernel_info_request", () => ({ ...info })],
      ["complete_request", async content => ({ ...(await language.complete(toCodeRequest(content))) })],
      ["inspect_request", async content => ({ ...(await language.inspect(toCodeRequest(content))) })],
      ["huntbook_edit_request", content => language.edit(content)],
      ["is_complete_request", async content => ({ ...(await language.isComplete(textOf(content, "code"))) })],
      [
        "history_request",
        content => ({ status: "ok", history: this.#history.find(content as unknown as HistoryRequest) }),
      ],
      ["comm_info_request", content => ({ status: "ok", comms: this.#listComms(content["target_name"]) })],
      ["comm_open", comm],
      ["comm_msg", comm],
      ["comm_close", comm],
      [
        "interrupt_request",
        () => {
          this.#options.interrupt();
          return { status: "ok" };
        },
      ],
      ["shutdown_request", content => ({ status: "ok", restart: content["restart"] === true })],
    ]);
  }

  #receive(channel: RequestChannel, frames: readonly Buffer[], from: Buffer): void {
    let message: Message;
    try {
      message = this.#wire.decode([from, ...frames]);
    } catch (error) {
      this.#options.log(`${channel}: ${messageOf(error)}`);
      return;
    }
    const request: Request = { origin: (this.#lastOrigin += 1), channel, message };
    this.#origins.set(request.origin, message);
    if (this.#origins.size > maxOrigins) this.#forgetOldest();
    if (message.header.msg_type === "execute_request") {
      this.#queue.push(request);
      void this.#pump();
    } else void this.#handle(request);
  }

  #forgetOldest(): void {
    for (const origin of this.#origins.keys()) {
      this.#origins.delete(origin);
      this.#counts.delete(origin);
      return;
    }
  }

  async #handle(request: Request): Promise<void> {
    const { header, content } = request.message;
    const type = header.msg_type;
    this.#publishStatus("busy", header);
    let reply: JsonObject | undefined;
    try {
      const handler = this.#handlers.get(type);
      if (handler !== undefined) reply = await handler(content, request);
      else if (type.endsWith("_request")) throw new Error(`this kernel does not know '${type}'`);
    } catch (error) {
      reply = { status: "error", ename: "Error", evalue: messageOf(error), traceback: [] };
    }
    if (reply !== undefined) this.#reply(request, reply);
    this.#publishStatus("idle", header);
    // Front ends show the last status: while a cell runs, that is busy.
    if (this.#running !== undefined) this.#publishStatus("busy", this.#running.message.header);
    if (type === "shutdown_request") {
      this.#publish({ type: "shutdown_reply", content: reply ?? {}, parent: header });
      this.#options.onShutdown(content["restart"] === true);
    }
  }

  /** Runs what waits, one after the other. */
  async #pump(): Promise<void> {
    if (this.#running !== undefined || !this.#mainReady) return;
    const request = this.#queue.shift();
    if (request === undefined) return;
    this.#running = request;
    const { header } = request.message;
    this.#publishStatus("busy", header);
    const reply = await this.#execute(request).catch((error: unknown): ExecuteReply => ({
      status: "error",
      ename: "Error",
      evalue: messageOf(error),
      traceback: [],
      execution_count: this.#count,
    }));
    const stop = request.message.content["stop_on_error"] !== false;
    if (reply.status === "error" && stop) {
      await new Promise(resolve => setTimeout(resolve, drainMs));
      this.#abortQueue();
    }
    this.#reply(request, { ...reply });
    this.#running = undefined;
    this.#publishStatus("idle", header);
    void this.#pump();
  }

  async #execute(request: Request): Promise<ExecuteReply> {
    const { content, header, metadata } = request.message;
    const { silent = false, store_history = true, allow_stdin = false, user_expressions } = asExecute(content);
    const code = textOf(content, "code");
    const stored = !silent && store_history;
    if (stored) this.#count += 1;
    const count = stored ? this.#count : (this.#silentCount += 1);
    this.#counts.set(request.origin, this.#count);
    if (stored) this.#history.add(count, code);
    if (!silent)
      this.#publish({ type: "execute_input", content: { code, execution_count: this.#count }, parent: header });
    const done = new Promise<RunResult>(resolve => this.#executed.set(request.origin, resolve));
    const window = readHuntWindow(metadata);
    const run = {
      code,
      count,
      silent,
      allowInput: allow_stdin,
      userExpressions: user_expressions ?? {},
      ...(window === undefined ? {} : { window }),
    };
    this.#options.toMain({ type: "execute", origin: request.origin, run });
    const { outcome, userExpressions } = await done;
    this.#executed.delete(request.origin);
    this.#dropAsks(request.origin);
    this.#options.language.noteCell(code, outcome);
    const base = { execution_count: this.#count, payload: [] };
    if (outcome.status === "error") return { ...base, status: "error", ...toErrorContent(outcome.error) };
    const values = Object.entries(userExpressions).map(([name, value]) => [name, toUserExpression(value)] as const);
    return { ...base, status: "ok", user_expressions: Object.fromEntries(values) };
  }

  #abortQueue(): void {
    for (const request of this.#queue.splice(0)) {
      const { header } = request.message;
      this.#publishStatus("busy", header);
      this.#reply(request, { status: "aborted", execution_count: this.#count, payload: [] });
      this.#publishStatus("idle", header);
    }
  }

  #passComm(content: JsonObject, request: Request): Promise<undefined> {
    const { metadata, buffers, header } = request.message;
    const { data } = content;
    const comm: CommRequest = {
      type: header.msg_type as CommRequest["type"],
      commId: textOf(content, "comm_id"),
      data: typeof data === "object" && data !== null ? (data as JsonObject) : {},
      metadata,
      // Copies, because frames share memory with whatever else came in.
      buffers: buffers.map(b => new Uint8Array(b)),
      ...(header.msg_type === "comm_open" ? { targetName: textOf(content, "target_name") } : {}),
    };
    this.#trackComm({ type: comm.type, content });
    return new Promise(resolve => {
      this.#handled.set(request.origin, () => {
        this.#handled.delete(request.origin);
        resolve(undefined);
      });
      this.#options.toMain({ type: "comm", origin: request.origin, comm });
    });
  }

  #trackComm({ type, content }: Omit<Outgoing, "parent">): void {
    const id = content["comm_id"];
    if (typeof id !== "string") return;
    if (type === "comm_open") this.#comms.set(id, String(content["target_name"]));
    else if (type === "comm_close") this.#comms.delete(id);
  }

  #listComms(targetName: unknown): JsonObject {
    const wanted = [...this.#comms].filter(([, t]) => typeof targetName !== "string" || t === targetName);
    return Object.fromEntries(wanted.map(([id, target]) => [id, { target_name: target }]));
  }

  #sendAsk({ origin, prompt, password }: Asked): void {
    const asker = this.#origins.get(origin);
    if (asker === undefined) return;
    const question = { type: "input_request", content: { prompt, password }, parent: asker.header };
    const message = this.#wire.create(question, asker.identities);
    const [to, ...frames] = this.#wire.encode(message);
    this.#stdin.sendTo(to ?? Buffer.alloc(0), frames);
  }

  /** Jupyter's own client does not say which question it answers; questions are asked one at a time. */
  #receiveInput(frames: readonly Buffer[]): void {
    let message: Message;
    try {
      message = this.#wire.decode(frames);
    } catch (error) {
      this.#options.log(`stdin: ${messageOf(error)}`);
      return;
    }
    const asked = this.#asked[0];
    if (asked === undefined || message.header.msg_type !== "input_reply") return;
    const value = message.content["value"];
    this.#options.toMain({ type: "answer", ask: asked.ask, value: typeof value === "string" ? value : "" });
    this.#asked.shift();
    if (this.#asked[0] !== undefined) this.#sendAsk(this.#asked[0]);
  }

  /** Of a cell that has ended: nobody waits for the answers. */
  #dropAsks(origin: Origin): void {
    const first = this.#asked[0];
    this.#asked = this.#asked.filter(a => a.origin !== origin);
    if (this.#asked[0] !== undefined && this.#asked[0] !== first) this.#sendAsk(this.#asked[0]);
  }

  #publishOutput(origin: Origin, output: CellOutput): void {
    const text = output.kind === "result" ? output.data["text/plain"] : undefined;
    if (typeof text === "string") this.#history.setOutput(this.#counts.get(origin) ?? 0, text);
    this.#publish({ ...toIopub(output, this.#counts.get(origin) ?? this.#count), parent: this.#headerOf(origin) });
  }

  #headerOf(origin: Origin | undefined): Header | undefined {
    return origin === undefined ? undefined : this.#origins.get(origin)?.header;
  }

  #publishStatus(state: "busy" | "idle", parent: Header): void {
    this.#publish({ type: "status", content: { execution_state: state }, parent });
  }

  #publish(outgoing: Outgoing): void {
    this.#iopub.publish(this.#wire.encode(this.#wire.create(outgoing, [Buffer.from(outgoing.type)])));
  }

  /** Tells a subscriber that it will miss nothing from now on (Jupyter enhancement proposal 65). */
  #welcome(topic: Buffer, subscriber: Buffer): void {
    const content = { subscription: topic.toString("utf8") };
    const message = this.#wire.create({ type: "iopub_welcome", content }, [Buffer.from("iopub_welcome")]);
    this.#iopub.sendTo(subscriber, this.#wire.encode(message));
  }

  #reply({ channel, message }: Request, content: JsonObject): void {
    const type = message.header.msg_type.replace(/_request$/, "_reply");
    const reply = this.#wire.create({ type, content, parent: message.header }, message.identities);
    const [to, ...frames] = this.#wire.encode(reply);
    (channel === "shell" ? this.#shell : this.#control).sendTo(to ?? Buffer.alloc(0), frames);
  }
}

function textOf(content: JsonObject, name: string): string {
  const value = content[name];
  if (typeof value !== "string") throw new TypeError(`the request has no text '${name}'`);
  return value;
}

function toCodeRequest(content: JsonObject): CompleteRequest & InspectRequest {
  const code = textOf(content, "code");
  const cursor = content["cursor_pos"];
  const detail = content["detail_level"] === 1 ? { detail_level: 1 as const } : {};
  return { code, cursor_pos: typeof cursor === "number" ? cursor : [...code].length, ...detail };
}

const asExecute = (content: JsonObject): Partial<ExecuteRequest> => content;
