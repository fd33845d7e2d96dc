/** Results as a view: what is bad first, every provider's reasons, nothing drawn from data as markup. */
import type { Content, TableCell, Tone } from "../../view/index.js";
import { severities, worst, type Severity, type TiResult } from "./result.js";

export interface BrowseOptions {
  /** Which to show; default warning and high. */
  readonly severities?: "all" | readonly Severity[];
  /** Most observables to show; the view says when there are more. Default 50. */
  readonly limit?: number;
}

const tones: Readonly<Record<Severity, Tone>> = {
  high: "bad",
  warning: "warning",
  information: "good",
  unknown: "neutral",
};

const badge = (severity: Severity): TableCell => ({ kind: "badge", text: severity, tone: tones[severity] });

function shortText(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

const summaryOf = (r: TiResult): string =>
  r.Message !== ""
    ? r.Message
    : Object.entries(r.Details)
        .slice(0, 6)
        .map(([k, v]) => `${k}: ${shortText(v)}`)
        .join("; ");

const ageOf = (r: TiResult): string => {
  if (r.CheckedAt === undefined) return "-";
  return `${new Date(r.CheckedAt).toISOString().slice(0, 16).replace("T", " ")}${r.Cached ? " (kept)" : ""}`;
};

interface Group {
  readonly ioc: string;
  readonly type: string;
  readonly severity: Severity;
  readonly results: readonly TiResult[];
}

function group(results: readonly TiResult[]): Group[] {
  const byIoc = new Map<string, TiResult[]>();
  for (const r of results)
    byIoc.set(`${r.IocType}|${r.SafeIoc}`, [...(byIoc.get(`${r.IocType}|${r.SafeIoc}`) ?? []), r]);
  return [...byIoc.values()].map(list => ({
    ioc: list[0]?.SafeIoc ?? "",
    type: list[0]?.IocType ?? "",
    severity: worst(list.map(r => r.Severity)),
    results: list,
  }));
}

function reference(r: TiResult): TableCell {
  return r.Reference === ""
    ? "-"
    : { kind: "link", text: URL.canParse(r.Reference) ? new URL(r.Reference).host : r.Reference, href: r.Reference };
}

function describe({ ioc, type, severity, results }: Group): Content {
  const rows = results.map((r): readonly TableCell[] => [
    r.Provider,
    badge(r.Severity),
    summaryOf(r),
    ageOf(r),
    reference(r),
  ]);
  const raw = results
    .filter(r => r.RawResult !== null)
    .map((r): Content => ({
      kind: "details",
      summary: `${r.Provider}: whole answer`,
      children: [{ kind: "code", language: "json", text: shortJson(r.RawResult) }],
    }));
  return {
    kind: "details",
    open: severity === "high",
    summary: `${severity}: ${ioc} (${type})`,
    children: [
      {
        kind: "table",
        columns: ["Provider", "Severity", "What it says", "Asked (UTC)", "Reference"].map(name => ({ name })),
        rows,
      },
      ...raw,
    ],
  };
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  return text.length > 20_000
    ? `${text.slice(0, 20_000)}\n… (${text.length.toLocaleString("en-US")} characters)`
    : text;
}

/** The results as something to show: counts, then each observable with what every provider said. */
export function browseView(results: readonly TiResult[], options: BrowseOptions = {}): Content {
  const { severities: wanted = ["warning", "high"], limit = 50 } = options;
  const groups = group(results).sort((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
  const shown = groups.filter(g => wanted === "all" || wanted.includes(g.severity));
  const counts = [...severities].reverse().map(s => `${groups.filter(g => g.severity === s).length} ${s}`);
  const note = (text: string): Content => ({ kind: "paragraph", children: [{ kind: "text", text, look: "faint" }] });
  const hidden = groups.length - shown.length;
  return {
    kind: "group",
    children: [
      { kind: "heading", level: 3, text: "Threat intelligence" },
      { kind: "paragraph", children: [`${groups.length === 1 ? "1 observable" : `${groups.length} observables`}: ${counts.join(", ")}.`] },
      ...shown.slice(0, limit).map(describe),
      ...(shown.length > limit ? [note(`showing ${limit} of ${shown.length} observables`)] : []),
      ...(hidden > 0 ? [note(`${hidden} with other severities are not shown: { severities: "all" }`)] : []),
    ],
  };
}
