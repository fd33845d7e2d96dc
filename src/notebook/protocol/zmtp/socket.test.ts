import { mkdtempSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { encodeCommand, encodeGreeting, encodeMessage, encodeProperties, FrameReader } from "./frame.js";
import type { Endpoint } from "./socket.js";
import { BoundSocket, ConnectedSocket } from "./socket.js";

const loopback: Endpoint = { transport: "tcp", host: "127.0.0.1", port: 0 };
const closing: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(one: T): T => {
  closing.push(one);
  return one;
};
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

/** Calls wait for values, values for calls. */
function mailbox<T>(): { put: (value: T) => void; take: () => Promise<T> } {
  const values: T[] = [];
  const takers: ((value: T) => void)[] = [];
  return {
    put: value => {
      const taker = takers.shift();
      if (taker === undefined) values.push(value);
      else taker(value);
    },
    take: () => {
      const value = values.shift();
      return value === undefined ? new Promise(resolve => takers.push(resolve)) : Promise.resolve(value);
    },
  };
}
const texts = (frames: readonly Uint8Array[]): string[] => frames.map(f => Buffer.from(f).toString());

test("messages come out of the bytes however these are cut", () => {
  const frame = fc.uint8Array({ maxLength: 600 });
  fc.assert(
    fc.property(
      fc.array(fc.array(frame, { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
      fc.array(fc.nat(700)),
      (messages, cuts) => {
        const bytes = Buffer.concat([encodeGreeting(), ...messages.flatMap(m => encodeMessage(m))]);
        const got: number[][][] = [];
        const reader = new FrameReader({ onMessage: m => got.push(m.map(f => [...f])), onCommand: () => undefined });
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          reader.push(bytes.subarray(at, at + cut));
          at = Math.min(bytes.length, at + cut);
        }
        expect(got).toEqual(messages.map(m => m.map(f => [...f])));
      },
    ),
  );
});

test("a router answers the peer that asked, by the name it gave itself", async () => {
  const asked = mailbox<{ frames: string[]; from: Buffer }>();
  const router = keep(
    new BoundSocket({ type: "ROUTER", onMessage: (frames, from) => asked.put({ frames: texts(frames), from }) }),
  );
  const endpoint = await router.bind(loopback);
  const [a, b] = [mailbox<string[]>(), mailbox<string[]>()];
  const dealer = (name: string, box: { put: (v: string[]) => void }) =>
    keep(
      new ConnectedSocket({ type: "DEALER", endpoint, identity: Buffer.from(name), onMessage: f => box.put(texts(f)) }),
    );
  dealer("a", a).send([Buffer.from("hi"), Buffer.from("there")]);
  const first = await asked.take();
  expect(first).toEqual({ frames: ["hi", "there"], from: Buffer.from("a") });
  dealer("b", b).send([Buffer.from("me too")]);
  const second = await asked.take();
  router.sendTo(second.from, [Buffer.from("for b")]);
  router.sendTo(first.from, [Buffer.from("for a")]);
  expect(await b.take()).toEqual(["for b"]);
  expect(await a.take()).toEqual(["for a"]);
  expect(router.sendTo(Buffer.from("nobody"), [Buffer.from("x")])).toBe(false);
});

test("subscribers get what they asked for, from when they asked", async () => {
  const subscribed = mailbox<Buffer>();
  const publisher = keep(new BoundSocket({ type: "PUB", onSubscribe: (_, who) => subscribed.put(who) }));
  const endpoint = await publisher.bind(loopback);
  publisher.publish([Buffer.from("lost")]);
  const got = mailbox<string[]>();
  keep(new ConnectedSocket({ type: "SUB", endpoint, onMessage: f => got.put(texts(f)) }));
  const who = await subscribed.take();
  publisher.sendTo(who, [Buffer.from("welcome")]);
  publisher.publish([Buffer.from("topic"), Buffer.from("text")]);
  expect(await got.take()).toEqual(["welcome"]);
  expect(await got.take()).toEqual(["topic", "text"]);
});

test("a client comes back by itself, and what it sends meanwhile arrives", async () => {
  const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
  const endpoint: Endpoint = { transport: "ipc", path: join(dir, "s-1") };
  const got = mailbox<string[]>();
  const open = async () => {
    const router = new BoundSocket({ type: "ROUTER", onMessage: frames => got.put(texts(frames)) });
    await router.bind(endpoint);
    return router;
  };
  const first = await open();
  const dealer = keep(new ConnectedSocket({ type: "DEALER", endpoint, onMessage: () => undefined }));
  dealer.send([Buffer.from("one")]);
  expect(await got.take()).toEqual(["one"]);
  await first.close();
  while (dealer.connected) await new Promise(resolve => setTimeout(resolve, 5));
  dealer.send([Buffer.from("two")]);
  keep(await open());
  expect(await got.take()).toEqual(["two"]);
  rmSync(dir, { recursive: true });
});

test("closing a socket file removes it", async () => {
  const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
  const path = join(dir, "s-1");
  const socket = new BoundSocket({ type: "REP" });
  await socket.bind({ transport: "ipc", path });
  expect(statSync(path).isSocket()).toBe(true);
  await socket.close();
  expect(() => statSync(path)).toThrow();
  rmSync(dir, { recursive: true });
});

test("a large message arrives whole", async () => {
  const got = mailbox<readonly Buffer[]>();
  const router = keep(new BoundSocket({ type: "ROUTER", onMessage: frames => got.put(frames) }));
  const endpoint = await router.bind(loopback);
  const big = Buffer.alloc(12_345_678, 7);
  keep(new ConnectedSocket({ type: "DEALER", endpoint, onMessage: () => undefined })).send([Buffer.from("a"), big]);
  const [, second] = await got.take();
  expect(second?.equals(big)).toBe(true);
});

test("a port that is taken is an error that names it", async () => {
  const endpoint = await keep(new BoundSocket({ type: "REP" })).bind(loopback);
  const again = new BoundSocket({ type: "REP" });
  await expect(again.bind(endpoint)).rejects.toMatchObject({
    code: "notebook/kernel-bind",
    message: expect.stringContaining(`tcp://127.0.0.1:${endpoint.transport === "tcp" ? endpoint.port : 0}`) as unknown,
  });
});

/** Sends raw bytes and waits until the other side hangs up. */
async function hangsUp(bytes: Uint8Array): Promise<void> {
  const router = keep(
    new BoundSocket({ type: "ROUTER", onMessage: () => expect.unreachable("a message was accepted") }),
  );
  const endpoint = await router.bind(loopback);
  if (endpoint.transport !== "tcp") return;
  const socket = connect(endpoint.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.resume();
  socket.write(bytes);
  await new Promise(resolve => socket.once("close", resolve));
}
const ready = (type: string) => encodeCommand("READY", encodeProperties({ "Socket-Type": Buffer.from(type) }));
const hello = Buffer.from("hello");

test.each([
  ["no ZMTP at all", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
  ["encryption", Buffer.concat([encodeGreeting().fill("CURVE\0", 12, 18), ready("DEALER")])],
  ["a socket that does not fit", Buffer.concat([encodeGreeting(), ready("SUB")])],
  ["a message before the greeting is complete", Buffer.concat([encodeGreeting(), ...encodeMessage([hello])])],
  ["two greetings", Buffer.concat([encodeGreeting(), ready("DEALER"), ready("DEALER")])],
  [
    "a message of more than a gigabyte",
    Buffer.concat([encodeGreeting(), ready("DEALER"), Buffer.from([2, 0, 0, 1, 0, 0, 0, 0, 0])]),
  ],
  ["properties that are cut short", Buffer.concat([encodeGreeting(), encodeCommand("READY", Buffer.from([11, 83]))])],
  ["flags that mean nothing", Buffer.concat([encodeGreeting(), ready("DEALER"), Buffer.from([0xf0, 0])])],
])("a peer with %s is disconnected", async (_, bytes) => {
  await hangsUp(bytes);
});

test("what a peer did wrong is an error with a code", () => {
  const reader = new FrameReader({ onMessage: () => undefined, onCommand: () => undefined });
  expect(() => reader.push(Buffer.from("GET /"))).toThrow(expect.objectContaining({ code: "notebook/zmtp" }));
});
