/** Punycode of one label, without `xn--`. Source: RFC 3492, sections 3 and 6. */

const base = 36;
const tMin = 1;
const tMax = 26;
const skew = 38;
const damp = 700;
const initialBias = 72;
const initialN = 128;

const digitOf = (n: number): string => String.fromCharCode(n < 26 ? n + 97 : n + 22);

function valueOf(character: string): number | undefined {
  const n = Number.parseInt(character, 36);
  if (Number.isNaN(n)) return undefined;
  return n < 10 ? n + 26 : n - 10;
}

function adapt(delta: number, points: number, first: boolean): number {
  let d = first ? Math.floor(delta / damp) : delta >> 1;
  d += Math.floor(d / points);
  let k = 0;
  for (; d > ((base - tMin) * tMax) >> 1; k += base) d = Math.floor(d / (base - tMin));
  return k + Math.floor(((base - tMin + 1) * d) / (d + skew));
}

const threshold = (k: number, bias: number): number => Math.min(Math.max(k - bias, tMin), tMax);

function variableLength(delta: number, bias: number): string {
  let out = "";
  let q = delta;
  for (let k = base; ; k += base) {
    const t = threshold(k, bias);
    if (q < t) return out + digitOf(q);
    out += digitOf(t + ((q - t) % (base - t)));
    q = Math.floor((q - t) / (base - t));
  }
}

/** Encodes; undefined on overflow. */
export function punycodeEncode(text: string): string | undefined {
  const points = Array.from(text, c => c.codePointAt(0) ?? 0);
  const basic = points.filter(p => p < initialN);
  let out = String.fromCodePoint(...basic) + (basic.length > 0 ? "-" : "");
  let [n, delta, bias, handled] = [initialN, 0, initialBias, basic.length];
  while (handled < points.length) {
    const next = Math.min(...points.filter(p => p >= n));
    delta += (next - n) * (handled + 1);
    if (!Number.isSafeInteger(delta)) return undefined;
    n = next;
    for (const p of points) {
      if (p < n) delta += 1;
      if (p !== n) continue;
      out += variableLength(delta, bias);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    n += 1;
  }
  return out;
}

/** Decodes; undefined when it is no punycode. */
export function punycodeDecode(text: string): string | undefined {
  if (!/^[\x00-\x7f]*$/.test(text)) return undefined;
  const split = text.lastIndexOf("-");
  const points = Array.from(text.slice(0, Math.max(split, 0)), c => c.codePointAt(0) ?? 0);
  let [n, i, bias] = [initialN, 0, initialBias];
  for (let at = split < 0 ? 0 : split + 1; at < text.length;) {
    const before = i;
    let weight = 1;
    for (let k = base; ; k += base) {
      const digit = valueOf(text.charAt(at));
      if (digit === undefined) return undefined;
      at += 1;
      i += digit * weight;
      const t = threshold(k, bias);
      if (digit < t) break;
      weight *= base - t;
      if (!Number.isSafeInteger(i) || !Number.isSafeInteger(weight)) return undefined;
    }
    const size = points.length + 1;
    bias = adapt(i - before, size, before === 0);
    n += Math.floor(i / size);
    i %= size;
    if (n > 0x10ffff) return undefined;
    points.splice(i, 0, n);
    i += 1;
  }
  return String.fromCodePoint(...points);
}
