import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeText, splitLines } from "./lines.js";

async function split(bytes: Buffer, size: number, limit?: number) {
  async function* pieces() {
    for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
  }
  const found = [];
  for await (const lines of splitLines(pieces(), limit)) found.push(...lines);
  return found.map(l => ({ number: l.number, text: l.bytes?.toString() }));
}

test("lines end at line feeds, a carriage return before them is no part of the line", async () => {
  const expected = ["a", "", "b\rc", "d"].map((text, i) => ({ number: i + 1, text }));
  for (const size of [1, 2, 3, 100]) expect(await split(Buffer.from("a\r\n\nb\rc\r\nd"), size)).toEqual(expected);
});

test("a line beyond the limit is passed over without being held, and the next one is read", async () => {
  const bytes = Buffer.from(`short\n${"x".repeat(1000)}\nnext\n${"y".repeat(1000)}`);
  expect(await split(bytes, 64, 100)).toEqual([
    { number: 1, text: "short" },
    { number: 2, text: undefined },
    { number: 3, text: "next" },
    { number: 4, text: undefined },
  ]);
});

test("however the bytes arrive, the lines are the same", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "\n", "é", "\r\n"), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (written, size) => {
      const expected = written.split("\n").map(l => l.replace(/\r$/, ""));
      if (expected.at(-1) === "") expected.pop();
      expect((await split(Buffer.from(written), size)).map(l => l.text)).toEqual(expected);
    }),
  );
});

test("bytes that are no UTF-8 are Windows-1252; a replacement character that was written is itself", () => {
  expect(decodeText(Buffer.from([0x53, 0xe3, 0x6f, 0x80]))).toEqual({ text: "São€", legacy: true });
  expect(decodeText(Buffer.from("\ufffd"))).toEqual({ text: "\ufffd", legacy: false });
});
