/**
 * Writes `src/query/query-families.generated.ts`, the types of the shipped queries, their parameters and their rows, and
 * `queries/functions.json`, the shipped queries as functions of KQL.
 *
 * `tsx tools/query-types.ts` writes the files; `--check` only says whether they are up to date. Same queries, same bytes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { format } from "prettier";
import type { Column, KqlType } from "../src/base/column.js";
import { fullNames, type QueryDefinition } from "../src/query/definition.js";
import { environments } from "../src/query/environment.js";
import { QueryLibrary } from "../src/query/library.js";
import { libraryFunctions } from "../src/query/kql-functions.js";
import { loadQueryFolder, shippedFunctionsFile, shippedQueriesDir } from "../src/query/load-queries.js";
import type { ParameterDefinition, ParameterType } from "../src/query/parameter.js";
import { exampleText } from "../src/query/example.js";
import { createTableBinder, type TableBinder } from "./table-binder.js";

export const generatedFile = join(import.meta.dirname, "../src/query/query-families.generated.ts");

const cellTypes: Record<KqlType, string> = {
  bool: "boolean | null",
  int: "number | null",
  long: "number | null",
  real: "number | null",
  decimal: "number | null",
  string: "string",
  datetime: "Date | null",
  timespan: "number | null",
  guid: "string | null",
  dynamic: "Cell",
};

const parameterCells: Record<ParameterType, string> = {
  str: "string",
  datetime: "TimeInput",
  list: "ListInput",
  int: "number | bigint",
  real: "number",
  bool: "boolean",
  timespan: "string",
  table: "string",
  column: "string",
  columns: "readonly string[] | string",
  operator: "string",
  clause: "string",
};

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const comment = (text: string): string => `/** ${text.replace(/\*\//g, "* /").replace(/\s+/g, " ")} */`;
const pascal = (name: string): string => name.replace(/(?:^|[_.])([a-z0-9A-Z])/g, (_, c: string) => c.toUpperCase());

function parameterLine(parameter: ParameterDefinition): string[] {
  const { name, values, type } = parameter;
  if (name === "add_query_items") return [];
  const isTime = name === "start" || name === "end";
  const written = isTime ? "TimeInput" : (values?.map(v => JSON.stringify(v)).join(" | ") ?? parameterCells[type]);
  const optional = isTime || !parameter.required ? "?" : "";
  return [comment(parameter.description), `readonly ${key(name)}${optional}: ${written};`];
}

function rowBody(columns: readonly Column[]): string {
  return columns.map(c => `readonly ${key(c.name)}: ${cellTypes[c.type]};`).join("\n");
}

/** Row interfaces: one for each table that is given whole, one for each query that shapes its own. */
class Rows {
  readonly #byBody = new Map<string, string>();
  readonly texts: string[] = [];

  constructor(binder: TableBinder) {
    for (const t of binder.tables) this.#byBody.set(rowBody(t.columns), `=${pascal(t.name)}Row`);
  }

  nameOf(columns: readonly Column[], wanted: string): string {
    const body = rowBody(columns);
    const found = this.#byBody.get(body);
    if (found !== undefined && !found.startsWith("=")) return found;
    const name = found?.slice(1) ?? wanted;
    this.#byBody.set(body, name);
    this.texts.push(`export interface ${name} {\n${body}\n}`);
    return name;
  }
}

function rowTypeOf(definition: QueryDefinition, binder: TableBinder, rows: Rows): string {
  if (definition.template === undefined) return "Row";
  const shapeIsGiven = definition.parameters.some(p => p.required && ["table", "column", "columns"].includes(p.type));
  if (shapeIsGiven) return "Row";
  const { columns, errors } = binder.bind(exampleText(definition));
  const [full = ""] = fullNames(definition);
  if (errors.length > 0) throw new Error(`${definition.file}:${definition.line} ${full}: ${errors.join("; ")}`);
  return columns.length === 0 ? "Row" : rows.nameOf(columns, `${pascal(full)}Row`);
}

/** The text of the generated file. */
export async function generateQueryTypes(): Promise<string> {
  const files = loadQueryFolder(shippedQueriesDir);
  const problems = files.flatMap(f => f.diagnostics.map(d => `${f.file}: ${d.message}`));
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const definitions = files.flatMap(f => f.definitions);
  const binder = createTableBinder();
  const rows = new Rows(binder);
  const interfaces: string[] = [];
  const typeOf = new Map<QueryDefinition, string>();
  for (const definition of definitions) {
    const base = pascal(fullNames(definition)[0] ?? definition.name);
    const lines = definition.parameters.flatMap(parameterLine);
    interfaces.push(`export interface ${base}Parameters {\n${lines.join("\n")}\n}`);
    typeOf.set(definition, `QueryFunction<${base}Parameters, ${rowTypeOf(definition, binder, rows)}>`);
  }
  const families = familyTexts(definitions, typeOf);
  const body = [...rows.texts, ...interfaces, ...families].join("\n\n");
  const used = (names: readonly string[]) => names.filter(name => new RegExp(`\\b${name}\\b`).test(body)).join(", ");
  const text = [
    "// Generated from queries/ by tools/query-types.ts; do not edit.",
    "/* eslint-disable max-lines -- generated */",
    `import type { ${used(["Cell", "Row"])} } from "../frame/api.js";`,
    `import type { ${used(["ListInput", "QueryFunction", "TimeInput"])} } from "./query-function.js";`,
    body,
  ].join("\n");
  return format(text, { parser: "typescript", printWidth: 120, arrowParens: "avoid" });
}

function familyTexts(definitions: readonly QueryDefinition[], typeOf: ReadonlyMap<QueryDefinition, string>): string[] {
  const texts: string[] = [];
  const seen = new Map<string, string>();
  const members: string[] = [];
  for (const environment of environments) {
    const library = new QueryLibrary(environment, definitions);
    const names = library.names();
    if (names.length === 0) continue;
    const name = `${pascal(environment.name)}Families`;
    members.push(`readonly ${environment.name}: ${name};`);
    const earlier = seen.get(names.join());
    seen.set(names.join(), name);
    if (earlier !== undefined) {
      texts.push(`export type ${name} = ${earlier};`);
      continue;
    }
    for (const family of library.families()) {
      const lines = names
        .filter(n => n.slice(0, n.lastIndexOf(".")) === family)
        .flatMap(n => {
          const definition = library.get(n);
          const short = n.slice(n.lastIndexOf(".") + 1);
          return [comment(definition.description), `readonly ${key(short)}: ${typeOf.get(definition)};`];
        });
      texts.push(`export interface ${pascal(environment.name)}${pascal(family)}Queries {\n${lines.join("\n")}\n}`);
    }
    const nested = library.families().map(f => `readonly ${key(f)}: ${pascal(environment.name)}${pascal(f)}Queries;`);
    texts.push(`export interface ${name} {\n${nested.join("\n")}\n}`);
  }
  return [...texts, `export interface ShippedQueryFamilies {\n${members.join("\n")}\n}`];
}

/** The shipped queries as functions of KQL, so that a workspace need not read the YAML files for them. */
export function generateQueryFunctions(): string {
  const functions = libraryFunctions(loadQueryFolder(shippedQueriesDir).flatMap(f => f.definitions));
  return `${JSON.stringify(functions, undefined, 1)}\n`;
}

if (process.argv[1] === import.meta.filename) {
  const files = [
    [generatedFile, await generateQueryTypes()],
    [shippedFunctionsFile, generateQueryFunctions()],
  ] as const;
  for (const [file, text] of files) {
    if (!process.argv.includes("--check")) writeFileSync(file, text);
    else if (readFileSync(file, "utf8") !== text) {
      console.error(`${basename(file)} is not up to date: run \`npx tsx tools/query-types.ts\``);
      process.exitCode = 1;
    }
  }
}
