/**
 * Named queries as functions of KQL: `list_host_logons(host_name="dc01", start=ago(2d)) | summarize …`.
 *
 * A function takes the values of a query. What is no value (a table, a column, an operator, added pipe operators) is as the
 * file's default has it; a query that cannot do without such a parameter is no function. Without `start` and `end` the
 * hunt window applies, else the last 14 days, as where the query is called by name.
 */
import type { KqlFunction } from "../kql/api.js";
import { getEnvironment } from "./environment.js";
import { QueryLibrary } from "./library.js";
import { fullNames, type QueryDefinition } from "./definition.js";
import { nameLiteral, stringLiteral } from "./kql-literal.js";
import { holeMark, type Token } from "./kql-token.js";
import type { ParameterDefinition } from "./parameter.js";
import type { CheckedTemplate, PlacedHole } from "./render.js";
import { atomLiteral } from "./write-value.js";
import { parseTimespan } from "./timespan.js";

/** A query that is a function, or why it is none. */
export type QueryAsFunction =
  { readonly fn: KqlFunction; readonly fullName: string } | { readonly left: string; readonly fullName: string };

/** A reason not to be a function. */
class Left extends Error {}
const leave = (why: string): never => {
  throw new Left(why);
};

/**
 * The queries of one environment as functions, in the order of their names. A name that several families have gets the
 * family's before it: `LinuxSyslog_user_logon`.
 */
export function queriesAsFunctions(definitions: readonly QueryDefinition[]): readonly QueryAsFunction[] {
  const families = new Map<string, number>();
  for (const d of definitions) families.set(d.name, (families.get(d.name) ?? 0) + 1);
  return definitions
    .flatMap((definition): readonly QueryAsFunction[] => {
      const [fullName = definition.name] = fullNames(definition);
      const name = families.get(definition.name) === 1 ? definition.name : fullName.replaceAll(".", "_");
      if (!/^[A-Za-z_]\w*$/.test(name)) return [{ fullName, left: `'${name}' is no name for a function` }];
      try {
        return [{ fullName, fn: toFunction(definition, name) }];
      } catch (error) {
        if (error instanceof Left) return [{ fullName, left: error.message }];
        throw error;
      }
    })
    .sort((a, b) => (a.fullName < b.fullName ? -1 : 1));
}

/** The functions that a workspace has of an environment's queries; a later query of a full name replaces an earlier one. */
export function libraryFunctions(
  definitions: readonly QueryDefinition[],
  environment = "Local",
): readonly KqlFunction[] {
  const library = new QueryLibrary(getEnvironment(environment), definitions);
  const found = library.names().flatMap(name => library.find(name) ?? []);
  return queriesAsFunctions([...new Set(found)]).flatMap(f => ("fn" in f ? [f.fn] : []));
}

function toFunction(definition: QueryDefinition, name: string): KqlFunction {
  const { template, parameters } = definition;
  if (template === undefined) return leave("it is not written in KQL");
  const used = parameters.filter(p => template.holes.some(h => h.name === p.name));
  const taken = used.filter(p => isArgument(p, template));
  const body = write(template, parameters, new Set(taken.map(p => p.name)));
  const table = used.find(p => isTable(p, template));
  const isTime = (p: ParameterDefinition): boolean => p.name === "start" || p.name === "end";
  const isNeeded = (p: ParameterDefinition): boolean => p.required && !isTime(p);
  const ordered = [
    ...(table === undefined ? [] : [table]),
    ...taken.filter(isNeeded),
    ...taken.filter(p => !isNeeded(p) && !isTime(p)),
    ...["start", "end"].flatMap(n => taken.filter(p => p.name === n)),
  ];
  return {
    name,
    parameters: ordered.map(p => declaration(p, !isNeeded(p))).join(", "),
    body,
    says: definition.description,
  };
}

const valuePlaces: ReadonlySet<PlacedHole["place"]["kind"]> = new Set([
  "in-string",
  "in-typed-literal",
  "value",
  "literal",
  "list",
]);

/** Whether all places of a parameter hold values. Else its default stands in them. */
function isArgument(parameter: ParameterDefinition, template: CheckedTemplate): boolean {
  const places = template.holes.filter(h => h.name === parameter.name).map(h => h.place.kind);
  if (places.every(kind => kind === "in-comment")) return false;
  if (places.every(kind => valuePlaces.has(kind) || kind === "in-comment")) return true;
  if (isTable(parameter, template)) return false;
  if (parameter.required)
    return leave(`'${parameter.name}' is no value: it names a table, a column or a part of the query`);
  return false;
}

/** A table that the caller must give: the function's first argument, which `invoke` passes on. */
function isTable(parameter: ParameterDefinition, template: CheckedTemplate): boolean {
  const places = template.holes.filter(h => h.name === parameter.name).map(h => h.place.kind);
  return parameter.type === "table" && parameter.required && places.every(kind => kind === "name");
}

/** The type of a parameter's argument. Text in the place of a number is a number or a duration, as its default says. */
function kqlType(parameter: ParameterDefinition): string {
  switch (parameter.type) {
    case "datetime":
      return "datetime";
    case "list":
      return "dynamic";
    case "int":
      return "long";
    case "real":
      return "real";
    case "bool":
      return "bool";
    case "timespan":
      return "timespan";
    default:
      return "string";
  }
}

/** `host_name: string`, `limit: long = 10`. */
function declaration(parameter: ParameterDefinition, optional: boolean): string {
  if (parameter.type === "table") return `${nameLiteral(parameter.name)}: (*)`;
  const type = kqlType(parameter);
  const named = `${nameLiteral(parameter.name)}: ${type}`;
  return optional ? `${named} = ${defaultLiteral(parameter, type)}` : named;
}

function defaultLiteral(parameter: ParameterDefinition, type: string): string {
  const value = parameter.default;
  if (type === "datetime") return "datetime(null)";
  if (type === "dynamic") {
    const items: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
    if (!items.every(i => typeof i === "string" || typeof i === "number" || typeof i === "boolean"))
      return leave(`the default of '${parameter.name}' is no list of texts and numbers`);
    return `dynamic([${items.map(i => (typeof i === "string" ? stringLiteral(i) : String(i))).join(", ")}])`;
  }
  if (type === "timespan") {
    const ticks = typeof value === "string" ? parseTimespan(value) : undefined;
    return ticks === undefined
      ? leave(`the default of '${parameter.name}' is no duration`)
      : atomLiteral({ kind: "timespan", ticks });
  }
  if (type === "string") return stringLiteral(typeof value === "string" ? value : JSON.stringify(value ?? ""));
  if (typeof value === "boolean" && type === "bool") return String(value);
  const number = Number(value);
  if (!Number.isFinite(number)) return leave(`the default of '${parameter.name}' is no number`);
  return type === "long" ? `long(${Math.trunc(number)})` : `real(${number})`;
}

/** A parameter's value in the body. The range of time that is not given is the hunt window. */
function reference(parameter: ParameterDefinition): string {
  const name = nameLiteral(parameter.name);
  if (parameter.type !== "datetime") return name;
  const own = parameter.default;
  if (parameter.required || own === undefined || own === null) {
    if (parameter.name === "start") return `coalesce(${name}, hunt_start())`;
    if (parameter.name === "end") return `coalesce(${name}, hunt_end())`;
    return name;
  }
  const relative = typeof own === "string" ? /^(-\d{1,6})d?$/.exec(own)?.[1] : undefined;
  const days = typeof own === "number" ? own : relative === undefined ? NaN : Number(relative);
  if (Number.isFinite(days)) return `coalesce(${name}, now(${days} * 1d))`;
  return leave(`the default of '${parameter.name}' is a time that KQL has no word for`);
}

/** Pieces of the template to be replaced, and by what. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function write(
  template: CheckedTemplate,
  parameters: readonly ParameterDefinition[],
  taken: ReadonlySet<string>,
): string {
  const byName = new Map(parameters.map(p => [p.name, p]));
  const code = template.tokens.filter(t => t.kind !== "comment");
  const changes: Change[] = [];
  const done = new Set<Token>();
  for (const hole of template.holes) {
    const parameter = byName.get(hole.name);
    const token = template.tokens.find(t => t.start <= hole.at && hole.at < t.end);
    if (parameter === undefined || token === undefined || done.has(token)) continue;
    if (taken.has(hole.name) && hole.place.kind !== "in-comment") {
      done.add(token);
      changes.push(valueChange(template, hole, parameter, { token, code, byName, taken }));
    } else changes.push({ start: hole.at, end: hole.at + 1, text: fixedText(parameter, hole) });
  }
  let text = "";
  let at = 0;
  for (const change of changes.sort((a, b) => a.start - b.start)) {
    text += template.text.slice(at, change.start) + change.text;
    at = change.end;
  }
  return (text + template.text.slice(at)).trim();
}

/** The default of what is no argument, as the file has it. */
function fixedText(parameter: ParameterDefinition, hole: PlacedHole): string {
  if (hole.place.kind === "in-comment") return parameter.name;
  if (parameter.type === "table" && parameter.required) return nameLiteral(parameter.name);
  const value = parameter.default;
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(String).join(", ");
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

interface Around {
  readonly token: Token;
  readonly code: readonly Token[];
  readonly byName: ReadonlyMap<string, ParameterDefinition>;
  readonly taken: ReadonlySet<string>;
}

function valueChange(
  template: CheckedTemplate,
  hole: PlacedHole,
  parameter: ParameterDefinition,
  around: Around,
): Change {
  const { token, code } = around;
  const written = template.text.slice(token.start, token.end);
  switch (hole.place.kind) {
    case "in-string":
      return { start: token.start, end: token.end, text: joined(written, template, around) };
    case "in-typed-literal": {
      const inner = new RegExp(`^\\w+\\(\\s*${holeMark}\\s*\\)$`);
      if (!inner.test(written)) return leave(`'${parameter.name}' is a part of a ${hole.place.type} literal`);
      const type = hole.place.type === "date" ? "datetime" : hole.place.type;
      const value = reference(parameter);
      return { start: token.start, end: token.end, text: kqlType(parameter) === type ? value : `to${type}(${value})` };
    }
    case "list": {
      if (hole.place.inside === "nothing") return { start: hole.at, end: hole.at + 1, text: reference(parameter) };
      if (!hole.place.alone) return leave(`'${parameter.name}' is a part of a list`);
      if (hole.place.inside === "(") return { start: hole.at, end: hole.at + 1, text: reference(parameter) };
      // `dynamic([{list}])`: the whole literal is the argument.
      const i = code.indexOf(token);
      const [first, last] = [code[i - 3], code[i + 2]];
      if (first === undefined || last === undefined || template.text.slice(first.start, first.end) !== "dynamic")
        return leave(`'${parameter.name}' is a part of a literal`);
      return { start: first.start, end: last.end, text: reference(parameter) };
    }
    default:
      return { start: hole.at, end: hole.at + 1, text: reference(parameter) };
  }
}

/** A string with holes: its pieces, quoted as they were, and the values between them. */
function joined(written: string, template: CheckedTemplate, { token, byName, taken }: Around): string {
  const open = /^[hH]?(?:@?["']|```|~~~)/.exec(written)?.[0] ?? "";
  const close = open.replace(/^[hH]?@?/, "");
  const names = template.holes.filter(h => h.at >= token.start && h.at < token.end).map(h => h.name);
  const pieces = written.slice(open.length, written.length - close.length).split(holeMark);
  const parts = pieces.flatMap((piece, i): readonly string[] => {
    const parameter = byName.get(names[i] ?? "");
    const before = piece === "" ? [] : [`${open}${piece}${close}`];
    if (i >= names.length || parameter === undefined) return before;
    if (!taken.has(parameter.name)) return leave(`'${parameter.name}' is a part of a string`);
    if (parameter.type === "list") return leave(`the list '${parameter.name}' is a part of a string`);
    const value = reference(parameter);
    return [...before, kqlType(parameter) === "string" ? value : `tostring(${value})`];
  });
  const [only, ...others] = parts;
  if (only === undefined) return `${open}${close}`;
  return others.length === 0 ? only : `strcat(${parts.join(", ")})`;
}
