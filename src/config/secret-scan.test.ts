import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "../base/secret.js";
import { findSecrets, findSecretsInValue, redactSecrets } from "./secret-scan.js";

const key = new Secret(`hunter2&"<S3cret'>`, "env:OTX_KEY");
const b64 = (text: string) => Buffer.from(text).toString("base64");

test.each<[string, string, string]>([
  ["as it is", `the key is ${key.reveal()}!`, "plain"],
  ["in JSON", JSON.stringify({ headers: { key: key.reveal() } }), "escaped"],
  ["in HTML", "<td>hunter2&amp;&quot;&lt;S3cret&#39;&gt;</td>", "escaped"],
  ["in an address", `https://x.example/?k=${encodeURIComponent(key.reveal())}`, "escaped"],
  ["in base64 of its own", b64(key.reveal()), "encoded"],
  ["in a Basic header", `Basic ${b64(`me:${key.reveal()}`)}`, "encoded"],
  ["in a Basic header of another alignment", `Basic ${b64(`us:${key.reveal()}x`)}`, "encoded"],
  ["in hex", Buffer.from(key.reveal()).toString("hex"), "encoded"],
])("a secret is found %s, and taken out", (_, text, form) => {
  expect(findSecrets(text, [key])).toEqual([{ origin: "env:OTX_KEY", form, count: 1 }]);
  const redacted = redactSecrets(text, [key]);
  expect(findSecrets(redacted, [key])).toEqual([]);
  expect(redacted).toContain("<secret env:OTX_KEY>");
});

test("values too short to be told from other text are not looked for", () => {
  expect(findSecrets("abc abc", [new Secret("abc", "env:X")])).toEqual([]);
});

test("outputs of a notebook are searched whole: lines that were cut, keys, numbers", () => {
  const outputs = [{ output_type: "stream", text: ["key=hun", "ter2-abc\n"] }, { data: { "text/plain": 12345678901 } }];
  const secrets = [
    new Secret("hunter2-abc", "env:A"),
    new Secret("12345678901", "env:B"),
    new Secret("not there", "env:C"),
  ];
  expect(findSecretsInValue(outputs, secrets).map(h => h.origin)).toEqual(["env:A", "env:B"]);
});

test("a secret that is a part of another one is taken out with it", () => {
  const [long, short] = [new Secret("secret-value-long", "l"), new Secret("secret-value", "s")];
  expect(redactSecrets("secret-value-long secret-value", [short, long])).toBe("<secret l> <secret s>");
});

test("whatever surrounds it, a redacted text holds no secret", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 8 }), fc.string(), (before, value, after) => {
      const secret = new Secret(value, "env:X");
      const text = `${before}${value}${after}`;
      expect(redactSecrets(text, [secret]).includes(value) && !"<secret env:X>".includes(value)).toBe(false);
      expect(findSecrets(b64(text), [secret]).length).toBe(Buffer.byteLength(value) >= 8 ? 1 : 0);
    }),
    { numRuns: 300 },
  );
});
