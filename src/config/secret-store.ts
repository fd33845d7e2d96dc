/**
 * Secrets and sign-ins that outlive a session: one encrypted file, whose key is in the system's key ring or comes from a pass
 * phrase. See docs/decisions/0005.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { HuntError, messageOf } from "../base/error.js";
import type { Secret } from "../base/secret.js";
import { saveText } from "./save-text.js";

export interface SecretStore {
  /** For people: where the key is. */
  readonly kind: "keyring" | "passphrase";
  get(name: string): Promise<string | undefined>;
  /** @throws HuntError `secrets/store` */
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
}

/** 32 bytes, kept by the system for this user. */
export interface KeyRing {
  /** Undefined when there is no entry. Throws when there is no key ring. */
  read(): Promise<string | undefined>;
  write(value: string): Promise<void>;
}

export interface SecretStoreOptions {
  /** Folder of the file. */
  readonly dir: string;
  readonly kind: "auto" | "keyring" | "file" | "none";
  readonly keyRing: KeyRing;
  /** Where there is no key ring. */
  readonly passphrase: Secret | undefined;
  readonly now: () => Date;
}

/** Why nothing is kept, when nothing is. */
export interface NoStore {
  readonly reason: string;
}

const fileName = "secrets.enc";
const format = 1;
/** scrypt: 64 MB and about 0.2 s, once per session. Source: RFC 7914 section 2; OWASP password storage. */
const cost = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
const maxBytes = 16 * 1024 * 1024;

interface StoredFile {
  readonly format: number;
  readonly key: SecretStore["kind"];
  readonly salt: string;
  readonly iv: string;
  readonly data: string;
  readonly tag: string;
}

/** The system's key ring, loaded when it is asked for. */
export function systemKeyRing(service = "huntbook", account = "secret-store"): KeyRing {
  const entry = async () => {
    const { AsyncEntry } = await import("@napi-rs/keyring");
    return new AsyncEntry(service, account);
  };
  return {
    read: async () => (await (await entry()).getPassword()) ?? undefined,
    write: async value => {
      await (await entry()).setPassword(value);
    },
  };
}

/**
 * Opens the store. `auto` takes the pass phrase when there is one, else the key ring: on servers Linux has key rings that end with a
 * login, and whoever sets a pass phrase means it. Without either nothing is kept, and the reason is given.
 * Nothing is ever kept in clear text.
 */
export async function openSecretStore(options: SecretStoreOptions): Promise<SecretStore | NoStore> {
  const { kind, passphrase } = options;
  const isGood = passphrase !== undefined && passphrase.reveal().length >= 8;
  if (kind === "none") return { reason: "Huntbook.SecretCache is none" };
  if (kind !== "file" && !(kind === "auto" && isGood)) {
    const key = await ringKey(options.keyRing);
    if (typeof key !== "string") return new EncryptedFile(options, "keyring", async () => key);
    if (kind === "keyring") return { reason: `there is no key ring on this machine: ${key}` };
  }
  if (!isGood)
    return {
      reason: "there is no key ring, and HUNTBOOK_CACHE_PASSPHRASE (8 characters or more) is not set",
    };
  return new EncryptedFile(options, "passphrase", salt => deriveKey(passphrase, salt));
}

/** The key, made when there is none; text says why there can be none. */
async function ringKey(ring: KeyRing): Promise<Buffer | string> {
  try {
    const found = await ring.read();
    const key = found === undefined ? undefined : Buffer.from(found, "base64");
    if (key?.length === 32) return key;
    const fresh = randomBytes(32);
    await ring.write(fresh.toString("base64"));
    // Another process may have written at the same time: the one that is kept counts.
    const kept = Buffer.from((await ring.read()) ?? "", "base64");
    return kept.length === 32 ? kept : "it does not keep what it is given";
  } catch (error) {
    return messageOf(error).split("\n")[0]?.slice(0, 120) ?? "";
  }
}

function deriveKey(passphrase: Secret, salt: Buffer): Promise<Buffer> {
  return new Promise((done, failed) => {
    scrypt(passphrase.reveal(), salt, 32, cost, (error, key) => (error === null ? done(key) : failed(error)));
  });
}

class EncryptedFile implements SecretStore {
  readonly kind: SecretStore["kind"];
  readonly #path: string;
  readonly #now: () => Date;
  readonly #keyFor: (salt: Buffer) => Promise<Buffer>;
  readonly #keys = new Map<string, Promise<Buffer>>();
  /** Changes one after another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SecretStoreOptions, kind: SecretStore["kind"], keyFor: (salt: Buffer) => Promise<Buffer>) {
    this.kind = kind;
    this.#path = join(options.dir, fileName);
    this.#now = options.now;
    this.#keyFor = keyFor;
  }

  async get(name: string): Promise<string | undefined> {
    return (await this.#read()).entries.get(name);
  }

  set(name: string, value: string): Promise<void> {
    return this.#change(entries => entries.set(name, value));
  }

  delete(name: string): Promise<void> {
    return this.#change(entries => entries.delete(name));
  }

  async clear(): Promise<void> {
    await this.#last.catch(() => undefined);
    await rm(this.#path, { force: true });
  }

  /** Reads the file again before it writes: other sessions write too. */
  async #change(change: (entries: Map<string, string>) => unknown): Promise<void> {
    const next = this.#last
      .catch(() => undefined)
      .then(async () => {
        const { entries, salt } = await this.#read();
        change(entries);
        await this.#write(entries, salt);
      });
    this.#last = next;
    await next;
  }

  #key(salt: Buffer): Promise<Buffer> {
    const id = salt.toString("base64");
    const key = this.#keys.get(id) ?? this.#keyFor(salt);
    this.#keys.set(id, key);
    return key;
  }

  /** A file that is missing, of another key, damaged or tampered with holds nothing. */
  async #read(): Promise<{ entries: Map<string, string>; salt: Buffer }> {
    const none = { entries: new Map<string, string>(), salt: randomBytes(16) };
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch {
      return none;
    }
    try {
      const file = JSON.parse(text) as StoredFile;
      if (file.format !== format || file.key !== this.kind || text.length > maxBytes) return none;
      const salt = Buffer.from(file.salt, "base64");
      const decipher = createDecipheriv("aes-256-gcm", await this.#key(salt), Buffer.from(file.iv, "base64"), {
        authTagLength: 16,
      });
      decipher.setAAD(aad(file));
      decipher.setAuthTag(Buffer.from(file.tag, "base64"));
      const data = Buffer.concat([decipher.update(Buffer.from(file.data, "base64")), decipher.final()]);
      return { entries: new Map(JSON.parse(data.toString("utf8")) as [string, string][]), salt };
    } catch {
      return none;
    }
  }

  async #write(entries: ReadonlyMap<string, string>, salt: Buffer): Promise<void> {
    const iv = randomBytes(12);
    const head = { format, key: this.kind, salt: salt.toString("base64"), iv: iv.toString("base64") };
    const cipher = createCipheriv("aes-256-gcm", await this.#key(salt), iv, { authTagLength: 16 });
    cipher.setAAD(aad(head));
    const data = Buffer.concat([cipher.update(JSON.stringify([...entries])), cipher.final()]);
    const file: StoredFile = {
      ...head,
      data: data.toString("base64"),
      tag: cipher.getAuthTag().toString("base64"),
    };
    try {
      await saveText(this.#path, `${JSON.stringify(file)}\n`, { now: this.#now() });
    } catch (cause) {
      throw new HuntError("secrets/store", `secrets cannot be kept in '${this.#path}'`, {
        cause,
        hint: "check the folder's permissions, or set Huntbook.SecretCache to none",
      });
    }
  }
}

/** What is not encrypted is part of the seal. */
const aad = (file: Pick<StoredFile, "format" | "key" | "salt" | "iv">): Buffer =>
  Buffer.from([file.format, file.key, file.salt, file.iv].join(" "));
