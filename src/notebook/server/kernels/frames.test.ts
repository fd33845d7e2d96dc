import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBinary, decodeJson, encodeBinary, encodeJson } from "./frames.js";
import type { ClientChannel, RawMessage } from "./port.js";

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const channel = fc.constantFrom<ClientChannel>("shell", "control", "stdin");
const message: fc.Arbitrary<RawMessage> = fc
  .tuple(
    fc.record({ msg_id: fc.string(), msg_type: fc.string() }),
    fc.dictionary(fc.string(), fc.string()),
    fc.jsonValue(),
    fc.array(fc.uint8Array(), { maxLength: 3 }),
  )
  .map(([header, parent, value, buffers]) => ({
    parts: [json(header), json(parent), json({}), json({ value })],
    buffers: buffers.map(b => Buffer.from(b)),
  }));
const texts = ({ parts, buffers }: RawMessage) => [
  parts.map(p => JSON.parse(Buffer.from(p).toString()) as unknown),
  buffers.map(b => Buffer.from(b).toString("hex")),
];

describe("kernel messages on a websocket", () => {
  test("what is encoded is decoded again, byte for byte, in the binary protocol", () => {
    fc.assert(
      fc.property(channel, message, (name, given) => {
        const back = decodeBinary(encodeBinary({ channel: name, message: given }));
        expect(back.channel).toBe(name);
        expect(back.message.parts.map(p => Buffer.from(p).toString())).toEqual(
          given.parts.map(p => Buffer.from(p).toString()),
        );
        expect(texts(back.message)).toEqual(texts(given));
      }),
    );
  });

  test("and in JSON, with and without buffers", () => {
    fc.assert(
      fc.property(channel, message, (name, given) => {
        const data = encodeJson({ channel: name, message: given });
        const back = decodeJson(Buffer.from(data), typeof data !== "string");
        expect(back.channel).toBe(name);
        expect(texts(back.message)).toEqual(texts(given));
      }),
    );
  });

  test("the layout is the documented one", () => {
    const given: RawMessage = {
      parts: [json({ msg_id: "1", msg_type: "t" }), json({}), json({}), json({})],
      buffers: [Buffer.from([7])],
    };
    const binary = encodeBinary({ channel: "shell", message: given });
    expect(binary.readBigUInt64LE(0)).toBe(7n);
    expect(binary.readBigUInt64LE(8)).toBe(64n);
    expect(binary.subarray(64, 69).toString()).toBe("shell");
    expect(Number(binary.readBigUInt64LE(8 * 7))).toBe(binary.length);
    const framed = encodeJson({ channel: "shell", message: given }) as Buffer;
    expect([framed.readUInt32BE(0), framed.readUInt32BE(4)]).toEqual([2, 12]);
    expect(framed[framed.length - 1]).toBe(7);
  });

  test("whatever bytes come, they are understood or refused, never anything else", () => {
    const refused = (read: () => unknown) => {
      try {
        read();
      } catch (error) {
        expect(error).toMatchObject({ code: "server/bad-message" });
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isBinary) => {
        refused(() => decodeBinary(Buffer.from(bytes)));
        refused(() => decodeJson(Buffer.from(bytes), isBinary));
      }),
    );
  });

  test.each([
    ["iopub is not a client's to speak on", '{"channel":"iopub","header":{}}'],
    ["no channel", '{"header":{}}'],
    ["no header", '{"channel":"shell"}'],
    ["a list", "[]"],
    ["nothing", "null"],
  ])("%s", (_, text) => {
    expect(() => decodeJson(Buffer.from(text), false)).toThrowError(/cannot be read/);
  });
});
