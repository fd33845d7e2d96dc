/** `new QueryProvider("MSSentinel")`: a provider of the current session. */
import { environmentNames } from "../query/environment.js";
import { createQueryProvider, QueryProvider as ProviderClass, type QueryProviderOf } from "../query/provider.js";
import { currentSession } from "./ambient.js";
import { openDriver } from "./drivers.js";
import { readTextFile, type Session } from "./session.js";

/** Makes a provider for a session. @throws HuntError `query/unknown-environment` */
export function createProvider<const E extends string>(session: Session, environment: E): QueryProviderOf<E> {
  return createQueryProvider(environment, {
    clock: session.clock,
    definitions: () => session.definitions,
    openDriver: (found, target, options) => openDriver(session, found, target, options),
    huntWindow: () => session.huntWindow,
    notify: notice => session.notify(notice),
    readText: readTextFile,
  });
}

export interface QueryProviderConstructor {
  /**
   * Named queries and query text against one kind of data source (`MSSentinel`, `Local`, …; MSTICPy's names and aliases).
   * @throws HuntError `query/unknown-environment`
   */
  new <const E extends string>(environment: E): QueryProviderOf<E>;
  /** Canonical names of the environments. */
  listDataEnvironments(): string[];
}

/** The constructor returns the provider with its families as members, which a class cannot declare. */
function construct(environment: string): unknown {
  return createProvider(currentSession(), environment);
}

export const QueryProvider: QueryProviderConstructor = Object.assign(
  function QueryProvider(environment: string): unknown {
    return construct(environment);
  },
  { listDataEnvironments: () => ProviderClass.listDataEnvironments() },
) as unknown as QueryProviderConstructor;
export type QueryProvider<E extends string = string> = QueryProviderOf<E>;

export { environmentNames };
