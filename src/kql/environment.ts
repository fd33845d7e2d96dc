/** A `KqlEnvironment` as the binder and the lowering see it. Databases are declared once for each schema. */
import type { ConstantValue, JsonValue } from "./functions/spec.js";
import type { KqlEnvironment, KqlScalar, KqlTable } from "./api.js";
import type { BoundQuery, Globals } from "./bridge.js";
import type { FoundNames } from "./check/found.js";
import type { Binding } from "./lower/context.js";
import { HuntError, unreachable } from "../base/error.js";
import { analyze, declareDatabase, declareNames, declareValues } from "./bridge.js";
import { enrichmentFunctions } from "./enrichments.js";
import { huntBounds } from "./hunt-bounds.js";
import { serviceFunctions } from "./service-functions.js";
import { parseDatetime } from "./functions/time-text.js";

/** What is derived from the tables and functions of one schema. */
export interface DeclaredSchema {
  readonly globals: Globals;
  readonly tables: ReadonlyMap<string, KqlTable>;
  /** Other databases by name, each with its tables by name. */
  readonly databases: ReadonlyMap<string, ReadonlyMap<string, KqlTable>>;
}

/** How many schemas are kept: each holds a few thousand symbols. */
const keptSchemas = 8;

/** Keeps declared schemas by `schemaId`. */
export class SchemaCache {
  readonly #schemas = new Map<string, DeclaredSchema>();

  get(environment: KqlEnvironment): DeclaredSchema {
    const known = this.#schemas.get(environment.schemaId);
    if (known !== undefined) {
      this.#schemas.delete(environment.schemaId);
      this.#schemas.set(environment.schemaId, known);
      return known;
    }
    const schema = declare(environment);
    this.#schemas.set(environment.schemaId, schema);
    const [oldest] = this.#schemas.keys();
    if (this.#schemas.size > keptSchemas && oldest !== undefined) this.#schemas.delete(oldest);
    return schema;
  }

  /** Parses and binds the text of a query; a tool may look at what the binder found by overriding it. */
  analyze(text: string, globals: Globals): BoundQuery {
    return analyze(text, globals);
  }
}

function declare(environment: KqlEnvironment): DeclaredSchema {
  const { tables, functions = [], databases = [] } = environment;
  const declared = (list: readonly KqlTable[]) =>
    list.map(t => ({ name: t.name, columns: t.columns, open: t.open === true }));
  const taken = new Set([...tables.map(t => t.name), ...functions.map(f => f.name)]);
  const all = [
    ...functions,
    ...[...serviceFunctions, ...enrichmentFunctions, ...huntBounds].filter(f => !taken.has(f.name)),
  ].map(f => ({
    name: f.name,
    parameters: `(${f.parameters})`,
    body: `{${f.body}\n}`,
    ...(f.says === undefined ? {} : { says: f.says }),
  }));
  const others = databases.map(d => ({ name: d.name, tables: declared(d.tables) }));
  const byName = (list: readonly KqlTable[]) => new Map(list.map(t => [t.name, t]));
  return {
    globals: declareDatabase(declared(tables), all, others),
    tables: byName(tables),
    databases: new Map(databases.map(d => [d.name, byName(d.tables)])),
  };
}

export function withScalars(globals: Globals, scalars: readonly KqlScalar[]): Globals {
  return declareValues(
    globals,
    scalars.map(s => ({ name: s.name, type: s.type })),
  );
}

/** Names of which only the kind is known: values of any type, tables of any columns. */
export function withNames(globals: Globals, names: FoundNames | undefined): Globals {
  if (names === undefined) return globals;
  const tables = names.tables.map(name => ({ name, columns: [], open: true }));
  return declareNames(globals, [...new Set(names.values)], tables);
}

/** The bound values as names that a query sees. */
export function scalarBindings(scalars: readonly KqlScalar[]): ReadonlyMap<string, Binding> {
  return new Map(
    scalars.map(s => {
      const value = constantOf(s);
      return [s.name, { kind: "scalar", expr: { kind: "literal", type: value.type, value } } satisfies Binding];
    }),
  );
}

function constantOf(scalar: KqlScalar): ConstantValue {
  const { type, value, name } = scalar;
  switch (type) {
    case "string":
      return { type, value: value === null ? "" : String(value) };
    case "bool":
      return { type, value: value === null ? null : value === true || value === "true" };
    case "int":
    case "long":
      return { type, value: value === null ? null : toInteger(value, name) };
    case "timespan":
      return { type, value: value === null ? null : toInteger(value, name) };
    case "real":
      return { type, value: value === null ? null : Number(value) };
    case "decimal":
    case "guid":
      return { type, value: value === null ? null : String(value) };
    case "datetime":
      return { type, value: value === null ? null : instantTicks(String(value), `the value '${name}'`) };
    case "dynamic":
      return value === null ? { type, value: null } : jsonConstant(String(value), name);
    default:
      return unreachable(type, "constantOf");
  }
}

function toInteger(value: string | number | boolean | bigint, name: string): bigint {
  if (typeof value === "bigint") return value;
  const whole = typeof value === "number" ? Number.isSafeInteger(value) : /^[-+]?\d+$/.test(String(value));
  if (!whole) throw new HuntError("kql/bad-value", `the value '${name}' is not a whole number`);
  return BigInt(value);
}

function jsonConstant(text: string, name: string): ConstantValue {
  try {
    return { type: "dynamic", value: JSON.parse(text) as JsonValue, text };
  } catch (cause) {
    throw new HuntError("kql/bad-value", `the value '${name}' is not JSON`, { cause });
  }
}

/** An ISO instant in ticks. */
export function instantTicks(iso: string, what: string): bigint {
  const ticks = parseDatetime(iso);
  if (ticks === undefined) throw new HuntError("kql/bad-value", `${what} is not an ISO instant: '${iso}'`);
  return ticks;
}
