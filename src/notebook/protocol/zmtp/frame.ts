/**
 * ZMTP 3.0 on the wire: greeting, frames, commands.
 *
 * Source: ZeroMQ RFC 23 (https://rfc.zeromq.org/spec/23/), as libzmq 4 speaks it to a peer of version 3.0.
 */
import { HuntError } from "../../../base/error.js";

export type SocketType = "ROUTER" | "DEALER" | "PUB" | "SUB" | "XPUB" | "XSUB" | "REP" | "REQ";

/** One message: its frames in order. */
export type Frames = readonly Uint8Array[];

export interface Command {
  readonly name: string;
  readonly body: Buffer;
}

const flag = { more: 1, long: 2, command: 4 } as const;
export const greetingLength = 64;
/** What one message may hold; a peer that sends more is cut off before it costs more memory. */
export const maxMessageBytes = 1024 * 1024 * 1024;
const maxMessageFrames = 10_000;

/** Version 3.0, mechanism NULL, not a server in the sense of security mechanisms. */
export function encodeGreeting(): Buffer {
  const greeting = Buffer.alloc(greetingLength);
  greeting[0] = 0xff;
  greeting[9] = 0x7f;
  greeting[10] = 3;
  greeting.write("NULL", 12, "ascii");
  return greeting;
}

/** @throws HuntError `notebook/zmtp` for anything but a ZMTP 3 peer without encryption */
export function checkGreeting(greeting: Buffer): void {
  if (greeting[0] !== 0xff || greeting[9] !== 0x7f) throw bad("it does not speak ZMTP");
  if ((greeting[10] ?? 0) < 3) throw bad("it speaks a version of ZMTP before 3.0");
  const mechanism = greeting.toString("ascii", 12, 32).replace(/\0+$/, "");
  if (mechanism !== "NULL") throw bad(`it wants the security mechanism ${JSON.stringify(mechanism)}`);
}

export function bad(problem: string): HuntError {
  return new HuntError("notebook/zmtp", `the peer of a kernel's socket was disconnected: ${problem}`, {
    hint: "use a Jupyter client that reads the kernel's connection file",
  });
}

/** A message as bytes; large frames are not copied, hence a list. */
export function encodeMessage(frames: Frames): Buffer[] {
  const out: Buffer[] = [];
  frames.forEach((frame, i) => {
    const more = i < frames.length - 1 ? flag.more : 0;
    out.push(encodeHead(more, frame.byteLength), toBuffer(frame));
  });
  return out;
}

export function encodeCommand(name: string, body: Uint8Array): Buffer {
  const content = Buffer.concat([Buffer.from([name.length]), Buffer.from(name, "ascii"), body]);
  return Buffer.concat([encodeHead(flag.command, content.length), content]);
}

function encodeHead(flags: number, size: number): Buffer {
  if (size < 256) return Buffer.from([flags, size]);
  const head = Buffer.alloc(9);
  head[0] = flags | flag.long;
  head.writeBigUInt64BE(BigInt(size), 1);
  return head;
}

/** Properties of a READY command. */
export function encodeProperties(properties: Readonly<Record<string, Uint8Array>>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(value.byteLength);
    parts.push(Buffer.from([name.length]), Buffer.from(name, "ascii"), length, value);
  }
  return Buffer.concat(parts);
}

/** Names in lower case, because they are not case sensitive. @throws HuntError `notebook/zmtp` */
export function decodeProperties(body: Buffer): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  let at = 0;
  while (at < body.length) {
    const nameEnd = at + 1 + (body[at] ?? 0);
    if (nameEnd + 4 > body.length) throw bad("its properties are cut short");
    const name = body.toString("ascii", at + 1, nameEnd).toLowerCase();
    const valueEnd = nameEnd + 4 + body.readUInt32BE(nameEnd);
    if (valueEnd > body.length) throw bad("its properties are cut short");
    found.set(name, body.subarray(nameEnd + 4, valueEnd));
    at = valueEnd;
  }
  return found;
}

export const toBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes as they come in, taken out by length without copying more than once. */
class ByteQueue {
  #chunks: Buffer[] = [];
  length = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  /** The first byte at `offset`, which must be there. */
  peek(offset: number): number {
    let rest = offset;
    for (const chunk of this.#chunks) {
      if (rest < chunk.length) return chunk[rest] as number;
      rest -= chunk.length;
    }
    throw new RangeError("peek beyond the end");
  }

  take(size: number): Buffer {
    const first = this.#chunks[0] ?? Buffer.alloc(0);
    this.length -= size;
    if (first.length > size) {
      this.#chunks[0] = first.subarray(size);
      return first.subarray(0, size);
    }
    const parts: Buffer[] = [];
    let missing = size;
    while (missing > 0) {
      const chunk = this.#chunks.shift() as Buffer;
      parts.push(chunk.subarray(0, missing));
      if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing));
      missing -= Math.min(missing, chunk.length);
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}

export interface FrameEvents {
  readonly onMessage: (frames: readonly Buffer[]) => void;
  readonly onCommand: (command: Command) => void;
}

/** Turns the bytes of one connection into messages and commands. */
export class FrameReader {
  readonly #queue = new ByteQueue();
  readonly #events: FrameEvents;
  #greeted = false;
  #frames: Buffer[] = [];
  #bytes = 0;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  /** @throws HuntError `notebook/zmtp` */
  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    if (!this.#greeted) {
      if (this.#queue.length > 0 && this.#queue.peek(0) !== 0xff) throw bad("it does not speak ZMTP");
      if (this.#queue.length < greetingLength) return;
      checkGreeting(this.#queue.take(greetingLength));
      this.#greeted = true;
    }
    for (let frame = this.#takeFrame(); frame !== undefined; frame = this.#takeFrame()) this.#accept(frame);
  }

  #takeFrame(): { flags: number; body: Buffer } | undefined {
    const queue = this.#queue;
    if (queue.length < 2) return undefined;
    const flags = queue.peek(0);
    if ((flags & ~7) !== 0) throw bad("it sent a frame with unknown flags");
    const long = (flags & flag.long) !== 0;
    const headLength = long ? 9 : 2;
    if (queue.length < headLength) return undefined;
    let size = 0;
    for (let i = 1; i < headLength; i += 1) size = size * 256 + queue.peek(i);
    if (size + this.#bytes > maxMessageBytes) throw bad(`it sent a message of more than ${maxMessageBytes} bytes`);
    if (queue.length < headLength + size) return undefined;
    queue.take(headLength);
    return { flags, body: queue.take(size) };
  }

  #accept({ flags, body }: { flags: number; body: Buffer }): void {
    if ((flags & flag.command) !== 0) {
      const nameEnd = 1 + (body[0] ?? 0);
      this.#events.onCommand({ name: body.toString("ascii", 1, nameEnd), body: body.subarray(nameEnd) });
      return;
    }
    this.#frames.push(body);
    this.#bytes += body.length;
    if (this.#frames.length > maxMessageFrames) throw bad(`it sent a message of more than ${maxMessageFrames} frames`);
    if ((flags & flag.more) !== 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    this.#events.onMessage(frames);
  }
}
