/** Names on disk and in DuckDB for tables and columns whose names come from logs: any text in, safe text out. */
import { createHash } from "node:crypto";
import type { Column } from "../../base/column.js";

/** Device names of Windows, which no file or folder may have, with or without an extension. */
const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)$/i;
const longest = 96;

/**
 * The folder name of a table: ASCII letters, digits, `_` and `-` stand for themselves, every other byte of the UTF-8
 * text is `%XX`. Names longer than 96 characters keep their beginning and end in `%~` and a hash; those cannot be decoded.
 *
 * Two names that differ only in case give names that differ only in case: see `directoryFor`.
 */
export function encodeDirectoryName(name: string): string {
  const bytes = Buffer.from(name, "utf8");
  let text = "";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    text += /[A-Za-z0-9_-]/.test(char) ? char : percent(byte);
  }
  if (text === "") return "%";
  if (reserved.test(text)) text = percent(text.charCodeAt(0)) + text.slice(1);
  if (text.length <= longest) return text;
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 24);
  return `${text.slice(0, longest - hash.length - 2).replace(/%[0-9A-F]?$/, "")}%~${hash}`;
}

/** The inverse of `encodeDirectoryName`; undefined for texts it never gives and for shortened names. */
export function decodeDirectoryName(directory: string): string | undefined {
  if (directory === "%") return "";
  if (!/^(?:[A-Za-z0-9_-]|%[0-9A-F]{2})+$/.test(directory)) return undefined;
  const bytes = directory.replace(/%([0-9A-F]{2})|./g, (char, hex?: string) =>
    hex === undefined ? char : String.fromCharCode(parseInt(hex, 16)),
  );
  const name = Buffer.from(bytes, "latin1").toString("utf8");
  return encodeDirectoryName(name) === directory ? name : undefined;
}

/** A folder name for a table that no taken name equals when case is ignored, as Windows and macOS do. */
export function directoryFor(name: string, taken: Iterable<string>): string {
  const used = new Set([...taken].map(t => t.toLowerCase()));
  const base = encodeDirectoryName(name);
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? base : `${base}%~${n}`;
    if (!used.has(candidate.toLowerCase())) return candidate;
  }
}

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

/** KQL column name → DuckDB column name. DuckDB ignores case and KQL does not, so later columns may get a suffix. */
export type PhysicalNames = ReadonlyMap<string, string>;

/**
 * Gives every column a DuckDB name, keeping those already given: the column's own name unless that collides when case
 * is ignored, then with `~2`, `~3` … appended.
 */
export function physicalNames(
  columns: readonly Pick<Column, "name">[],
  given: PhysicalNames = new Map(),
): Map<string, string> {
  const names = new Map(given);
  const used = new Set([...given.values()].map(foldCase));
  for (const { name } of columns) {
    if (names.has(name)) continue;
    let candidate = name;
    for (let n = 2; used.has(foldCase(candidate)); n++) candidate = `${name}~${n}`;
    used.add(foldCase(candidate));
    names.set(name, candidate);
  }
  return names;
}

/** DuckDB folds only ASCII letters; folding more here merely gives a suffix that was not needed. */
const foldCase = (name: string): string => name.toLowerCase();
