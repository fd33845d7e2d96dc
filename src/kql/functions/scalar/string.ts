/** Strings: joining, cutting, searching, replacing. All return '' where Kusto has an empty string, never NULL. */
import { fn, needString, stringRow, text, value } from "../build.js";
import { once } from "../once.js";
import { convert } from "../convert.js";
import {
  constantElements,
  constantInteger,
  constantString,
  constantText,
  emitLiteral,
  quoteString,
} from "../literal.js";
import { captureGroups, toDuckDbJsonPath, toRe2 } from "../regex.js";
import { regexSql } from "../regex-sql.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";
import { escapeRegex } from "../term.js";

/** Folds when every argument is a constant with a known text. */
function folding(row: ScalarFunction, fold: (...texts: readonly string[]) => string): ScalarFunction {
  return {
    ...row,
    emit: (args, type, context) => {
      const texts = args.map(a => (a.constant === undefined ? undefined : constantText(a.constant)));
      return texts.every(t => t !== undefined)
        ? emitLiteral({ type: "string", value: fold(...texts) }, context)
        : row.emit(args, type, context);
    },
  };
}

/** A call of a JavaScript function over strings. */
function udfText(doc: string, name: string): ScalarFunction {
  return {
    nulls: "empty-string",
    doc,
    emit: (args, _type, context) =>
      text(
        context.callUdf(
          name,
          args.map(a => convert(a, "string", context).sql),
        ),
      ),
  };
}

/** Every value counts as its text: a null as ''. */
const joinRow = (doc: string): ScalarFunction => ({
  ...stringRow(doc, (...parts) => `(${parts.join(" || ")})`),
  nulls: "custom",
});

/** Every value counts as its text: a null as ''. */
const strcatDelim: ScalarFunction = {
  nulls: "custom",
  doc: fn("strcat-delim"),
  emit: ([delimiter, ...parts], _type, context) => {
    if (delimiter === undefined) return context.refuse("strcat_delim without a delimiter");
    const by = convert(delimiter, "string", context).sql;
    return text(`(${parts.map(p => convert(p, "string", context).sql).join(` || ${by} || `)})`);
  },
};

const strcatArray: ScalarFunction = {
  nulls: "empty-string",
  doc: fn("strcat-array"),
  emit: ([array, delimiter], _type, context) => {
    if (array === undefined || delimiter === undefined) return context.refuse("strcat_array without its two arguments");
    const json = convert(array, "dynamic", context).sql;
    const by = convert(delimiter, "string", context);
    // DuckDB joins by constants only.
    if (constantString(by) === undefined)
      return text(`coalesce(${context.callUdf("ku_join", [`${json}::VARCHAR`, by.sql])}, '')`);
    return text(`coalesce(array_to_string(list_transform(k_strs(${json}), lambda v: coalesce(v, '')), ${by.sql}), '')`);
  },
};

/** Positions count code points; a negative start counts from the end. */
const mostPlaces = 2_000_000_000n;

const substringRow: ScalarFunction = {
  nulls: "empty-string",
  doc: fn("substring"),
  emit: ([source, start, length], _type, context) => {
    if (source === undefined || start === undefined) return context.refuse("substring without a start");
    const s = convert(source, "string", context).sql;
    const n = constantInteger(start);
    // DuckDB refuses places beyond its own limit; no text is so long.
    const within = (places: string): string =>
      once(
        [places],
        (n = "") =>
          `case when ${n} > ${mostPlaces} then ${mostPlaces} when ${n} < -${mostPlaces} then -${mostPlaces} else ${n} end`,
      );
    const size = length === undefined ? "" : `, greatest(${within(convert(length, "long", context).sql)}, 0)`;
    if (n !== undefined && n >= 0n)
      return text(`coalesce(substr(${s}, ${n < mostPlaces ? n + 1n : mostPlaces}${size}), '')`);
    const from = within(convert(start, "long", context).sql);
    const extra = length === undefined ? [] : [within(convert(length, "long", context).sql)];
    const sql = once([s, from, ...extra], (x = "", i = "", l = "") => {
      const at = `(case when ${i} < 0 then greatest(length(${x}) + ${i}, 0) else ${i} end) + 1`;
      return `substr(${x}, ${at}${l === "" ? "" : `, greatest(${l}, 0)`})`;
    });
    return text(`coalesce(${sql}, '')`);
  },
};

const indexofRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("indexof"),
  emit: ([source, match, ...rest], _type, context) => {
    if (source === undefined || match === undefined) return context.refuse("indexof without a match");
    const [s, m] = [convert(source, "string", context).sql, convert(match, "string", context).sql];
    if (rest.length === 0) return value("long", `(instr(${s}, ${m}) - 1)::BIGINT`, true);
    const [start, length, occurrence] = [0, 1, 2].map(i => rest[i]);
    const number = (e: SqlExpr | undefined, otherwise: string) =>
      e === undefined ? otherwise : convert(e, "long", context).sql;
    return value(
      "long",
      context.callUdf("ku_indexof", [s, m, number(start, "0"), number(length, "-1"), number(occurrence, "1")]),
    );
  },
};

/**
 * Where the n-th match starts: after the texts between the matches and the matches before it.
 * Without length and occurrence the first match starts where the shortest text before one ends.
 */
const indexofRegex: ScalarFunction = {
  nulls: "propagate",
  doc: fn("indexof-regex"),
  emit: ([source, pattern, ...rest], _type, context) => {
    if (source === undefined) return context.refuse("indexof_regex without a source");
    needString(pattern, "a regular expression", context);
    const regex = regexSql(pattern, context);
    const s = convert(source, "string", context).sql;
    if (rest.length === 0) {
      const before = context.bind(`^((?s:.*?))(?:${toRe2(constantString(pattern) ?? "")})`);
      const first = (x = "") =>
        `case when regexp_matches(${x}, ${regex}) then length(regexp_extract(${x}, ${before}, 1)) else -1 end`;
      return value("long", `(${once([s], first)})::BIGINT`, true);
    }
    const number = (e: SqlExpr | undefined, otherwise: string) =>
      e === undefined ? otherwise : convert(e, "long", context).sql;
    const [start, length, occurrence] = [number(rest[0], "0"), number(rest[1], "-1"), number(rest[2], "1")];
    const sql = once([s, start, length, occurrence], (text = "", from = "", size = "", nth = "") => {
      const part = `case when ${size} < 0 then substr(${text}, ${from} + 1) else substr(${text}, ${from} + 1, ${size}) end`;
      const at = once([`[${part}]`, `greatest(${nth}, 1)`], (x = "", n = "") => {
        const matches = `regexp_extract_all(${x}[1], ${regex})`;
        const total = (list: string) => `coalesce(list_sum(list_transform(${list}, lambda p: length(p))), 0)`;
        const gaps = total(`list_slice(regexp_split_to_array(${x}[1], ${regex}), 1, ${n})`);
        const earlier = total(`list_slice(${matches}, 1, ${n} - 1)`);
        return `case when len(${matches}) < ${n} then -1 else ${from} + ${gaps} + ${earlier} end`;
      });
      return `case when ${from} >= 0 and ${size} >= -1 and ${nth} >= 0 then ${at} end`;
    });
    return value("long", `(${sql})::BIGINT`);
  },
};

const splitRow: ScalarFunction = {
  nulls: "empty-string",
  doc: fn("split"),
  emit: ([source, delimiter, index], _type, context) => {
    if (source === undefined || delimiter === undefined) return context.refuse("split without a delimiter");
    const parts = `string_split(${convert(source, "string", context).sql}, ${convert(delimiter, "string", context).sql})`;
    if (index === undefined) return { sql: `to_json(${parts})`, type: "dynamic", notNull: true, elements: parts };
    const sql = once(
      [parts, convert(index, "long", context).sql],
      (list = "", i = "") =>
        `case when ${i} < 0 then '[]'::JSON else to_json(list_slice(${list}, ${i} + 1, ${i} + 1)) end`,
    );
    return value("dynamic", sql);
  },
};

/** `trim` takes off all matches at both ends, `trim_start` and `trim_end` one match, as their pages say. */
function trimRow(page: string, ends: readonly ("start" | "end")[], repeat: "" | "+"): ScalarFunction {
  return {
    nulls: "empty-string",
    doc: fn(page),
    emit: ([pattern, source], _type, context) => {
      if (pattern === undefined || source === undefined) return context.refuse(`${page} without a source`);
      const constant = constantString(pattern);
      const wrap = (head: string, tail: string) =>
        constant === undefined
          ? `(${quoteString(head)} || ${convert(pattern, "string", context).sql} || ${quoteString(tail)})`
          : context.bind(head + toRe2(constant) + tail);
      let sql = convert(source, "string", context).sql;
      if (ends.includes("start")) sql = `regexp_replace(${sql}, ${wrap("^(?:", `)${repeat}`)}, '')`;
      if (ends.includes("end")) sql = `regexp_replace(${sql}, ${wrap("(?:", `)${repeat}$`)}, '')`;
      return text(sql);
    },
  };
}

/** `extract(regex, group, source [, typeof(T)])`; no match is '' (null for other types). */
const extractRow: ScalarFunction = {
  nulls: "empty-string",
  doc: fn("extract"),
  emit: ([pattern, group, source], resultType, context) => {
    if (pattern === undefined || source === undefined) return context.refuse("extract without a source");
    const regex = constantString(pattern);
    const index = constantInteger(group);
    if (index === undefined) return context.refuse("extract with a group that is no constant");
    if (index > 9n) return context.refuse(`extract with capture group ${index}`, "DuckDB gives the groups 0 to 9");
    const missing = regex !== undefined && index > BigInt(captureGroups(regex).length);
    const s = convert(source, "string", context).sql;
    const sql = missing || index < 0n ? "''" : `regexp_extract(${s}, ${regexSql(pattern, context)}, ${index})`;
    return convert(text(`coalesce(${sql}, '')`), resultType, context);
  },
};

function groupIndexes(regex: string, wanted: SqlExpr | undefined, context: EmitContext): readonly number[] {
  const groups = captureGroups(regex);
  if (wanted === undefined) return groups.length === 0 ? [0] : groups.map((_, i) => i + 1);
  const elements = constantElements(wanted) ?? context.refuse("extract_all with capture groups that are no constant");
  return elements.map(e => {
    const index = typeof e === "number" ? e : groups.indexOf(typeof e === "string" ? e : "\0") + 1;
    return Number.isInteger(index) && index >= 1 && index <= groups.length
      ? index
      : context.refuse(
          `extract_all with the capture group ${JSON.stringify(e)}`,
          "it is not in the regular expression",
        );
  });
}

/** One group gives an array of strings, more give an array of arrays; no match is null. */
const extractAll: ScalarFunction = {
  nulls: "custom",
  doc: fn("extract-all"),
  emit: (args, _type, context) => {
    const [pattern, source] = [args[0], args.at(-1)];
    if (source === undefined) return context.refuse("extract_all without a source");
    const regex = needString(pattern, "a regular expression", context);
    const indexes = groupIndexes(regex, args.length === 3 ? args[1] : undefined, context);
    const bound = regexSql(pattern, context);
    const sql = once([convert(source, "string", context).sql], (s = "") => {
      const lists = indexes.map(i => `regexp_extract_all(${s}, ${bound}, ${i})`);
      if (lists.length === 1) return `case when regexp_matches(${s}, ${bound}) then to_json(${lists[0] ?? ""}) end`;
      const rows = `list_transform(list_zip(${lists.join(", ")}), lambda z: [${indexes.map((_, i) => `z[${i + 1}]`).join(", ")}])`;
      return `case when regexp_matches(${s}, ${bound}) then to_json(${rows}) end`;
    });
    return value("dynamic", sql);
  },
};

const extractJson: ScalarFunction = {
  nulls: "empty-string",
  doc: fn("extract-json"),
  emit: ([path, source], resultType, context) => {
    if (source === undefined) return context.refuse("extract_json without a source");
    const written = needString(path, "a JSON path", context);
    const steps =
      toDuckDbJsonPath(written) ?? context.refuse(`the JSON path '${written}'`, "use keys and indexes only: $.a.b[0]");
    const base = `try_cast(${convert(source, "string", context).nullable ?? convert(source, "string", context).sql} as JSON)`;
    const place = { base, path: steps };
    const found: SqlExpr = { sql: `json_extract(${base}, ${quoteString(steps)})`, type: "dynamic", path: place };
    return convert(found, resultType, context);
  },
};

const countofRow: ScalarFunction = {
  nulls: "empty-string",
  doc: fn("countof"),
  emit: ([source, search, kind], _type, context) => {
    if (source === undefined || search === undefined) return context.refuse("countof without a search");
    const mode = kind === undefined ? "normal" : needString(kind, "a kind", context);
    const s = convert(source, "string", context).sql;
    if (mode === "regex") return value("long", `len(regexp_extract_all(${s}, ${regexSql(search, context)}))`, true);
    const n = convert(search, "string", context).sql;
    return value("long", context.callUdf("ku_countof", [s, n]), true);
  },
};

const caseFold = (page: string, name: "lower" | "upper"): ScalarFunction =>
  folding(
    stringRow(fn(page), (s = "") => `${name}(${s})`),
    (s = "") => (name === "lower" ? s.toLowerCase() : s.toUpperCase()),
  );

const replaceRegex = (order: readonly [number, number, number]): ScalarFunction => ({
  nulls: "empty-string",
  doc: fn("replace-regex"),
  emit: (args, _type, context) => {
    const [source = "", , rewrite = ""] = order.map(i => convert(args[i] as SqlExpr, "string", context).sql);
    const regex = regexSql(args[order[1]], context);
    return text(`regexp_replace(${source}, ${regex}, ${rewrite}, 'g')`);
  },
});

export const stringFunctions: Readonly<Record<string, ScalarFunction>> = {
  strcat: folding(joinRow(fn("strcat")), (...parts) => parts.join("")),
  strcat_delim: strcatDelim,
  strcat_array: strcatArray,
  array_strcat: strcatArray,
  strcmp: {
    nulls: "empty-string",
    doc: fn("strcmp"),
    emit: ([a, b], _type, context) => {
      if (a === undefined || b === undefined) return context.refuse("strcmp without its two arguments");
      const sql = once(
        [convert(a, "string", context).sql, convert(b, "string", context).sql],
        (x = "", y = "") => `case when ${x} = ${y} then 0 when ${x} < ${y} then -1 else 1 end`,
      );
      return value("long", `(${sql})::BIGINT`, true);
    },
  },
  strrep: {
    nulls: "empty-string",
    doc: fn("strrep"),
    emit: ([source, count, delimiter], _type, context) => {
      if (source === undefined || count === undefined) return context.refuse("strrep without a count");
      const times = `least(greatest(${convert(count, "long", context).sql}, 0), 1024)`;
      const s = convert(source, "string", context).sql;
      if (delimiter === undefined) return text(`coalesce(repeat(${s}, ${times}), '')`);
      const by = convert(delimiter, "string", context).sql;
      const sql = once(
        [s, times, by],
        (x = "", n = "", d = "") => `case when ${n} > 0 then ${x} || repeat(${d} || ${x}, ${n} - 1) end`,
      );
      return text(`coalesce(${sql}, '')`);
    },
  },
  strlen: {
    nulls: "empty-string",
    doc: fn("strlen"),
    emit: ([s], _t, c) => value("long", `length(${convert(s as SqlExpr, "string", c).sql})`, true),
  },
  string_size: {
    nulls: "empty-string",
    doc: fn("string-size"),
    emit: ([s], _t, c) => ({
      ...value("long", `strlen(${convert(s as SqlExpr, "string", c).sql})`, true),
      range: { min: 0n, max: 2n ** 32n },
    }),
  },
  tolower: caseFold("tolower", "lower"),
  toupper: caseFold("toupper", "upper"),
  substring: substringRow,
  indexof: indexofRow,
  indexof_regex: indexofRegex,
  reverse: stringRow(fn("reverse"), (s = "") => `reverse(${s})`),
  split: splitRow,
  trim: trimRow("trim", ["start", "end"], "+"),
  trim_start: trimRow("trim-start", ["start"], ""),
  trim_end: trimRow("trim-end", ["end"], ""),
  extract: extractRow,
  extract_all: extractAll,
  extractall: extractAll,
  extract_json: extractJson,
  extractjson: extractJson,
  replace_string: folding(
    stringRow(fn("replace-string"), (s = "", from = "", to = "") => `replace(${s}, ${from}, ${to})`),
    (s = "", from = "", to = "") => (from === "" ? s : s.replaceAll(from, () => to)),
  ),
  replace_regex: replaceRegex([0, 1, 2]),
  // The old form: replace(regex, rewrite, source).
  replace: replaceRegex([2, 0, 1]),
  // Without lookups or replacements the text stays as it is.
  replace_strings: {
    nulls: "custom",
    doc: fn("replace-strings"),
    emit: ([s, lookups, rewrites], _type, context) => {
      const source = convert(s as SqlExpr, "string", context).sql;
      const list = (e: SqlExpr | undefined) =>
        `coalesce(${convert(e as SqlExpr, "dynamic", context).sql}::VARCHAR, '[]')`;
      return text(context.callUdf("ku_replace_strings", [source, list(lookups), list(rewrites)]));
    },
  },
  regex_quote: folding(
    stringRow(fn("regex-quote"), (s = "") => `regexp_escape(${s})`),
    (s = "") => escapeRegex(s),
  ),
  countof: countofRow,
  translate: udfText(fn("translate"), "ku_translate"),
  has_any_index: {
    nulls: "custom",
    doc: fn("has-any-index"),
    emit: ([s, values], _type, context) => {
      const args = [
        convert(s as SqlExpr, "string", context).sql,
        `${convert(values as SqlExpr, "dynamic", context).sql}::VARCHAR`,
      ];
      return value("long", `coalesce(${context.callUdf("ku_has_any_index", args)}, -1)`, true);
    },
  },
  isascii: {
    nulls: "empty-string",
    doc: fn("isascii"),
    emit: ([s], _type, context) =>
      value("bool", `regexp_full_match(${convert(s as SqlExpr, "string", context).sql}, '[\\x00-\\x7f]*')`, true),
  },
  // DuckDB's strings are always valid UTF-8.
  isutf8: {
    nulls: "empty-string",
    doc: fn("isutf8"),
    emit: (_args, _type, context) => emitLiteral({ type: "bool", value: true }, context),
  },
};
