/** `new QueryProvider("MSSentinel")`: a provider of the current session. */
import { createQueryProvider, createQueryProviderClass, type QueryProviderOf } from "../query/create-provider.js";
import type { QueryProviderHost } from "../query/provider.js";
import { currentSession } from "./ambient.js";
import { openDriver } from "./drivers.js";
import { readTextFile, type Session } from "./session.js";

function hostOf(session: Session): QueryProviderHost {
  return {
    clock: session.clock,
    definitions: () => session.definitions,
    openDriver: (environment, target, options) => openDriver(session, environment, target, options),
    huntWindow: () => session.huntWindow,
    notify: notice => session.notify(notice),
    readText: readTextFile,
  };
}

/** Makes a provider for a session. @throws HuntError `query/unknown-environment` */
export function createProvider<const E extends string>(session: Session, environment: E): QueryProviderOf<E> {
  return createQueryProvider(environment, hostOf(session));
}

/**
 * Named queries and query text against one kind of data source (`MSSentinel`, `Local`, …; MSTICPy's names and aliases), in
 * the session that is current when it is made.
 * @throws HuntError `query/unknown-environment`
 */
export const QueryProvider = createQueryProviderClass(() => hostOf(currentSession()));
export type QueryProvider<E extends string = string> = QueryProviderOf<E>;
