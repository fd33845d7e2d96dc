/**
 * What KQL asks of the product by `invoke`: tabular functions over one column of any table. The engine gives the distinct
 * values of the column to whoever runs the query, and joins what comes back.
 */
import type { Column } from "../base/column.js";
import type { KqlFunction } from "./api.js";

export interface Enrichment {
  /** What stands beside each row. Names that the input has are replaced, as `extend` does. */
  readonly columns: readonly Column[];
  /** `each`: every row stays, with empty columns where nothing is known. `found`: one row for each thing found in a value. */
  readonly rows: "each" | "found";
  /** Most distinct values in one query. */
  readonly maxValues: number;
  /** Arguments after the column: name and default, texts. */
  readonly options?: Readonly<Record<string, string>>;
  /** For documentation and completion. */
  readonly says: string;
}

const texts = (...names: readonly string[]): readonly Column[] => names.map(name => ({ name, type: "string" }));

/** A new one is a row here and a row in `session/kql-enrich.ts`. */
export const enrichments = {
  ti_lookup: {
    columns: [
      ...texts("TiSeverity", "TiStatus"),
      { name: "TiProviders", type: "dynamic" },
      { name: "TiDetails", type: "dynamic" },
    ],
    rows: "each",
    maxValues: 10_000,
    options: { providers: "" },
    says: "threat intelligence about the observables of a column",
  },
  geo_lookup: {
    columns: [
      ...texts("GeoCountryCode", "GeoCountry", "GeoState", "GeoCity"),
      { name: "GeoLongitude", type: "real" },
      { name: "GeoLatitude", type: "real" },
      { name: "GeoAsn", type: "long" },
      ...texts("GeoAsName", "GeoSource"),
    ],
    rows: "each",
    maxValues: 5_000_000,
    says: "places and networks of the addresses of a column",
  },
  whois_lookup: {
    columns: [
      ...texts("WhoisOrganization", "WhoisName", "WhoisCountry", "WhoisRange", "WhoisRegistrar", "WhoisAbuse"),
      { name: "WhoisCreated", type: "datetime" },
      ...texts("WhoisStatus"),
    ],
    rows: "each",
    maxValues: 1_000,
    says: "who the addresses, domains or AS numbers of a column belong to",
  },
  ioc_extract: {
    columns: texts("IoCType", "Observable", "IoCNote"),
    rows: "found",
    maxValues: 5_000_000,
    options: { types: "" },
    says: "the observables in the texts of a column, one row for each",
  },
  b64_unpack: {
    columns: [
      ...texts("B64Text", "B64Type", "B64Encoding", "B64FileName", "B64Sha256"),
      { name: "B64Bytes", type: "long" },
    ],
    rows: "found",
    maxValues: 1_000_000,
    says: "the Base64 in the texts of a column unpacked, one row for each piece",
  },
} as const satisfies Readonly<Record<string, Enrichment>>;

export type EnrichmentName = keyof typeof enrichments;

export function findEnrichment(name: string): Enrichment | undefined {
  return isEnrichment(name) ? enrichments[name] : undefined;
}

export function isEnrichment(name: string): name is EnrichmentName {
  return Object.hasOwn(enrichments, name);
}

const empty = ({ type }: Column): string => (type === "string" ? "''" : `${type}(null)`);

/** As functions that the binder knows: their bodies say what columns come out, and are never run. */
export const enrichmentFunctions: readonly KqlFunction[] = Object.entries<Enrichment>(enrichments).map(
  ([name, { columns, options = {} }]) => ({
    name,
    parameters: [
      "T: (*)",
      "column: string",
      ...Object.entries(options).map(([option, value]) => `${option}: string = '${value}'`),
    ].join(", "),
    body: `T | extend ${columns.map(c => `${c.name} = ${empty(c)}`).join(", ")}`,
  }),
);
