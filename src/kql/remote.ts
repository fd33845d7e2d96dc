/**
 * A compiler that lives elsewhere (a worker thread, a snapshot process): schemas are sent once, answers are cached here,
 * and a far side that stops fails the calls under way and is started anew by the next.
 */
import type { CompileResult, EditKind, EditReply, EditRequest, KqlCompiler, KqlEnvironment } from "./api.js";
import { HuntError } from "../base/error.js";
import { PlanCache } from "./cache.js";

/** The part of an environment that is sent once. */
export type SentSchema = Pick<KqlEnvironment, "tables" | "functions" | "databases">;

/** What is sent for one compilation, or for one question of an editor. */
export interface CompileRequest {
  readonly id: number;
  readonly text: string;
  /** The editor's question, when it is one. */
  readonly edit?: EditRequest;
  /** Everything but the schema. */
  readonly environment: Omit<KqlEnvironment, keyof SentSchema>;
  readonly schema?: SentSchema;
}
/** `missing`: the far side does not know the schema; ask again with it. */
export type CompileReply =
  | { readonly id: number; readonly result: CompileResult }
  | { readonly id: number; readonly edited: EditReply<EditKind> }
  | { readonly id: number; readonly missing: true };

/** A started far side. */
export interface Channel {
  readonly send: (request: CompileRequest) => void;
  /** Called when calls are under way, or no more are: a busy channel keeps the process alive. */
  readonly setBusy: (busy: boolean) => void;
  readonly close: () => Promise<void>;
}
export interface ChannelEvents {
  readonly reply: (reply: CompileReply) => void;
  readonly stopped: (reason: string) => void;
}

interface Pending {
  readonly text: string;
  readonly edit: EditRequest | undefined;
  readonly environment: KqlEnvironment;
  readonly resolve: (reply: CompileReply) => void;
  readonly reject: (error: HuntError) => void;
}

/** Makes a compiler out of a way to start its far side. */
export function createRemoteCompiler(start: (events: ChannelEvents) => Channel): KqlCompiler {
  const cache = new PlanCache();
  const pending = new Map<number, Pending>();
  let sentSchemas = new Set<string>();
  let channel: Channel | undefined;
  let nextId = 1;
  let closed = false;

  const stop = (reason: string): void => {
    channel = undefined;
    sentSchemas = new Set();
    const waiting = [...pending.values()];
    pending.clear();
    for (const call of waiting)
      call.reject(
        new HuntError("kql/compiler-stopped", `the KQL compiler stopped: ${reason}`, { hint: "run it again" }),
      );
  };
  const reply = (answer: CompileReply): void => {
    const call = pending.get(answer.id);
    if (call === undefined) return;
    if ("missing" in answer) return send(answer.id, call, true);
    pending.delete(answer.id);
    if (pending.size === 0) channel?.setBusy(false);
    call.resolve(answer);
  };
  const send = (id: number, call: Pending, withSchema: boolean): void => {
    const { tables, functions = [], databases = [], ...environment } = call.environment;
    sentSchemas.add(environment.schemaId);
    channel ??= start({ reply, stopped: stop });
    channel.setBusy(true);
    channel.send({
      id,
      text: call.text,
      ...(call.edit === undefined ? {} : { edit: call.edit }),
      environment,
      ...(withSchema ? { schema: { tables, functions, databases } } : {}),
    });
  };
  const ask = (text: string, environment: KqlEnvironment, edit?: EditRequest): Promise<CompileReply> => {
    if (closed) throw new HuntError("kql/compiler-closed", "the KQL compiler is closed");
    return new Promise((resolve, reject) => {
      const call = { text, edit, environment, resolve, reject };
      const id = nextId++;
      pending.set(id, call);
      send(id, call, !sentSchemas.has(environment.schemaId));
    });
  };
  channel = start({ reply, stopped: stop });
  return {
    compile: async (text, environment) => {
      const known = closed ? undefined : cache.find(text, environment);
      if (known !== undefined) return known;
      const reply = await ask(text, environment);
      if (!("result" in reply)) throw new HuntError("internal/bug", "the KQL compiler answered another question");
      cache.add(text, environment, reply.result);
      return reply.result;
    },
    edit: async <K extends EditKind>(request: EditRequest & { readonly kind: K }, environment: KqlEnvironment) => {
      const reply = await ask("", environment, request);
      if (!("edited" in reply)) throw new HuntError("internal/bug", "the KQL compiler answered another question");
      return reply.edited as EditReply<K>;
    },
    close: async () => {
      closed = true;
      const open = channel;
      stop("it was closed");
      await open?.close();
    },
  };
}
