/** XML to JSON as `parse_xml` converts it. Not validating; entities beyond the five of XML and numbers are an error. */

type Json = string | null | Json[] | { [key: string]: Json };

const maxLength = 1_048_576;
/** Nesting is bounded, because the reader recurses. */
const maxDepth = 512;
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const name = /[\p{L}_:][\p{L}\p{N}_:.\-\u00b7]*/uy;

class Malformed extends Error {}

interface Reader {
  readonly text: string;
  at: number;
}

/**
 * The root element as JSON text; undefined when the text is no well-formed XML or longer than 1 MB.
 *
 * Source: https://learn.microsoft.com/kusto/query/parse-xml-function
 */
export function xmlToJson(text: string): string | undefined {
  if (text.length > maxLength) return undefined;
  const reader: Reader = { text, at: 0 };
  try {
    skipMisc(reader);
    const [root, value] = element(reader, 0);
    skipMisc(reader);
    return reader.at === text.length ? JSON.stringify(Object.fromEntries([[root, value]])) : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** White space, declarations, comments, processing instructions and the document type between elements. */
function skipMisc(r: Reader): void {
  for (;;) {
    skipSpace(r);
    if (!skipAside(r) && !skipDoctype(r)) return;
  }
}

function skipSpace(r: Reader): void {
  while (/\s|\ufeff/.test(r.text.charAt(r.at)) && r.at < r.text.length) r.at += 1;
}

function skipAside(r: Reader): boolean {
  for (const [open, close] of [
    ["<!--", "-->"],
    ["<?", "?>"],
  ] as const) {
    if (!r.text.startsWith(open, r.at)) continue;
    const end = r.text.indexOf(close, r.at + open.length);
    if (end < 0) throw new Malformed();
    r.at = end + close.length;
    return true;
  }
  return false;
}

/** A document type without internal subset; entities of one are not expanded. */
function skipDoctype(r: Reader): boolean {
  if (!r.text.startsWith("<!DOCTYPE", r.at)) return false;
  const end = r.text.indexOf(">", r.at);
  if (end < 0 || r.text.slice(r.at, end).includes("[")) throw new Malformed();
  r.at = end + 1;
  return true;
}

function expect(r: Reader, token: string): void {
  if (!r.text.startsWith(token, r.at)) throw new Malformed();
  r.at += token.length;
}

function readName(r: Reader): string {
  name.lastIndex = r.at;
  const found = name.exec(r.text)?.[0];
  if (found === undefined) throw new Malformed();
  r.at += found.length;
  return found;
}

function unescape(text: string): string {
  return text.replace(/&([^;\s]{1,10});|&/g, (_, entity: string | undefined) => {
    const known = entity === undefined ? undefined : entities[entity];
    if (known !== undefined) return known;
    const m = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(entity ?? "");
    const point = m === null ? Number.NaN : m[1] === undefined ? Number(m[2]) : Number.parseInt(m[1], 16);
    if (!(point <= 0x10ffff)) throw new Malformed();
    return String.fromCodePoint(point);
  });
}

function element(r: Reader, depth: number): readonly [string, Json] {
  if (depth > maxDepth) throw new Malformed();
  expect(r, "<");
  const tag = readName(r);
  const fields = new Map<string, Json>();
  for (;;) {
    skipSpace(r);
    if (r.text.startsWith("/>", r.at)) {
      r.at += 2;
      return [tag, fields.size === 0 ? null : Object.fromEntries(fields)];
    }
    if (r.text.startsWith(">", r.at)) break;
    attribute(r, fields);
  }
  r.at += 1;
  const content = children(r, fields, depth);
  expect(r, tag);
  skipSpace(r);
  expect(r, ">");
  return [tag, toJson(fields, content)];
}

function attribute(r: Reader, fields: Map<string, Json>): void {
  const key = readName(r);
  skipSpace(r);
  expect(r, "=");
  skipSpace(r);
  const quote = r.text.charAt(r.at);
  const end = quote === '"' || quote === "'" ? r.text.indexOf(quote, r.at + 1) : -1;
  if (end < 0 || fields.has(`@${key}`)) throw new Malformed();
  const raw = r.text.slice(r.at + 1, end);
  if (raw.includes("<")) throw new Malformed();
  fields.set(`@${key}`, unescape(raw));
  r.at = end + 1;
}

/** Reads up to `</`; children of one name become an array. Returns the text between them. */
function children(r: Reader, fields: Map<string, Json>, depth: number): string {
  let content = "";
  for (;;) {
    if (r.at >= r.text.length) throw new Malformed();
    if (r.text.startsWith("</", r.at)) {
      r.at += 2;
      return content;
    }
    if (r.text.startsWith("<![CDATA[", r.at)) content += cdata(r);
    else if (r.text.startsWith("<!--", r.at) || r.text.startsWith("<?", r.at)) skipAside(r);
    else if (r.text.startsWith("<", r.at)) add(fields, element(r, depth + 1));
    else {
      const end = r.text.indexOf("<", r.at);
      content += unescape(r.text.slice(r.at, end < 0 ? r.text.length : end));
      r.at = end < 0 ? r.text.length : end;
    }
  }
}

function cdata(r: Reader): string {
  const end = r.text.indexOf("]]>", r.at);
  if (end < 0) throw new Malformed();
  const content = r.text.slice(r.at + 9, end);
  r.at = end + 3;
  return content;
}

function add(fields: Map<string, Json>, [tag, value]: readonly [string, Json]): void {
  const before = fields.get(tag);
  if (!fields.has(tag)) fields.set(tag, value);
  else if (Array.isArray(before)) before.push(value);
  else fields.set(tag, [before ?? null, value]);
}

function toJson(fields: Map<string, Json>, content: string): Json {
  const text = content.trim();
  if (fields.size === 0) return text === "" ? null : text;
  return Object.fromEntries(
    text === ""
      ? fields
      : [
          ...[...fields].filter(([k]) => k.startsWith("@")),
          ["#text", text],
          ...[...fields].filter(([k]) => !k.startsWith("@")),
        ],
  );
}
