/** Members of compressed data, bounded in size: an archive of a few bytes may hold gigabytes. */
import { Gunzip, Inflate, Unzlib, unzipSync } from "fflate";

export interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Unpacked {
  readonly members: readonly Member[];
  /** What was left out, and why. */
  readonly problems: readonly string[];
}

export interface SizeLimit {
  /** Of one member, unpacked. */
  readonly memberBytes: number;
  readonly members: number;
}

class TooLarge extends Error {}

interface Stream {
  ondata: (chunk: Uint8Array, final: boolean) => void;
  push(chunk: Uint8Array, final?: boolean): void;
}

/** Pushes small pieces, so that growth is seen before memory is gone. */
function drain(stream: Stream, bytes: Uint8Array, limit: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  stream.ondata = chunk => {
    size += chunk.length;
    if (size > limit) throw new TooLarge();
    chunks.push(chunk);
  };
  for (let at = 0; at < bytes.length; at += 4096) stream.push(bytes.subarray(at, at + 4096), at + 4096 >= bytes.length);
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

function inflate(make: () => Stream, name: string, bytes: Uint8Array, limit: SizeLimit): Unpacked {
  try {
    return { members: [{ name, bytes: drain(make(), bytes, limit.memberBytes) }], problems: [] };
  } catch (error) {
    const why = error instanceof TooLarge ? `is larger than ${megabytes(limit.memberBytes)}` : "is damaged";
    return { members: [], problems: [`the ${name} data ${why}`] };
  }
}

function unzip(bytes: Uint8Array, limit: SizeLimit): Unpacked {
  const problems: string[] = [];
  let taken = 0;
  let total = 0;
  try {
    const files = unzipSync(bytes, {
      filter: file => {
        const isFolder = file.name.endsWith("/");
        if (isFolder) return false;
        total += file.originalSize;
        if (file.originalSize > limit.memberBytes || total > 4 * limit.memberBytes)
          problems.push(`'${file.name}' is larger than ${megabytes(limit.memberBytes)}`);
        else if (taken >= limit.members) problems.push(`'${file.name}' is beyond the first ${limit.members} members`);
        else {
          taken += 1;
          return true;
        }
        return false;
      },
    });
    return { members: Object.entries(files).map(([name, data]) => ({ name, bytes: data })), problems };
  } catch {
    return { members: [], problems: [...problems, "the zip data is damaged or of an unknown kind"] };
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes).replace(/\0.*$/s, "");

/** Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06 */
function untar(bytes: Uint8Array, limit: SizeLimit): Unpacked {
  const members: Member[] = [];
  const problems: string[] = [];
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const header = bytes.subarray(at, at + 512);
    const name = text(header.subarray(0, 100));
    const size = Number.parseInt(text(header.subarray(124, 136)).trim() || "0", 8);
    if (!Number.isSafeInteger(size) || size < 0 || at + 512 + size > bytes.length) {
      problems.push(`'${name}' is cut or damaged`);
      break;
    }
    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === "0" || kind === "\0") {
      if (members.length >= limit.members) problems.push(`'${name}' is beyond the first ${limit.members} members`);
      else members.push({ name, bytes: bytes.slice(at + 512, at + 512 + size) });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return { members, problems };
}

/** The members of an archive or the content of compressed data; undefined when the bytes are neither. */
export function openArchive(type: string | undefined, bytes: Uint8Array, limit: SizeLimit): Unpacked | undefined {
  if (type === "gz") return inflate(() => new Gunzip() as Stream, "gzip", bytes, limit);
  if (type === "zip") return unzip(bytes, limit);
  if (type === "tar") return untar(bytes, limit);
  return undefined;
}

/** Content of zlib or raw deflate data, which have no certain mark: undefined when it does not unpack to something. */
export function tryInflate(bytes: Uint8Array, limit: SizeLimit): Uint8Array | undefined {
  const [first = 0, second = 0] = bytes;
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  for (const make of [...(isZlib ? [() => new Unzlib() as Stream] : []), () => new Inflate() as Stream]) {
    try {
      const content = drain(make(), bytes, limit.memberBytes);
      if (content.length > 0) return content;
    } catch {
      // Not this kind.
    }
  }
  return undefined;
}
