/**
 * What front ends ask about code, on the protocol thread: magics here, TypeScript in a thread of its own, KQL by the
 * session's compiler through the main thread.
 */
import type { Worker } from "node:worker_threads";
import type { Diagnostic, Span } from "../../base/diagnostic.js";
import type { EditReplies, EditRequest, KqlCompletion } from "../../kql/api.js";
import type { CompleteReply, InspectReply, JsonObject } from "../protocol/message.js";
import type { CellOutcome } from "./api.js";
import { completeFirstLine } from "./magic-complete.js";
import type { KqlMagic } from "./magic.js";
import { parseMagic } from "./magic.js";
import type { FromLanguage, LanguageQuestion, LanguageThreadData, ToLanguage } from "./language-thread.js";
import type { LanguageAnswers } from "./protocol-server.js";
import { startThread } from "./thread.js";
import type { KqlEditReply, ToMain } from "./thread-port.js";
import type { Completion, Inspection } from "./typescript-language.js";

export interface LanguageOptions {
  /** The notebook's folder. */
  readonly dir: string;
  readonly log: (text: string) => void;
  readonly toMain: (message: ToMain) => void;
}

export interface Language extends LanguageAnswers {
  /** Loads what the answers need, while nobody waits for them. */
  warmUp(): Promise<void>;
  acceptEdit(edit: number, reply: KqlEditReply | undefined): void;
}

/** The first completion loads megabytes of declarations; it should not do so while the first cell starts. */
const warmUpMs = 1500;
/** A busy main thread cannot answer about KQL; an editor does not wait for it. */
const kqlTimeoutMs = 3000;

export function createLanguage(options: LanguageOptions): Language {
  return new KernelLanguage(options);
}

class KernelLanguage implements Language {
  readonly #options: LanguageOptions;
  readonly #questions = new Map<number, (reply: unknown) => void>();
  readonly #edits = new Map<number, (reply: KqlEditReply | undefined) => void>();
  #thread: Worker | undefined;
  /** Cells that ran before the thread was started: they are no reason to start it. */
  #waiting: ToLanguage[] = [];
  #lastId = 0;

  constructor(options: LanguageOptions) {
    this.#options = options;
  }

  async warmUp(): Promise<void> {
    await import("./cell.js");
    await new Promise(resolve => setTimeout(resolve, warmUpMs).unref());
    await this.#ask("complete", "display.", 8);
  }

  async complete({ code, cursor_pos }: { code: string; cursor_pos: number }): Promise<CompleteReply> {
    const offset = toUtf16(code, cursor_pos);
    const { span, items } = await this.#completeAt(code, offset);
    const [cursor_start, cursor_end] = [toCodePoints(code, span.start), toCodePoints(code, span.end)];
    const types = items.map(({ text, kind }) => ({ text, type: kind, start: cursor_start, end: cursor_end }));
    return {
      status: "ok",
      matches: items.map(i => i.text),
      cursor_start,
      cursor_end,
      metadata: { _jupyter_types_experimental: types },
    };
  }

  async inspect({ code, cursor_pos }: { code: string; cursor_pos: number }): Promise<InspectReply> {
    const offset = toUtf16(code, cursor_pos);
    const found = await this.#inspectAt(code, offset);
    if (found === undefined) return { status: "ok", found: false, data: {}, metadata: {} };
    return { status: "ok", found: true, data: found, metadata: {} };
  }

  async isComplete(code: string): Promise<{ status: "complete" | "incomplete" | "invalid"; indent: string }> {
    const { findCompleteness } = await import("./cell.js");
    return findCompleteness(code);
  }

  /**
   * `{ kind, code, offset? }` of our own front end; offsets and spans count UTF-16 units of the whole cell. The kinds are
   * those of the KQL editor; a TypeScript cell knows `complete`, `hover` and `diagnose`.
   */
  async edit(request: JsonObject): Promise<JsonObject> {
    const code = typeof request["code"] === "string" ? request["code"] : "";
    const offset = typeof request["offset"] === "number" ? request["offset"] : code.length;
    const kind = editKinds.find(k => k === request["kind"]);
    if (kind === undefined) throw new Error(`there is no edit request '${String(request["kind"])}'`);
    const body = findKqlBody(code);
    if (body !== undefined) {
      if (kind === "complete" && offset < body.start) return toEdit("kql", await this.#completeAt(code, offset));
      const reply = await this.#editKql(body.magic, toBodyRequest(kind, body, offset));
      return toEdit("kql", reply === undefined ? null : moveSpans(reply, body, code));
    }
    if (kind === "complete") return toEdit("typescript", await this.#completeAt(code, offset));
    if (kind === "hover") return toEdit("typescript", (await this.#inspectAt(code, offset)) ?? null);
    if (kind === "diagnose") return toEdit("typescript", await this.#diagnose(code));
    return toEdit("typescript", null);
  }

  noteCell(code: string, outcome: CellOutcome): void {
    const parsed = parseMagic(code);
    if (parsed === undefined) {
      this.#note({ type: "cell", code });
      return;
    }
    const magic = "magic" in parsed && "name" in parsed.magic ? parsed.magic : undefined;
    if (magic?.name !== undefined && outcome.status === "ok" && outcome.columns !== undefined)
      this.#note({ type: "frame", name: magic.name, columns: outcome.columns });
  }

  acceptEdit(edit: number, reply: KqlEditReply | undefined): void {
    this.#edits.get(edit)?.(reply);
  }

  async #completeAt(code: string, offset: number): Promise<Completion> {
    const magics = completeFirstLine(code, offset);
    if (magics !== undefined) return magics;
    const body = findKqlBody(code);
    const none: Completion = { span: { start: offset, end: offset }, items: [] };
    if (body === undefined) return ((await this.#ask("complete", code, offset)) as Completion | undefined) ?? none;
    const reply = await this.#editKql(body.magic, toBodyRequest("complete", body, offset));
    if (reply === undefined) return none;
    const { span, items } = reply as KqlCompletion;
    // A front end puts text in place; where the caret should go inside it, it cannot be told.
    const shown = items
      .filter(i => i.supported)
      .map(i => ({ text: i.insert.slice(0, i.caret).split("\n")[0]?.trimEnd() ?? "", kind: i.kind }));
    return { span: move(span, body.start), items: shown };
  }

  async #inspectAt(code: string, offset: number): Promise<JsonObject | undefined> {
    const body = findKqlBody(code);
    if (body === undefined) {
      const found = (await this.#ask("inspect", code, offset)) as Inspection | undefined;
      if (found === undefined) return undefined;
      const text = [found.signature, found.doc].filter(t => t !== "").join("\n\n");
      return {
        "text/plain": text,
        "text/markdown": `${fence("typescript", found.signature)}\n${escapeMarkdown(found.doc)}`,
      };
    }
    if (offset < body.start) return undefined;
    const hover = (await this.#editKql(body.magic, toBodyRequest("hover", body, offset))) as EditReplies["hover"];
    if (hover === undefined) return undefined;
    const link = hover.doc === undefined ? "" : `\n${hover.doc}`;
    const text = hover.lines.join("\n");
    return { "text/plain": text + link, "text/markdown": fence("kusto", text) + link };
  }

  async #diagnose(code: string): Promise<readonly Diagnostic[]> {
    const magic = parseMagic(code);
    if (magic !== undefined) return "diagnostics" in magic ? magic.diagnostics : [];
    return ((await this.#ask("diagnose", code, 0)) as readonly Diagnostic[] | undefined) ?? [];
  }

  #editKql(magic: KqlMagic, request: EditRequest): Promise<KqlEditReply | undefined> {
    const edit = (this.#lastId += 1);
    return new Promise(resolve => {
      const end = (reply: KqlEditReply | undefined): void => {
        clearTimeout(timer);
        this.#edits.delete(edit);
        resolve(reply);
      };
      const timer = setTimeout(() => end(undefined), kqlTimeoutMs);
      this.#edits.set(edit, end);
      this.#options.toMain({ type: "edit", edit, what: { magic, request } });
    });
  }

  #ask(kind: LanguageQuestion, code: string, offset: number): Promise<unknown> {
    const id = (this.#lastId += 1);
    return new Promise(resolve => {
      this.#questions.set(id, resolve);
      const thread = (this.#thread ??= this.#start());
      for (const waiting of this.#waiting.splice(0)) thread.postMessage(waiting);
      thread.postMessage({ type: "ask", id, kind, code, offset } satisfies ToLanguage);
    });
  }

  #note(message: ToLanguage): void {
    if (this.#thread === undefined) this.#waiting.push(message);
    else this.#thread.postMessage(message);
  }

  #start(): Worker {
    const thread = startThread("language-thread", { dir: this.#options.dir } satisfies LanguageThreadData);
    thread.on("message", ({ id, reply }: FromLanguage) => {
      this.#questions.get(id)?.(reply);
      this.#questions.delete(id);
    });
    thread.on("error", error => {
      // Completion is gone until the next question starts a new thread; cells are not affected.
      this.#options.log(`completion: ${error.message}`);
      this.#thread = undefined;
      for (const resolve of this.#questions.values()) resolve(undefined);
      this.#questions.clear();
    });
    return thread;
  }
}

const editKinds = ["complete", "hover", "signatures", "diagnose", "format", "classify"] as const;

interface KqlBody {
  readonly magic: KqlMagic;
  /** Where the body begins in the cell. */
  readonly start: number;
}

function findKqlBody(code: string): KqlBody | undefined {
  const found = parseMagic(code);
  if (found === undefined || !("magic" in found) || found.magic.kind !== "kql") return undefined;
  return { magic: found.magic, start: code.length - found.magic.body.length };
}

function toBodyRequest(kind: EditRequest["kind"], body: KqlBody, offset: number): EditRequest {
  const text = body.magic.body;
  const at = Math.max(0, offset - body.start);
  return kind === "diagnose" || kind === "format" || kind === "classify" ? { kind, text } : { kind, text, offset: at };
}

const toEdit = (language: string, result: unknown): JsonObject => ({ status: "ok", language, result });
const move = (span: Span, by: number): Span => ({ start: span.start + by, end: span.end + by });

/** From positions in the body to positions in the cell. */
function moveSpans(reply: KqlEditReply, body: KqlBody, code: string): unknown {
  if (typeof reply === "string") return code.slice(0, body.start) + reply;
  if (Array.isArray(reply)) return reply.map((one: { span: Span }) => ({ ...one, span: move(one.span, body.start) }));
  if (typeof reply === "object" && reply !== null && "span" in reply)
    return { ...reply, span: move(reply.span, body.start) };
  return reply;
}

/** Jupyter counts code points. */
const toUtf16 = (code: string, points: number): number => [...code].slice(0, points).join("").length;
const toCodePoints = (code: string, offset: number): number => [...code.slice(0, offset)].length;

/** Text that cannot end the fence it stands in. */
function fence(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(m => m[0].length));
  const marks = "`".repeat(longest + 1);
  return `${marks}${language}\n${text}\n${marks}\n`;
}

/** Documentation is shown as it is written: no markup, links or images of its own. */
const escapeMarkdown = (text: string): string => text.replace(/[\\`*_{}[\]<>()#+!|&~]/g, "\\$&");
