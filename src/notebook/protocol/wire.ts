/**
 * Messages as the frames that travel over ZeroMQ, signed.
 *
 * Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
import { createHmac, getHashes, randomUUID, timingSafeEqual } from "node:crypto";
import { HuntError, messageOf } from "../../base/error.js";
import type { Secret } from "../../base/secret.js";
import type { Header, JsonObject, Message, Outgoing } from "./message.js";
import { protocolVersion } from "./message.js";

/** A message whose signature was checked and whose text was not read yet: header, parent header, metadata, content. */
export interface SignedParts {
  readonly identities: readonly Uint8Array[];
  readonly parts: readonly [header: Uint8Array, parent: Uint8Array, metadata: Uint8Array, content: Uint8Array];
  readonly buffers: readonly Uint8Array[];
}

const delimiter = Buffer.from("<IDS|MSG>");
/** How many signatures are remembered, so that a recorded message cannot be played again. */
const maxRemembered = 65_536;

export interface WireOptions {
  /** Empty: messages are neither signed nor checked, as the protocol allows. */
  readonly key: Secret;
  /** `hmac-sha256` and the like. */
  readonly signatureScheme: string;
  /** Sender in the headers of messages that are made here. */
  readonly session?: string;
  readonly username?: string;
}

/** Signs, checks and translates the messages of one connection file. */
export class Wire {
  readonly session: string;
  readonly #key: string;
  readonly #hash: string;
  readonly #username: string;
  readonly #seen = new Set<string>();

  /** @throws HuntError `notebook/connection-file` for a signature scheme that this machine cannot compute */
  constructor(options: WireOptions) {
    this.#key = options.key.reveal();
    this.#hash = options.signatureScheme.replace(/^hmac-/, "");
    this.session = options.session ?? randomUUID();
    this.#username = options.username ?? "huntbook";
    if (!options.signatureScheme.startsWith("hmac-") || !getHashes().includes(this.#hash))
      throw new HuntError(
        "notebook/connection-file",
        `'${options.signatureScheme}' is no signature scheme known here`,
        {
          hint: "use hmac-sha256",
        },
      );
  }

  /**
   * Checks the signature before anything is parsed, in constant time.
   * @throws HuntError `notebook/message`
   */
  open(frames: readonly Uint8Array[]): SignedParts {
    const at = frames.findIndex(frame => delimiter.equals(frame));
    const [signature, header, parent, metadata, content, ...buffers] = frames.slice(at + 1);
    if (at < 0 || signature === undefined || content === undefined) throw bad("it has too few frames");
    const parts = [header, parent, metadata, content] as unknown as SignedParts["parts"];
    if (this.#key !== "") {
      const expected = this.#sign(parts);
      const given = Buffer.from(signature);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw bad("its signature is wrong");
      this.#remember(given.toString("latin1"));
    }
    return { identities: frames.slice(0, at), parts, buffers };
  }

  /** Signs parts that are text already. */
  seal({ identities, parts, buffers }: SignedParts): Uint8Array[] {
    return [...identities, delimiter, this.#sign(parts), ...parts, ...buffers];
  }

  /** @throws HuntError `notebook/message` */
  decode(frames: readonly Uint8Array[]): Message {
    return parseParts(this.open(frames));
  }

  encode(message: Message): Uint8Array[] {
    const { header, parentHeader, metadata, content } = message;
    const parts = [header, parentHeader, metadata, content].map(toJson) as unknown as SignedParts["parts"];
    return this.seal({ identities: message.identities, parts, buffers: message.buffers });
  }

  /** A message with a header of its own. */
  create(outgoing: Outgoing, identities: readonly Uint8Array[] = []): Message {
    return {
      identities,
      header: this.createHeader(outgoing.type),
      parentHeader: outgoing.parent ?? {},
      metadata: outgoing.metadata ?? {},
      content: outgoing.content,
      buffers: outgoing.buffers ?? [],
    };
  }

  createHeader(type: string): Header {
    return {
      msg_id: randomUUID(),
      session: this.session,
      username: this.#username,
      date: new Date().toISOString(),
      msg_type: type,
      version: protocolVersion,
    };
  }

  #sign(parts: readonly Uint8Array[]): Buffer {
    if (this.#key === "") return Buffer.alloc(0);
    const hmac = createHmac(this.#hash, this.#key);
    for (const part of parts) hmac.update(part);
    return Buffer.from(hmac.digest("hex"), "ascii");
  }

  #remember(signature: string): void {
    if (this.#seen.has(signature)) throw bad("it was received before");
    this.#seen.add(signature);
    // A set keeps the order of insertion, so the first is the oldest.
    if (this.#seen.size > maxRemembered) for (const oldest of this.#seen) return void this.#seen.delete(oldest);
  }
}

/** Reads the text of checked parts. @throws HuntError `notebook/message` */
export function parseParts({ identities, parts, buffers }: SignedParts): Message {
  const [header, parentHeader, metadata, content] = parts.map(part => parseObject(part)) as [
    JsonObject,
    JsonObject,
    JsonObject,
    JsonObject,
  ];
  for (const key of ["msg_id", "msg_type", "session"])
    if (typeof header[key] !== "string") throw bad(`its header has no '${key}'`);
  return {
    identities,
    header: header as unknown as Header,
    parentHeader: parentHeader as unknown as Header,
    metadata,
    content,
    buffers,
  };
}

function parseObject(part: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("utf8"));
  } catch (cause) {
    throw bad(`it is not JSON: ${messageOf(cause)}`);
  }
  // Some clients send null for an empty part.
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw bad("a part of it is no object");
  return value as JsonObject;
}

const toJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), "utf8");

function bad(problem: string): HuntError {
  return new HuntError("notebook/message", `a message was not accepted: ${problem}`, {
    hint: "connect with the kernel's own connection file",
  });
}
