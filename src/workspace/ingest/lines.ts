/** Bytes into lines and lines into text, without ever holding more than one line. */
import { isUtf8 } from "node:buffer";

/** The longest line (or JSON element, or CSV record) that is read; longer ones are set aside. */
export const longestRecordBytes = 64 * 1024 * 1024;

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** Without the line end; undefined when the line is longer than `longestRecordBytes`. */
  readonly bytes: Buffer | undefined;
  readonly length: number;
}

/** Splits at \n and \r\n. Batches of lines, because one promise per line would cost more than the line. */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  limit = longestRecordBytes,
): AsyncGenerator<readonly Line[]> {
  let number = 0;
  let parts: Buffer[] = [];
  let held = 0;
  const finish = (last: Buffer): Line => {
    number++;
    const length = held + last.length;
    let bytes = length > limit ? undefined : parts.length === 0 ? last : Buffer.concat([...parts, last]);
    if (bytes?.at(-1) === 13) bytes = bytes.subarray(0, -1);
    parts = [];
    held = 0;
    return { number, bytes, length };
  };
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      lines.push(finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    held += rest.length;
    if (rest.length > 0 && held <= limit) parts.push(rest);
    else if (held > limit) parts = [];
    if (lines.length > 0) yield lines;
  }
  if (held > 0) {
    const tail = parts.length === 0 ? Buffer.alloc(0) : Buffer.concat(parts);
    number++;
    yield [
      { number, bytes: held > limit ? undefined : tail.at(-1) === 13 ? tail.subarray(0, -1) : tail, length: held },
    ];
  }
}

/**
 * Windows-1252 at 0x80 to 0x9f; elsewhere it is Latin-1. By hand, because some versions of Node decode it as Latin-1 there
 * too (nodejs/node issue 56542). Source: encoding.spec.whatwg.org, index windows-1252.
 */
const c1 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/** UTF-8, or, where the bytes are not that, Windows-1252, which gives some character for every byte. */
export function decodeText(bytes: Buffer): { readonly text: string; readonly legacy: boolean } {
  const text = bytes.toString("utf8");
  if (!text.includes("\ufffd") || isUtf8(bytes)) return { text, legacy: false };
  const latin = bytes.toString("latin1");
  return { text: latin.replace(/[\x80-\x9f]/g, char => c1[char.charCodeAt(0) - 0x80] ?? char), legacy: true };
}
