/** The objects of a JSON array (bare, or as a member of an object), or of a sequence of JSON texts, one at a time. */
import { longestRecordBytes } from "./lines.js";

export interface JsonElement {
  /** 1-based. */
  readonly number: number;
  /** 1-based line where it begins. */
  readonly line: number;
  /** undefined when it is longer than the limit. */
  readonly bytes: Buffer | undefined;
  readonly length: number;
  /** False for what the end of the file cut off. */
  readonly whole: boolean;
}

/** Where the elements are: from which byte on, and whether a `]` ends them. */
export interface JsonWrapper {
  /** The member that holds the array (`Records`, `value`); undefined for a bare array and for a sequence. */
  readonly member?: string;
  readonly array: boolean;
  readonly offset: number;
}

const [quote, backslash, comma, open, close, openList, closeList, newline] = [...'"\\,{}[]\n'].map(c =>
  c.charCodeAt(0),
) as [number, number, number, number, number, number, number, number];

/**
 * Finds the array in the beginning of a file: `[…]`, or `{"Records":[…]}` and the like where one member, whatever stands
 * before it, is an array of objects.
 *
 * @returns undefined when the text begins neither an array nor an object
 */
export function findWrapper(head: Buffer): JsonWrapper | undefined {
  const start = skipSpace(head, 0);
  if (head[start] === openList) return { array: true, offset: start + 1 };
  if (head[start] !== open) return undefined;
  let depth = 0;
  let lastString = "";
  for (let i = start; i < head.length; i++) {
    const byte = head[i];
    if (byte === quote) {
      const end = stringEnd(head, i + 1);
      if (end === -1) break;
      if (depth === 1) lastString = head.toString("utf8", i + 1, end);
      i = end;
    } else if (byte === openList) {
      if (depth === 1 && head[skipSpace(head, i + 1)] === open && wrappers.has(lastString))
        return { member: lastString, array: true, offset: i + 1 };
      depth++;
    } else if (byte === open) depth++;
    else if (byte === close || byte === closeList) depth--;
    if (depth === 0) break;
  }
  return { array: false, offset: start };
}

/** Members in which exports keep their records: CloudTrail, Microsoft Graph and Defender, generic. */
const wrappers = new Set([
  "Records",
  "records",
  "value",
  "Results",
  "results",
  "events",
  "Events",
  "hits",
  "data",
  "logs",
]);

function stringEnd(bytes: Buffer, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === backslash) i++;
    else if (bytes[i] === quote) return i;
  }
  return -1;
}

function skipSpace(bytes: Buffer, from: number): number {
  let i = from;
  while (i < bytes.length && isSpace(bytes[i])) i++;
  return i;
}

const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === 9 || byte === 10 || byte === 13;

/** Splits a file's content, which begins at the wrapper's offset, into elements. */
export async function* splitElements(
  chunks: AsyncIterable<Buffer>,
  wrapper: JsonWrapper,
  limit = longestRecordBytes,
): AsyncGenerator<readonly JsonElement[]> {
  const splitter = new ElementSplitter(wrapper, limit);
  for await (const chunk of chunks) {
    const found = splitter.take(chunk);
    if (found.length > 0) yield found;
    if (splitter.done) return;
  }
  const last = splitter.end();
  if (last !== undefined) yield [last];
}

/** A scanner of bytes that knows strings and nesting and nothing else of JSON. */
class ElementSplitter {
  done = false;
  readonly #wrapper: JsonWrapper;
  readonly #limit: number;
  #skip: number;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #line = 1;
  #number = 0;
  /** Where the element being read began, undefined between elements. */
  #began: number | undefined;
  #parts: Buffer[] = [];
  #held = 0;

  constructor(wrapper: JsonWrapper, limit: number) {
    this.#wrapper = wrapper;
    this.#limit = limit;
    this.#skip = wrapper.offset;
  }

  take(chunk: Buffer): readonly JsonElement[] {
    const found: JsonElement[] = [];
    let from = 0;
    for (let i = 0; i < chunk.length && !this.done; i++) {
      const byte = chunk[i];
      if (byte === newline) this.#line++;
      if (this.#skip > 0) {
        this.#skip--;
        from = i + 1;
      } else if (this.#began === undefined) {
        from = i;
        this.#between(byte);
        if (this.#began !== undefined && this.#ends(byte, true)) found.push(this.#finish(chunk.subarray(from, i + 1)));
      } else if (this.#ends(byte, false)) {
        // A bare value ends before its separator, everything else with its last byte.
        const bare = this.#depth === 0 && (byte === comma || byte === closeList || isSpace(byte)) && !this.#closed;
        found.push(this.#finish(chunk.subarray(from, bare ? i : i + 1)));
        if (bare && byte === closeList && this.#wrapper.array) this.done = true;
      }
    }
    if (this.#began !== undefined) this.#hold(chunk.subarray(from));
    return found;
  }

  end(): JsonElement | undefined {
    if (this.#began === undefined) return undefined;
    const bare = this.#depth === 0 && !this.#inString;
    return { ...this.#finish(Buffer.alloc(0)), whole: bare };
  }

  #closed = false;

  #between(byte: number | undefined): void {
    if (byte === closeList && this.#wrapper.array) this.done = true;
    else if (byte !== comma && !isSpace(byte)) {
      this.#began = this.#line;
      this.#closed = false;
    }
  }

  /** Follows one byte of an element and says whether the element ends with it (or, for a bare value, before it). */
  #ends(byte: number | undefined, first: boolean): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) {
        this.#inString = false;
        this.#closed = this.#depth === 0;
        return this.#closed;
      }
      return false;
    }
    if (byte === quote) this.#inString = true;
    else if (byte === open || byte === openList) this.#depth++;
    else if ((byte === close || byte === closeList) && this.#depth > 0) {
      this.#depth--;
      this.#closed = this.#depth === 0;
      return this.#closed;
    } else if (!first && this.#depth === 0) return byte === comma || byte === closeList || isSpace(byte);
    return false;
  }

  #hold(bytes: Buffer): void {
    this.#held += bytes.length;
    if (this.#held > this.#limit) this.#parts = [];
    else if (bytes.length > 0) this.#parts.push(bytes);
  }

  #finish(last: Buffer): JsonElement {
    this.#hold(last);
    const element: JsonElement = {
      number: ++this.#number,
      line: this.#began ?? this.#line,
      bytes: this.#held > this.#limit ? undefined : Buffer.concat(this.#parts),
      length: this.#held,
      whole: true,
    };
    this.#began = undefined;
    this.#parts = [];
    this.#held = 0;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    return element;
  }
}
