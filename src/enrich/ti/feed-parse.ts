/** Indicators in files: STIX 2.1 bundles, MISP events, CSV (also abuse.ch's dumps), plain lists. */
import { HuntError } from "../../base/error.js";
import { iocTypeOf } from "../../transform/ioc/classify.js";
import { refang } from "../../transform/ioc/refang.js";
import { at, listAt, numberAt, textAt } from "./shape.js";

export interface FeedIndicator {
  /** As it is compared: refanged, lower case. */
  readonly value: string;
  readonly description?: string;
  /** 0 to 100. */
  readonly confidence?: number;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly tags?: readonly string[];
  readonly reference?: string;
  /** Withdrawn by its author. */
  readonly revoked?: boolean;
}

export type FeedFormat = "stix" | "misp" | "csv" | "threatfox" | "text";

export interface ParsedFeed {
  readonly format: FeedFormat;
  readonly indicators: readonly FeedIndicator[];
  /** Entries that hold nothing to compare with (patterns of several parts, unknown kinds), with the first few named. */
  readonly skipped: number;
  readonly skippedExamples: readonly string[];
}

class Collector {
  readonly indicators: FeedIndicator[] = [];
  skipped = 0;
  readonly examples: string[] = [];

  add(value: string, rest: Omit<FeedIndicator, "value">): void {
    const whole = refang(value.trim());
    if (whole === "" || iocTypeOf(whole) === "unknown") this.skip(value);
    else this.indicators.push({ value: whole.toLowerCase(), ...clean(rest) });
  }

  skip(what: string): void {
    this.skipped += 1;
    if (this.examples.length < 5) this.examples.push(what.slice(0, 80));
  }

  finish(format: FeedFormat): ParsedFeed {
    return { format, indicators: this.indicators, skipped: this.skipped, skippedExamples: this.examples };
  }
}

function clean<T extends object>(entries: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(entries).filter(([, v]) => v !== undefined && v !== "")) as T;
}

/** Comparisons that alone make the pattern true: joined by OR only. Source: STIX 2.1, section 9 */
function stixValues(pattern: string): readonly string[] {
  const comparison = /([a-z0-9-]+:[A-Za-z0-9_.'"\-[\]]+)\s*=\s*'((?:[^'\\]|\\.)*)'/g;
  const rest = pattern.replace(comparison, "V");
  if (!/^[\s[\]()]*V(?:[\s[\]()]*\bOR\b[\s[\]()]*V)*[\s[\]()]*$/.test(rest)) return [];
  return [...pattern.matchAll(comparison)].map(m => (m[2] ?? "").replace(/\\(.)/g, "$1"));
}

function parseStix(bundle: unknown, into: Collector): void {
  for (const object of listAt(bundle, "objects")) {
    if (textAt(object, "type") !== "indicator") continue;
    const pattern = textAt(object, "pattern") ?? "";
    const values = stixValues(pattern);
    if (values.length === 0) into.skip(pattern);
    for (const value of values)
      into.add(value, {
        description: textAt(object, "name") ?? textAt(object, "description"),
        confidence: numberAt(object, "confidence"),
        validFrom: textAt(object, "valid_from"),
        validUntil: textAt(object, "valid_until"),
        tags: [...listAt(object, "indicator_types"), ...listAt(object, "labels")].map(String),
        revoked: at(object, "revoked") === true ? true : undefined,
      } as Omit<FeedIndicator, "value">);
  }
}

/** Level 1 is high. Source: https://www.misp-project.org/taxonomies.html, threat_level_id */
const mispConfidence: Readonly<Record<string, number>> = { "1": 90, "2": 60, "3": 30 };

function parseMisp(root: unknown, into: Collector): void {
  const events = Array.isArray(root) ? root : [...listAt(root, "response"), root];
  for (const entry of events) {
    const event = at(entry, "Event");
    if (event === undefined) continue;
    const attributes = [...listAt(event, "Attribute"), ...listAt(event, "Object").flatMap(o => listAt(o, "Attribute"))];
    const tags = listAt(event, "Tag").map(t => textAt(t, "name") ?? "");
    for (const attribute of attributes) {
      // Attributes that are not for detection are context: file sizes, comments.
      if (at(attribute, "to_ids") === false) continue;
      for (const value of (textAt(attribute, "value") ?? "").split("|"))
        into.add(value, {
          description: textAt(attribute, "comment") ?? textAt(event, "info"),
          confidence: mispConfidence[String(at(event, "threat_level_id"))],
          validFrom: textAt(event, "date"),
          tags: [...tags, ...listAt(attribute, "Tag").map(t => textAt(t, "name") ?? "")].filter(t => t !== ""),
        } as Omit<FeedIndicator, "value">);
    }
  }
}

/** ThreatFox's JSON export: ids with lists of indicators. */
function parseThreatFox(root: unknown, into: Collector): void {
  for (const list of Object.values(root as Record<string, unknown>))
    for (const item of Array.isArray(list) ? (list as unknown[]) : [])
      into.add((textAt(item, "ioc_value") ?? textAt(item, "ioc") ?? "").replace(/^(\d[\d.]+):\d+$/, "$1"), {
        description: textAt(item, "malware_printable"),
        confidence: numberAt(item, "confidence_level"),
        validFrom: textAt(item, "first_seen_utc"),
        reference: textAt(item, "reference"),
        tags: (textAt(item, "tags") ?? "").split(",").filter(t => t !== ""),
      } as Omit<FeedIndicator, "value">);
}

/** Records of a CSV file. Source: RFC 4180; blanks after a comma are dropped, as abuse.ch writes them. */
export function* csvRecords(text: string): Generator<readonly string[]> {
  let record: string[] = [];
  let field = "";
  let isQuoted = false;
  for (let i = 0; i <= text.length; i += 1) {
    const c = text[i];
    if (isQuoted) {
      if (c === '"' && text[i + 1] === '"') {
        field += '"';
        i += 1;
      } else if (c === '"' || c === undefined) isQuoted = false;
      else field += c;
    } else if (c === '"' && field.trim() === "") {
      field = "";
      isQuoted = true;
    } else if (c === "," || c === "\n" || c === undefined) {
      record.push(field.trim());
      field = "";
      if (c === ",") continue;
      if (record.some(f => f !== "")) yield record;
      record = [];
    } else field += c;
  }
}

/** Names of columns, in the order of preference. */
const columns = {
  value: [
    "ioc",
    "ioc_value",
    "indicator",
    "observable",
    "value",
    "url",
    "dst_ip",
    "ip",
    "ip_address",
    "domain",
    "sha256_hash",
    "sha256",
    "md5_hash",
    "md5",
    "hash",
    "sha1",
  ],
  description: ["description", "malware_printable", "malware", "threat", "signature", "comment", "name"],
  confidence: ["confidence", "confidence_level", "score"],
  validFrom: ["first_seen_utc", "first_seen", "dateadded", "date_added", "valid_from", "created"],
  validUntil: ["valid_until", "expires", "expiration"],
  tags: ["tags", "labels"],
  reference: ["reference", "urlhaus_link", "link"],
} as const;

function parseCsv(text: string, into: Collector): void {
  // abuse.ch writes the header as the last comment line.
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex(l => l.trim() !== "" && !l.startsWith("#"));
  const comment = lines
    .slice(0, Math.max(first, 0))
    .filter(l => l.includes(","))
    .at(-1);
  const body = lines
    .slice(Math.max(first, 0))
    .filter(l => !l.startsWith("#"))
    .join("\n");
  const records = csvRecords(body);
  const toNames = (record: readonly string[]): string[] =>
    record.map(f => f.replace(/^#\s*/, "").replace(/^"|"$/g, "").toLowerCase());
  const header =
    comment === undefined
      ? toNames((records.next().value as readonly string[] | undefined) ?? [])
      : toNames([...csvRecords(comment.replace(/^#\s*/, ""))][0] ?? []);
  const indexOf = (names: readonly string[]): number => names.map(n => header.indexOf(n)).find(i => i >= 0) ?? -1;
  const places = Object.fromEntries(Object.entries(columns).map(([k, names]) => [k, indexOf(names)])) as Record<
    keyof typeof columns,
    number
  >;
  if (places.value < 0)
    throw new HuntError("ti/feed-format", `none of the columns ${header.slice(0, 12).join(", ")} holds indicators`, {
      hint: `name one of them ${columns.value.slice(0, 5).join(", ")}`,
    });
  for (const record of records) {
    const get = (place: number): string | undefined => (place < 0 ? undefined : record[place] || undefined);
    const confidence = Number(get(places.confidence) ?? NaN);
    into.add((get(places.value) ?? "").replace(/^(\d[\d.]+):\d+$/, "$1"), {
      description: get(places.description),
      confidence: Number.isNaN(confidence) ? undefined : confidence,
      validFrom: get(places.validFrom),
      validUntil: get(places.validUntil),
      reference: get(places.reference),
      tags: (get(places.tags) ?? "").split(/[,;|]/).filter(t => t !== "" && t !== "None"),
    } as Omit<FeedIndicator, "value">);
  }
}

function parseText(text: string, into: Collector): void {
  for (const line of text.split(/\r?\n/)) {
    const end = line.search(/[#;]/);
    const value = (end < 0 ? line : line.slice(0, end)).trim();
    if (value !== "") into.add(value, {});
  }
}

function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

function detect(text: string, root: unknown): FeedFormat {
  if (root === undefined) {
    const first = text.split(/\r?\n/).find(l => l.trim() !== "" && !l.startsWith("#")) ?? "";
    return first.includes(",") ? "csv" : "text";
  }
  if (textAt(root, "type") === "bundle" || at(root, "objects") !== undefined) return "stix";
  const isMisp =
    at(root, "Event") !== undefined ||
    at(root, "response") !== undefined ||
    (Array.isArray(root) && at(root, 0, "Event") !== undefined);
  return isMisp ? "misp" : "threatfox";
}

/**
 * Reads a feed. The format is recognised by its shape unless given.
 * @throws HuntError `ti/feed-format` when it is none of the known ones
 */
export function parseFeed(text: string, format?: FeedFormat): ParsedFeed {
  let root: unknown;
  try {
    root = isJson(text) ? (JSON.parse(text) as unknown) : undefined;
  } catch (cause) {
    throw new HuntError("ti/feed-format", "the feed begins as JSON and is none", {
      cause,
      hint: "it may be cut: fetch it again",
    });
  }
  const kind = format ?? detect(text, root);
  const into = new Collector();
  if (kind === "stix") parseStix(root, into);
  else if (kind === "misp") parseMisp(root, into);
  else if (kind === "threatfox") parseThreatFox(root ?? {}, into);
  else if (kind === "csv") parseCsv(text, into);
  else parseText(text, into);
  if (into.indicators.length === 0 && into.skipped === 0 && text.trim() !== "")
    throw new HuntError("ti/feed-format", `no indicator was found in the feed, read as ${kind}`, {
      hint: "give its format: stix, misp, csv, threatfox or text",
    });
  return into.finish(kind);
}
