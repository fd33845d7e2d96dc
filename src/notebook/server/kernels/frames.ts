/**
 * Kernel messages on websockets.
 *
 * Source: https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
 */
import { HuntError } from "../../../base/error.js";
import type { ClientChannel, KernelChannel, RawMessage } from "./port.js";

/** The binary protocol that needs no parsing; clients that do not ask for it get JSON. */
export const binaryProtocol = "v1.kernel.websocket.jupyter.org";

export interface ChannelMessage<C extends string = KernelChannel> {
  readonly channel: C;
  readonly message: RawMessage;
}

const invalid = (why: string) =>
  new HuntError("server/bad-message", `a websocket message cannot be read: ${why}`, { hint: "reload the page" });

const clientChannels: ReadonlySet<string> = new Set<ClientChannel>(["shell", "control", "stdin"]);

function asClientChannel(name: unknown): ClientChannel {
  if (typeof name === "string" && clientChannels.has(name)) return name as ClientChannel;
  throw invalid("its channel must be shell, control or stdin");
}

/** Count of offsets, the offsets (64 bit, little endian), channel, the four JSON texts, the buffers. */
export function encodeBinary({ channel, message }: ChannelMessage): Buffer {
  const pieces = [Buffer.from(channel), ...message.parts, ...message.buffers];
  const count = pieces.length + 1;
  const head = Buffer.alloc(8 * (count + 1));
  head.writeBigUInt64LE(BigInt(count), 0);
  let offset = head.length;
  for (const [i, piece] of [...pieces, undefined].entries()) {
    head.writeBigUInt64LE(BigInt(offset), 8 * (i + 1));
    offset += piece?.length ?? 0;
  }
  return Buffer.concat([head, ...pieces]);
}

/** @throws HuntError `server/bad-message` */
export function decodeBinary(data: Buffer): ChannelMessage<ClientChannel> {
  const count = data.length < 8 ? 0n : data.readBigUInt64LE(0);
  if (count < 6n || count > 10_000n || data.length < 8 * (Number(count) + 1)) throw invalid("its head is damaged");
  const offsets = Array.from({ length: Number(count) }, (_, i) => Number(data.readBigUInt64LE(8 * (i + 1))));
  const pieces = cut(data, offsets.slice(0, -1), offsets[offsets.length - 1] ?? 0, 8 * (offsets.length + 1));
  const [channel, header, parent, metadata, content, ...buffers] = pieces;
  if (
    channel === undefined ||
    header === undefined ||
    parent === undefined ||
    metadata === undefined ||
    content === undefined
  )
    throw invalid("it is too short");
  return {
    channel: asClientChannel(channel.toString()),
    message: { parts: [header, parent, metadata, content], buffers },
  };
}

/** Pieces of a frame; offsets that do not grow, or lie outside, are refused. */
function cut(data: Buffer, starts: readonly number[], end: number, first: number): Buffer[] {
  const bounds = [...starts, end];
  if (bounds.some((at, i) => at < (i === 0 ? first : (bounds[i - 1] ?? 0)) || at > data.length))
    throw invalid("its offsets are damaged");
  return starts.map((start, i) => data.subarray(start, bounds[i + 1]));
}

/** Text, or with buffers: count and offsets (32 bit, big endian), the JSON, the buffers. */
export function encodeJson({ channel, message }: ChannelMessage): string | Buffer {
  const [header, parent, metadata, content] = message.parts.map(part => Buffer.from(part).toString("utf8"));
  const { msg_id, msg_type } = JSON.parse(header ?? "{}") as Record<string, unknown>;
  const fields = [
    `"channel":${JSON.stringify(channel)}`,
    `"msg_id":${JSON.stringify(msg_id ?? "")}`,
    `"msg_type":${JSON.stringify(msg_type ?? "")}`,
    `"header":${header}`,
    `"parent_header":${parent}`,
    `"metadata":${metadata}`,
    `"content":${content}`,
    `"buffers":[]`,
  ];
  const text = `{${fields.join(",")}}`;
  if (message.buffers.length === 0) return text;
  const pieces = [Buffer.from(text), ...message.buffers];
  const head = Buffer.alloc(4 * (pieces.length + 1));
  head.writeUInt32BE(pieces.length, 0);
  let offset = head.length;
  for (const [i, piece] of pieces.entries()) {
    head.writeUInt32BE(offset, 4 * (i + 1));
    offset += piece.length;
  }
  return Buffer.concat([head, ...pieces]);
}

/** @throws HuntError `server/bad-message` */
export function decodeJson(data: Buffer, isBinary: boolean): ChannelMessage<ClientChannel> {
  const [json, ...buffers] = isBinary ? splitBuffers(data) : [data];
  let value: unknown;
  try {
    value = JSON.parse((json ?? data).toString("utf8"));
  } catch (cause) {
    throw new HuntError("server/bad-message", "a websocket message cannot be read: it is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null) throw invalid("it is not an object");
  const { channel, header, parent_header, metadata, content } = value as Record<string, unknown>;
  if (typeof header !== "object" || header === null) throw invalid("it has no header");
  const part = (field: unknown) => Buffer.from(JSON.stringify(field ?? {}));
  return {
    channel: asClientChannel(channel),
    message: { parts: [part(header), part(parent_header), part(metadata), part(content)], buffers },
  };
}

function splitBuffers(data: Buffer): Buffer[] {
  const count = data.length < 4 ? 0 : data.readUInt32BE(0);
  if (count < 1 || count > 10_000 || data.length < 4 * (count + 1)) throw invalid("its head is damaged");
  const starts = Array.from({ length: count }, (_, i) => data.readUInt32BE(4 * (i + 1)));
  return cut(data, starts, data.length, 4 * (count + 1));
}
