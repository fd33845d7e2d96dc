/** The types of query functions: parameters and result columns by name. */
import type { Row } from "../frame/api.js";
import type { PendingFrame } from "../frame/pending.js";
import type { QueryOptions } from "./call.js";
import type { HelpText } from "./help.js";
import type { ShippedQueryFamilies } from "./query-families.generated.js";

/** A point in time: Date, date text, days from now, or an offset such as `-5d@d`. */
export type TimeInput = Date | string | number;

/** Values of a list: an array, a set, or text separated by commas. */
export type ListInput = readonly (string | number | bigint | boolean | Date)[] | ReadonlySet<string> | string;

/** Anything with a start and an end: TimeSpan, QueryTime, an alert … */
export interface SpanInput {
  readonly start: TimeInput;
  readonly end: TimeInput;
}

/** A range of time: `-5d`, `2h`, a date (until now), days, or anything with a start and an end. */
export type TimeArgument = TimeInput | SpanInput;

/** Every query with a time range takes these; without them the provider's `queryTime` applies. */
export interface TimeParameters {
  readonly start?: TimeInput;
  readonly end?: TimeInput;
}

type Given<P> = P & QueryOptions;
/** The named values: may be left out when nothing in them is required. */
type Named<P> = Record<never, never> extends P ? [parameters?: Given<P>] : [parameters: Given<P>];

/** Gives what the query's added operators make of the row: unknown. */
interface WithAddedItems {
  readonly addQueryItems: string;
}
interface WithAddedItemsAlias {
  readonly add_query_items: string;
}

/**
 * A named query. Call it with named values; a time range may come first, as in MSTICPy; `"print"` gives the text instead
 * of running it, `"?"` the help.
 */
export interface QueryFunction<P extends object, R extends object = Row> {
  (flag: "?" | "help"): HelpText;
  (flag: "print" | "debug_query" | "print_query", ...named: Named<P>): string;
  (time: TimeArgument, flag: "print" | "debug_query" | "print_query"): string;
  (time: TimeArgument, named: Given<P>, flag: "print" | "debug_query" | "print_query"): string;
  (named: Given<P> & (WithAddedItems | WithAddedItemsAlias)): PendingFrame;
  (time: TimeArgument, named: Given<P> & (WithAddedItems | WithAddedItemsAlias)): PendingFrame;
  (time: TimeArgument, ...named: Named<P>): PendingFrame<R>;
  (...named: Named<P>): PendingFrame<R>;
  /** `Family.name`. */
  readonly fullName: string;
  readonly description: string;
  /** The help text. */
  help(): HelpText;
  /** The query's text for these values, without running it. */
  print(...named: Named<P>): string;
}

/** A query that is known only when the program runs. */
export type AnyQueryFunction = QueryFunction<Record<string, unknown>>;

/**
 * Query functions by environment, family and name: the shipped ones, and what users' declarations merge with them
 * (`interface MSSentinelFamilies { readonly Custom: … }`).
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- for declaration merging
export interface QueryFamilies extends ShippedQueryFamilies {}
