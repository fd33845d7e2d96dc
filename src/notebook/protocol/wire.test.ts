import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "../../base/secret.js";
import { Wire } from "./wire.js";

const failing = (code: string, text: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as unknown });
const open = (key = "k", signatureScheme = "hmac-sha256") =>
  new Wire({ key: new Secret(key, "test"), signatureScheme, session: "s" });

test("any message survives the way there", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.array(fc.uint8Array({ maxLength: 300 })),
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 2 }),
      (content, buffers, identities) => {
        const text = JSON.parse(JSON.stringify(content)) as Record<string, unknown>;
        const [here, there] = [open(), open()];
        const sent = here.create({ type: "x_request", content: text, buffers }, identities);
        const got = there.decode(here.encode(sent));
        expect(JSON.stringify(got.content)).toBe(JSON.stringify(text));
        expect(got.header).toEqual(sent.header);
        expect(got.buffers.map(b => [...b])).toEqual(buffers.map(b => [...b]));
        expect(got.identities.map(i => [...i])).toEqual(identities.map(i => [...i]));
      },
    ),
  );
});

test("the signature is the HMAC of header, parent, metadata and content", () => {
  const parts = ["{}", "{}", "{}", "{}"].map(t => Buffer.from(t)) as [Buffer, Buffer, Buffer, Buffer];
  const [, signature] = open("key").seal({ identities: [], parts, buffers: [] });
  // printf '{}{}{}{}' | openssl dgst -sha256 -hmac key
  expect(Buffer.from(signature ?? []).toString()).toBe(
    "ca767b02c5bc061ed184a9a029e7f93a7f2f7ed4e8fe74120fc1212f0b008fa3",
  );
});

test.each([
  ["a changed content", (f: Uint8Array[]) => f.with(5, Buffer.from('{"code":"evil"}')), "its signature is wrong"],
  ["another key", (f: Uint8Array[]) => open("other").seal(open("k").open(f)), "its signature is wrong"],
  ["a shorter signature", (f: Uint8Array[]) => f.with(1, Buffer.from("ab")), "its signature is wrong"],
  ["no signature", (f: Uint8Array[]) => f.with(1, Buffer.alloc(0)), "its signature is wrong"],
  ["no delimiter", (f: Uint8Array[]) => f.slice(1), "it has too few frames"],
  ["missing parts", (f: Uint8Array[]) => f.slice(0, 4), "it has too few frames"],
])("%s is refused", (_, change, problem) => {
  const frames = open().encode(open().create({ type: "execute_request", content: { code: "1" } }));
  expect(() => open().decode(change(frames))).toThrow(failing("notebook/message", problem));
});

test("a message is accepted once", () => {
  const wire = open();
  const frames = open().encode(open().create({ type: "execute_request", content: { code: "1" } }));
  wire.decode(frames);
  expect(() => wire.decode(frames)).toThrow(failing("notebook/message", "it was received before"));
});

test.each([
  ["text that is no JSON", "{", "it is not JSON"],
  ["a list", "[]", "a part of it is no object"],
  ["a header without an id", '{"msg_type":"x","session":"s"}', "its header has no 'msg_id'"],
])("%s is refused behind a good signature", (_, header, problem) => {
  const parts = [header, "{}", "{}", "{}"].map(t => Buffer.from(t)) as [Buffer, Buffer, Buffer, Buffer];
  const frames = open().seal({ identities: [], parts, buffers: [] });
  expect(() => open().decode(frames)).toThrow(failing("notebook/message", problem));
});

test("an empty key means unsigned, as the protocol allows", () => {
  const frames = open("").encode(open("").create({ type: "x", content: {} }));
  expect(open("").decode(frames).header.msg_type).toBe("x");
});

test("a signature scheme nobody can compute is refused by name", () => {
  expect(() => open("k", "hmac-nonsense")).toThrow(failing("notebook/connection-file", "'hmac-nonsense'"));
  expect(() => open("k", "rot13")).toThrow(failing("notebook/connection-file", "'rot13'"));
});
