/** Hashes of bytes. The only file of this folder that imports from Node: `createHash` is a function of its input. */
import { createHash } from "node:crypto";

export type DigestName = "md5" | "sha1" | "sha256";

/** The hash in lower-case hexadecimal digits. */
export function digestHex(name: DigestName, bytes: Uint8Array): string {
  return createHash(name).update(bytes).digest("hex");
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
