/** The session and the cancellation that apply to the code that runs now, without passing them by hand. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Session } from "./session.js";

interface Ambient {
  readonly session?: Session;
  readonly signal?: AbortSignal;
}

const storage = new AsyncLocalStorage<Ambient>();

/**
 * The one piece of module state in the product: the session that is opened on first use when none was chosen. Tests and
 * servers use `withSession` and never touch it.
 */
const fallback: { session: Session | undefined; create: (() => Session) | undefined } = {
  session: undefined,
  create: undefined,
};

/** Called by session.ts once, so that this file needs no import of it at run time. */
export function setDefaultSessionFactory(create: () => Session): void {
  fallback.create = create;
}

/** The session of the running code: that of `withSession`, else the default one, opened on first use. */
export function currentSession(): Session {
  const session = storage.getStore()?.session ?? fallback.session;
  if (session !== undefined && !session.closed) return session;
  const created = fallback.create?.();
  if (created === undefined) throw new Error("no session factory");
  fallback.session = created;
  return created;
}

/** Runs `work` with `session` as the current one; everything it awaits sees it too. */
export function withSession<T>(session: Session, work: () => T): T {
  return storage.run({ ...storage.getStore(), session }, work);
}

/** Runs `work` so that queries and fetches in it stop when `signal` does. */
export function withSignal<T>(signal: AbortSignal, work: () => T): T {
  return storage.run({ ...storage.getStore(), signal }, work);
}

/** The cancellation of the running cell or command. */
export function ambientSignal(): AbortSignal | undefined {
  return storage.getStore()?.signal;
}

/** Closes the default session, if one was opened. */
export async function closeDefaultSession(): Promise<void> {
  const session = fallback.session;
  fallback.session = undefined;
  await session?.close();
}
