/** Classes of ASCII characters, looked up by code. */
const hexBit = 1;
const alnumBit = 2;
const hostBit = 4;
const localBit = 8;
const urlEndBit = 16;
const base64Bit = 32;

function build(): Uint8Array {
  const table = new Uint8Array(128);
  const set = (chars: string, bit: number): void => {
    for (const c of chars) table[c.charCodeAt(0)] = (table[c.charCodeAt(0)] ?? 0) | bit;
  };
  const digits = "0123456789";
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const alnum = digits + letters + letters.toUpperCase();
  set(digits + "abcdefABCDEF", hexBit);
  set(alnum, alnumBit);
  set(alnum + "-_.", hostBit);
  set(alnum + "._%+-", localBit);
  set(alnum + "+/", base64Bit);
  for (let code = 0; code <= 0x20; code += 1) table[code] = (table[code] ?? 0) | urlEndBit;
  set("\"<>`|\\^{}'\x7f", urlEndBit);
  return table;
}

const table = build();
const is = (bit: number) => (code: number) => code < 128 && ((table[code] ?? 0) & bit) !== 0;

export const isHex = is(hexBit);
export const isAlnum = is(alnumBit);
/** Letters, digits, hyphen, underscore, dot. */
export const isHostChar = is(hostBit);
/** What may stand before the `@` of a mail address. */
export const isLocalChar = is(localBit);
export const isBase64Char = is(base64Bit);
export const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Where a URL in running text ends: blanks, quotes, brackets that URLs do not hold, typographic marks, invisible characters. */
export function endsUrl(code: number): boolean {
  if (code < 128) return ((table[code] ?? 0) & urlEndBit) !== 0;
  if (code <= 0xa0 || code === 0xab || code === 0xbb) return true;
  if (code >= 0x2000 && code <= 0x206f) return true;
  return (
    (code >= 0x3000 && code <= 0x303f) || code === 0xfeff || (code >= 0xff00 && code <= 0xff0f) || isSurrogateHalf(code)
  );
}

/** Surrogates stand for emoji and rare scripts; no host or path in logs is written with them unescaped. */
const isSurrogateHalf = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

/** Letters of scripts that write words with blanks between: a domain may be written with them. */
export const isWordLetter = (code: number): boolean => code >= 0xc0 && code < 0x0530 && code !== 0xd7 && code !== 0xf7;
