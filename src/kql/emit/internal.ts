/** Functions that only lowering calls; their names cannot be written in KQL. */
import type { ScalarFunction } from "../functions/spec.js";

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
};
