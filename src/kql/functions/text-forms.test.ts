/** The small codecs under the functions: JSON text, punycode, addresses, regular expressions, hashes, literals. */
import { gzipSync } from "fflate";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cidrList, formatIpv4, formatIpv6, inRange, parseIpv4, parseIpv6 } from "./ip-address.js";
import { arrayElements, arrayText, objectEntries, objectText, plainText } from "./json-text.js";
import { quoteString } from "./literal.js";
import { minify } from "./convert.js";
import { punycodeDecode, punycodeEncode } from "./punycode.js";
import { captureGroups, toDuckDbJsonPath } from "./regex.js";
import { anyTermPattern, escapeRegex, termPattern } from "./term.js";
import { udfs } from "./udf/index.js";
import { xxHash64 } from "./xxhash.js";

test("JSON is taken apart and put together without changing its values", () => {
  fc.assert(
    fc.property(fc.jsonValue(), original => {
      const text = JSON.stringify(original);
      const value = JSON.parse(text) as unknown;
      const pretty = JSON.stringify(original, null, 2);
      expect(minify(pretty)).toBe(text);
      const elements = arrayElements(pretty);
      if (Array.isArray(value)) expect(JSON.parse(arrayText(elements ?? []))).toEqual(value);
      else expect(elements).toBeUndefined();
      const entries = objectEntries(pretty);
      if (typeof value === "object" && value !== null && !Array.isArray(value))
        expect(JSON.parse(objectText(entries ?? []))).toEqual(value);
      else expect(entries).toBeUndefined();
    }),
  );
});

test("numbers keep their digits in JSON text", () => {
  expect(arrayElements('[ 1.0, 12345678901234567890, "a,]\\"" ]')).toEqual(["1.0", "12345678901234567890", '"a,]\\""']);
  expect(plainText('"a\\n"')).toBe("a\n");
  expect(plainText("null")).toBe("");
});

test("punycode decodes what it encodes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), text => {
      expect(punycodeDecode(punycodeEncode(text) ?? "")).toBe(text);
    }),
  );
});

// RFC 3492, section 7.1
test.each([
  ["他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"],
  ["Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"],
  ["3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"],
])("punycode of %s", (text, encoded) => {
  expect(punycodeEncode(text)).toBe(encoded);
});

test("broken punycode is refused", () => {
  expect(punycodeDecode("a-\u0080")).toBeUndefined();
  expect(punycodeDecode("99999999999")).toBeUndefined();
  expect(punycodeDecode("!!")).toBeUndefined();
});

test("addresses print as they were read", () => {
  fc.assert(
    fc.property(fc.ipV4(), ip => {
      expect(formatIpv4(parseIpv4(ip)?.bits ?? -1n)).toBe(ip);
    }),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), bits => {
      expect(parseIpv6(formatIpv6(bits))?.bits).toBe(bits);
    }),
  );
});

test.each(["", "1.2.3", "1.2.3.4.5", "1.2.3.4/33", "a.b.c.d", "1.2.3.04444", "-1.2.3.4", "1.2.3.4/"])(
  "'%s' is no IPv4 address",
  text => {
    expect(parseIpv4(text)).toBeUndefined();
  },
);
test.each(["", ":::", "1::2::3", "12345::", "::1/129", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "g::"])(
  "'%s' is no IPv6 address",
  text => {
    expect(parseIpv6(text)).toBeUndefined();
  },
);

test("the ranges of a span cover it and nothing else", () => {
  const address = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n });
  fc.assert(
    fc.property(address, address, (a, b) => {
      const [start, end] = a < b ? [a, b] : [b, a];
      const ranges = cidrList(start, end)
        .map(r => parseIpv4(r))
        .filter(r => r !== undefined);
      const covered = ranges.reduce((sum, r) => sum + 2n ** BigInt(32 - r.prefix), 0n);
      expect(covered).toBe(end - start + 1n);
      for (const edge of [start, end]) expect(ranges.some(r => inRange({ bits: edge, prefix: 32 }, r, 32))).toBe(true);
    }),
  );
});

test("capture groups are counted, named ones known", () => {
  expect(captureGroups(String.raw`(a)(?:b)(?P<n>c)(?i:d)\(e\)[(f](?<m>g)[^]()]`)).toEqual([undefined, "n", "m"]);
  expect(captureGroups(String.raw`\Q(a)\E(b)`)).toEqual([undefined]);
  expect(captureGroups("((x))")).toEqual([undefined, undefined]);
});

test.each([
  ["$.a.b[0]", '$."a"."b"[0]'],
  ["$['a b'][\"c\"]", '$."a b"."c"'],
  ["$", "$"],
  ["$..a", undefined],
  ["$.*", undefined],
  ["a.b", undefined],
  ["$[?(@.x)]", undefined],
])("JSON path %s", (path, expected) => {
  expect(toDuckDbJsonPath(path)).toBe(expected);
});

test("an escaped text matches itself and nothing shorter", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii", minLength: 1 }), text => {
      // RE2's \x00 is JavaScript's too; the other escapes are punctuation.
      const pattern = new RegExp(`^${escapeRegex(text)}$`);
      expect(pattern.test(text)).toBe(true);
      expect(pattern.test(text.slice(1))).toBe(text.slice(1) === text);
    }),
  );
});

test("boundaries stand only where the needle's edge is a letter or digit", () => {
  expect(termPattern("a", "has")).toBe("(?:^|[^\\pL\\pN])a(?:$|[^\\pL\\pN])");
  expect(termPattern(".exe", "has")).toBe("\\.exe(?:$|[^\\pL\\pN])");
  expect(termPattern("a", "hasprefix")).toBe("(?:^|[^\\pL\\pN])a");
  expect(termPattern("a", "hassuffix")).toBe("a(?:$|[^\\pL\\pN])");
  expect(termPattern("--", "has")).toBeUndefined();
  expect(anyTermPattern(["a", "b", ".c"])).toBe("(?:^|[^\\pL\\pN])(?:a|b)(?:$|[^\\pL\\pN])|(?:\\.c)(?:$|[^\\pL\\pN])");
});

// https://learn.microsoft.com/kusto/query/hash-function#examples and xxHash's own value for no input
test.each([
  ["", -1205034819632174695n],
  ["World", 1846988464401551951n],
  ["Hello", 753694413698530628n],
])("xxHash64 of '%s'", (text, hash) => {
  expect(xxHash64(new TextEncoder().encode(text))).toBe(hash);
});

test("quoting doubles apostrophes", () => {
  expect(quoteString("it's")).toBe("'it''s'");
});

test("a small text that would unpack to gigabytes gives nothing", () => {
  const bomb = Buffer.from(gzipSync(new Uint8Array(17 * 1024 * 1024))).toString("base64");
  const unpack = udfs.find(u => u.name === "ku_gzip_decompress");
  expect(bomb.length).toBeLessThan(100_000);
  expect(unpack?.call(bomb)).toBe("");
  expect(
    unpack?.call(Buffer.from(gzipSync(new TextEncoder().encode("x".repeat(100_000)))).toString("base64")),
  ).toHaveLength(100_000);
  expect(unpack?.call(bomb.slice(0, 400))).toBe("");
});
