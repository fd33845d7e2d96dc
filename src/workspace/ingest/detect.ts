/** What a file is, judged by its content; its name is only asked where several kinds look the same. */
import { openContent, readHead } from "./bytes.js";
import type { ContentKind } from "./bytes.js";
import { detectDialect } from "./csv.js";
import { findWrapper } from "./json-elements.js";
import type { FileFormat } from "./records.js";
import type { EvidenceFile } from "./walk.js";
import { looksLikeZeek, readZeekHeaderLine, emptyZeekHeader } from "./zeek.js";

export type Detection =
  | { readonly kind: "readable"; readonly format: FileFormat; readonly content: ContentKind }
  | { readonly kind: "unreadable"; readonly reason: string };

const headBytes = 256 * 1024;

/** Looks at the beginning of a file. */
export async function detectFormat(file: EvidenceFile, signal?: AbortSignal): Promise<Detection> {
  const raw = await readHead(file, 16);
  if (raw.length === 0 && file.sizeBytes === 0) return { kind: "unreadable", reason: "the file is empty" };
  if (raw.toString("latin1", 0, 4) === "PAR1" && file.member !== undefined)
    return { kind: "unreadable", reason: "Parquet inside an archive; unpack it first" };
  if (raw.toString("latin1", 0, 4) === "PAR1")
    return { kind: "readable", format: { kind: "parquet" }, content: { compressed: false, encoding: "utf-8" } };
  const known = binaries.find(({ magic }) => raw.toString("latin1").startsWith(magic));
  if (known !== undefined) return { kind: "unreadable", reason: known.reason };
  const content = await openContent(file, signal);
  const { head, whole } = await readStart(content.chunks);
  if (head.length === 0) {
    const reason = content.problem()?.reason ?? "the file is empty";
    return { kind: "unreadable", reason };
  }
  if (head.toString("latin1", 257, 262) === "ustar")
    return { kind: "unreadable", reason: "a tar archive; unpack it first" };
  if (head.subarray(0, 4096).includes(0)) return { kind: "unreadable", reason: "binary content" };
  const format = detectText(head, whole, /\.(csv|tsv)(\.gz)?$/i.test(file.name) ? 0.5 : 0.8);
  return format === undefined
    ? { kind: "unreadable", reason: "text that is neither JSON, nor delimited, nor Zeek" }
    : { kind: "readable", format, content: content.kind };
}

const binaries: readonly { readonly magic: string; readonly reason: string }[] = [
  { magic: "ElfFile\0", reason: "a Windows event log (EVTX), not read yet; convert it to JSON first" },
  { magic: "PK\x03\x04", reason: "a ZIP archive inside another; unpack it first" },
  { magic: "7z\xbc\xaf", reason: "a 7-Zip archive; unpack it first" },
  { magic: "BZh", reason: "bzip2 compression, not read; decompress it first" },
  { magic: "\xfd7zXZ", reason: "xz compression, not read; decompress it first" },
  { magic: "(\xb5/\xfd", reason: "zstd compression, not read; decompress it first" },
  { magic: "\xd4\xc3\xb2\xa1", reason: "a packet capture; make Zeek logs of it first" },
  { magic: "\xa1\xb2\xc3\xd4", reason: "a packet capture; make Zeek logs of it first" },
  { magic: "\x0a\x0d\x0d\x0a", reason: "a packet capture; make Zeek logs of it first" },
  { magic: "SQLite format 3", reason: "an SQLite database, not read" },
];

async function readStart(chunks: AsyncIterable<Buffer>): Promise<{ readonly head: Buffer; readonly whole: boolean }> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > headBytes) return { head: Buffer.concat(parts).subarray(0, headBytes), whole: false };
  }
  return { head: Buffer.concat(parts), whole: true };
}

/**
 * @param whole the head is the whole file
 * @param enough see detectDialect
 */
export function detectText(head: Buffer, whole: boolean, enough = 0.8): FileFormat | undefined {
  const text = head.toString("utf8");
  const lines = text.split(/\r?\n/);
  // The last line of a part may be cut.
  const complete = whole || lines.length === 1 ? lines : lines.slice(0, -1);
  const filled = complete.filter(line => line.trim() !== "");
  const first = filled[0]?.trim() ?? "";
  if (looksLikeZeek(filled)) {
    const header = filled.slice(0, 20).filter(l => l.startsWith("#"));
    return { kind: "zeek", path: header.reduce((h, line) => readZeekHeaderLine(line, h), emptyZeekHeader).path };
  }
  if (first.startsWith("{") || first.startsWith("[")) return detectJson(head, filled, whole);
  // One broken line at the start does not make a JSON Lines file something else.
  if (filled.length > 2 && filled.slice(1, 20).every(isJsonObject)) return { kind: "jsonl" };
  const dialect = detectDialect(filled, enough);
  return dialect === undefined ? undefined : { kind: "csv", dialect };
}

function detectJson(head: Buffer, lines: readonly string[], whole: boolean): FileFormat | undefined {
  const wrapper = findWrapper(head);
  if (wrapper === undefined) return undefined;
  const some = lines.slice(0, 20);
  const objects = some.filter(isJsonObject).length;
  if (wrapper.member !== undefined && some.length <= 1) return { kind: "json", wrapper };
  if (wrapper.member !== undefined && objects * 2 < some.length) return { kind: "json", wrapper };
  if (objects * 2 >= some.length) return { kind: "jsonl" };
  if (wrapper.array) return { kind: "json", wrapper };
  // One line that is longer than what was read: a long record, for printed objects have line ends.
  if (lines.length <= 1 && !whole) return { kind: "jsonl" };
  return { kind: "json", wrapper };
}

function isJsonObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
