/** What `query("?")` shows, laid out as MSTICPy does. */
import { displaySymbol, type Displayable, type MimeBundle } from "../base/port.js";
import type { QueryDefinition } from "./definition.js";
import type { ParameterDefinition } from "./parameter.js";

/** Text to read: displays as it is, without quotes around it. */
export class HelpText implements Displayable {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
  [displaySymbol](): MimeBundle {
    return { "text/plain": this.text };
  }
}

const longest = 50;

function defaultText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > longest ? text.slice(0, longest) + "…" : text;
}

function parameterLines(parameter: ParameterDefinition): string[] {
  const shown = defaultText(parameter.default);
  return [
    `${parameter.name}: ${parameter.type}${parameter.required ? "" : " (optional)"}`,
    ...(parameter.description === "" ? [] : [`    ${parameter.description}`]),
    ...(shown === undefined ? [] : [`    (default value is: ${shown})`]),
    ...(parameter.values === undefined ? [] : [`    One of: ${parameter.values.join(", ")}`]),
    ...(parameter.aliases.length === 0 ? [] : [`    Aliases: ${parameter.aliases.map(a => `'${a}'`).join(", ")}`]),
  ];
}

/** Help for one query: name, source, description, parameters by name, template. */
export function describeQuery(definition: QueryDefinition, environment: string): HelpText {
  const parameters = [...definition.parameters].sort((a, b) => (a.name < b.name ? -1 : 1));
  return new HelpText(
    [
      `Query:  ${definition.name}`,
      `Data source:  ${environment}`,
      definition.description,
      "",
      "Parameters",
      "----------",
      ...parameters.flatMap(parameterLines),
      "Query:",
      definition.query,
    ].join("\n"),
  );
}
