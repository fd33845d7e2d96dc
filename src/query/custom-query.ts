/** Queries that users add in code. They go through the reader of files, so that there is one set of rules. */
import { loadYaml } from "../config/yaml.js";

export interface CustomQueryParameter {
  readonly name: string;
  /** `str`, `datetime`, `list`, `int` …; default `str`. */
  readonly type?: string;
  readonly description?: string;
  /** Leave out for parameters that must be given. */
  readonly default?: unknown;
}

export interface CustomQuery {
  readonly name: string;
  /** The template: `{name}` for parameters, `{{` and `}}` for braces. */
  readonly query: string;
  readonly family: string | readonly string[];
  readonly description?: string;
  readonly parameters?: readonly CustomQueryParameter[];
}

/** The query as the text of a query file. */
export function toQueryFile(query: CustomQuery, environment: string): string {
  const families = typeof query.family === "string" ? [query.family] : query.family;
  const parameters = (query.parameters ?? []).map(p => [
    p.name,
    {
      type: p.type ?? "str",
      description: p.description ?? "",
      ...("default" in p && p.default !== undefined ? { default: p.default } : {}),
    },
  ]);
  return loadYaml().stringify({
    metadata: { version: 1, data_environments: [environment], data_families: families },
    sources: {
      [query.name]: {
        description: query.description ?? "",
        args: { query: query.query },
        parameters: Object.fromEntries(parameters) as Record<string, unknown>,
      },
    },
  });
}
