/**
 * What JupyterLab and its settings editor use of `ajv`, without making code from schemas: the page's policy forbids that,
 * and checking interpretively starts the Lab sooner.
 */
import type { OutputUnit, Schema } from "@cfworker/json-schema";
import { Validator } from "@cfworker/json-schema";

interface Options {
  readonly useDefaults?: boolean;
}
interface ErrorObject {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly message: string;
  readonly params: Readonly<Record<string, unknown>>;
}
type JsonObject = Record<string, unknown>;
interface ValidateFunction {
  (data: unknown): boolean;
  errors: ErrorObject[] | null;
  schema: object;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `#/definitions/x` of the same schema. */
function resolve(schema: unknown, root: object): unknown {
  const ref = isObject(schema) ? schema["$ref"] : undefined;
  if (typeof ref !== "string" || !ref.startsWith("#/")) return schema;
  return ref
    .slice(2)
    .split("/")
    .reduce<unknown>(
      (at, key) => (isObject(at) ? at[key.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined),
      root,
    );
}

/** Puts the defaults of a schema's properties where data has none, as ajv's `useDefaults` does. */
function fillDefaults(given: unknown, data: unknown, root: object, depth = 0): void {
  const schema = resolve(given, root);
  if (!isObject(schema) || depth > 20) return;
  if (Array.isArray(schema["allOf"]))
    for (const part of schema["allOf"] as unknown[]) fillDefaults(part, data, root, depth + 1);
  if (isObject(data) && isObject(schema["properties"])) {
    for (const [key, raw] of Object.entries(schema["properties"])) {
      const property = resolve(raw, root);
      const fallback =
        isObject(raw) && "default" in raw ? raw["default"] : isObject(property) ? property["default"] : undefined;
      if (data[key] === undefined && fallback !== undefined) data[key] = structuredClone(fallback);
      if (data[key] !== undefined) fillDefaults(property, data[key], root, depth + 1);
    }
  }
  if (Array.isArray(data) && isObject(schema["items"]))
    for (const item of data) fillDefaults(schema["items"], item, root, depth + 1);
}

function toError({ keyword, instanceLocation, keywordLocation, error }: OutputUnit): ErrorObject {
  return {
    keyword,
    instancePath: instanceLocation.replace(/^#/, ""),
    schemaPath: keywordLocation,
    message: error,
    params: {},
  };
}

export class Ajv {
  readonly #options: Options;
  readonly #schemas = new Map<string, ValidateFunction>();
  errors: ErrorObject[] | null = null;
  /** Read by the settings editor's adapter. */
  readonly opts = {};

  constructor(options: Options = {}) {
    this.#options = options;
  }

  compile(schema: object): ValidateFunction {
    let validator: Validator | undefined;
    const validate = (data: unknown): boolean => {
      if (this.#options.useDefaults === true) fillDefaults(schema, data, schema);
      validator ??= new Validator(schema as Schema, "7", false);
      const { valid, errors } = validator.validate(data);
      compiled.errors = this.errors = valid ? null : errors.map(toError);
      return valid;
    };
    const compiled: ValidateFunction = Object.assign(validate, { errors: null, schema });
    return compiled;
  }

  validate(schema: object | string, data: unknown): boolean {
    const validate = typeof schema === "string" ? this.getSchema(schema) : this.compile(schema);
    if (validate === undefined) throw new Error(`no schema "${String(schema)}"`);
    return validate(data);
  }

  addSchema(schema: object, key?: string): this {
    const id = key ?? (schema as { $id?: string }).$id ?? "";
    this.#schemas.set(id, this.compile(schema));
    return this;
  }

  getSchema(key: string): ValidateFunction | undefined {
    return this.#schemas.get(key);
  }

  removeSchema(key?: string | object): this {
    if (typeof key === "string") this.#schemas.delete(key);
    else if (key === undefined) this.#schemas.clear();
    else this.#schemas.delete((key as { $id?: string }).$id ?? "");
    return this;
  }

  /** The schemas of our own bundle are checked by their authors; those of users there are none. */
  validateSchema(): boolean {
    return true;
  }

  addMetaSchema(): this {
    return this;
  }
  addFormat(): this {
    return this;
  }
  addKeyword(): this {
    return this;
  }
  addVocabulary(): this {
    return this;
  }
}

export default Ajv;
