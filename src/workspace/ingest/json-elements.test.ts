import fc from "fast-check";
import { expect, test } from "vitest";
import { findWrapper, splitElements } from "./json-elements.js";

/** Splits a text that arrives in pieces of `size` bytes. */
async function split(text: string, size = 7, limit = 1_000_000) {
  const bytes = Buffer.from(text);
  const wrapper = findWrapper(bytes);
  if (wrapper === undefined) return undefined;
  async function* pieces() {
    for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
  }
  const found = [];
  for await (const elements of splitElements(pieces(), wrapper, limit)) found.push(...elements);
  return found;
}
const texts = async (text: string, size?: number) =>
  (await split(text, size))?.map(e => (e.whole ? "" : "cut: ") + (e.bytes?.toString() ?? "too long"));

test.each<[string, string, readonly string[]]>([
  ["an array", '[{"a":1},{"a":[{"b":2}]}]', ['{"a":1}', '{"a":[{"b":2}]}']],
  ["spaces and lines", ' [\n {"a":1} ,\n {"a":2}\n]\n', ['{"a":1}', '{"a":2}']],
  ["an empty array", "[]", []],
  [
    "brackets and quotes in strings",
    String.raw`[{"a":"]}\"[{\\"},{"b":"}"}]`,
    [String.raw`{"a":"]}\"[{\\"}`, '{"b":"}"}'],
  ],
  ["CloudTrail's wrapper", '{"Records":[{"a":1},{"a":2}]}', ['{"a":1}', '{"a":2}']],
  ["a wrapper after other members", '{"@odata.context":"x","n":[1],"value":[{"a":1}],"z":0}', ['{"a":1}']],
  [
    "an object with a nested list only is itself the record",
    '{"a":{"value":[{"b":1}]}}',
    ['{"a":{"value":[{"b":1}]}}'],
  ],
  ["printed objects one after the other", '{\n "a": 1\n}\n{\n "a": 2\n}', ['{\n "a": 1\n}', '{\n "a": 2\n}']],
  ["values that are no objects", '[1, "x,]", null ,true]', ["1", '"x,]"', "null", "true"]],
  ["a cut file", '[{"a":1},{"a":"b', ['{"a":1}', 'cut: {"a":"b']],
])("%s", async (_, text, expected) => {
  expect(await texts(text)).toEqual(expected);
  expect(await texts(text, 1)).toEqual(expected);
  expect(await texts(text, 1000)).toEqual(expected);
});

test("elements know their line and number, and one beyond the limit is passed over", async () => {
  const found = await split(`[{"a":1},\n{"b":"${"x".repeat(2000)}"},\n\n{"c":3}]`, 7, 1000);
  expect(found?.map(e => [e.number, e.line, e.bytes?.length])).toEqual([
    [1, 1, 7],
    [2, 2, undefined],
    [3, 4, 7],
  ]);
});

test("texts that are neither array nor object have no elements", async () => {
  expect(await split("hello")).toBeUndefined();
});

test("any array of JSON values comes apart into its values, however it is cut into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 6 }),
      fc.integer({ min: 1, max: 9 }),
      async (values, size) => {
        const found = await texts(JSON.stringify(values, undefined, size % 3), size);
        expect(found?.map(t => JSON.parse(t) as unknown)).toEqual(JSON.parse(JSON.stringify(values)));
      },
    ),
  );
});
