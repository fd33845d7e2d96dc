/** Findings: what an analyst keeps, as plain data that survives a notebook's file; and how one looks. */
import { HuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import { parseView } from "./parse.js";
import { toView, type BannerNode, type TableCell, type TableColumn, type Tone, type ViewNode } from "./view.js";

/** MIME type under which a finding travels beside its view, for whoever collects them. */
export const findingMime = "application/vnd.huntbook.finding+json";

/** As in alerts of Microsoft Sentinel, the worst first. */
export const severities = ["High", "Medium", "Low", "Informational"] as const;
export type FindingSeverity = (typeof severities)[number];

/** Traffic Light Protocol 2.0 (https://www.first.org/tlp/), the strictest first. */
export const tlpMarks = ["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"] as const;
export type TlpMark = (typeof tlpMarks)[number];

export interface FindingData {
  readonly version: 1;
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly severity: FindingSeverity;
  readonly tlp: TlpMark;
  /** ATT&CK techniques: `T1078.004`. */
  readonly techniques: readonly string[];
  /** The KQL that made the rows, when they came from a query. */
  readonly query?: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  /** Present when the rows come from a result that is not known to be whole. */
  readonly incomplete?: BannerNode;
}

const refuse = (what: string, hint: string): never => {
  throw new HuntError("finding/invalid", `a finding's ${what}`, { hint });
};

function choose<T extends string>(what: string, value: string, allowed: readonly T[], prefix = ""): T {
  const plain = value.trim().toUpperCase().replace(prefix, "");
  const found = allowed.find(a => a.toUpperCase() === plain);
  return (
    found ?? refuse(`${what} '${value}' is not known${didYouMean(plain, allowed)}`, `one of ${allowed.join(", ")}`)
  );
}

/** Any letter case. @throws HuntError `finding/invalid` */
export const toSeverity = (text: string): FindingSeverity => choose("severity", text, severities);

/** `amber`, `TLP:AMBER`. WHITE is TLP 1.0's name of CLEAR. @throws HuntError `finding/invalid` */
export const toTlp = (text: string): TlpMark =>
  /^(TLP:)?WHITE$/i.test(text.trim()) ? "CLEAR" : choose("TLP mark", text, tlpMarks, "TLP:");

/** `T1078.004`, several with commas. @throws HuntError `finding/invalid` */
export function toTechniques(text: string | readonly string[]): readonly string[] {
  const names = (typeof text === "string" ? text.split(/[\s,;]+/) : text).map(t => t.trim().toUpperCase());
  for (const name of names)
    if (name !== "" && !/^T\d{4}(\.\d{3})?$/.test(name))
      refuse(`technique '${name}' is no ATT&CK id`, "write it as T1078 or T1078.004, several with commas");
  return [...new Set(names.filter(n => n !== ""))];
}

const severityTone: Readonly<Record<FindingSeverity, Tone>> = {
  ...{ High: "bad", Medium: "warning", Low: "info", Informational: "neutral" },
};

/** How a finding looks in notebooks, reports and terminals. */
export function findingView(finding: FindingData): ViewNode {
  const { title, note, severity, tlp, techniques, columns, rows, incomplete, query } = finding;
  const marks: ViewNode[] = [
    { kind: "badge", text: severity, tone: severityTone[severity] },
    { kind: "badge", text: `TLP:${tlp}` },
    ...techniques.map((text): ViewNode => ({ kind: "badge", text })),
    { kind: "text", look: "faint", text: `finding ${finding.id}` },
  ];
  const children: ViewNode[] = [
    { kind: "heading", level: 3, text: `⚑ ${title}` },
    { kind: "group", direction: "row", children: marks },
    ...(note === "" ? [] : [{ kind: "paragraph", children: [note] } as const]),
    ...(incomplete === undefined ? [] : [incomplete]),
    ...(rows.length === 0 ? [] : [{ kind: "table", columns, rows } as const]),
    ...(query === undefined
      ? []
      : [{ kind: "details", summary: "Query", children: [{ kind: "code", text: query }] } as const]),
  ];
  return { kind: "group", children };
}

/** Several findings as a table, the worst first. */
export function findingsTable(findings: readonly FindingData[]): ViewNode {
  const sorted = [...findings].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  return {
    kind: "table",
    columns: [
      { name: "Severity" },
      { name: "Finding" },
      { name: "Techniques" },
      { name: "TLP" },
      { name: "Rows", type: "long" },
      { name: "Note" },
      { name: "Id" },
    ],
    rows: sorted.map(f => [
      { kind: "badge", text: f.severity, tone: severityTone[f.severity] },
      f.title,
      f.techniques.join(", "),
      `TLP:${f.tlp}`,
      f.rows.length,
      f.note,
      f.id,
    ]),
  };
}

/** The strictest mark of several findings: what a document that holds them all must carry. */
export const strictestTlp = (findings: readonly FindingData[]): TlpMark | undefined =>
  tlpMarks.find(mark => findings.some(f => f.tlp === mark));

/** A finding that comes from a file; undefined when it is none of ours. Nothing of it is trusted but its shape. */
export function parseFinding(value: unknown): FindingData | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const f = value as Partial<FindingData>;
  const texts = [f.id, f.title, f.note];
  if (f.version !== 1 || texts.some(t => typeof t !== "string") || !Array.isArray(f.techniques)) return undefined;
  if (f.techniques.some((t: unknown) => typeof t !== "string")) return undefined;
  if (!severities.some(s => s === f.severity) || !tlpMarks.some(m => m === f.tlp)) return undefined;
  if (f.query !== undefined && typeof f.query !== "string") return undefined;
  try {
    const table = { kind: "table", columns: f.columns, rows: f.rows } as unknown as ViewNode;
    parseView(toView(table));
    if (f.incomplete !== undefined && (f.incomplete.kind as string) !== "banner") return undefined;
    if (f.incomplete !== undefined) parseView(toView(f.incomplete));
  } catch {
    return undefined;
  }
  return f as FindingData;
}

/** A short name for what a text says: the same text has the same one (FNV-1a, 32 bits). */
export function findingId(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `F-${(hash >>> 0).toString(16).padStart(8, "0")}`;
}
