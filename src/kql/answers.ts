/**
 * Plug-ins whose columns depend on the data (`evaluate pivot`, `evaluate bag_unpack`): what the data said becomes the
 * output schema that the user could have written, so that the binder knows names and types of everything after it.
 */
import type { Column, KqlType } from "../base/column.js";
import type { KqlAnswer } from "./api.js";
import { isKqlType } from "../base/column.js";
import { HuntError } from "../base/error.js";

/** A text with the schemas put in, and the way back from its offsets to those of the text as written. */
export interface AnsweredText {
  readonly text: string;
  readonly toWritten: (offset: number) => number;
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

export function insertAnswers(written: string, answers: readonly KqlAnswer[]): AnsweredText {
  const insertions = answers
    .flatMap((answer): readonly Insertion[] => {
      const columns = answerColumns(answer);
      return columns === undefined ? [] : [{ at: answer.at, text: schemaText(columns) }];
    })
    .sort((a, b) => a.at - b.at);
  let text = "";
  let from = 0;
  for (const { at, text: schema } of insertions) {
    text += written.slice(from, at) + schema;
    from = at;
  }
  text += written.slice(from);
  const toWritten = (offset: number): number => {
    let shift = 0;
    for (const { at, text: schema } of insertions) {
      if (offset <= at + shift) break;
      if (offset <= at + shift + schema.length) return at;
      shift += schema.length;
    }
    return offset - shift;
  };
  return { text, toWritten };
}

/** ` : (['a']: long, …)`. Names come from data: they are printed as bracketed string literals. */
function schemaText(columns: readonly Column[]): string {
  return ` : (${columns.map(c => `${bracketed(c.name)}: ${c.type}`).join(", ")})`;
}

/** A name as KQL text. Source: https://learn.microsoft.com/kusto/query/schema-entities/entity-names */
export function bracketed(name: string): string {
  const escaped = name.replace(/[\\'"\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, c =>
    c === "\\" || c === "'" || c === '"' ? `\\${c}` : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `['${escaped}']`;
}

/** The columns an answer stands for; undefined for answers that are rows. A cut answer has none: its operator refuses. */
export function answerColumns(answer: KqlAnswer): readonly Column[] | undefined {
  const build = Object.hasOwn(builders, answer.kind) ? builders[answer.kind] : undefined;
  if (build === undefined || answer.cut) return undefined;
  const columns = build(answer);
  return columns.length === 0 ? undefined : columns;
}

/** Facts that hold columns are JSON: `[["name","type"], …]`. */
export function columnsFact(columns: readonly Column[]): string {
  return JSON.stringify(columns.map(c => [c.name, c.type]));
}

function readColumns(fact: string | undefined): readonly Column[] {
  const pairs = JSON.parse(fact ?? "[]") as readonly (readonly [string, KqlType])[];
  return pairs.map(([name, type]) => ({ name, type }));
}

const builders: Readonly<Record<string, (answer: KqlAnswer) => readonly Column[]>> = {
  /** Rows: one value of the pivot column each. */
  pivot: ({ facts, rows }) => {
    const type = facts["type"] ?? "";
    if (!isKqlType(type)) throw new HuntError("internal/bug", `pivot: '${type}' is no type`);
    return [...readColumns(facts["columns"]), ...rows.map(([name]) => ({ name: name ?? "", type }))];
  },
  /** Rows: property name, its types as a JSON array of what gettype() says. */
  bag_unpack: ({ facts, rows }) => {
    const kept = readColumns(facts["columns"]);
    const unpacked = rows.map(([name, types]): Column => ({
      name: (facts["prefix"] ?? "") + (name ?? ""),
      type: commonType(JSON.parse(types ?? "[]") as readonly string[]),
    }));
    const names = new Set(kept.map(c => c.name));
    const byName = new Map(unpacked.map(c => [c.name, c]));
    if (facts["conflict"] === "keep_source") return [...kept, ...unpacked.filter(c => !names.has(c.name))];
    return [...kept.map(c => byName.get(c.name) ?? c), ...unpacked.filter(c => !names.has(c.name))];
  },
};

const scalarTypes = new Set(["string", "long", "int", "real", "bool", "datetime", "timespan", "guid", "decimal"]);

/** The type of a property: that of its values when they agree, else dynamic. */
function commonType(types: readonly string[]): KqlType {
  const [only, ...others] = [...new Set(types.map(t => (t === "double" ? "real" : t)))].filter(t => t !== "null");
  return only !== undefined && others.length === 0 && scalarTypes.has(only) && isKqlType(only) ? only : "dynamic";
}
