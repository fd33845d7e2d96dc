/** The query that turns staged JSON texts into a table's rows. */
import type { Column, KqlType } from "../../base/column.js";
import { quoteIdentifier, quoteLiteral } from "../../frame/duckdb.js";
import { extraColumn, sourceFileColumn, sourceRecordColumn } from "./columns.js";
import type { ColumnPlan, PlannedColumn } from "./columns.js";
import { fromPointer, toPointer } from "./fields.js";
import { shiftedSql, timeSql } from "./time-format.js";

/** Where the texts wait: columns `file` (name), `number`, `json`. A SQL expression of ours. */
export interface StagedRows {
  readonly from: string;
}

export interface TableQuery {
  readonly columns: readonly Column[];
  /** Columns under their DuckDB names, in order. */
  readonly sql: string;
}

/** @param physical KQL name → DuckDB name of every column the table will have */
export function tableQuery(
  plan: ColumnPlan,
  staged: StagedRows,
  physical: (columns: readonly Column[]) => ReadonlyMap<string, string>,
): TableQuery {
  const tree = new Transform(plan);
  const outputs: { readonly column: Column; readonly sql: string }[] = plan.columns.map(column => ({
    column: { name: column.name, type: column.type },
    sql: columnSql(column, tree),
  }));
  if (plan.eventData.length > 0)
    outputs.push({ column: { name: "EventData", type: "string" }, sql: eventDataSql(plan, tree) });
  const extra = extraSql(plan, tree);
  if (extra !== undefined) outputs.push({ column: { name: extraColumn, type: "dynamic" }, sql: extra });
  outputs.push({ column: { name: "Type", type: "string" }, sql: quoteLiteral(plan.table) });
  outputs.push({ column: { name: sourceFileColumn, type: "string" }, sql: "file" });
  outputs.push({ column: { name: sourceRecordColumn, type: "long" }, sql: "number" });
  const slots = new Map(outputs.map(({ column }, i) => [column.name, `v${i}`]));
  const inner = outputs.map(({ sql }, i) => `${sql} as v${i}`).join(", ");
  const derived = plan.derived.map(d => ({
    column: { name: d.name, type: d.type },
    sql: d.sql.replace(/\{(\w+)\}/g, (_, name: string) => slots.get(name) ?? "null"),
  }));
  const all = [...outputs.map(({ column }) => column), ...derived.map(({ column }) => column)];
  const names = physical(all);
  const outer = [
    ...outputs.map(({ column }, i) => `v${i} as ${quoteIdentifier(names.get(column.name) ?? column.name)}`),
    ...derived.map(({ column, sql }) => `${sql} as ${quoteIdentifier(names.get(column.name) ?? column.name)}`),
  ];
  const transformed = `select file, number, json, json_transform(json, ${quoteLiteral(tree.structure())}) as s from ${staged.from}`;
  return { columns: all, sql: `select ${outer.join(", ")} from (select ${inner} from (${transformed}) t) u` };
}

/**
 * One pass of DuckDB's json_transform takes all fields out of a text. Its structs ignore the case of names, so that fields
 * are addressed by position.
 */
class Transform {
  readonly #root: TransformNode = { children: new Map(), json: false, leaf: false };

  constructor(plan: ColumnPlan) {
    for (const column of plan.columns) for (const pointer of column.from) this.#add(pointer, column.type === "dynamic");
    for (const { pointer } of plan.eventData) this.#add(pointer, false);
  }

  #add(pointer: string, json: boolean): void {
    let node = this.#root;
    for (const key of fromPointer(pointer)) {
      let child = node.children.get(key);
      if (child === undefined) {
        child = { children: new Map(), json: false, leaf: false };
        node.children.set(key, child);
      }
      node = child;
    }
    node.leaf = true;
    if (json) node.json = true;
  }

  structure(): string {
    const describe = (node: TransformNode): string => {
      if (node.leaf || node.children.size === 0) return isJson(node) ? '"JSON"' : '"VARCHAR"';
      const members = [...node.children].map(([key, child]) => `${JSON.stringify(key)}:${describe(child)}`);
      return `{${members.join(",")}}`;
    };
    // json_transform wants at least one member.
    return this.#root.children.size === 0 ? '{"":"VARCHAR"}' : describe(this.#root);
  }

  /** The field as text: strings as they are, everything else as JSON; null when it is missing or null. */
  text(pointer: string): string {
    const { sql, json } = this.#value(pointer);
    return json ? `json_extract_string(${sql}, '$')` : sql;
  }

  /** The field as JSON. */
  json(pointer: string): string {
    const { sql, json } = this.#value(pointer);
    return json ? sql : `to_json(${sql})`;
  }

  #value(pointer: string): { readonly sql: string; readonly json: boolean } {
    const path = fromPointer(pointer);
    let node = this.#root;
    let sql = "s";
    for (const [depth, key] of path.entries()) {
      const position = [...node.children.keys()].indexOf(key) + 1;
      const child = node.children.get(key);
      if (child === undefined) return { sql: "cast(null as VARCHAR)", json: false };
      sql = `struct_extract_at(${sql}, ${position})`;
      node = child;
      // A field that is sometimes an object and sometimes not is taken whole, and its members out of it.
      if (node.leaf && depth < path.length - 1)
        return { sql: `json_extract_string(${sql}, ${quoteLiteral(toPointer(path.slice(depth + 1)))})`, json: false };
    }
    return { sql, json: isJson(node) };
  }
}

interface TransformNode {
  readonly children: Map<string, TransformNode>;
  leaf: boolean;
  json: boolean;
}

const isJson = (node: TransformNode): boolean => node.json || node.children.size > 0;

/** A column's value; strings come as '' when missing. */
function columnSql(column: PlannedColumn, tree: Transform): string {
  if (column.type === "dynamic") return dynamicSql(column, tree);
  const text = textOf(column, tree);
  if (column.type === "datetime") return datetimeSql(column, text);
  return convert(column.type, text);
}

function datetimeSql({ time }: PlannedColumn, text: string): string {
  const written = timeSql(time?.format ?? "iso", time?.zone ?? "UTC", text);
  return time?.shiftMs === undefined ? written : shiftedSql(written, time.shiftMs);
}

function textOf(column: PlannedColumn, tree: Transform): string {
  const texts = column.from.map(pointer => tree.text(pointer));
  return texts.length === 1 ? (texts[0] ?? "null") : `coalesce(${texts.map(t => `nullif(${t}, '')`).join(", ")})`;
}

/** Exports write nested values as JSON in a string; they are unfolded. */
function dynamicSql(column: PlannedColumn, tree: Transform): string {
  const values = column.from.map(pointer => {
    const json = tree.json(pointer);
    const text = `json_extract_string(${json}, '$')`;
    const nested = `json_type(${json}) = 'VARCHAR' and regexp_matches(${text}, '^\\s*[\\[{]') and json_valid(${text})`;
    return `case when ${nested} then json(${text}) else cast(${json} as VARCHAR) end`;
  });
  return `cast(coalesce(${values.join(", ")}) as JSON)`;
}

function convert(type: Exclude<KqlType, "dynamic" | "datetime">, text: string): string {
  switch (type) {
    case "string":
      return `coalesce(${text}, '')`;
    case "int":
      return wholeSql(text, "INTEGER");
    case "long":
    case "timespan":
      return wholeSql(text, "BIGINT");
    case "real":
      return `try_cast(${text} as DOUBLE)`;
    case "decimal":
      return `try_cast(${text} as DECIMAL(38,17))`;
    case "bool":
      return `try_cast(${text} as BOOLEAN)`;
    case "guid":
      return `try_cast(${text} as UUID)`;
  }
}

/** Whole numbers only (DuckDB's own cast rounds 12.7 to 13), decimal or hexadecimal. */
function wholeSql(text: string, type: "INTEGER" | "BIGINT"): string {
  const whole = `regexp_full_match(${text}, '\\s*([-+]?\\d+(\\.0+)?|0[xX][0-9a-fA-F]{1,16})\\s*')`;
  return `case when ${whole} then try_cast(trim(${text}) as ${type}) end`;
}

/** What no column holds, as JSON text cast to JSON; undefined when there can be nothing. */
function extraSql(plan: ColumnPlan, tree: Transform): string | undefined {
  const lost = plan.columns
    .filter(c => c.type !== "string" && c.type !== "dynamic")
    .map(column => {
      const text = textOf(column, tree);
      const key = quoteLiteral(`${JSON.stringify(fromPointer(column.from[0] ?? "").at(-1) ?? "")}:`);
      return `case when ${text} <> '' and (${columnSql(column, tree)}) is null then ${key} || to_json(${text}) end`;
    });
  const values = lost.length === 0 ? "'{}'" : `'{' || concat_ws(',', ${lost.join(", ")}) || '}'`;
  if (plan.restWithout === undefined) return lost.length === 0 ? undefined : `cast(nullif(${values}, '{}') as JSON)`;
  const rest = `json_merge_patch(json, ${quoteLiteral(removalPatch(plan.restWithout))})`;
  const both = lost.length === 0 ? rest : `json_merge_patch(${rest}, ${values})`;
  return `cast(nullif(cast(${both} as VARCHAR), '{}') as JSON)`;
}

/** An RFC 7396 patch that removes the given places. */
function removalPatch(pointers: readonly string[]): string {
  const root = new Map<string, unknown>();
  for (const pointer of pointers) {
    const path = fromPointer(pointer);
    let node: Map<string, unknown> | undefined = root;
    for (const [i, key] of path.entries()) {
      if (node === undefined) break;
      if (i === path.length - 1) node.set(key, null);
      else {
        const child: unknown = node.get(key) ?? (node.has(key) ? undefined : new Map<string, unknown>());
        if (child instanceof Map) node.set(key, child);
        node = child instanceof Map ? (child as Map<string, unknown>) : undefined;
      }
    }
  }
  const print = (value: unknown): string =>
    value instanceof Map
      ? `{${[...(value as Map<string, unknown>)].map(([key, v]) => `${JSON.stringify(key)}:${print(v)}`).join(",")}}`
      : "null";
  return print(root);
}

/** The XML that Sentinel's agent stores in `Event.EventData`, made of the event's named values. */
function eventDataSql(plan: ColumnPlan, tree: Transform): string {
  const xml = (sql: string): string =>
    `replace(replace(replace(replace(${sql}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;')`;
  const items = plan.eventData.map(({ name, pointer }) => {
    const start = quoteLiteral(`<Data Name="${escapeXml(name)}">`);
    const text = tree.text(pointer);
    return `case when ${text} is not null then ${start} || ${xml(text)} || '</Data>' end`;
  });
  const open = `'<DataItem type="System.XmlData"><EventData xmlns="http://schemas.microsoft.com/win/2004/08/events/event">'`;
  return `${open} || concat_ws('', ${items.join(", ")}) || '</EventData></DataItem>'`;
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, char => entities[char] ?? char);
}
