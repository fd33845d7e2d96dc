/** Structured texts to dynamic values, and sizes to text. */
import { docs, fn, needString, text, value } from "../build.js";
import { once } from "../once.js";
import { convert } from "../convert.js";
import type { ScalarFunction, SqlExpr } from "../spec.js";

function parser(doc: string, name: string, differs?: string): ScalarFunction {
  return {
    nulls: "custom",
    doc,
    ...(differs === undefined ? {} : { differs }),
    emit: ([e], _type, context) =>
      value("dynamic", context.callUdf(name, [convert(e as SqlExpr, "string", context).sql])),
  };
}

const commandLine: ScalarFunction = {
  nulls: "custom",
  doc: fn("parse-command-line"),
  emit: ([line, kind], _type, context) => {
    const mode = needString(kind, "a parser", context).toLowerCase();
    if (mode !== "windows") return context.refuse(`the parser '${mode}'`, "the only one is 'windows'");
    return value(
      "dynamic",
      context.callUdf("ku_parse_command_line", [convert(line as SqlExpr, "string", context).sql]),
    );
  },
};

const formatBytes: ScalarFunction = {
  nulls: "empty-string",
  doc: fn("format-bytes"),
  emit: ([size, precision, unit], _type, context) => {
    const args = [
      convert(size as SqlExpr, "real", context).sql,
      precision === undefined ? "0::BIGINT" : convert(precision, "long", context).sql,
      unit === undefined ? "''" : convert(unit, "string", context).sql,
    ];
    return text(`coalesce(${context.callUdf("ku_format_bytes", args)}, '')`);
  },
};

const userAgent: ScalarFunction = {
  nulls: "custom",
  doc: fn("parse-user-agent"),
  differs: "Families come from a table of our own with the common ones; the rest is Other.",
  emit: ([agent, lookFor], _type, context) => {
    const wanted =
      lookFor === undefined ? `'["browser","os","device"]'` : `${convert(lookFor, "dynamic", context).sql}::VARCHAR`;
    return value(
      "dynamic",
      context.callUdf("ku_parse_user_agent", [convert(agent as SqlExpr, "string", context).sql, wanted]),
    );
  },
};

/** One to four parts of up to eight digits, each eight decimal places above the next; missing parts are 0. */
const parseVersion: ScalarFunction = {
  nulls: "custom",
  doc: fn("parse-version"),
  differs:
    "The numbers have up to 32 digits and no places: in a column or a comparison with decimals that may have places they are refused.",
  emit: ([version], _type, context) => {
    const sql = once([convert(version as SqlExpr, "string", context).sql], (v = "") => {
      const part = (i: number) => `lpad(coalesce(string_split(${v}, '.')[${i}], ''), 8, '0')`;
      const digits = [1, 2, 3, 4].map(part).join(" || ");
      // Built as text: 32 digits do not fit beside the 17 decimal places that other decimals have.
      return `case when regexp_full_match(${v}, '\\d{1,8}(\\.\\d{1,8}){0,3}') then try_cast(${digits} as DECIMAL(38,0)) end`;
    });
    return { sql, type: "decimal", scale: 0 };
  },
};

const parseUrl = parser(fn("parse-url"), "ku_parse_url", "Query parameters stay percent-encoded.");
const parseQuery = parser(
  docs("parse-url-query-function"),
  "ku_parse_urlquery",
  "Query parameters stay percent-encoded.",
);

export const parseFunctions: Readonly<Record<string, ScalarFunction>> = {
  parse_url: parseUrl,
  parseurl: parseUrl,
  parse_urlquery: parseQuery,
  parseurlquery: parseQuery,
  parse_path: parser(fn("parse-path"), "ku_parse_path"),
  parse_csv: parser(fn("parse-csv"), "ku_parse_csv"),
  parse_command_line: commandLine,
  parse_xml: parser(
    fn("parse-xml"),
    "ku_parse_xml",
    "All texts of an XML document are strings, also those that look like numbers.",
  ),
  parse_user_agent: userAgent,
  parse_version: parseVersion,
  format_bytes: formatBytes,
};
