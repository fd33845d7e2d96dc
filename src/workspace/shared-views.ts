/** The views of one generation of a workspace in a store, shared by all who opened it there. */
import { quoteIdentifier } from "../frame/duckdb.js";
import type { FrameStore } from "../frame/store.js";

export interface SharedViews {
  /** The schema in the store's scratch catalogue. */
  readonly schema: string;
  /** Makes a view unless it is there; `select` gives its SQL, which is ours. */
  make(view: string, select: () => string): Promise<void>;
  /** Says that one of those who share needs them no more; the last one removes them. */
  release(): Promise<void>;
}

interface Shared {
  users: number;
  schemaMade: Promise<void> | undefined;
  made: Map<string, Promise<void>>;
  /** The removal under way, which the next one to share waits for. */
  removed: Promise<void>;
}

/** Per store, so that two sessions never see each other; goes when the store goes. */
const byStore = new WeakMap<FrameStore, Map<string, Shared>>();

function newShared(): Shared {
  return { users: 0, schemaMade: undefined, made: new Map(), removed: Promise.resolve() };
}

/** Joins the views of a schema. */
export function shareViews(store: FrameStore, schema: string): SharedViews {
  const all = byStore.get(store) ?? new Map<string, Shared>();
  byStore.set(store, all);
  const shared = all.get(schema) ?? newShared();
  all.set(schema, shared);
  shared.users++;
  const path = `scratch.${quoteIdentifier(schema)}`;
  const create = async (view: string, select: () => string): Promise<void> => {
    shared.schemaMade ??= shared.removed.then(() => store.run(`create schema if not exists ${path}`));
    await shared.schemaMade;
    await store.run(`create or replace view ${path}.${quoteIdentifier(view)} as ${select()}`);
  };
  return {
    schema,
    make: async (view, select) => {
      const making = shared.made.get(view) ?? create(view, select);
      shared.made.set(view, making);
      await making.catch((error: unknown) => {
        shared.made.delete(view);
        throw error;
      });
    },
    release: async () => {
      if (--shared.users > 0 || shared.schemaMade === undefined) return;
      shared.schemaMade = undefined;
      shared.made = new Map();
      // The store may be closed already, and then the views are gone with it.
      shared.removed = store.run(`drop schema if exists ${path} cascade`).catch(() => undefined);
      await shared.removed;
    },
  };
}
