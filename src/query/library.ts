/** Named queries of one environment, found by `Family.name`. */
import { HuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import { fullNames, type QueryDefinition } from "./definition.js";
import type { Environment } from "./environment.js";

export interface QuerySearch {
  /** A regular expression, or several of which one must match, over name, description, parameters and text. */
  readonly search?: string | readonly string[];
  /** The same over the query's text alone. */
  readonly table?: string | readonly string[];
  /** The same over the names of parameters. */
  readonly param?: string | readonly string[];
  /** Default true. */
  readonly ignoreCase?: boolean;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A later query of the same full name replaces the earlier one, so that users' files can override shipped ones. */
export class QueryLibrary {
  readonly #queries = new Map<string, QueryDefinition>();
  readonly #environment: Environment;

  constructor(environment: Environment, definitions: readonly QueryDefinition[]) {
    this.#environment = environment;
    this.add(definitions);
  }

  /** Adds those that are for this environment; returns their full names. */
  add(definitions: readonly QueryDefinition[]): string[] {
    const wanted = new Set([this.#environment.name, ...this.#environment.alsoOffers]);
    const mine = definitions.filter(d => d.environments.some(e => wanted.has(e)));
    for (const definition of mine) for (const name of fullNames(definition)) this.#queries.set(name, definition);
    return mine.flatMap(fullNames);
  }

  /** Full names, by family and name. */
  names(substring?: string): string[] {
    const wanted = substring?.toLowerCase() ?? "";
    return [...this.#queries.keys()].filter(name => name.toLowerCase().includes(wanted)).sort(byText);
  }

  families(): string[] {
    return [...new Set([...this.#queries.keys()].map(name => name.slice(0, name.lastIndexOf("."))))].sort(byText);
  }

  find(name: string): QueryDefinition | undefined {
    return this.#queries.get(name);
  }

  /**
   * By full name, or by its last part where only one query has it.
   * @throws HuntError `query/unknown-query` with a suggestion, `query/ambiguous-query`
   */
  get(name: string): QueryDefinition {
    const exact = this.#queries.get(name);
    if (exact !== undefined) return exact;
    const matches = [...this.#queries].filter(([full]) => full.endsWith(`.${name}`));
    const [first] = matches;
    if (first === undefined) {
      const known = [...this.#queries.keys(), ...[...this.#queries.values()].map(d => d.name)];
      throw new HuntError("query/unknown-query", `no query '${name}'${didYouMean(name, known)}`, {
        hint: `listQueries() shows the ${this.#queries.size} queries of ${this.#environment.name}`,
      });
    }
    if (new Set(matches.map(([, d]) => d)).size > 1)
      throw new HuntError("query/ambiguous-query", `'${name}' is the name of several queries`, {
        hint: `one of: ${matches.map(([full]) => full).join(", ")}`,
      });
    return first[1];
  }

  /** @throws HuntError `query/search` for a pattern that is no regular expression */
  search(wanted: QuerySearch): string[] {
    const flags = wanted.ignoreCase === false ? "" : "i";
    const matcher = (patterns: string | readonly string[] | undefined) => {
      if (patterns === undefined) return () => true;
      const list = (typeof patterns === "string" ? [patterns] : patterns).map(p => toPattern(p, flags));
      return (text: string) => list.some(p => p.test(text));
    };
    const [anywhere, table, param] = [matcher(wanted.search), matcher(wanted.table), matcher(wanted.param)];
    return this.names().filter(name => {
      const d = this.#queries.get(name);
      if (d === undefined) return false;
      const parameters = d.parameters.map(p => `${p.name} ${p.description}`).join("\n");
      const names = d.parameters.map(p => p.name).join("\n");
      return anywhere([name, d.description, parameters, d.query].join("\n")) && table(d.query) && param(names);
    });
  }
}

function toPattern(text: string, flags: string): RegExp {
  try {
    return new RegExp(text, flags);
  } catch (cause) {
    throw new HuntError("query/search", `'${text}' is not a regular expression`, {
      cause,
      hint: "escape ( ) [ ] * + ?",
    });
  }
}
