/** Files of indicators on this machine. Nothing is sent; any well-formed observable is answered. */
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { HuntError, messageOf } from "../../base/error.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";
import { parseFeed, type FeedFormat, type FeedIndicator, type ParsedFeed } from "./feed-parse.js";
import type { TiQuery } from "./provider.js";
import { nothingFound, tiStatus, worst, type Severity } from "./result.js";
import type { TiAsk, TiOutcome, TiSource, TiSourcePlan } from "./source.js";

export interface FeedOptions {
  /** JSON, CSV or text, also `.gz`. */
  readonly path: string;
  readonly name?: string;
  readonly format?: FeedFormat;
}

const maxFileBytes = 512 * 1024 * 1024;

export class FeedSource implements TiSource {
  readonly name: string;
  readonly kind = "feed";
  readonly isOutbound = false;
  readonly unavailable = undefined;
  readonly #options: FeedOptions;
  readonly #nowMs: () => number;
  #loaded:
    | { readonly feed: ParsedFeed; readonly byValue: Map<string, FeedIndicator[]>; readonly modifiedMs: number }
    | undefined;
  #asked = 0;

  constructor(options: FeedOptions, nowMs: () => number) {
    this.#options = options;
    this.#nowMs = nowMs;
    this.name = options.name ?? basename(options.path).replace(/(?:\.\w+){1,2}$/, "");
  }

  get describes(): string {
    const loaded = this.#loaded;
    const size = loaded === undefined ? "" : `, ${loaded.feed.indicators.length.toLocaleString("en-US")} indicators`;
    return `feed ${basename(this.#options.path)}${size}`;
  }
  get usage() {
    return { sent: 0, fromKept: this.#asked, kept: this.#loaded?.feed.indicators.length ?? 0 };
  }

  /** The indicators; read again when the file has changed. @throws HuntError `ti/feed-unreadable`, `ti/feed-format` */
  load(): ParsedFeed {
    return this.#open().feed;
  }

  subtypes(type: IocKind): readonly string[] | undefined {
    return type === "unknown" ? undefined : [""];
  }

  plan(queries: readonly TiQuery[]): TiSourcePlan {
    return { host: "this machine", toSend: 0, kept: queries.length, quota: [], neededMs: 0 };
  }

  async ask(batches: AsyncIterable<readonly TiQuery[]>, ask: TiAsk): Promise<void> {
    let opened: ReturnType<FeedSource["load"]> | undefined;
    let problem = "";
    try {
      opened = this.load();
    } catch (error) {
      problem = messageOf(error);
    }
    for await (const queries of batches)
      for (const query of queries) {
        ask.signal?.throwIfAborted();
        this.#asked += 1;
        const failed: TiOutcome = { status: tiStatus.queryFailed, message: problem, cached: false };
        ask.onAnswer(query, opened === undefined ? failed : this.#answer(query));
      }
  }

  #answer({ value }: TiQuery): TiOutcome {
    const { byValue, modifiedMs } = this.#open();
    const found = byValue.get(value.toLowerCase());
    const common = { checkedAtMs: modifiedMs, cached: false };
    if (found === undefined)
      return { ...common, status: tiStatus.noData, verdict: nothingFound, raw: null, message: "Not found." };
    const now = this.#nowMs();
    const [first] = found;
    const verdict = {
      found: true,
      severity: worst(found.map(f => severityOf(f, now))),
      details: { feed: this.name, ...first, ...(found.length > 1 ? { entries: found.length } : {}) },
      ...(first?.reference === undefined ? {} : { reference: first.reference }),
    };
    return { ...common, status: tiStatus.ok, verdict, raw: found, message: "" };
  }

  #open() {
    const { path, format } = this.#options;
    let text: string;
    let modifiedMs: number;
    try {
      const stat = statSync(path);
      modifiedMs = stat.mtimeMs;
      if (this.#loaded?.modifiedMs === modifiedMs) return this.#loaded;
      if (stat.size > maxFileBytes) throw new Error("it is larger than 512 MB");
      const bytes = readFileSync(path);
      text = (path.endsWith(".gz") ? gunzipSync(bytes, { maxOutputLength: maxFileBytes }) : bytes).toString("utf8");
    } catch (cause) {
      throw new HuntError("ti/feed-unreadable", `the feed '${path}' cannot be read: ${messageOf(cause)}`, {
        cause,
        hint: "check the path and its permissions",
      });
    }
    const feed = parseFeed(text, format);
    const byValue = new Map<string, FeedIndicator[]>();
    for (const indicator of feed.indicators) {
      const same = byValue.get(indicator.value);
      if (same === undefined) byValue.set(indicator.value, [indicator]);
      else same.push(indicator);
    }
    this.#loaded = { feed, byValue, modifiedMs };
    return this.#loaded;
  }
}

/** Confidence 80 and above high, else warning; revoked and expired ones information. */
function severityOf(indicator: FeedIndicator, nowMs: number): Severity {
  const until = Date.parse(indicator.validUntil ?? "");
  if (indicator.revoked === true || until <= nowMs) return "information";
  return (indicator.confidence ?? 0) >= 80 ? "high" : "warning";
}
