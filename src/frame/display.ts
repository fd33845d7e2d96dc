/** Frame → view: what a notebook, a report and a terminal show of it. */
import type { DuckDBValue } from "@duckdb/node-api";
import type { Column } from "../base/column.js";
import type { Completeness } from "../base/completeness.js";
import { unreachable } from "../base/error.js";
import type { MimeBundle } from "../base/port.js";
import {
  renderHtml,
  renderText,
  toView,
  viewMime,
  type BannerNode,
  type TableCell,
  type View,
  type ViewNode,
} from "../view/index.js";
import type { Provenance } from "./api.js";
import { exactText } from "./decode.js";
import type { FrameCore } from "./frame.js";
import { formatDatetimeMicros } from "./time-text.js";

/** Cells of a display are no longer than this; whole values are in the frame. */
const cellLength = 4000;

function toCell(column: Column, value: DuckDBValue): TableCell {
  if (value === null) return null;
  switch (column.type) {
    case "bool":
      return value as boolean;
    case "int":
      return value as number;
    case "real":
      return Number.isFinite(value) ? (value as number) : String(value);
    case "string":
    case "dynamic":
    case "guid":
    case "long":
    case "decimal":
    case "timespan":
    case "datetime": {
      const text = exactText(column.type, value);
      return text.length > cellLength
        ? `${text.slice(0, cellLength)}… (${(text.length - cellLength).toLocaleString("en-US")} more characters)`
        : text;
    }
    default:
      return unreachable(column.type, "toCell");
  }
}

/** The banner of a result that is not known to be whole. */
export function completenessBanner(completeness: Completeness): BannerNode | undefined {
  const lines = completeness.causes.map(c => (c.source === undefined ? c.message : `${c.message} (${c.source})`));
  switch (completeness.state) {
    case "complete":
      return undefined;
    case "unknown":
      return { kind: "banner", tone: "warning", title: "The source cannot say whether this is everything", lines };
    case "partial": {
      const wrong = completeness.causes.some(c => c.affects === "values");
      const title = wrong
        ? "Partial result: rows are missing and values may be wrong"
        : "Partial result: rows are missing";
      return { kind: "banner", tone: wrong ? "bad" : "warning", title, lines };
    }
    default:
      return unreachable(completeness.state, "completenessBanner");
  }
}

/** Says what "now" meant, when the answer depends on it and it was not the system's clock. */
function clockNote(provenance: Provenance): ViewNode | undefined {
  if (!provenance.clockDependent || provenance.clock === "system") return undefined;
  const now = formatDatetimeMicros(BigInt(Math.trunc(provenance.ranAtMs)) * 1000n);
  return { kind: "text", look: "faint", text: `now() is pinned to ${now}` };
}

/** The frame's first rows as a view: banner, table, clock note. */
export async function frameView(frame: FrameCore, limit: number): Promise<View> {
  const chunks = await frame.values(0, limit);
  const rows = chunks.flatMap(chunk =>
    Array.from({ length: chunk[0]?.length ?? 0 }, (_, r) =>
      frame.columns.map((column, i) => toCell(column, chunk[i]?.[r] ?? null)),
    ),
  );
  const parts: (ViewNode | undefined)[] = [
    completenessBanner(frame.completeness),
    { kind: "table", columns: frame.columns, rows, total: frame.rowCount },
    clockNote(frame.provenance),
  ];
  return toView({ kind: "group", children: parts.filter(p => p !== undefined) });
}

/** The MIME bundle of a frame. */
export async function displayFrame(frame: FrameCore, limit: number): Promise<MimeBundle> {
  const view = await frameView(frame, limit);
  return { [viewMime]: view, "text/html": renderHtml(view), "text/plain": renderText(view) };
}
