/** The kernel's surroundings over a session: what `%%kql` cells and named queries run on. */
import type { KqlScalar } from "../../kql/api.js";
import { Frame } from "../../frame/frame.js";
import { PendingFrame } from "../../frame/pending.js";
import { plotNamed, unknownView, viewNames } from "../../frame/plot/named.js";
import { withSession, withSignal } from "../../session/ambient.js";
import { bindScalar } from "../../session/bind.js";
import { runKqlText } from "../../session/run-kql.js";
import { createSession, type Session, type SessionOptions } from "../../session/session.js";
import type { CellContext, CellHost } from "./api.js";
import type { KqlMagic } from "./magic.js";

/** What can be said to a kernel's host; JSON, because it crosses a process border. */
export interface SessionHostOptions {
  /** ISO instant that "now" means for the whole run. */
  readonly now?: string;
  readonly dataDir?: string;
  /** A configured name or a folder. */
  readonly workspace?: string;
}

/** Names in KQL text that could mean a notebook's value. Strings and comments may add some that are not used: harmless. */
const wordsOf = (text: string): Set<string> => new Set(text.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []);

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

class SessionHost implements CellHost {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async runKql(magic: KqlMagic, cell: CellContext): Promise<unknown> {
    if (magic.view !== undefined && !viewNames.includes(magic.view)) throw unknownView(magic.view);
    const bound = await bindValues(magic.body, cell);
    const frame = await runKqlText(this.#session, magic.body, {
      ...bound,
      signal: cell.signal,
      ...(magic.workspace === undefined ? {} : { workspace: magic.workspace }),
      ...(magic.lastMs === undefined ? {} : { lastMs: magic.lastMs }),
      ...(magic.limit === undefined ? {} : { maxRows: magic.limit }),
    });
    if (magic.view !== undefined && frame instanceof Frame) {
      const shown = await plotNamed(frame as Frame, magic.view);
      if (shown !== frame) frame.showAs(shown);
    }
    return frame;
  }

  async around<T>(cell: CellContext, run: () => Promise<T>): Promise<T> {
    return withSession(this.#session, () => withSignal(cell.signal, run));
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
