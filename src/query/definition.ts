/** A named query, as read from a file. */
import type { Column } from "../base/column.js";
import type { ParameterDefinition } from "./parameter.js";
import type { CheckedTemplate } from "./render.js";

export interface QueryDefinition {
  readonly name: string;
  /** The query is offered under each of them; dots nest. */
  readonly families: readonly string[];
  /** Canonical names. */
  readonly environments: readonly string[];
  readonly description: string;
  /** In the file's order: its own, then the defaults'. */
  readonly parameters: readonly ParameterDefinition[];
  /** The template as written, macros replaced. */
  readonly query: string;
  /** Undefined for languages other than KQL. */
  readonly template: CheckedTemplate | undefined;
  /** Columns of the answer, where the file says them. */
  readonly columns: readonly Column[] | undefined;
  /** The file's metadata, the defaults' and the query's, merged. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly file: string;
  /** 1-based line of the query's name. */
  readonly line: number;
}

/** `Family.name` for each family. */
export function fullNames(definition: QueryDefinition): string[] {
  return definition.families.map(family => `${family}.${definition.name}`);
}
