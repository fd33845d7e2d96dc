/** Observables and Base64 for hunts: of the current session. */
import type { Frame } from "../frame/frame.js";
import { unpackBase64Column } from "../transform/base64/frame.js";
import { unpackBase64 as unpackText, type Unpacking, type UnpackOptions } from "../transform/base64/unpack.js";
import { IocExtractor } from "../transform/ioc/ioc-extract.js";
import { currentSession } from "./ambient.js";

export { extractIocs } from "../transform/ioc/extract.js";
export { defang, refang } from "../transform/ioc/refang.js";

/**
 * Finds observables in text, arrays and frames: addresses, names, URLs, mail addresses, hashes, paths, CVEs, wallets, …
 *
 * `await new IoCExtract().extract(text)`, `.extract(texts)`, `.extract(frame, { columns: ["CommandLine"] })`. Defanged ones
 * are given whole unless `defanged` is false. Types of your own: `addIocType`.
 */
export class IoCExtract extends IocExtractor {
  constructor(options: { readonly defanged?: boolean } = {}) {
    const session = currentSession();
    super({
      ...options,
      patterns: { run: (patterns, texts) => session.patterns.run(patterns, texts) },
      scanPages: (job, pages) => session.scanThread.scan(job, pages),
      frames: () => session.store(),
    });
  }
}

/**
 * Decodes the Base64 in a text, and what is inside it (text, gzip, zlib, zip, tar), to a depth of 8; or in a column of a
 * frame: one row for each piece, with hashes and the row it came from.
 *
 * What was not unpacked is in `problems` of a text, and in the completeness of a frame.
 * @throws HuntError `transform/unknown-column`, `transform/no-column`
 */
export function unpackBase64(source: string, options?: UnpackOptions): Unpacking;
export function unpackBase64(
  source: Frame | PromiseLike<Frame>,
  options: UnpackOptions & { readonly column: string },
): Promise<Frame>;
export function unpackBase64(
  source: string | Frame | PromiseLike<Frame>,
  options: UnpackOptions & { readonly column?: string } = {},
): Unpacking | Promise<Frame> {
  if (typeof source === "string") return unpackText(source, options);
  const session = currentSession();
  return Promise.all([session.store(), source]).then(([store, frame]) =>
    unpackBase64Column(store, frame, options.column ?? "", options),
  );
}
