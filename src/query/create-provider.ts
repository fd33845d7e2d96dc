/** A provider as notebooks see it: its families are members, and misspelt ones are refused with a suggestion. */
import { HuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import { refusingUnknown } from "./families.js";
import { QueryProvider, type QueryProviderHost } from "./provider.js";
import type { QueryFamilies } from "./query-function.js";

/** The families of an environment's aliases are those of its canonical name. */
type CanonicalName<E extends string> = E extends "AzureSentinel" | "LogAnalytics" | "MSSentinel_New"
  ? "MSSentinel"
  : E extends "MDATP"
    ? "MDE"
    : E;

/** A provider together with the families of its environment as members. */
export type QueryProviderOf<E extends string = string> = QueryProvider &
  (CanonicalName<E> extends keyof QueryFamilies ? QueryFamilies[CanonicalName<E>] : Readonly<Record<string, unknown>>);

/**
 * Makes a provider. Its families are members of it (`qry.Azure.list_all_signins_geo("-5d")`), and a misspelt one is
 * refused with a suggestion.
 *
 * @throws HuntError `query/unknown-environment`
 */
export function createQueryProvider<E extends string>(environment: E, host: QueryProviderHost): QueryProviderOf<E> {
  const provider = new QueryProvider(environment, host);
  const facade = new Proxy(provider, {
    get(target, key): unknown {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value === "function") return value.bind(target) as unknown;
      if (value !== undefined || typeof key === "symbol") return value;
      return target.families[key];
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
    has: (target, key) => key in target || key in target.families,
    ownKeys: target => [...Reflect.ownKeys(target), ...Reflect.ownKeys(target.families)],
    getOwnPropertyDescriptor(target, key) {
      const own = Reflect.getOwnPropertyDescriptor(target, key);
      if (own !== undefined || typeof key === "symbol" || !(key in target.families)) return own;
      return { value: target.families[key], enumerable: true, configurable: true, writable: false };
    },
  });
  const refusing = refusingUnknown(facade, name => {
    const families = Object.keys(provider.families);
    const members = Object.getOwnPropertyNames(QueryProvider.prototype);
    return new HuntError(
      "query/unknown-family",
      `no family '${name}' in ${provider.environment}${didYouMean(name, [...families, ...members])}`,
      { hint: `families: ${families.join(", ")}` },
    );
  });
  return refusing as QueryProviderOf<E>;
}

/** `new QueryProvider("AzureSentinel")`, as notebooks write it. */
export interface QueryProviderClass {
  new <E extends string>(environment: E): QueryProviderOf<E>;
  listDataEnvironments(): string[];
}

/** Makes the class for a session: each provider belongs to the session that is current when it is made. */
export function createQueryProviderClass(currentHost: () => QueryProviderHost): QueryProviderClass {
  function make(environment: string): QueryProvider {
    return createQueryProvider(environment, currentHost());
  }
  Object.defineProperty(make, "name", { value: "QueryProvider" });
  Object.defineProperty(make, Symbol.hasInstance, { value: (value: unknown) => value instanceof QueryProvider });
  return Object.assign(make, {
    listDataEnvironments: () => QueryProvider.listDataEnvironments(),
  }) as unknown as QueryProviderClass;
}
