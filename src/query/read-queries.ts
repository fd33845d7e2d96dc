/**
 * Reads query files in MSTICPy's format: `metadata`, `defaults`, `sources`. Everything wrong is collected with its
 * place; a query with an error is left out, the others of the file are read.
 *
 * Source: MSTICPy's documentation, "Creating query template files".
 */
import { isKqlType, type Column } from "../base/column.js";
import type { Diagnostic } from "../base/diagnostic.js";
import { didYouMean } from "../base/suggest.js";
import { isMapping, parseYamlSource, type YamlPath, type YamlSource } from "../config/yaml-source.js";
import type { QueryDefinition } from "./definition.js";
import { environmentNames, findEnvironment } from "./environment.js";
import { parameterTypeAliases, parameterTypes, type ParameterDefinition, type ParameterType } from "./parameter.js";
import { checkTemplate } from "./render.js";

export interface QueryFileResult {
  readonly file: string;
  readonly text: string;
  readonly definitions: readonly QueryDefinition[];
  /** Errors (a query or the file was left out) and warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

type Mapping = Record<string, unknown>;

/** Collects what is wrong, with the place of the key it is about. */
class Complaints {
  readonly list: Diagnostic[] = [];
  readonly #source: YamlSource;

  constructor(source: YamlSource) {
    this.#source = source;
  }

  add(path: YamlPath, message: string, hint?: string, severity: Diagnostic["severity"] = "error"): void {
    const span = this.#source.spanOf(path);
    this.list.push({ code: "query/file-invalid", severity, message, span, ...(hint === undefined ? {} : { hint }) });
  }

  addAll(path: YamlPath, diagnostics: readonly Diagnostic[]): void {
    const span = this.#source.spanOf(path);
    this.list.push(...diagnostics.map(d => ({ ...d, span })));
  }

  get errors(): number {
    return this.list.filter(d => d.severity === "error").length;
  }
}

/** Objects are merged by key, everything else is replaced by the later one; null is no value. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined || over === null) return base;
  if (!isMapping(base) || !isMapping(over)) return over;
  const out: Mapping = { ...base };
  for (const [key, value] of Object.entries(over)) out[key] = key in out ? merge(out[key], value) : value;
  return out;
}

const asMapping = (value: unknown): Mapping => (isMapping(value) ? value : {});

function asTexts(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return list.filter(item => ["string", "number", "boolean"].includes(typeof item)).map(item => String(item));
}

/** Names that JavaScript and MSTICPy can both write after a dot. */
export function toSafeName(name: string): string {
  const safe = name.trim().replace(/[^A-Za-z0-9_]/g, "_");
  return /^\d/.test(safe) ? `_${safe}` : safe;
}

function readType(raw: Mapping, path: YamlPath, complaints: Complaints): ParameterType {
  const { type } = raw;
  const name = typeof type === "string" ? type.trim().toLowerCase() : "";
  if (name in parameterTypes) return name as ParameterType;
  const alias = Object.hasOwn(parameterTypeAliases, name) ? parameterTypeAliases[name] : undefined;
  if (alias !== undefined) return alias;
  const known = Object.keys(parameterTypes);
  const shown = typeof type === "string" ? `unknown type '${type}'${didYouMean(type, known)}` : "the type is missing";
  complaints.add([...path, "type"], `parameter '${String(path.at(-1))}': ${shown}`, `one of: ${known.join(", ")}`);
  return "str";
}

function readParameter(name: string, value: unknown, path: YamlPath, complaints: Complaints): ParameterDefinition {
  const raw = asMapping(value);
  if (!isMapping(value)) complaints.add(path, `parameter '${name}' has no description and type`);
  if (raw["format"] !== undefined)
    complaints.add(
      [...path, "format"],
      `parameter '${name}': 'format' is not supported`,
      "write the format in the query",
    );
  const type = readType(raw, path, complaints);
  const optional = "default" in raw;
  const values = asTexts(raw["values"]);
  return {
    name,
    type,
    description: typeof raw["description"] === "string" ? raw["description"].trim() : "",
    default: optional ? (raw["default"] ?? "") : undefined,
    required: !optional,
    aliases: asTexts(raw["aliases"]),
    ...(values.length > 0 ? { values } : {}),
  };
}

/** Parameters that every query keeps; the other defaults of a file only where the query uses them. */
const keptDefaults = new Set(["start", "end", "add_query_items"]);

function readParameters(
  source: Mapping,
  defaults: Mapping,
  query: string,
  at: { readonly path: YamlPath; readonly complaints: Complaints },
): ParameterDefinition[] {
  const { path, complaints } = at;
  const own = asMapping(source["parameters"]);
  const shared = asMapping(defaults["parameters"]);
  const used = Object.keys(shared).filter(name => keptDefaults.has(name) || query.includes(`{${name}}`));
  return [...new Set([...Object.keys(own), ...used])].map(name => {
    const where: YamlPath = Object.hasOwn(own, name) ? [...path, "parameters", name] : ["defaults", "parameters", name];
    if (!/^[A-Za-z_]\w*$/.test(name))
      complaints.add(where, `'${name}' is not a parameter name`, "letters, digits and _");
    return readParameter(name, merge(shared[name], own[name]), where, complaints);
  });
}

function replaceMacros(query: string, macros: Mapping): string {
  return query.replace(/\$<([^<>\n]+)>\$/g, (_, name: string) => {
    const macro = macros[name.trim()];
    const value = isMapping(macro) ? macro["value"] : macro;
    return typeof value === "string" ? value : "";
  });
}

function readColumns(metadata: Mapping, path: YamlPath, complaints: Complaints): readonly Column[] | undefined {
  const raw = metadata["columns"];
  if (!isMapping(raw)) return undefined;
  return Object.entries(raw).flatMap(([name, type]) => {
    if (typeof type === "string" && isKqlType(type)) return [{ name, type }];
    complaints.add([...path, "metadata", "columns", name], `column '${name}' has no KQL type`);
    return [];
  });
}

interface Head {
  readonly metadata: Mapping;
  readonly defaults: Mapping;
}

function readEnvironments(metadata: Mapping, complaints: Complaints): string[] {
  const names = asTexts(metadata["data_environments"] ?? metadata["data_environment"]);
  const found: string[] = [];
  for (const name of names) {
    const environment = findEnvironment(name);
    if (environment !== undefined) found.push(environment.name);
    else
      complaints.add(
        ["metadata", "data_environments"],
        `unknown environment '${name}'${didYouMean(name, environmentNames)}`,
        undefined,
        "warning",
      );
  }
  return [...new Set(found)];
}

function readFamilies(metadata: Mapping): string[] {
  const names = asTexts(metadata["data_families"] ?? metadata["data_family"]);
  return [
    ...new Set(
      names.map(name =>
        name
          .replace(/^DataFamily\./, "")
          .split(".")
          .map(toSafeName)
          .join("."),
      ),
    ),
  ];
}

function readDefinition(name: string, raw: Mapping, head: Head, source: YamlSource): [QueryDefinition, Complaints] {
  const path: YamlPath = ["sources", name];
  const complaints = new Complaints(source);
  const metadata = asMapping(
    merge(merge(head.metadata, asMapping(head.defaults["metadata"])), asMapping(raw["metadata"])),
  );
  const args = asMapping(raw["args"]);
  const text = args["query"];
  if (typeof text !== "string" || text.trim() === "")
    complaints.add([...path, "args"], `query '${name}' has no text`, "put it in args: query: |");
  const query = replaceMacros(typeof text === "string" ? text : "", asMapping(raw["query_macros"]));
  const parameters = readParameters(raw, head.defaults, query, { path, complaints });
  const environments = readEnvironments(metadata, complaints);
  const families = readFamilies(metadata);
  if (families.length === 0) complaints.add(path, `query '${name}' has no data_families`);
  const isKql = environments.some(e => findEnvironment(e)?.kql === true);
  const checked = isKql ? checkTemplate(query, parameters) : undefined;
  if (checked?.state === "failed") complaints.addAll([...path, "args", "query"], checked.diagnostics);
  const silent = checked?.state === "ready" ? checked.template.holes.filter(h => h.place.kind === "in-comment") : [];
  if (silent.length > 0)
    complaints.add(
      [...path, "args", "query"],
      `query '${name}': a comment holds ${[...new Set(silent.map(h => `'{${h.name}}'`))].join(", ")} and what follows`,
      "YAML joined its lines; write the query with `query: |`",
      "warning",
    );
  const definition: QueryDefinition = {
    name: toSafeName(name),
    families,
    environments,
    description: typeof raw["description"] === "string" ? raw["description"].trim() : "",
    parameters,
    query: query.trim(),
    template: checked?.state === "ready" ? checked.template : undefined,
    columns: readColumns(metadata, path, complaints),
    metadata,
    file: source.name,
    line: source.lineOf(path),
  };
  return [definition, complaints];
}

function checkHead(root: unknown, complaints: Complaints): Mapping | undefined {
  if (root === null || root === undefined) {
    complaints.add([], "the file is empty", "a query file has metadata, defaults and sources");
    return undefined;
  }
  if (!isMapping(root)) {
    complaints.add([], "the file is not a mapping", "a query file has metadata, defaults and sources");
    return undefined;
  }
  const metadata = root["metadata"];
  const hasSources = isMapping(root["sources"]) && Object.keys(root["sources"]).length > 0;
  if (!hasSources) complaints.add(["sources"], "the file has no sources");
  if (!isMapping(metadata)) complaints.add(["metadata"], "the file has no metadata");
  else {
    if (asTexts(metadata["data_environments"] ?? metadata["data_environment"]).length === 0)
      complaints.add(["metadata"], "metadata has no data_environments", `known: ${environmentNames.join(", ")}`);
    if (asTexts(metadata["data_families"] ?? metadata["data_family"]).length === 0)
      complaints.add(["metadata"], "metadata has no data_families");
  }
  return complaints.errors === 0 ? root : undefined;
}

/** Reads one file's text. Nothing is thrown: what is wrong is in `diagnostics`. */
export function readQueries(text: string, file: string): QueryFileResult {
  const source = parseYamlSource(text, file);
  if (source.diagnostics.length > 0) return { file, text, definitions: [], diagnostics: source.diagnostics };
  const complaints = new Complaints(source);
  const root = checkHead(source.value, complaints);
  if (root === undefined) return { file, text, definitions: [], diagnostics: complaints.list };
  const head: Head = { metadata: asMapping(root["metadata"]), defaults: asMapping(root["defaults"]) };
  const definitions: QueryDefinition[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [name, raw] of Object.entries(asMapping(root["sources"]))) {
    const [definition, found] = readDefinition(name, asMapping(raw), head, source);
    diagnostics.push(...found.list);
    if (found.errors === 0) definitions.push(definition);
  }
  const seen = new Set<string>();
  const unique = diagnostics.filter(d => {
    const key = `${d.span.start} ${d.message}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
  return { file, text, definitions, diagnostics: unique };
}
