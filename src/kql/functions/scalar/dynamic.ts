/** Arrays, property bags and sets. What SQL's JSON functions do is SQL, the rest keeps values as JSON text in JavaScript. */
import type { KqlType } from "../../../base/column.js";
import { docs, fn, text, value } from "../build.js";
import { once } from "../once.js";
import { convert } from "../convert.js";
import { constantString, emitLiteral } from "../literal.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";

/** A dynamic argument as text for a JavaScript function. */
const json = (e: SqlExpr, context: EmitContext): string => `${convert(e, "dynamic", context).sql}::VARCHAR`;

/** A row over dynamic arguments that JavaScript computes. Missing optional arguments arrive as null. */
function udfRow(
  page: string,
  name: string,
  options: { readonly result?: KqlType; readonly arity?: number } = {},
): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(page),
    emit: (args, _type, context) => {
      const sql = args.map(a => json(a, context));
      while (sql.length < (options.arity ?? 0)) sql.push("null::VARCHAR");
      return value(options.result ?? "dynamic", context.callUdf(name, sql));
    },
  };
}

/** A row over any number of dynamic arguments: they travel as one JSON array, SQL null as JSON null. */
function udfOfList(page: string, name: string, result: KqlType = "dynamic"): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(page),
    emit: (args, _type, context) => {
      const items = args.map(a => convert(a, "dynamic", context).sql);
      return value(result, context.callUdf(name, [`to_json([${items.join(", ")}])::VARCHAR`]));
    },
  };
}

const arrayLength: ScalarFunction = {
  nulls: "propagate",
  doc: fn("array-length"),
  emit: ([array], _type, context) => {
    const known = (array as SqlExpr).elements;
    if (known !== undefined) return value("long", `len(${known})`, true);
    const a = convert(array as SqlExpr, "dynamic", context).sql;
    return value(
      "long",
      once([a], (j = "") => `case json_type(${j}) when 'ARRAY' then json_array_length(${j})::BIGINT end`),
    );
  },
};

const packArray: ScalarFunction = {
  nulls: "custom",
  doc: fn("pack-array"),
  emit: (args, _type, context) => {
    const constants = args.map(a => convert(a, "dynamic", context));
    if (constants.every(c => c.constant?.type === "dynamic")) {
      const values = constants.map(c => (c.constant?.type === "dynamic" ? c.constant : { value: null }));
      const texts = values.map(c => ("text" in c ? c.text : undefined) ?? JSON.stringify(c.value));
      return emitLiteral({ type: "dynamic", value: values.map(c => c.value), text: `[${texts.join(",")}]` }, context);
    }
    return value("dynamic", `json_array(${constants.map(c => c.sql).join(", ")})`, true);
  },
};

/** Later duplicates of a key are dropped, as DuckDB keeps both and readers see the first. */
const bagPack: ScalarFunction = {
  nulls: "custom",
  doc: fn("pack"),
  emit: (args, _type, context) => {
    const seen = new Set<string>();
    const fields: string[] = [];
    for (let i = 0; i + 1 < args.length; i += 2) {
      const [key, item] = [args[i], args[i + 1]];
      if (key === undefined || item === undefined) break;
      const name = constantString(key);
      if (name !== undefined && seen.has(name)) continue;
      if (name !== undefined) seen.add(name);
      fields.push(convert(key, "string", context).sql, convert(item, "dynamic", context).sql);
    }
    return value("dynamic", `json_object(${fields.join(", ")})`, true);
  },
};

const bagKeys: ScalarFunction = {
  nulls: "propagate",
  doc: fn("bag-keys"),
  emit: ([bag], _type, context) =>
    value(
      "dynamic",
      once(
        [convert(bag as SqlExpr, "dynamic", context).sql],
        (j = "") => `case json_type(${j}) when 'OBJECT' then to_json(json_keys(${j})) end`,
      ),
    ),
};

/** Compared as text: the number 1 and the string "1" are the same here. */
const hasElement: ScalarFunction = {
  nulls: "propagate",
  doc: fn("set-has-element"),
  differs: 'Values are compared by their text: 1 and "1" are equal.',
  emit: ([set, item], _type, context) => {
    const [s, x] = [convert(set as SqlExpr, "dynamic", context).sql, convert(item as SqlExpr, "string", context).sql];
    return value(
      "bool",
      once([s, x], (j = "", t = "") => `case json_type(${j}) when 'ARRAY' then list_contains(k_strs(${j}), ${t}) end`),
    );
  },
};

const rangeRow: ScalarFunction = {
  nulls: "custom",
  doc: fn("range"),
  emit: (args, _type, context) => {
    const [start, stop, step] = args;
    if (start === undefined || stop === undefined) return context.refuse("range without a stop");
    const time = [start, stop, step].some(e => e?.type === "timespan") || start.type === "datetime";
    const type: KqlType =
      start.type === "datetime"
        ? "datetime"
        : time
          ? "timespan"
          : [start, stop, step].every(e => e === undefined || e.type === "int" || e.type === "long")
            ? "long"
            : "real";
    const stepType: KqlType = time ? "timespan" : type;
    const by = step === undefined ? (time ? "36000000000" : "1") : convert(step, stepType, context).sql;
    const [from, to] = [start, stop].map(e => convert(e, type, context).sql);
    return value("dynamic", rangeSql(type, { from: from ?? "", to: to ?? "", by }));
  },
};

const maxElements = 1_048_576;

function rangeSql(type: KqlType, e: { readonly from: string; readonly to: string; readonly by: string }): string {
  if (type === "real") {
    return once([e.from, e.to, e.by], (a = "", b = "", s = "") => {
      const count = `least(floor((${b} - ${a}) / ${s} + 1e-9) + 1, ${maxElements})`;
      return `case when ${s} <> 0 and ${count} >= 0 then to_json(list_transform(range(0, ${count}::BIGINT), lambda i: ${a} + i * ${s})) when ${s} <> 0 then '[]'::JSON end`;
    });
  }
  const ticks = (sql: string) => (type === "datetime" ? `k_ticks(${sql})` : `${sql}::BIGINT`);
  const print = { datetime: "k_dt(k_from_ticks(i))", timespan: "k_ts(i)" }[type as "datetime" | "timespan"];
  return once([ticks(e.from), ticks(e.to), `${e.by}::BIGINT`], (a = "", b = "", s = "") => {
    const count = `greatest(least((${b} - ${a}) // ${s} + 1, ${maxElements}), 0)`;
    const list = `list_transform(range(0, ${count}), lambda n: ${a} + n * ${s})`;
    // A range against its step has no element; // truncates, so that its sign is asked for.
    const shown = print === undefined ? list : `list_transform(${list}, lambda i: ${print})`;
    return `case when ${s} = 0 or ${a} is null or ${b} is null then null when (${b} - ${a}) * sign(${s}) < 0 then '[]'::JSON else to_json(${shown}) end`;
  });
}

const repeatRow: ScalarFunction = {
  nulls: "custom",
  doc: fn("repeat"),
  emit: ([item, count], _type, context) => {
    const [x, n] = [convert(item as SqlExpr, "dynamic", context).sql, convert(count as SqlExpr, "long", context).sql];
    return value(
      "dynamic",
      once(
        [n, `coalesce(${x}, 'null'::JSON)`],
        (c = "", v = "") => `case when ${c} >= 0 then to_json(list_resize([]::JSON[], ${c}, ${v})) end`,
      ),
    );
  },
};

const dynamicToJson: ScalarFunction = {
  nulls: "empty-string",
  doc: fn("dynamic-to-json"),
  emit: ([e], _type, context) => {
    const x = e as SqlExpr;
    if (x.type !== "dynamic") return convert(x, "string", context);
    return text(`coalesce(${context.callUdf("ku_dynamic_to_json", [json(x, context)])}, '')`);
  },
};

const keyed = (page: string, name: string, result: KqlType): ScalarFunction => ({
  nulls: "custom",
  doc: fn(page),
  emit: ([bag, key, ...rest], _type, context) => {
    const args = [
      json(bag as SqlExpr, context),
      convert(key as SqlExpr, "string", context).sql,
      ...rest.map(r => json(r, context)),
    ];
    return value(result, context.callUdf(name, args));
  },
});

const numbers = (page: string, name: string, arity: number): ScalarFunction => ({
  nulls: "custom",
  doc: fn(page),
  emit: ([array, ...rest], _type, context) => {
    const args = rest.map(r => convert(r, "long", context).sql);
    while (args.length < arity) args.push("null::BIGINT");
    return value("dynamic", context.callUdf(name, [json(array as SqlExpr, context), ...args]));
  },
});

const shift = (page: string, name: string): ScalarFunction => ({
  nulls: "custom",
  doc: fn(page),
  emit: ([array, count, filler], _type, context) => {
    const by = filler === undefined ? "null::VARCHAR" : json(filler, context);
    return value(
      "dynamic",
      context.callUdf(name, [json(array as SqlExpr, context), convert(count as SqlExpr, "long", context).sql, by]),
    );
  },
});

const indexOf: ScalarFunction = {
  nulls: "custom",
  doc: fn("array-index-of"),
  differs: 'Values are compared by their text: 1 and "1" are equal.',
  emit: ([array, item, ...rest], _type, context) => {
    const [start, length, occurrence] = ["0", "-1", "1"].map((d, i) =>
      rest[i] === undefined ? d : convert(rest[i], "long", context).sql,
    );
    const args = [
      json(array as SqlExpr, context),
      convert(item as SqlExpr, "string", context).sql,
      start ?? "0",
      length ?? "-1",
      occurrence ?? "1",
    ];
    return value("long", context.callUdf("ku_array_index_of", args));
  },
};

/** One array in, one sorted array out; several arrays are refused (their result is several columns). */
const sortRow = (page: string, order: "asc" | "desc"): ScalarFunction => ({
  nulls: "custom",
  doc: fn(page),
  emit: (args, _type, context) => {
    const last = args.at(-1);
    const nullsLast = last?.type === "bool" ? convert(last, "bool", context).sql : "true";
    const arrays = args.filter(a => a.type !== "bool").map(a => convert(a, "dynamic", context).sql);
    const call = context.callUdf("ku_array_sort", [
      `to_json([${arrays.join(", ")}])::VARCHAR`,
      `'${order}'`,
      nullsLast,
    ]);
    return value("dynamic", arrays.length === 1 ? `json_extract(${call}, '$[0]')` : call);
  },
});

export const dynamicFunctions: Readonly<Record<string, ScalarFunction>> = {
  array_length: arrayLength,
  arraylength: arrayLength,
  array_concat: udfOfList("array-concat", "ku_array_concat"),
  array_iff: udfRow("array-iff", "ku_array_iff"),
  array_iif: udfRow("array-iff", "ku_array_iff"),
  array_index_of: indexOf,
  array_reverse: udfRow("array-reverse", "ku_array_reverse"),
  array_rotate_left: numbers("array-rotate-left", "ku_array_rotate_left", 1),
  array_rotate_right: numbers("array-rotate-right", "ku_array_rotate_right", 1),
  array_shift_left: shift("array-shift-left", "ku_array_shift_left"),
  array_shift_right: shift("array-shift-right", "ku_array_shift_right"),
  array_slice: numbers("array-slice", "ku_array_slice", 2),
  array_sort_asc: sortRow("array-sort-asc", "asc"),
  array_sort_desc: sortRow("array-sort-desc", "desc"),
  array_split: udfRow("array-split", "ku_array_split"),
  array_sum: udfRow("array-sum", "ku_array_sum", { result: "real" }),
  bag_has_key: keyed("bag-has-key", "ku_bag_has_key", "bool"),
  bag_keys: bagKeys,
  bag_merge: udfOfList("bag-merge", "ku_bag_merge"),
  bag_pack: bagPack,
  bag_remove_keys: udfRow("bag-remove-keys", "ku_bag_remove_keys"),
  bag_set_key: keyed("bag-set-key", "ku_bag_set_key", "dynamic"),
  bag_zip: { ...udfRow("bag-zip", "ku_bag_zip"), doc: docs("bag-zip") },
  dynamic_to_json: dynamicToJson,
  // The binder calls it dynamic.
  jaccard_index: {
    ...udfRow("jaccard-index", "ku_jaccard_index"),
    emit: ([a, b], _type, context) => {
      const sets = [a, b].map(e => json(e as SqlExpr, context));
      return convert(value("real", context.callUdf("ku_jaccard_index", sets)), "dynamic", context);
    },
  },
  pack: bagPack,
  pack_array: packArray,
  pack_dictionary: bagPack,
  range: rangeRow,
  repeat: repeatRow,
  set_difference: udfOfList("set-difference", "ku_set_difference"),
  set_equals: udfRow("set-difference", "ku_set_equals", { result: "bool" }),
  set_has_element: hasElement,
  set_intersect: udfOfList("set-intersect", "ku_set_intersect"),
  set_union: udfOfList("set-union", "ku_set_union"),
  treepath: udfRow("treepath", "ku_treepath"),
  zip: udfOfList("zip", "ku_zip"),
};
