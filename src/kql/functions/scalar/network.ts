/** IPv4 and IPv6 functions. */
import { fn, text, value } from "../build.js";
import { convert } from "../convert.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";

const str = (e: SqlExpr | undefined, context: EmitContext): string =>
  e === undefined ? "''" : convert(e, "string", context).sql;
const prefix = (e: SqlExpr | undefined, context: EmitContext): string =>
  e === undefined ? "null::BIGINT" : convert(e, "long", context).sql;

/** `f(a, b [, prefix])` as the sign of a comparison, or as a test for 0. */
function compareRow(page: string, family: "4" | "6", form: "order" | "equal"): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(page),
    emit: ([a, b, p], _type, context) => {
      const call = context.callUdf("ku_ip_compare", [
        str(a, context),
        str(b, context),
        prefix(p, context),
        `'${family}'`,
      ]);
      return form === "order" ? value("long", call) : value("bool", `(${call} = 0)`);
    },
  };
}

/** Every argument after the first is a range, or an array of them. */
function rangesRow(page: string, family: "4" | "6"): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(page),
    emit: ([ip, ...ranges], _type, context) =>
      value("bool", context.callUdf("ku_ip_in_ranges", [str(ip, context), listOf(ranges, context), `'${family}'`])),
  };
}

const listOf = (items: readonly SqlExpr[], context: EmitContext): string =>
  `to_json([${items.map(i => convert(i, "dynamic", context).sql).join(", ")}])::VARCHAR`;

function searchRow(page: string, name: string): ScalarFunction {
  return {
    nulls: "false",
    doc: fn(page),
    emit: ([source, ...ips], _type, context) =>
      value("bool", `coalesce(${context.callUdf(name, [str(source, context), listOf(ips, context)])}, false)`, true),
  };
}

function parseRow(page: string, name: string, result: "long" | "string"): ScalarFunction {
  return {
    // A prefix that is null is none.
    nulls: "custom",
    doc: fn(page),
    emit: ([ip, p], _type, context) => {
      const call = context.callUdf(name, [str(ip, context), prefix(p, context)]);
      return result === "string" ? text(call) : value("long", call);
    },
  };
}

function formatRow(page: string, form: "plain" | "mask"): ScalarFunction {
  return {
    nulls: "empty-string",
    doc: fn(page),
    emit: ([ip, p], _type, context) =>
      text(context.callUdf("ku_format_ipv4", [str(ip, context), formatPrefix(p, context), `'${form}'`])),
  };
}

/** A prefix that is null is wrong, not absent. */
const formatPrefix = (e: SqlExpr | undefined, context: EmitContext): string =>
  e === undefined ? "null::BIGINT" : `coalesce(${convert(e, "long", context).sql}, -1)`;

function unary(page: string, name: string, result: "bool" | "long"): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(page),
    emit: ([ip], _type, context) => value(result, context.callUdf(name, [str(ip, context)])),
  };
}

export const networkFunctions: Readonly<Record<string, ScalarFunction>> = {
  parse_ipv4: parseRow("parse-ipv4", "ku_parse_ipv4", "long"),
  parse_ipv4_mask: parseRow("parse-ipv4-mask", "ku_parse_ipv4", "long"),
  parse_ipv6: parseRow("parse-ipv6", "ku_parse_ipv6", "string"),
  parse_ipv6_mask: parseRow("parse-ipv6-mask", "ku_parse_ipv6", "string"),
  ipv4_compare: compareRow("ipv4-compare", "4", "order"),
  ipv4_is_match: compareRow("ipv4-is-match", "4", "equal"),
  ipv6_compare: compareRow("ipv6-compare", "6", "order"),
  ipv6_is_match: compareRow("ipv6-is-match", "6", "equal"),
  ipv4_is_private: unary("ipv4-is-private", "ku_ipv4_is_private", "bool"),
  ipv4_netmask_suffix: unary("ipv4-netmask-suffix", "ku_ipv4_netmask_suffix", "long"),
  ipv4_is_in_range: rangesRow("ipv4-is-in-range", "4"),
  ipv4_is_in_any_range: rangesRow("ipv4-is-in-any-range", "4"),
  ipv6_is_in_range: rangesRow("ipv6-is-in-range", "6"),
  ipv6_is_in_any_range: rangesRow("ipv6-is-in-any-range", "6"),
  ipv4_range_to_cidr_list: {
    nulls: "custom",
    doc: fn("ipv4-range-to-cidr-list"),
    emit: ([start, end], _type, context) =>
      value("dynamic", context.callUdf("ku_ipv4_range_to_cidr_list", [str(start, context), str(end, context)])),
  },
  format_ipv4: formatRow("format-ipv4", "plain"),
  format_ipv4_mask: formatRow("format-ipv4-mask", "mask"),
  has_ipv4: searchRow("has-ipv4", "ku_has_ipv4"),
  has_any_ipv4: searchRow("has-any-ipv4", "ku_has_ipv4"),
  has_ipv4_prefix: searchRow("has-ipv4-prefix", "ku_has_ipv4_prefix"),
  has_any_ipv4_prefix: searchRow("has-any-ipv4-prefix", "ku_has_ipv4_prefix"),
};
