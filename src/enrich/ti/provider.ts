/** A provider is a value: what it needs, what it knows, and two pure halves, `request` and `parse`. */
import type { Secret } from "../../base/secret.js";
import type { QuotaWindow } from "../../net/quota.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";
import type { Verdict } from "./result.js";

/** What the configuration gives a provider (`TIProviders.X.Args`). */
export interface ProviderSettings {
  readonly authKey?: Secret;
  readonly apiId?: Secret;
  readonly instance?: string;
  /** Another address of the service: a proxy of the company's, or a test's. */
  readonly baseUrl: string;
}

export interface TiQuery {
  /** Refanged. */
  readonly value: string;
  readonly type: IocKind;
  /** What is asked about it, for providers that answer several questions; `""` is the usual one. */
  readonly subtype: string;
}

/** A request as data. Secrets stand in `secrets` and headers only. */
export interface TiRequest {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string | Secret>>;
  readonly json?: unknown;
  readonly body?: string;
  readonly secrets?: Readonly<Record<string, Secret>>;
}

export interface TiAnswer {
  readonly status: number;
  readonly text: string;
  /** Parsed JSON; undefined for providers that answer text. */
  readonly body: unknown;
}

export interface TiProvider {
  readonly name: string;
  /** MSTICPy's or earlier names, as in configurations. */
  readonly aliases?: readonly string[];
  readonly describes: string;
  /** Where its interface is documented. */
  readonly documentation: string;
  readonly baseUrl: string;
  readonly needs: readonly ("AuthKey" | "ApiID" | "Instance")[];
  /** Types it knows, and the subtypes of each. */
  readonly types: Readonly<Partial<Record<IocKind, readonly string[]>>>;
  /** What a free account may do, unless the configuration says otherwise. */
  readonly quota: readonly QuotaWindow[];
  /** How long an answer stays good, milliseconds. */
  readonly keepMs: number;
  /** Statuses that mean "we do not know it", not a failure. */
  readonly notFound?: readonly number[];
  readonly answers?: "json" | "text";
  /** The answer is a list that holds every observable: it is fetched once, and the observable is never sent. */
  readonly isList?: boolean;
  readonly request: (query: TiQuery, settings: ProviderSettings) => TiRequest;
  /** @throws TypeError or anything else for an answer of another shape: the engine reports it */
  readonly parse: (answer: TiAnswer, query: TiQuery) => Verdict;
}

/** A service that is gone, and what to use instead. */
export interface RetiredProvider {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly says: string;
  readonly instead: string;
}
