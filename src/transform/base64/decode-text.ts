/** Bytes as text, when they are text. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: "utf-8" | "utf-16";
}

/** Whether characters are what people and programs write: no controls but blanks, nothing unassigned or private. */
function isReadable(text: string): boolean {
  let strange = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const isBlank = code === 9 || code === 10 || code === 13;
    if (
      (code < 32 && !isBlank) ||
      (code >= 0x7f && code < 0xa0) ||
      (code >= 0xd800 && code <= 0xdfff) ||
      code === 0xfffd
    )
      strange += 1;
  }
  // Terminal sequences and a byte order mark are text too; a few of them do not make it binary.
  return strange <= text.length / 50;
}

const isMostlyLatin = (text: string): boolean => {
  let latin = 0;
  for (const char of text) if (char.charCodeAt(0) < 0x250) latin += 1;
  return latin >= text.length * 0.7;
};

function decode(bytes: Uint8Array, label: "utf-8" | "utf-16le"): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-16 (as PowerShell encodes commands) or UTF-8; undefined for anything else. */
export function decodeText(bytes: Uint8Array, options: { readonly utf16: boolean }): DecodedText | undefined {
  if (bytes.length === 0) return undefined;
  if (options.utf16 && bytes.length % 2 === 0) {
    const wide = decode(bytes, "utf-16le");
    const zeros = bytes.filter((b, i) => i % 2 === 1 && b === 0).length;
    const isWide = zeros >= bytes.length / 4 || (bytes[0] === 0xff && bytes[1] === 0xfe);
    if (wide !== undefined && isWide && isReadable(wide)) return { text: wide, encoding: "utf-16" };
  }
  const narrow = decode(bytes, "utf-8");
  if (narrow === undefined || !isReadable(narrow)) return undefined;
  return narrow.length >= 4 || isMostlyLatin(narrow) ? { text: narrow, encoding: "utf-8" } : undefined;
}
