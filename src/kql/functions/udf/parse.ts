/** Structured texts: URLs, paths, CSV, command lines, XML, sizes. */
import { splitCommandLine } from "../command-line.js";
import { arrayElements, plainText } from "../json-text.js";
import { parseUserAgent } from "../user-agent.js";
import { xmlToJson } from "../xml.js";
import { nullable, strict } from "./define.js";

/** The parameters of a query; a name given twice keeps its last value. */
function queryParameters(query: string): Readonly<Record<string, string>> {
  const pairs = query.split("&").filter(p => p !== "");
  return Object.fromEntries(
    pairs.map(pair => {
      const at = pair.indexOf("=");
      return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** The parts of an absolute URL, each '' when absent; what has no scheme has no parts but its query. */
function parseUrl(url: string): Readonly<Record<string, unknown>> {
  const m =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(
      url,
    );
  const [, scheme = "", user = "", host = "", port = "", path = "", query = "", fragment = ""] = m ?? [];
  const absolute = scheme !== "";
  const colon = user.indexOf(":");
  return {
    Scheme: scheme,
    Host: absolute ? host : "",
    Port: absolute ? port : "",
    Path: absolute ? path.replace(/^\//, "") : "",
    Username: absolute ? (colon < 0 ? user : user.slice(0, colon)) : "",
    Password: absolute && colon >= 0 ? user.slice(colon + 1) : "",
    "Query Parameters": queryParameters(query),
    Fragment: fragment,
  };
}

/** File paths of Windows and Unix, with scheme, drive and alternate data stream. */
function parsePath(path: string): Readonly<Record<string, string>> {
  const [, scheme = "", afterScheme = ""] = /^(?:([A-Za-z][A-Za-z0-9+.-]+):\/\/)?(.*)$/s.exec(path) ?? [];
  const rest = afterScheme.replace(/^\\\\\?\\/, "");
  const root = /^\/?([A-Za-z]:)/.exec(rest)?.[1] ?? "";
  const stream = /:([^:/\\]*)$/.exec(rest.slice(root === "" ? 0 : rest.indexOf(root) + root.length))?.[1] ?? "";
  const whole = stream === "" ? rest : rest.slice(0, -(stream.length + 1));
  const cut = Math.max(whole.lastIndexOf("/"), whole.lastIndexOf("\\"));
  const directory = cut < 0 ? "" : whole.slice(0, cut);
  const file = whole.slice(cut + 1);
  const dot = file.lastIndexOf(".");
  return {
    Scheme: scheme,
    RootPath: root,
    DirectoryPath: directory,
    DirectoryName: directory
      .slice(Math.max(directory.lastIndexOf("/"), directory.lastIndexOf("\\")) + 1)
      .replace(/^[A-Za-z]:$/, ""),
    Filename: file,
    Extension: dot < 0 ? "" : file.slice(dot + 1),
    AlternateDataStreamName: stream,
  };
}

/** The first record of a CSV text; quotes double inside quotes. */
function parseCsv(text: string): readonly string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (quoted) {
      if (c !== '"') field += c;
      else if (text.charAt(i + 1) === '"') {
        field += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ",") {
      fields.push(field);
      field = "";
    } else if (c === "\n" || c === "\r") break;
    else field += c;
  }
  return [...fields, field];
}

const units = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

/** A size in the largest unit below it, or in the unit asked for. */
function formatBytes(size: number, precision: number, unit: string): string | undefined {
  const wanted = units.findIndex(u => u.toLowerCase() === unit.toLowerCase());
  if ((unit !== "" && wanted < 0) || !Number.isFinite(size)) return undefined;
  let power = Math.max(wanted, 0);
  if (unit === "") while (power < units.length - 1 && Math.abs(size) / 1024 ** (power + 1) >= 1) power += 1;
  const scale = 10 ** Math.min(Math.max(precision, 0), 15);
  return `${Math.round((size / 1024 ** power) * scale) / scale} ${units[power] ?? ""}`;
}

export const parseUdfs = [
  strict("ku_parse_url", ["VARCHAR"], "JSON", url => (url === "" ? null : JSON.stringify(parseUrl(url)))),
  strict("ku_parse_urlquery", ["VARCHAR"], "JSON", query =>
    JSON.stringify({ "Query Parameters": queryParameters(query.replace(/^[^?]*\?/, "").replace(/#.*$/s, "")) }),
  ),
  strict("ku_parse_path", ["VARCHAR"], "JSON", path => JSON.stringify(parsePath(path))),
  strict("ku_parse_csv", ["VARCHAR"], "JSON", text => JSON.stringify(parseCsv(text))),
  strict("ku_parse_command_line", ["VARCHAR"], "JSON", line => JSON.stringify(splitCommandLine(line))),
  strict("ku_parse_xml", ["VARCHAR"], "JSON", xmlToJson),
  strict("ku_parse_user_agent", ["VARCHAR", "VARCHAR"], "JSON", (agent, lookFor) => {
    const wanted = (arrayElements(lookFor) ?? [lookFor]).map(w => plainText(w).toLowerCase());
    return JSON.stringify(parseUserAgent(agent, new Set(wanted)));
  }),
  nullable("ku_format_bytes", ["DOUBLE", "BIGINT", "VARCHAR"], "VARCHAR", (size, precision, unit) =>
    size === null ? null : formatBytes(size, Number(precision ?? 0n), unit ?? ""),
  ),
];
