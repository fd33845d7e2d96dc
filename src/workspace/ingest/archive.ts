/** ZIP archives as evidence: their members are files like any other, read where they are; nothing is unpacked to disk. */
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import type * as Yauzl from "yauzl";
import type { Entry, ZipFile } from "yauzl";
import { messageOf } from "../../base/error.js";
import { errorCode } from "../storage/files.js";

export interface ArchiveMember {
  readonly entry: Entry;
}

export interface ListedMember {
  /** With `/`, inside the archive; numbered when the archive has the name twice. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly member: ArchiveMember;
}

export interface ArchiveList {
  readonly members: readonly ListedMember[];
  /** Members that cannot be read, with the reason; the archive itself has the name ''. */
  readonly passedOver: readonly { readonly name: string; readonly reason: string }[];
}

const mostMembers = 100_000;

/** By its first bytes; the second is an archive without members. */
export function isZip(head: Buffer): boolean {
  const magic = head.toString("latin1", 0, 4);
  return magic === "PK\x03\x04" || magic === "PK\x05\x06";
}

/** What is in an archive. Never throws for what the archive says; that becomes a reason. */
export async function listArchive(path: string): Promise<ArchiveList> {
  const whole = (reason: string): ArchiveList => ({ members: [], passedOver: [{ name: "", reason }] });
  let entries: readonly Entry[];
  try {
    entries = await readDirectory(path);
  } catch (error) {
    if (isSystemError(error)) throw error;
    return whole(
      `a ZIP archive that cannot be read: ${messageOf(error)}; repair it (zip -FF) or unpack what can be had`,
    );
  }
  if (entries.length > mostMembers)
    return whole(`a ZIP archive of more than ${mostMembers.toLocaleString("en-US")} members; unpack the ones to read`);
  const { getFileNameLowLevel } = await loadYauzl();
  const names = entries.map(entry =>
    memberName(entry, getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)),
  );
  if (names.includes("[Content_Types].xml") || names.includes("META-INF/MANIFEST.MF"))
    return whole("a document or program (a ZIP archive inside), not logs");
  if (overlapping(entries))
    return whole("a ZIP archive whose members overlap, as in those made to fill a disk; not read");
  const members: ListedMember[] = [];
  const passedOver: { name: string; reason: string }[] = [];
  const taken = new Map<string, number>();
  for (const [i, entry] of entries.entries()) {
    const plain = names[i] ?? "";
    if (plain.endsWith("/")) continue;
    const count = (taken.get(plain) ?? 0) + 1;
    taken.set(plain, count);
    const name = count === 1 ? plain : `${plain} (${count})`;
    if (entry.isEncrypted()) passedOver.push({ name, reason: "encrypted; unpack it with its password first" });
    else if (!entry.canDecodeFileData())
      passedOver.push({
        name,
        reason: `packed in a way that is not read (method ${entry.compressionMethod}); unpack it first`,
      });
    else members.push({ name, sizeBytes: entry.uncompressedSize, member: { entry } });
  }
  if (members.length === 0 && passedOver.length === 0) return whole("an empty ZIP archive");
  return { members, passedOver };
}

/**
 * A member's bytes as far as they can be had. `report` is called when they end before the member does, or are not what
 * was packed (CRC-32, size).
 */
export async function* readMember(
  path: string,
  { entry }: ArchiveMember,
  signal: AbortSignal | undefined,
  report: (reason: string) => void,
): AsyncGenerator<Buffer> {
  const archive = await openArchive(path);
  try {
    const stream = await archive.openReadStreamPromise(entry);
    let sum = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (sum !== entry.crc32) report("the compressed file is damaged");
  } catch (error) {
    signal?.throwIfAborted();
    if (isSystemError(error)) throw error;
    report("the compressed file is damaged");
  } finally {
    archive.close();
  }
}

/** File names are read here: the library refuses a whole archive for one that leads out of a folder; we never write. */
async function openArchive(path: string): Promise<ZipFile> {
  const { RandomAccessReader, fromRandomAccessReaderPromise } = await loadYauzl();
  const file = await open(path, "r");
  class ArchiveReader extends RandomAccessReader {
    override _readStreamForRange(start: number, end: number): Readable {
      return Readable.from(piecesOf(file, start, end), { objectMode: false });
    }

    override read(...[buffer, offset, length, at, done]: Parameters<Yauzl.RandomAccessReader["read"]>): void {
      file.read(buffer, offset, length, at).then(
        ({ bytesRead }) => {
          done(bytesRead === length ? null : new Error("the archive ends early"));
        },
        (error: unknown) => {
          done(error instanceof Error ? error : new Error(String(error)));
        },
      );
    }

    override close(done: (error: Error | null) => void): void {
      file.close().then(() => {
        done(null);
      }, done);
    }
  }
  try {
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
    return await fromRandomAccessReaderPromise(new ArchiveReader(), await endOfArchive(file), options);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

async function* piecesOf(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(1 << 16, end - at)), 0, undefined, at);
    if (bytesRead === 0) throw new Error("the archive ends early");
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** Where an archive ends by its own account: a copied or concatenated file may have more behind it, as other tools allow. */
async function endOfArchive(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const length = Math.min(size, 22 + 0xffff + 1024);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  for (let at = buffer.length - 22; at >= 0; at--) {
    if (buffer.readUInt32LE(at) !== 0x06054b50) continue;
    const end = at + 22 + buffer.readUInt16LE(at + 20);
    if (end <= buffer.length) return size - length + end;
  }
  return size;
}

const loadYauzl = (): Promise<typeof Yauzl> => import("yauzl");

async function readDirectory(path: string): Promise<readonly Entry[]> {
  const archive = await openArchive(path);
  const entries: Entry[] = [];
  try {
    for await (const entry of archive.eachEntry()) {
      entries.push(entry);
      if (entries.length > mostMembers) break;
    }
    return entries;
  } finally {
    archive.close();
  }
}

/** Without what would lead out of a folder; a folder's name ends with `/`. */
function memberName(entry: Entry, decoded: string): string {
  const parts = decoded.split("/").filter(part => part !== "" && part !== "." && part !== "..");
  return parts.join("/") + (/[/\\]$/.test(entry.fileNameRaw.toString("latin1")) ? "/" : "");
}

/** Packed bytes that serve two members unpack to far more than an archive can hold. */
function overlapping(entries: readonly Entry[]): boolean {
  const ranges = entries.map(e => [
    e.relativeOffsetOfLocalHeader,
    e.relativeOffsetOfLocalHeader + 30 + e.compressedSize,
  ]);
  ranges.sort(([a = 0], [b = 0]) => a - b);
  return ranges.some(([from = 0], i) => i > 0 && from < (ranges[i - 1]?.[1] ?? 0));
}

/** Of the disk rather than of the archive. */
function isSystemError(error: unknown): boolean {
  return /^E[A-Z]+$/.test(errorCode(error) ?? "");
}
