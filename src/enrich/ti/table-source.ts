/** The indicator tables of a workspace: `ThreatIntelIndicators`, and the older `ThreatIntelligenceIndicator`. */
import { isHuntError, messageOf } from "../../base/error.js";
import type { FrameLike, Row } from "../../frame/api.js";
import { stringLiteral } from "../../query/kql-literal.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";
import type { TiQuery } from "./provider.js";
import { nothingFound, tiStatus, worst, type Severity, type Verdict } from "./result.js";
import { wordAt } from "./shape.js";
import type { TiAsk, TiOutcome, TiSource, TiSourcePlan } from "./source.js";

/** Runs KQL on the workspace whose indicators are asked; over everything it keeps, whatever the hunt's time range. */
export type RunIndicatorQuery = (kql: string, signal: AbortSignal | undefined) => Promise<FrameLike>;

export interface TableSourceParts {
  readonly run: RunIndicatorQuery;
  readonly nowMs: () => number;
  /** For people: the workspace's name. */
  readonly workspace: string;
  /** Why there is no workspace; undefined when there is one. */
  readonly missing?: () => string | undefined;
}

const kinds: readonly IocKind[] = [
  ...([
    "ipv4",
    "ipv6",
    "dns",
    "hostname",
    "url",
    "email",
    "md5_hash",
    "sha1_hash",
    "sha256_hash",
    "sha512_hash",
  ] as const),
  ...(["file_hash", "windows_path", "linux_path"] as const),
];
/** Observables of one query. */
const batch = 256;

const list = (values: readonly string[]): string => values.map(stringLiteral).join(", ");

/** Each indicator in its latest state. */
const currentTable = (values: readonly string[]): string => `ThreatIntelIndicators
| extend IoC = tolower(ObservableValue)
| where IoC in (${list(values)})
| summarize arg_max(TimeGenerated, *) by Id
| project IoC, Confidence, IsActive, Ended = Revoked or IsDeleted, ValidFrom, ValidUntil, Source, Tags = tostring(Tags),
    Description = tostring(Data.name), Action = "", Id`;

const olderTable = (values: readonly string[]): string => `ThreatIntelligenceIndicator
| extend IoC = tolower(coalesce(NetworkIP, NetworkSourceIP, NetworkDestinationIP, DomainName, Url, FileHashValue, EmailSenderAddress, FileName))
| where IoC in (${list(values)})
| summarize arg_max(TimeGenerated, *) by IndicatorId
| project IoC, Confidence = toint(ConfidenceScore), IsActive = Active, Ended = false, ValidFrom = TimeGenerated, ValidUntil = ExpirationDateTime,
    Source = IndicatorProvider, Tags = tostring(Tags), Description, Action, Id = IndicatorId`;

const isMissingTable = (error: unknown): boolean =>
  isHuntError(error) && /^(?:kql\/|query\/(?:unknown-table|rejected|failed))/.test(error.code);

export class TableSource implements TiSource {
  readonly name = "AzSTI";
  readonly kind = "table";
  readonly isOutbound = false;
  readonly #parts: TableSourceParts;
  #table: (values: readonly string[]) => string = currentTable;
  #sent = 0;

  constructor(parts: TableSourceParts) {
    this.#parts = parts;
  }

  get unavailable(): string | undefined {
    return this.#parts.missing?.();
  }

  get describes(): string {
    return `indicators that the workspace ${this.#parts.workspace} knows`;
  }
  get usage() {
    return { sent: this.#sent, fromKept: 0, kept: 0 };
  }

  subtypes(type: IocKind): readonly string[] | undefined {
    return kinds.includes(type) ? [""] : undefined;
  }

  plan(queries: readonly TiQuery[]): TiSourcePlan {
    return { host: `workspace ${this.#parts.workspace}`, toSend: queries.length, kept: 0, quota: [], neededMs: 0 };
  }

  async ask(batches: AsyncIterable<readonly TiQuery[]>, ask: TiAsk): Promise<void> {
    for await (const queries of batches) await this.#askTogether(queries, ask);
  }

  async #askTogether(queries: readonly TiQuery[], ask: TiAsk): Promise<void> {
    for (let at = 0; at < queries.length; at += batch) {
      ask.signal?.throwIfAborted();
      const part = queries.slice(at, at + batch);
      const answers = await this.#rows(part, ask.signal).catch((error: unknown): TiOutcome => {
        if (ask.signal?.aborted === true) throw error;
        return { status: tiStatus.queryFailed, message: messageOf(error), cached: false };
      });
      for (const query of part)
        ask.onAnswer(query, answers instanceof Map ? this.#outcome(answers.get(query.value.toLowerCase())) : answers);
    }
  }

  async #rows(queries: readonly TiQuery[], signal: AbortSignal | undefined): Promise<Map<string, Row[]>> {
    this.#sent += 1;
    const values = [...new Set(queries.map(q => q.value.toLowerCase()))];
    const frame = await this.#parts.run(this.#table(values), signal).catch(async (error: unknown) => {
      if (this.#table === olderTable || signal?.aborted === true || !isMissingTable(error)) throw error;
      // Workspaces that never had the newer table.
      const older = await this.#parts.run(olderTable(values), signal).catch(() => {
        throw error;
      });
      this.#table = olderTable;
      return older;
    });
    try {
      const found = new Map<string, Row[]>();
      for (const row of await frame.rows()) {
        const key = wordAt(row, "IoC");
        found.set(key, [...(found.get(key) ?? []), row]);
      }
      return found;
    } finally {
      await frame.close();
    }
  }

  #outcome(rows: readonly Row[] | undefined): TiOutcome {
    const checkedAtMs = this.#parts.nowMs();
    if (rows === undefined)
      return {
        status: tiStatus.noData,
        verdict: nothingFound,
        raw: null,
        message: "Not found.",
        checkedAtMs,
        cached: false,
      };
    return {
      status: tiStatus.ok,
      verdict: verdictOf(rows, checkedAtMs),
      raw: rows,
      message: "",
      checkedAtMs,
      cached: false,
    };
  }
}

const isoText = (value: unknown): string => (value instanceof Date ? value.toISOString() : "");

/** Why an indicator no longer holds; undefined when it does. */
function endedBecause(row: Row, nowMs: number): string | undefined {
  const until = row["ValidUntil"];
  if (row["Ended"] === true) return "revoked or deleted";
  if (until instanceof Date && until.getTime() <= nowMs) return `expired ${until.toISOString().slice(0, 10)}`;
  return row["IsActive"] === false ? "not active" : undefined;
}

/** Active with confidence 80 and above, or action block: high; active: warning; expired, revoked, deleted: information. */
function severityOf(row: Row, nowMs: number): Severity {
  if (endedBecause(row, nowMs) !== undefined) return "information";
  return Number(row["Confidence"] ?? 0) >= 80 || row["Action"] === "block" ? "high" : "warning";
}

function verdictOf(rows: readonly Row[], nowMs: number): Verdict {
  const ordered = [...rows].sort(
    (a, b) =>
      Number(b["Confidence"] ?? 0) - Number(a["Confidence"] ?? 0) || (wordAt(a, "Id") < wordAt(b, "Id") ? -1 : 1),
  );
  const states = ordered.map(r => endedBecause(r, nowMs) ?? "active");
  const [first] = ordered;
  return {
    found: true,
    severity: worst(ordered.map(r => severityOf(r, nowMs))),
    details: {
      state: states.includes("active") ? "active" : (states[0] ?? ""),
      description: first?.["Description"] ?? "",
      confidence: first?.["Confidence"] ?? null,
      source: [...new Set(ordered.map(r => r["Source"]))],
      tags: first?.["Tags"] ?? "",
      valid_from: isoText(first?.["ValidFrom"]),
      valid_until: isoText(first?.["ValidUntil"]),
      indicators: ordered.length,
    },
  };
}
