/** Finds secrets in text: in outputs before a notebook is saved, in logs and messages before they are written. */
import { escapeHtml } from "../base/escape-html.js";
import type { Secret } from "../base/secret.js";

/** Shorter values would be found everywhere. */
const minLength = 6;

export interface SecretHit {
  /** Where the secret comes from: `env:OTX_KEY`. Never its value. */
  readonly origin: string;
  /** How it was written. */
  readonly form: "plain" | "escaped" | "encoded";
  /** How many times. */
  readonly count: number;
}

/** The ways in which a value gets into text: as it is, as JSON, HTML or an address writes it, in base64. */
function formsOf(value: string): ReadonlyMap<string, SecretHit["form"]> {
  const forms = new Map<string, SecretHit["form"]>();
  const add = (text: string, form: SecretHit["form"]) => {
    if (text.length >= minLength && !forms.has(text)) forms.set(text, form);
  };
  add(value, "plain");
  add(JSON.stringify(value).slice(1, -1), "escaped");
  add(escapeHtml(value), "escaped");
  add(encodeURIComponent(value), "escaped");
  add(new URLSearchParams({ v: value }).toString().slice(2), "escaped");
  for (const text of base64Forms(value)) add(text, "encoded");
  add(Buffer.from(value).toString("hex"), "encoded");
  return forms;
}

/** Base64 of the value wherever it begins in a longer text: three alignments, without the characters that neighbours share. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap(lead => {
    const padded = Buffer.concat([Buffer.alloc(lead), bytes]);
    const whole = padded.subarray(0, padded.length - (padded.length % 3)).toString("base64");
    const inner = whole.slice(lead === 0 ? 0 : lead + 1);
    return inner.length < 8 ? [] : [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

/**
 * Which of the secrets stand in a text, and how; at most one hit per secret. Values shorter than 6 characters are not
 * looked for.
 */
export function findSecrets(text: string, secrets: Iterable<Secret>): SecretHit[] {
  const hits: SecretHit[] = [];
  const seen = new Set<string>();
  for (const secret of secrets) {
    const value = secret.reveal();
    if (value.length < minLength || seen.has(value)) continue;
    seen.add(value);
    for (const [part, form] of formsOf(value)) {
      const count = countOf(text, part);
      if (count === 0) continue;
      hits.push({ origin: secret.origin, form, count });
      break;
    }
  }
  return hits;
}

/** The text with every secret replaced by where it comes from. */
export function redactSecrets(text: string, secrets: Iterable<Secret>): string {
  const parts = new Map<string, string>();
  for (const secret of secrets) {
    const value = secret.reveal();
    if (value.length < minLength) continue;
    for (const part of formsOf(value).keys()) parts.set(part, `<secret ${secret.origin}>`);
  }
  // Longer ones first: one secret may be a part of another.
  const ordered = [...parts].sort(([a], [b]) => b.length - a.length);
  return ordered.reduce((done, [part, shown]) => done.replaceAll(part, () => shown), text);
}

/** Every text of a JSON value, keys too: the outputs of a notebook, for example. */
function textsOf(value: unknown, depth = 0): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (typeof value !== "object" || value === null || depth > 100) return [];
  if (Array.isArray(value) && value.every(v => typeof v === "string")) return [value.join("")];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString("latin1")];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsOf(item, depth + 1)]);
}

/** As `findSecrets`, in every text of a JSON value. Lists of texts are read as one, as notebooks keep lines. */
export function findSecretsInValue(value: unknown, secrets: Iterable<Secret>): SecretHit[] {
  return findSecrets(textsOf(value).join("\n"), secrets);
}
