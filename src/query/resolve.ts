/** A definition and a call → query text and the range that applies. */
import type { TimeRange } from "../base/clock.js";
import { HuntError } from "../base/error.js";
import type { Call } from "./call.js";
import { fullNames, type QueryDefinition } from "./definition.js";
import { toParameterValue, type ParameterDefinition, type ParameterValue } from "./parameter.js";
import { checkTemplate, renderTemplate, type CheckedTemplate } from "./render.js";
import { TimeSpan, type RangeOrigin } from "./time-span.js";

/** The range that applies where the call says nothing. */
export interface AmbientTime {
  readonly span: TimeSpan;
  readonly origin: Exclude<RangeOrigin, "query" | "argument">;
}

export interface ResolvedQuery {
  readonly text: string;
  readonly range: TimeRange & { readonly from: RangeOrigin };
  /** True when the text holds the range, so that it need not be sent beside it. */
  readonly rangeInText: boolean;
}

/** Added to a template that has no hole of its own for added operators. */
const addedItems: ParameterDefinition = {
  name: "add_query_items",
  type: "clause",
  description: "Pipe operators added to the end of the query",
  default: "",
  required: false,
  aliases: [],
};

function defaultValue(parameter: ParameterDefinition, nowMs: number): ParameterValue {
  const value = parameter.default;
  switch (parameter.type) {
    case "str":
    case "table":
    case "column":
    case "operator":
    case "clause":
      return { kind: "default", text: typeof value === "string" ? value : JSON.stringify(value) };
    case "columns":
      return typeof value === "string" ? { kind: "default", text: value } : toParameterValue(parameter, value, nowMs);
    case "list":
      // As MSTICPy reads it: an empty default is one empty item.
      return value === ""
        ? { kind: "list", items: [{ kind: "text", value: "" }] }
        : toParameterValue(parameter, value, nowMs);
    default:
      return toParameterValue(parameter, value, nowMs);
  }
}

interface Range {
  readonly start: unknown;
  readonly end: unknown;
  readonly origin: RangeOrigin;
}

/** Named start and end, else the range argument, else (without a default in the file) what is ambient. */
function chooseRange(definition: QueryDefinition, call: Call, ambient: AmbientTime): Range {
  const { start, end } = ambient.span;
  const named = { start: call.given.get("start"), end: call.given.get("end") };
  if (named.start !== undefined || named.end !== undefined) {
    const base = call.span ?? ambient.span;
    return { start: named.start ?? base.start, end: named.end ?? base.end, origin: "argument" };
  }
  if (call.span !== undefined) return { start: call.span.start, end: call.span.end, origin: "argument" };
  const own = (name: string) => definition.parameters.find(p => p.name === name && !p.required)?.default;
  const [ownStart, ownEnd] = [own("start"), own("end")];
  if (ownStart === undefined && ownEnd === undefined) return { start, end, origin: ambient.origin };
  return { start: ownStart ?? start, end: ownEnd ?? end, origin: "query" };
}

function isMissing(definition: QueryDefinition, call: Call): string[] {
  return definition.parameters
    .filter(p => p.required && p.name !== "start" && p.name !== "end" && call.given.get(p.name) === undefined)
    .map(p => p.name);
}

function templateFor(definition: QueryDefinition, call: Call): [CheckedTemplate, readonly ParameterDefinition[]] {
  const { template, parameters } = definition;
  const [full = definition.name] = fullNames(definition);
  if (template === undefined)
    throw new HuntError("query/language-unsupported", `query '${full}' is not KQL and cannot be run yet`, {
      hint: `it is for ${definition.environments.join(", ")}`,
    });
  if (call.addQueryItems === undefined || parameters.some(p => p.name === addedItems.name))
    return [template, parameters];
  const all = [...parameters, addedItems];
  const extended = checkTemplate(`${definition.query}\n{${addedItems.name}}`, all);
  if (extended.state === "ready") return [extended.template, all];
  throw new HuntError("query/argument", `query '${full}' cannot take added operators`);
}

/** A value that would only reach a comment would be passed over in silence. */
function refuseWithoutEffect(query: string, template: CheckedTemplate, given: readonly string[]): void {
  for (const name of given) {
    const places = template.holes.filter(h => h.name === name).map(h => h.place.kind);
    if (places.length > 0 && places.every(kind => kind === "in-comment"))
      throw new HuntError("query/parameter-rejected", `parameter '${name}' of '${query}' would have no effect`, {
        hint: "it stands in a comment of the query: its lines may have been joined by YAML; write them with `query: |`",
      });
  }
}

/**
 * Fills a query's parameters from a call.
 *
 * @throws HuntError `query/missing-parameter`, `query/parameter-type`, `query/parameter-value`,
 *   `query/parameter-rejected`, `query/time`
 */
export function resolveQuery(
  definition: QueryDefinition,
  call: Call,
  ambient: AmbientTime,
  nowMs: number,
): ResolvedQuery {
  const [full = definition.name] = fullNames(definition);
  const missing = isMissing(definition, call);
  if (missing.length > 0)
    throw new HuntError(
      "query/missing-parameter",
      `No values found for these parameters of '${full}': ${missing.map(m => `'${m}'`).join(", ")}`,
      { hint: `for example ${full}({ ${missing.map(m => `${m}: …`).join(", ")} }); ${full}("?") shows all` },
    );
  const chosen = chooseRange(definition, call, ambient);
  const span = TimeSpan.from(chosen, nowMs);
  const [template, parameters] = templateFor(definition, call);
  const valueOf = (name: string): ParameterValue => {
    const parameter = parameters.find(p => p.name === name);
    if (parameter === undefined) throw new HuntError("internal/bug", `no parameter '${name}'`);
    if (name === addedItems.name && call.addQueryItems !== undefined)
      return toParameterValue(addedItems, call.addQueryItems, nowMs);
    const given = call.given.get(name);
    if (name === "start" || name === "end")
      return toParameterValue({ ...parameter, type: "datetime" }, name === "start" ? span.start : span.end, nowMs);
    return given === undefined ? defaultValue(parameter, nowMs) : toParameterValue(parameter, given, nowMs);
  };
  refuseWithoutEffect(full, template, [
    ...call.given.keys(),
    ...(call.addQueryItems === undefined ? [] : [addedItems.name]),
  ]);
  const text = renderTemplate(template, parameters, valueOf);
  const used = new Set(template.holes.map(h => h.name));
  return {
    text,
    range: { ...span.toRange(), from: chosen.origin },
    rangeInText: used.has("start") || used.has("end"),
  };
}
