/** Looks for secrets in everything that a run of the tests puts out: printed text, errors, and the files that it leaves. */
import { readdirSync, readFileSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../../src/base/secret.js";
import { findSecrets, findSecretsInValue, type SecretHit } from "../../src/config/secret-scan.js";

/** Every secret of the tests has one of these in it, so that it cannot be mistaken for anything else. */
export const markers = ["hunter2", "k3y-0f-the-service"] as const;

export interface Leak {
  /** `error kql/unknown-column`, `printed`, or a file. */
  readonly where: string;
  readonly hit: SecretHit;
}

/** Where secrets go in: what the tests write for the product to read. */
const inputs = /(?:\.ya?ml(?:\.save_.*|\.bak|~)?|\.pem|\.key|\.env)$/i;
/** Tables of data, and programs; nothing of the configuration reaches them. */
const notSearched = /\.(?:parquet|duckdb|wal|node|wasm)$/i;
const maxBytes = 8 * 1024 * 1024;

export class LeakSearch {
  readonly #secrets = new Map<string, Secret>(markers.map(m => [m, new Secret(m, "marker")]));
  #leaks: Leak[] = [];
  /** How many texts and files were searched. */
  searched = 0;

  /** A secret to look for from now on. Short ones would be found everywhere. */
  learn(value: string, origin: string): void {
    if (value.length < 12 || this.#secrets.has(value)) return;
    this.#secrets.set(value, new Secret(value, origin));
  }

  text(where: string, text: string): void {
    this.searched += 1;
    this.#note(where, findSecrets(text, this.#secrets.values()));
  }

  /** All files below a folder, or one file. Links are not followed: what they lead to is searched where it is. */
  files(path: string): void {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) {
      for (const name of readdirSync(path)) this.files(join(path, name));
      return;
    }
    if (stat?.isFile() !== true || stat.size > maxBytes || inputs.test(path) || notSearched.test(path)) return;
    this.searched += 1;
    const text = readFileSync(path, "latin1");
    const hits = path.endsWith(".ipynb")
      ? findSecretsInValue(outputsOf(text), this.#secrets.values())
      : findSecrets(text, this.#secrets.values());
    this.#note(path, hits);
  }

  /** Learned secrets belong to the file of tests that used them: made-up ones of a property may be any word of another file. */
  forget(): void {
    for (const value of this.#secrets.keys())
      if (!(markers as readonly string[]).includes(value)) this.#secrets.delete(value);
  }

  /** What was found since the last time. */
  take(): readonly Leak[] {
    const leaks = this.#leaks;
    this.#leaks = [];
    return leaks;
  }

  #note(where: string, hits: readonly SecretHit[]): void {
    this.#leaks.push(...hits.map(hit => ({ where, hit })));
  }
}

/** A notebook without the source of its cells: what a person wrote there is theirs. */
function outputsOf(text: string): unknown {
  try {
    const { cells, ...rest } = JSON.parse(text) as { cells?: Record<string, unknown>[] };
    return [rest, ...(cells ?? []).map(cell => ({ ...cell, source: undefined }))];
  } catch {
    return text;
  }
}

export const describeLeaks = (leaks: readonly Leak[]): string =>
  leaks.map(({ where, hit }) => `secret ${hit.origin} (${hit.form}, ${hit.count} times) in: ${where}`).join("\n");
