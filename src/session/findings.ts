/** `finding({ … })`: rows that an analyst keeps, with a title, a note, a technique, a severity and a TLP mark. */
import { isKqlType } from "../base/column.js";
import { complete, type Completeness } from "../base/completeness.js";
import { HuntError } from "../base/error.js";
import { displaySymbol, type Displayable, type MimeBundle } from "../base/port.js";
import { didYouMean } from "../base/suggest.js";
import { completenessBanner } from "../frame/index.js";
import { Frame } from "../frame/frame.js";
import { PendingFrame } from "../frame/pending.js";
import {
  findingId,
  findingMime,
  findingsTable,
  findingView,
  renderHtml,
  renderText,
  toSeverity,
  toTechniques,
  toTlp,
  toView,
  viewMime,
  type FindingData,
  type FindingSeverity,
  type TableCell,
  type TableColumn,
  type TlpMark,
  type View,
} from "../view/index.js";
import { currentSession } from "./ambient.js";
import type { KeptFinding } from "./finding-list.js";

/** What a finding is made of. */
export interface FindingSpec {
  readonly title: string;
  /** Rows as objects or a frame; none for a remark without rows. At most 1,000. */
  readonly rows?: Frame | PendingFrame | readonly object[] | object;
  readonly note?: string;
  /** High, Medium, Low or Informational (default). */
  readonly severity?: FindingSeverity | Lowercase<FindingSeverity>;
  /** Traffic Light Protocol 2.0: RED, AMBER+STRICT, AMBER (default), GREEN, CLEAR; `TLP:` may stand before it. */
  readonly tlp?: TlpMark | Lowercase<TlpMark> | `TLP:${TlpMark}`;
  /** ATT&CK techniques: `T1078.004`, several as a list or with commas. */
  readonly technique?: string | readonly string[];
  /** The KQL that made the rows. Default: the query of the frame. */
  readonly query?: string;
  /** A finding with the same id is replaced. Default: made from the title. */
  readonly id?: string;
}

/** More rows are not a finding but a result. */
const mostRows = 1000;
const keys: readonly (keyof FindingSpec)[] = [
  ...(["title", "rows", "note", "severity", "tlp", "technique", "query", "id"] as const),
];

/** A finding that is kept: shown as a card, listed in `Findings`. */
export class Finding implements Displayable {
  readonly data: FindingData;
  readonly completeness: Completeness;

  constructor({ data, completeness }: KeptFinding) {
    this.data = data;
    this.completeness = completeness;
  }

  get id(): string {
    return this.data.id;
  }

  get view(): View {
    return toView(findingView(this.data));
  }

  [displaySymbol](): MimeBundle {
    const { view } = this;
    return {
      [viewMime]: view,
      [findingMime]: this.data,
      "text/html": renderHtml(view),
      "text/plain": renderText(view),
    };
  }

  toString(): string {
    return `finding ${this.data.id}: ${this.data.title}`;
  }
}

type RowObject = Readonly<Record<string, unknown>>;

interface Rows {
  readonly columns: readonly TableColumn[];
  readonly cells: readonly (readonly TableCell[])[];
  readonly objects: readonly RowObject[];
  readonly completeness: Completeness;
  readonly query?: string;
}

const tooMany = (count: number): HuntError =>
  new HuntError("finding/too-many-rows", `a finding holds at most 1,000 rows, not ${count.toLocaleString("en-US")}`, {
    hint: "keep those that show it: | top 100 by …, and say in the note how many there are",
  });

async function rowsOfFrame(frame: Frame): Promise<Rows> {
  if (frame.rowCount > mostRows) throw tooMany(frame.rowCount);
  const { root } = await frame.view({ limit: mostRows, alone: true });
  const children = root.kind === "group" ? root.children : [root];
  const table = children.find(c => typeof c === "object" && c.kind === "table");
  const cells = typeof table === "object" && table.kind === "table" ? table.rows : [];
  const { query } = frame.provenance;
  return {
    columns: frame.columns.map(({ name, type }) => ({ name, type })),
    cells,
    objects: await frame.rows({ bigint: true }),
    completeness: frame.completeness,
    ...(query === undefined ? {} : { query }),
  };
}

const isInstant = (value: unknown): boolean =>
  value instanceof Date || (typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value));

/** The type that a column's values show, for the card; undefined for none in particular. */
function typeOf(values: readonly unknown[]): TableColumn["type"] {
  const known = values.filter(v => v !== null && v !== undefined);
  if (known.length === 0) return undefined;
  if (known.every(isInstant)) return "datetime";
  if (known.every(v => typeof v === "bigint" || Number.isSafeInteger(v))) return "long";
  if (known.every(v => typeof v === "number")) return "real";
  if (known.every(v => typeof v === "boolean")) return "bool";
  if (known.every(v => typeof v === "object")) return "dynamic";
  return known.every(v => typeof v === "string") ? "string" : undefined;
}

const withBigints = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);

function toCell(value: unknown): TableCell {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  // Functions and symbols have no JSON.
  return JSON.stringify(value, withBigints) ?? null;
}

function rowsOfObjects(given: readonly unknown[]): Rows {
  if (given.length > mostRows) throw tooMany(given.length);
  const objects = given.map((row, i) => {
    if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as RowObject;
    throw new HuntError("finding/invalid", `row ${i + 1} of a finding is no object of columns`, {
      hint: "give rows as { Column: value, … }",
    });
  });
  const names = [...new Set(objects.flatMap(o => Object.keys(o)))];
  const value = (o: RowObject, name: string): unknown => (Object.hasOwn(o, name) ? o[name] : null);
  const columns = names.map(name => {
    const type = typeOf(objects.map(o => value(o, name)));
    return type !== undefined && isKqlType(type) ? { name, type } : { name };
  });
  return {
    ...{ columns, objects, completeness: complete },
    cells: objects.map(o => names.map(name => toCell(value(o, name)))),
  };
}

async function readRows(rows: FindingSpec["rows"]): Promise<Rows> {
  if (rows === undefined || rows === null) return rowsOfObjects([]);
  if (rows instanceof Frame || rows instanceof PendingFrame) return rowsOfFrame(await rows);
  return rowsOfObjects(Array.isArray(rows) ? rows : [rows]);
}

function checkSpec(spec: FindingSpec): void {
  if (typeof spec !== "object" || spec === null)
    throw new HuntError("finding/invalid", "a finding is described by an object", {
      hint: `write finding({ title: "…", rows })`,
    });
  for (const key of Object.keys(spec))
    if (!(keys as readonly string[]).includes(key))
      throw new HuntError("finding/invalid", `a finding has no '${key}'${didYouMean(key, keys)}`, {
        hint: `it has ${keys.join(", ")}`,
      });
  if (typeof spec.title !== "string" || spec.title.trim() === "")
    throw new HuntError("finding/invalid", "a finding needs a title", { hint: `write finding({ title: "…", rows })` });
}

/**
 * Keeps rows as a finding of the session: `Findings` lists it for KQL, the HTML report begins with it, and the cell shows it.
 * Running the cell again replaces it (the same `id`, which comes from the title when none is given).
 *
 * The table `Findings` has one row per row of a finding: TimeGenerated (when the row happened), FindingId, Title, Severity,
 * Techniques, Tlp, Note, Query, RowNumber, Row.
 * @throws HuntError `finding/invalid`, `finding/too-many-rows`
 * @example
 * await finding({ title: "Sign-in from a new country", rows: hits.head(3), severity: "Medium", technique: "T1078.004" });
 */
export async function finding(spec: FindingSpec): Promise<Finding> {
  checkSpec(spec);
  const session = currentSession();
  const { columns, cells, objects, completeness, query: made } = await readRows(spec.rows);
  const query = spec.query ?? made;
  const incomplete = completenessBanner(completeness);
  const data: FindingData = {
    version: 1,
    id: spec.id ?? findingId(spec.title),
    title: spec.title,
    note: spec.note ?? "",
    severity: toSeverity(spec.severity ?? "Informational"),
    tlp: toTlp(spec.tlp ?? "AMBER"),
    techniques: toTechniques(spec.technique ?? []),
    ...(query === undefined ? {} : { query }),
    ...{ columns, rows: cells },
    ...(incomplete === undefined ? {} : { incomplete }),
  };
  const kept: KeptFinding = { data, rows: objects, completeness };
  session.findings.keep(kept);
  return new Finding(kept);
}

/** The findings of the current session. Shown in a cell: a table, the worst first. */
export const findings = {
  /** What is kept, in the order of keeping. */
  list(): readonly Finding[] {
    return currentSession().findings.all.map(k => new Finding(k));
  },
  /** The table `Findings`: to query, plot, and write with `toCsv`, `toJson`, `toParquet`. */
  async frame(): Promise<Frame> {
    const session = currentSession();
    return session.findings.frame(await session.store());
  },
  /** Forgets one. Whether there was one of that id. */
  remove(id: string): boolean {
    return currentSession().findings.remove(id);
  },
  clear(): void {
    currentSession().findings.clear();
  },
  [displaySymbol](): MimeBundle {
    const kept = currentSession().findings.all.map(k => k.data);
    const view = toView(kept.length === 0 ? "No findings are kept in this session." : findingsTable(kept));
    return { [viewMime]: view, "text/html": renderHtml(view), "text/plain": renderText(view) };
  },
};
