/** What a look-up answers. Names and order are MSTICPy's; the last four columns are ours. */
import type { Column } from "../../base/column.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";

export const severities = ["unknown", "information", "warning", "high"] as const;
export type Severity = (typeof severities)[number];

/** MSTICPy's numbers; a refused HTTP request has the HTTP status instead. */
export const tiStatus = { ok: 0, notSupported: 1, badFormat: 2, queryFailed: 3, noData: 4, other: 10 } as const;

/** One provider's answer about one observable. */
export interface TiResult {
  readonly QuerySubtype: string;
  /** Whether the provider answered; false for refusals and failures. No data is an answer. */
  readonly Result: boolean;
  readonly Details: Readonly<Record<string, unknown>>;
  /** The provider's answer as it came; null when there is none. */
  readonly RawResult: unknown;
  /** A page about the observable, or where it was asked. */
  readonly Reference: string;
  readonly Status: number;
  /** As given. */
  readonly Ioc: string;
  readonly IocType: IocKind;
  /** As it was asked about: refanged, trimmed. */
  readonly SafeIoc: string;
  readonly Severity: Severity;
  readonly Provider: string;
  /** Why there is no answer; empty when there is one. */
  readonly Message: string;
  /** When the provider was asked, milliseconds since 1970 UTC; undefined when it was not. */
  readonly CheckedAt: number | undefined;
  /** Whether the answer was kept from an earlier look-up. */
  readonly Cached: boolean;
  /** Row of the input, from 0. */
  readonly SourceIndex: number;
}

export const tiColumns: readonly Column[] = [
  { name: "QuerySubtype", type: "string" },
  { name: "Result", type: "bool" },
  { name: "Details", type: "dynamic" },
  { name: "RawResult", type: "dynamic" },
  { name: "Reference", type: "string" },
  { name: "Status", type: "int" },
  { name: "Ioc", type: "string" },
  { name: "IocType", type: "string" },
  { name: "SafeIoc", type: "string" },
  { name: "Severity", type: "string" },
  { name: "Provider", type: "string" },
  { name: "Message", type: "string" },
  { name: "CheckedAt", type: "datetime" },
  { name: "Cached", type: "bool" },
  { name: "SourceIndex", type: "long" },
];

export function toRow(result: TiResult): readonly unknown[] {
  return tiColumns.map(({ name }) => {
    const value = result[name as keyof TiResult];
    return name === "CheckedAt" ? (value === undefined ? null : new Date(value as number)) : value;
  });
}

/** What a provider says about an observable, before it becomes a row. */
export interface Verdict {
  /** Whether the provider knows the observable. */
  readonly found: boolean;
  readonly severity: Severity;
  readonly details: Readonly<Record<string, unknown>>;
  readonly reference?: string;
}

export const nothingFound: Verdict = { found: false, severity: "information", details: {} };

/** The worst of several. */
export function worst(list: readonly Severity[]): Severity {
  return list.reduce<Severity>((a, b) => (severities.indexOf(b) > severities.indexOf(a) ? b : a), "unknown");
}
