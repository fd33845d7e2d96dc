/** What services have answered, kept for a session: the file of each is read once, however many look-ups there are. */
import { join } from "node:path";
import { AnswerStore } from "../net/store.js";
import type { Session } from "./session.js";

const stores = new WeakMap<Session, Map<string, AnswerStore<unknown>>>();

/** The answers of one service, in the session's folder; the same store for the same name. */
export function answersOf(session: Session, name: string): AnswerStore<unknown> {
  const all = stores.get(session) ?? new Map<string, AnswerStore<unknown>>();
  stores.set(session, all);
  let store = all.get(name);
  if (store === undefined) {
    store = new AnswerStore<unknown>({ dir: join(session.enrichDir, "answers"), name, nowMs: () => Date.now() });
    all.set(name, store);
  }
  return store;
}
