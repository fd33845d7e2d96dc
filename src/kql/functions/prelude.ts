/**
 * DuckDB macros that carry KQL's semantics, installed once per database. A macro that needs an argument more than once
 * binds it with a one-element lambda, so that nesting does not multiply work.
 */

/** `with_(["x"], …)` style binding inside a macro: evaluates `argument` once under the name `variable`. */
function once(argument: string, variable: string, body: string): string {
  return `list_transform([${argument}], lambda ${variable}: ${body})[1]`;
}

const macros: Readonly<Record<string, string>> = {
  // 64-bit and 32-bit wrap-around of a wider result: the low bits, with the highest of them as the sign.
  "k_wrap(h)":
    "cast(xor(h & 18446744073709551615::hugeint, 9223372036854775808::hugeint) - 9223372036854775808::hugeint as bigint)",
  "k_wrap32(b)": "cast(xor(b & 4294967295, 2147483648) - 2147483648 as integer)",
  "k_neg(a)": `case when a > ${-(2n ** 63n)} then -a else k_wrap(-(a::hugeint)) end`,
  // The quotient truncates towards zero; by zero it is null (as in DuckDB, which raises for min / -1).
  "k_div(a, b)": "case when b = -1 then k_neg(a) else a // b end",
  // KQL's % is never negative.
  "k_mod(a, b)":
    "case when b <> 0 then cast(((a::hugeint % b::hugeint) + abs(b::hugeint)) % abs(b::hugeint) as bigint) end",
  "k_fmod(a, b)": "case when b <> 0 then fmod(fmod(a, b) + abs(b), abs(b)) end",
  "k_floordiv(a, b)": "((a - (a % b + b) % b) // b)",
  "k_bin(x, s)": "case when s > 0 then x - ((x % s + s) % s) end",
  // Equality with KQL's null rules: one side null is unequal, both null is null.
  "k_eq(a, b)": "case when a is null and b is null then null else a is not distinct from b end",
  "k_ne(a, b)": "case when a is null and b is null then null else a is distinct from b end",
  // Text of values.
  "k_bool(b)": "case when b is null then '' when b then 'True' else 'False' end",
  "k_dt(t)": "coalesce(strftime(t, '%Y-%m-%dT%H:%M:%S.%f') || '0Z', '')",
  "k_real(x)": `coalesce(case x when 'Infinity'::double then 'Infinity' when '-Infinity'::double then '-Infinity' when 'NaN'::double then 'NaN' else x::varchar end, '')`,
  // parse_version() gives decimals without places.
  "k_dec(x)":
    "coalesce(case when contains(x::varchar, '.') then rtrim(rtrim(x::varchar, '0'), '.') else x::varchar end, '')",
  "k_dyn(j)": "coalesce(json_extract_string(j, '$'), '')",
  "k_ts(t)": `coalesce(${once(
    "t",
    "v",
    "(case when v < 0 then '-' else '' end)" +
      " || (case when v // 864000000000 <> 0 then abs(v // 864000000000)::varchar || '.' else '' end)" +
      " || lpad(abs(v // 36000000000 % 24)::varchar, 2, '0') || ':' || lpad(abs(v // 600000000 % 60)::varchar, 2, '0')" +
      " || ':' || lpad(abs(v // 10000000 % 60)::varchar, 2, '0')" +
      " || (case when v % 10000000 <> 0 then '.' || lpad(abs(v % 10000000)::varchar, 7, '0') else '' end)",
  )}, '')`,
  // Values of text. try_cast alone would round '1.7', read '1_000' and raise on nothing.
  "k_long(s)": `case when regexp_full_match(s, '\\s*[-+]?(\\d+|0[xX][0-9a-fA-F]+)\\s*') then try_cast(trim(s) as bigint) end`,
  "k_double(s)": `case when regexp_full_match(s, '(?i)\\s*[-+]?((\\d+(\\.\\d*)?|\\.\\d+)(e[-+]?\\d+)?|inf|infinity|nan)\\s*') then try_cast(trim(s) as double) end`,
  "k_decimal(s)": `case when regexp_full_match(s, '(?i)\\s*[-+]?(\\d+(\\.\\d*)?|\\.\\d+)(e[-+]?\\d+)?\\s*') then try_cast(trim(s) as decimal(38,17)) end`,
  "k_boolean(s)":
    "case lower(trim(s)) when 'true' then true when '1' then true when 'false' then false when '0' then false end",
  "k_guid(s)": `case when regexp_full_match(left(replace(s, '-', ''), 32), '[0-9a-fA-F]{32}') then try_cast(left(replace(s, '-', ''), 32) as uuid) end`,
  "k_datetime(s)":
    `case when regexp_full_match(s, '\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z?)?')` +
    ` and substr(s, 12, 2) <> '24' then try_cast(s as timestamp) when s <> '' then ku_todatetime(s) end`,
  // Times. Micros outside Kusto's years are null.
  "k_at(us)": `${once("us", "v", "case when v between -62135596800000000 and 253402300799999999 then make_timestamp(v::bigint) end")}`,
  // For a column and a constant: both may be repeated, which costs less than binding them.
  "k_shift(us, n)":
    "case when us + n between -62135596800000000 and 253402300799999999 then make_timestamp(us + n) end",
  "k_ticks(t)": "(epoch_us(t) * 10 + 621355968000000000)",
  "k_from_ticks(n)": "k_at(k_floordiv(n - 621355968000000000, 10))",
  // JSON.
  "k_parse(s)": "case when s = '' then null else coalesce(json(try_cast(s as json)), to_json(s)) end",
  "k_arr(j)": "case json_type(j) when 'ARRAY' then json_extract(j, '$[*]') end",
  "k_strs(j)":
    "case json_type(j) when 'ARRAY' then json_extract_string(j, '$[*]') when 'NULL' then [] else [json_extract_string(j, '$')] end",
};

/** Statements that install every macro; run in order, on each database that runs compiled KQL, after the UDFs. */
export const preludeSql: readonly string[] = Object.entries(macros).map(
  ([signature, body]) => `create or replace macro ${signature} as ${body}`,
);
