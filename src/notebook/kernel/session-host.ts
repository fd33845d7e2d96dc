/** The kernel's surroundings over a session: what `%%kql` cells and named queries run on. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { EditRequest, KqlScalar } from "../../kql/api.js";
import { Frame } from "../../frame/frame.js";
import { PendingFrame } from "../../frame/pending.js";
import { checkViews, plotNamed } from "../../frame/plot/named.js";
import { withSession, withSignal } from "../../session/ambient.js";
import { bindScalar } from "../../session/bind.js";
import { contosoDir } from "../../session/demo.js";
import { findingsTableName } from "../../session/finding-list.js";
import { runKqlText } from "../../session/run-kql.js";
import { createSession, type Session, type SessionOptions } from "../../session/session.js";
import { show } from "../../session/show.js";
import type { Content, LiveReply, LiveRequest } from "../../view/index.js";
import type { TimeRange } from "../../base/clock.js";
import type { Secret } from "../../base/secret.js";
import type { CellContext, CellHost, HuntWindow, NotebookValues, TextAnswer } from "./api.js";
import { toTimeRange } from "./hunt-window.js";
import type { KqlMagic, TextMagic } from "./magic.js";

type SecretHit = ReturnType<Session["findSecretsIn"]>[number];

/** What can be said to a kernel's host; JSON, because it crosses a process border. */
export interface SessionHostOptions {
  /** ISO instant that "now" means for the whole run. */
  readonly now?: string;
  readonly dataDir?: string;
  /** A configured name or a folder. */
  readonly workspace?: string;
}

/** Names in KQL text that could mean a notebook's value: its words outside of strings and comments. */
const wordsOf = (text: string): Set<string> => new Set(withoutStrings(text).match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []);

function withoutStrings(text: string): string {
  return text.replace(
    /\/\/.*|```[^]*?(?:```|$)|@"(?:[^"]|"")*"|@'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g,
    " ",
  );
}

/** Every name that a query could use, without running what is only planned and without the values, which an editor does not need. */
async function bindForEditor(values: NotebookValues): Promise<BoundValues> {
  const frames: Record<string, Frame> = {};
  const scalars: KqlScalar[] = [];
  for (const name of values.names) {
    const value = await values.value(name);
    if (value instanceof PendingFrame) continue;
    if (value instanceof Frame) frames[name] = value as Frame;
    else {
      const scalar = bindScalar(name, Array.isArray(value) ? [] : value);
      if (scalar !== undefined) scalars.push(scalar);
    }
  }
  return { frames, scalars };
}

export interface BoundValues {
  readonly frames: Readonly<Record<string, Frame>>;
  readonly scalars: readonly KqlScalar[];
}

/** The notebook's values that the text names: frames as tables, scalars and arrays as if by `let`. */
export async function bindValues(text: string, cell: CellContext): Promise<BoundValues> {
  const words = wordsOf(text);
  const frames: Record<string, Frame> = {};
  const scalars: KqlScalar[] = [];
  for (const name of cell.names.filter(n => words.has(n))) {
    const value = await cell.value(name);
    if (value instanceof Frame || value instanceof PendingFrame) frames[name] = (await value) as Frame;
    else {
      const scalar = bindScalar(name, value);
      if (scalar !== undefined) scalars.push(scalar);
    }
  }
  return { frames, scalars };
}

/** What a KQL cell took from the notebook, as a line for its output; undefined for nothing. */
function describeBound({ frames, scalars }: BoundValues): Content | undefined {
  const items = [
    ...Object.entries(frames).map(([name, f]) => `${name} (${f.rowCount.toLocaleString("en-US")} rows)`),
    ...scalars.map(s => `${s.name} (${s.type})`),
  ];
  if (items.length === 0) return undefined;
  const text = `Used from the notebook: ${items.join(", ")}`;
  return { kind: "paragraph", children: [{ kind: "text", text, look: "faint" }] };
}

class SessionHost implements CellHost {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async runKql(magic: KqlMagic, cell: CellContext): Promise<unknown> {
    if (magic.view !== undefined) checkViews(magic.view);
    const bound = await bindValues(magic.body, cell);
    const used = describeBound(bound);
    if (used !== undefined) await cell.display(show(used));
    const workspace = magic.workspace ?? cell.window?.workspace;
    const frame = await runKqlText(this.#session, magic.body, {
      ...bound,
      signal: cell.signal,
      ...(workspace === undefined ? {} : { workspace }),
      ...(magic.lastMs === undefined ? {} : { lastMs: magic.lastMs }),
      ...(magic.limit === undefined ? {} : { maxRows: magic.limit }),
    });
    if (magic.view !== undefined && frame instanceof Frame) {
      const shown = await plotNamed(frame as Frame, magic.view);
      if (shown !== frame) frame.showAs(shown);
    }
    return frame;
  }

  async runText(magic: TextMagic, cell: CellContext): Promise<TextAnswer> {
    const { runTextMagic } = await import("./text-magic.js");
    return runTextMagic(magic, cell);
  }

  findSecrets(value: unknown): readonly SecretHit[] {
    return this.#session.findSecretsIn(value);
  }

  redact(text: string): string {
    return this.#session.redact(text);
  }

  learnSecret(secret: Secret): void {
    this.#session.learnSecret(secret);
  }

  async editKql(
    magic: KqlMagic,
    request: EditRequest,
    values: NotebookValues,
  ): ReturnType<NonNullable<CellHost["editKql"]>> {
    const config = this.#session.workspaceConfig(magic.workspace);
    const { place } = config;
    // A cloud's tables are not known here, and a question of an editor is no reason to generate the demo.
    if (place.kind === "sentinel") return undefined;
    if (place.kind === "contoso" && !existsSync(join(contosoDir(this.#session.dataDir), "manifest.json")))
      return undefined;
    const workspace = await this.#session.workspaceAt(config.name, place);
    const bound = await bindForEditor(values);
    const { findings } = this.#session;
    if (findings.size === 0 || Object.hasOwn(bound.frames, findingsTableName)) return workspace.edit(request, bound);
    const frames = { ...bound.frames, [findingsTableName]: await findings.frame(await this.#session.store()) };
    return workspace.edit(request, { ...bound, frames });
  }

  answerView(request: LiveRequest): Promise<LiveReply> {
    return this.#session.answerView(request);
  }

  async around<T>(cell: CellContext, run: () => Promise<T>): Promise<T> {
    this.#session.huntWindow = cell.window === undefined ? undefined : await this.#toRange(cell.window);
    return withSession(this.#session, () => withSignal(cell.signal, run));
  }

  /** "The last seven days" end at the workspace's now, which is known once it is open. */
  async #toRange(window: HuntWindow): Promise<TimeRange | undefined> {
    if (window.last !== undefined) {
      const config = this.#session.workspaceConfig(window.workspace);
      if (config.place.kind !== "sentinel") {
        const { clock } = await this.#session.workspaceAt(config.name, config.place);
        return toTimeRange(window, () => clock.now());
      }
    }
    return toTimeRange(window, () => this.#session.clock.now());
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

/** The host module of headless runs. */
export function createHost(options: unknown): CellHost {
  const { now, dataDir, workspace } = (options ?? {}) as SessionHostOptions;
  const chosen: SessionOptions = {
    ...(now === undefined ? {} : { now }),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(workspace === undefined ? {} : { workspace }),
  };
  const session = createSession(chosen);
  // The language service takes seconds to load: it does so while the first cells are read and run.
  void session.compiler;
  return new SessionHost(session);
}
