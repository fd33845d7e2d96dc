/** A finding of the events that a timeline shows: whole rows from the kernel, else what the figure holds of them. */
import type { TimelineNode } from "../../view/figure/model.js";
import type { RowFilter } from "../../view/live.js";
import type { TableCell, TableColumn } from "../../view/view.js";
import { openFindingForm, type FlaggedRows } from "./finding-form.js";
import { ask, type Place } from "./host.js";
import { timeFilters } from "./selection.js";

/** More rows in one cell are no finding that anybody reads. */
export const mostFlagged = 100;

interface FlagParts {
  readonly all: TimelineNode;
  /** What is drawn, counted from the whole's start. */
  readonly shown: TimelineNode;
  readonly domain: readonly [number, number];
  /** What is chosen in other views. */
  readonly filters: readonly RowFilter[];
  readonly panel: HTMLElement;
  readonly place: Place;
  readonly said: (text: string) => void;
}

const tooMany = (count: number): string =>
  `${count.toLocaleString("en-US")} events are in view: zoom in to ${mostFlagged} or fewer to keep them`;

export function flagTimeline(parts: FlagParts): void {
  void open(parts);
}

async function open(parts: FlagParts): Promise<void> {
  const { panel, place, said } = parts;
  const flagged = (await wholeRows(parts)) ?? heldRows(parts);
  if (typeof flagged === "string") said(flagged);
  else if (flagged.rows.length === 0) said("no event is in view");
  else openFindingForm({ panel, host: place.host, flagged, done: said });
}

/** Rows of the one frame, as the kernel has them. */
async function wholeRows({ all, domain, filters, place }: FlagParts): Promise<FlaggedRows | string | undefined> {
  const { live, frames = [] } = all.info;
  const column = frames[0]?.column;
  if (live === undefined || frames.length !== 1 || column === undefined) return undefined;
  const reply = await ask(place.host, {
    ...({ type: "rows", live, offset: 0, limit: mostFlagged + 1 } as const),
    sort: [{ column, descending: false }],
    filters: [...filters, ...timeFilters(column, domain)],
  });
  if (reply.type !== "rows" || reply.columns === undefined) return undefined;
  if (reply.total > mostFlagged) return tooMany(reply.total);
  return { columns: reply.columns, rows: reply.rows, query: reply.query };
}

/** What the figure says of its events: their time, row, and the details of tooltips. */
function heldRows({ all, shown, domain }: FlagParts): FlaggedRows | string {
  const { events, lanes } = shown;
  if (events === undefined) return "the figure holds counts: run the cell again to keep single events";
  const rows: TableCell[][] = [];
  const named = lanes.some(l => l.name !== "");
  events.offsetMs.forEach((offset, i) => {
    const at = all.startMs + offset;
    if (at < domain[0] || at > domain[1]) return;
    const lane = named ? [lanes[events.lane[i] ?? 0]?.name ?? ""] : [];
    rows.push([new Date(at).toISOString(), ...lane, ...(events.details?.rows[i] ?? [])]);
  });
  if (rows.length > mostFlagged) return tooMany(rows.length);
  const columns: TableColumn[] = [
    { name: "TimeGenerated", type: "datetime" },
    ...(named ? [{ name: "Group", type: "string" } as const] : []),
    ...(events.details?.columns ?? []).map(name => ({ name, type: "string" }) as const),
  ];
  return { columns, rows, note: "as the figure holds them: long texts are cut" };
}
