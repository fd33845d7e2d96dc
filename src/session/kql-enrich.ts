/** What `invoke ti_lookup("IPAddress")` and its like ask of a session: frames of distinct values and what is known of each. */
import { complete, type Cause, type Completeness } from "../base/completeness.js";
import { HuntError } from "../base/error.js";
import { severities, tiStatus, type Severity, type TiResult } from "../enrich/ti/result.js";
import { keyOfObservable, toObservable } from "../enrich/ti/observables.js";
import type { WhoisRecord } from "../enrich/whois/rdap-answer.js";
import type { FrameInfo } from "../frame/api.js";
import type { Frame } from "../frame/frame.js";
import { physicalName, tablePath } from "../frame/materialize.js";
import type { Enricher } from "../frame/store.js";
import { enrichments, isEnrichment, type Enrichment, type EnrichmentName } from "../kql/enrichments.js";
import { textPages } from "../transform/ioc/extract.js";
import { withSession, withSignal } from "./ambient.js";
import { TILookup } from "./enrich.js";
import { GeoLiteLookup } from "./geo.js";
import type { Session } from "./session.js";
import { IoCExtract, unpackBase64 } from "./transform.js";
import { whoisAll } from "./whois.js";

type Options = Readonly<Record<string, string>>;
type Answer = (session: Session, values: Frame, options: Options) => Promise<Frame>;

/** One row for each function of `kql/enrichments.ts`: a frame of the value and its columns. */
const answers = {
  ti_lookup: lookUpThreats,
  geo_lookup: lookUpPlaces,
  whois_lookup: lookUpHolders,
  ioc_extract: extractObservables,
  b64_unpack: unpack,
} as const satisfies Readonly<Record<EnrichmentName, Answer>>;

/** Answers for the queries of a session, in it and with its configuration. */
export function createEnricher(session: Session): Enricher {
  return ({ name, options }, values, signal) => {
    if (!isEnrichment(name)) throw new HuntError("internal/bug", `no enrichment '${name}'`);
    const answer = (): Promise<Frame> => withSession(session, () => answers[name](session, values, options));
    return signal === undefined ? answer() : withSignal(signal, answer);
  };
}

const listOf = (text: string | undefined): readonly string[] => (text ?? "").split(/[\s,]+/).filter(t => t !== "");
const valueColumn = "v";

async function valuesOf(values: Frame): Promise<string[]> {
  const all: string[] = [];
  for await (const { cells } of textPages(values, [0])) for (const text of cells[0] ?? []) all.push(text);
  return all;
}

function columnsOf({ columns }: Enrichment) {
  return [{ name: valueColumn, type: "string" } as const, ...columns];
}

async function frameOf(
  session: Session,
  enrichment: Enrichment,
  rows: readonly (readonly unknown[])[],
  completeness: Completeness,
): Promise<Frame> {
  const info: FrameInfo = {
    completeness,
    provenance: { source: enrichment.says, ranAtMs: Date.now(), tookMs: 0, clock: "system", clockDependent: true },
  };
  return (await session.store()).fromBatches(columnsOf(enrichment), [rows], info);
}

/** The columns of a frame that a transform made, put in the order of the enrichment by a select of ours. */
async function arranged(session: Session, made: Frame, enrichment: Enrichment, sql: string): Promise<Frame> {
  const columns = columnsOf(enrichment).map((c, i) => ({ ...c, slot: physicalName(i) }));
  const { completeness, provenance } = made;
  try {
    return await (await session.store()).select({ sql, parameters: [], columns }, { completeness, provenance });
  } finally {
    await made.close();
  }
}

const tableOf = (frame: Frame): string => tablePath(frame.relation.path.at(-1) ?? "");

async function lookUpPlaces(_session: Session, values: Frame): Promise<Frame> {
  // A query waits for no download: GeoLiteLookup updates databases.
  return new GeoLiteLookup({ autoUpdate: false }).lookupIp(values, { column: valueColumn });
}

async function extractObservables(session: Session, values: Frame, options: Options): Promise<Frame> {
  const types = listOf(options["types"]);
  const found = await new IoCExtract().extract(values, {
    columns: valueColumn,
    ...(types.length === 0 ? {} : { iocTypes: types }),
  });
  // IoCType, Observable, SourceIndex, Input, SourceColumn, Note.
  const sql = `select c3 as c0, c0 as c1, c1 as c2, c5 as c3 from ${tableOf(found)} order by rowid`;
  return arranged(session, found, enrichments.ioc_extract, sql);
}

async function unpack(session: Session, values: Frame): Promise<Frame> {
  const pieces = await unpackBase64(values, { column: valueColumn });
  const at = (name: string): string => `p.${physicalName(pieces.columns.findIndex(c => c.name === name))}`;
  const picked = ["decoded_string", "file_type", "encoding_type", "file_name", "sha256", "size_bytes"]
    .map((name, i) => `${at(name)} as c${i + 1}`)
    .join(", ");
  const sql = `select f.c0 as c0, ${picked} from ${tableOf(pieces)} p join ${tableOf(values)} f on f.rowid = ${at("src_index")} order by p.rowid`;
  const made = await arranged(session, pieces, enrichments.b64_unpack, sql);
  // An unreachable frame is dropped: this use keeps the values until they were read.
  void values.rowCount;
  return made;
}

/** Results about one observable. */
interface Threats {
  severity: Severity;
  readonly providers: string[];
  readonly details: unknown[];
  readonly refused: Set<string>;
  readonly failed: string[];
  isAnswered: boolean;
}

type ThreatRow = Omit<TiResult, "RawResult" | "CheckedAt">;

async function lookUpThreats(session: Session, values: Frame, options: Options): Promise<Frame> {
  const texts = await valuesOf(values);
  const providers = listOf(options["providers"]);
  const named = providers.length === 0 ? {} : { providers };
  const ti = new TILookup(named);
  const looked = await ti.lookupIocs(texts, named);
  const known = new Map<string, Threats>();
  try {
    for await (const row of looked as unknown as AsyncIterable<ThreatRow>) {
      const key = keyOfObservable({ type: row.IocType, value: row.SafeIoc });
      const about = known.get(key) ?? noThreats();
      known.set(key, about);
      addResult(about, row);
    }
  } finally {
    await looked.close();
  }
  const rows = texts.map(text => {
    const about = known.get(keyOfObservable(toObservable(text, undefined, 0))) ?? noThreats();
    return [text, about.severity, statusOf(about), about.providers, about.details];
  });
  return frameOf(session, enrichments.ti_lookup, rows, looked.completeness);
}

const noThreats = (): Threats => ({
  severity: "unknown",
  providers: [],
  details: [],
  refused: new Set(),
  failed: [],
  isAnswered: false,
});

function addResult(about: Threats, row: ThreatRow): void {
  if (!row.Result) {
    if (row.Status === tiStatus.badFormat) about.refused.add(row.Message);
    else if (row.Status !== tiStatus.notSupported) about.failed.push(`${row.Provider}: ${row.Message}`);
    return;
  }
  about.isAnswered = true;
  if (severities.indexOf(row.Severity) > severities.indexOf(about.severity)) about.severity = row.Severity;
  if (row.Status === tiStatus.noData) return;
  if (!about.providers.includes(row.Provider)) about.providers.push(row.Provider);
  const { Provider, Severity, Reference, Details } = row;
  about.details.push({ Provider, Severity, Reference, Details });
}

/** `known`, `nothing known`, or why nobody said anything; failures are named beside either. */
function statusOf({ providers, isAnswered, failed, refused }: Threats): string {
  const not = failed.length === 0 ? "" : `not answered: ${failed.join("; ")}`;
  const said = providers.length > 0 ? "known" : isAnswered ? "nothing known" : [...refused].join("; ");
  return [said, not].filter(t => t !== "").join("; ") || "no provider knows this kind of observable";
}

async function lookUpHolders(session: Session, values: Frame): Promise<Frame> {
  const failures = new Map<string, number>();
  const rows = (await whoisAll(await valuesOf(values))).map(({ query, found, failed }) => {
    // What must not be asked, or is not known, is no failure; what should have been answered and was not is one.
    if (failed !== undefined && failed.code !== "whois/refused" && failed.code !== "whois/no-registry")
      failures.set(failed.message, (failures.get(failed.message) ?? 0) + 1);
    if (found === undefined || "unknown" in found)
      return [query, "", "", "", "", "", "", null, found?.unknown ?? failed?.message ?? ""];
    return holderRow(query, found);
  });
  const causes = [...failures].map(([message, missing]): Cause => ({
    kind: "source-unavailable",
    affects: "rows",
    source: "whois",
    missing,
    message: `registries did not answer about ${missing.toLocaleString("en-US")} of the values: ${message}`,
  }));
  const completeness: Completeness = causes.length === 0 ? complete : { state: "partial", causes };
  return frameOf(session, enrichments.whois_lookup, rows, completeness);
}

function holderRow(text: string, found: WhoisRecord): readonly unknown[] {
  const { organization, name, country, cidrs, startAddress, endAddress, registrar, abuseEmail, created, status } =
    found;
  const range = cidrs.length > 0 ? cidrs.join(", ") : startAddress === "" ? "" : `${startAddress}-${endAddress}`;
  return [text, organization, name, country, range, registrar, abuseEmail, created ?? null, status.join(", ")];
}
