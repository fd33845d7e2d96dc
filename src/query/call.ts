/** What a caller of a query function wrote: `("-5d", { host_name })`, `("print")`, `(queryTime, alert)` … */
import { HuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import { fullNames, type QueryDefinition } from "./definition.js";
import { isSpanLike, spanFromText, TimeSpan } from "./time-span.js";

/** Options of the framework beside a query's own parameters. */
export interface QueryOptions {
  /** Pipe operators added to the end of the query, for example `| where Severity == 'High'`. */
  readonly addQueryItems?: string;
  readonly add_query_items?: string;
  /** Stop after this many rows and say so. Default 30,000; `Infinity` for none. */
  readonly maxRows?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** A duration: run the range in slices of it. Only for queries whose answer cannot change by that. */
  readonly splitQueryBy?: string;
  readonly split_query_by?: string;
  /** Give the query's text instead of running it. */
  readonly print?: boolean;
}

export interface Call {
  readonly mode: "run" | "print" | "help";
  /** A range given as an argument of its own. */
  readonly span: TimeSpan | undefined;
  /** Values by the parameter's own name, the caller's words checked. */
  readonly given: ReadonlyMap<string, unknown>;
  readonly addQueryItems: string | undefined;
  readonly splitQueryBy: string | undefined;
  readonly options: { readonly maxRows?: number; readonly timeoutMs?: number; readonly signal?: AbortSignal };
}

const helpFlags = new Set(["?", "help"]);
const printFlags = new Set(["print", "debug_query", "print_query"]);

/** Option name → what it is, in both spellings. */
const optionNames = {
  addQueryItems: "addQueryItems",
  add_query_items: "addQueryItems",
  maxRows: "maxRows",
  max_rows: "maxRows",
  timeoutMs: "timeoutMs",
  signal: "signal",
  splitQueryBy: "splitQueryBy",
  split_query_by: "splitQueryBy",
  split_by: "splitQueryBy",
  print: "print",
  print_query: "print",
  debug_query: "print",
} as const;
type OptionName = (typeof optionNames)[keyof typeof optionNames];

const optionOf = (name: string): OptionName | undefined =>
  Object.hasOwn(optionNames, name) ? optionNames[name as keyof typeof optionNames] : undefined;

class CallReader {
  readonly #definition: QueryDefinition;
  readonly #byName = new Map<string, string>();
  mode: Call["mode"] = "run";
  span: TimeSpan | undefined;
  readonly fromObjects = new Map<string, unknown>();
  readonly named = new Map<string, unknown>();
  readonly options = new Map<OptionName, unknown>();

  constructor(definition: QueryDefinition) {
    this.#definition = definition;
    for (const p of definition.parameters) for (const alias of p.aliases) this.#byName.set(alias, p.name);
    for (const p of definition.parameters) this.#byName.set(p.name, p.name);
  }

  read(argument: unknown, nowMs: number): void {
    if (argument === undefined || argument === null) return;
    if (typeof argument === "string") this.#readText(argument, nowMs);
    else if (typeof argument === "number" || argument instanceof Date)
      this.span = TimeSpan.from({ start: argument }, nowMs);
    else if (typeof argument === "object") this.#readObject(argument as Record<string, unknown>, nowMs);
    else this.#refuse(`a ${typeof argument} is no argument of a query`);
  }

  #readText(text: string, nowMs: number): void {
    if (helpFlags.has(text)) this.mode = "help";
    else if (printFlags.has(text)) this.mode = "print";
    else {
      this.span = spanFromText(text, nowMs);
      if (this.span === undefined) this.#refuse(`'${text.slice(0, 60)}' is neither a time range nor "print" nor "?"`);
    }
  }

  #readObject(object: Record<string, unknown>, nowMs: number): void {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (Array.isArray(object)) this.#refuse("an array is no argument of a query");
    const mapping = object["queryParams"] ?? object["query_params"];
    if (typeof mapping === "object" && mapping !== null) this.#lend(mapping as Record<string, unknown>);
    else if (prototype === Object.prototype || prototype === null) this.#readNamed(object);
    else {
      if (isSpanLike(object)) this.span = TimeSpan.from(object, nowMs);
      this.#lend(object);
    }
  }

  /** An object that has more than the query asks for (an entity, an alert): what fits is taken. */
  #lend(object: Record<string, unknown>): void {
    for (const [name, canonical] of this.#byName) {
      const value = object[name];
      if (value === undefined || typeof value === "function" || this.fromObjects.has(canonical)) continue;
      if (!((canonical === "start" || canonical === "end") && this.span !== undefined))
        this.fromObjects.set(canonical, value);
    }
  }

  #readNamed(object: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(object)) {
      if (value === undefined) continue;
      const canonical = this.#byName.get(name);
      const option = optionOf(name);
      if (canonical !== undefined) this.named.set(canonical, value);
      else if (option !== undefined) this.options.set(option, value);
      else if (name === "start" || name === "end") this.#refuse("it has no time range to set");
      else this.#unknown(name);
    }
  }

  #unknown(name: string): never {
    const [full = this.#definition.name] = fullNames(this.#definition);
    const known = [...this.#byName.keys()];
    const suggestion = didYouMean(name, [...known, ...Object.keys(optionNames)]);
    throw new HuntError("query/unknown-parameter", `query '${full}' has no parameter '${name}'${suggestion}`, {
      hint: known.length === 0 ? "it takes no parameters" : `it takes: ${known.sort().join(", ")}`,
    });
  }

  #refuse(why: string): never {
    const [full = this.#definition.name] = fullNames(this.#definition);
    throw new HuntError("query/argument", `query '${full}': ${why}`, {
      hint: `${full}("?") shows what it takes`,
    });
  }
}

function optionText(reader: CallReader, name: OptionName): string | undefined {
  const value = reader.options.get(name);
  if (value === undefined || typeof value === "string") return value;
  throw new HuntError("query/argument", `option '${name}' must be text`, { hint: 'for example "| take 5" or "1h"' });
}

function optionNumber(reader: CallReader, name: OptionName): number | undefined {
  const value = reader.options.get(name);
  if (value === undefined || (typeof value === "number" && value > 0)) return value;
  throw new HuntError("query/argument", `option '${name}' must be a number above 0`);
}

/**
 * Reads the arguments of a query function. Named values win over those that positional objects lend.
 *
 * @throws HuntError `query/unknown-parameter`, `query/argument`, `query/time`
 */
export function readCall(definition: QueryDefinition, args: readonly unknown[], nowMs: number): Call {
  const reader = new CallReader(definition);
  for (const argument of args) reader.read(argument, nowMs);
  const [maxRows, timeoutMs] = [optionNumber(reader, "maxRows"), optionNumber(reader, "timeoutMs")];
  const signal = reader.options.get("signal");
  return {
    mode: reader.mode === "run" && reader.options.get("print") === true ? "print" : reader.mode,
    span: reader.span,
    given: new Map([...reader.fromObjects, ...reader.named]),
    addQueryItems: optionText(reader, "addQueryItems"),
    splitQueryBy: optionText(reader, "splitQueryBy"),
    options: {
      ...(maxRows === undefined ? {} : { maxRows }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal instanceof AbortSignal ? { signal } : {}),
    },
  };
}
