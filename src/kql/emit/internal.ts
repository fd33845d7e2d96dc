/** Functions that only lowering calls; their names cannot be written in KQL. */
import type { ScalarFunction } from "../functions/spec.js";

const lookupPage = "https://learn.microsoft.com/kusto/query/ipv4-lookup-plugin";

/** An end of an address's prefix. Whole IPv4 addresses, most there are, need no JavaScript. */
function edge(family: "4" | "6", last: boolean): ScalarFunction {
  return {
    nulls: "propagate",
    doc: lookupPage,
    emit: ([address], _type, context) => {
      const x = address?.sql ?? "''";
      const call = context.callUdf(`ku_ipv${family}_edge`, [x, String(last)]);
      if (family === "6") return { sql: call, type: "string" };
      const plain = `regexp_full_match(${x}, '((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)')`;
      const part = (i: number): string => `split_part(${x}, '.', ${i})::BIGINT`;
      const bits = `(${part(1)} * 16777216 + ${part(2)} * 65536 + ${part(3)} * 256 + ${part(4)})`;
      return { sql: `case when ${plain} then ${bits} else ${call} end`, type: "long" };
    },
  };
}

export const internalFunctions: Readonly<Record<string, ScalarFunction>> = {
  /** (text, options as JSON): the pairs as a property bag. */
  $parse_kv: {
    nulls: "propagate",
    doc: "https://learn.microsoft.com/kusto/query/parse-kv-operator",
    emit: ([text, options], _type, context) => ({
      sql: `${context.callUdf("ku_parse_kv", [text?.sql ?? "''", options?.sql ?? "''"])}::JSON`,
      type: "dynamic",
    }),
  },
  /** (bag): without the properties that are null or ''. */
  $bag_of_values: {
    nulls: "propagate",
    doc: "https://learn.microsoft.com/kusto/query/pack-all-function",
    emit: ([bag], _type, context) => ({
      sql: context.callUdf("ku_bag_of_values", [`(${bag?.sql ?? "null"})::VARCHAR`]),
      type: "dynamic",
    }),
  },
  /** (text, pattern with two groups): the pairs that the pattern finds, as a property bag. */
  $parse_kv_regex: {
    nulls: "propagate",
    doc: "https://learn.microsoft.com/kusto/query/parse-kv-operator",
    emit: ([text, pattern, key]) => {
      const [t, p, k] = [text?.sql ?? "''", pattern?.sql ?? "''", key?.sql ?? "''"];
      const at = `list_position(regexp_extract_all(${t}, ${p}, 1), ${k})`;
      return { sql: `coalesce(regexp_extract_all(${t}, ${p}, 2)[${at}], '')`, type: "string", notNull: true };
    },
  },
  /** (weighted rows, kind, threshold, depth): what many rows have in common; see `udf/patterns.ts`. */
  $patterns: {
    nulls: "propagate",
    doc: "https://learn.microsoft.com/kusto/query/basket-plugin",
    emit: ([rows, kind, number, depth], _type, context) => ({
      sql: `${context.callUdf("ku_patterns", [`(${rows?.sql ?? "null"})::VARCHAR`, kind?.sql ?? "''", number?.sql ?? "0", depth?.sql ?? "0"])}::JSON`,
      type: "dynamic",
    }),
  },
  /** (counted texts, how many, threshold, separators): groups of alike texts; see `udf/reduce.ts`. */
  $reduce: {
    nulls: "propagate",
    doc: "https://learn.microsoft.com/kusto/query/reduce-operator",
    emit: ([rows, distinct, threshold, characters], _type, context) => ({
      sql: `${context.callUdf("ku_reduce", [`(${rows?.sql ?? "null"})::VARCHAR`, distinct?.sql ?? "0", threshold?.sql ?? "0", characters?.sql ?? "''"])}::JSON`,
      type: "dynamic",
    }),
  },
  /** (address or prefix): the first and the last address of it, as long (IPv4) or as text that orders alike (IPv6). */
  $ipv4_first: edge("4", false),
  $ipv4_last: edge("4", true),
  $ipv6_first: edge("6", false),
  $ipv6_last: edge("6", true),
};
