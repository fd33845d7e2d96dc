/** Frames → timeline. DuckDB sorts, groups and counts; what travels is at most a few thousand events or spans. */
import { HuntError } from "../../base/error.js";
import { uniteCompleteness } from "../../base/completeness.js";
import type { FigureInfo, TimelineBins, TimelineEvents, TimelineNode, TimeReference } from "../../view/index.js";
import { completenessBanner } from "../banner.js";
import type { Frame } from "../frame.js";
import type { PlotHost } from "./host.js";
import {
  asNumber,
  asText,
  detailColumns,
  fromFrame,
  getColumn,
  getTypedColumn,
  numberTypes,
  timeColumn,
  toNumber,
  toText,
} from "./columns.js";

export interface TimelineSeries {
  /** Name of the row (or the prefix of rows) when several frames share a timeline. */
  readonly name?: string;
  /** Default: TimeGenerated, Timestamp, else the first datetime column. */
  readonly time?: string;
  /** End of each event: events become spans. */
  readonly end?: string;
  /** One row of the picture per value; the 30 most frequent, the rest together. */
  readonly groupBy?: string;
  /** Colour and sign by value; the 8 most frequent, the rest together. */
  readonly color?: string;
  /** Heights instead of rows. */
  readonly value?: string;
  /** Columns for tooltips and tables; default four that tell most. */
  readonly details?: readonly string[];
}

export interface TimelineOptions extends TimelineSeries {
  readonly title?: string;
  readonly kind?: "points" | "line" | "bars";
  /** Instants or spans to mark: alerts, changes, sensor gaps. */
  readonly references?: readonly (Omit<TimeReference, "atMs" | "endMs"> & {
    readonly at: Date | string | number;
    readonly until?: Date | string | number;
  })[];
  /** More events than this are counted in spans instead of drawn one by one. Default 5,000, at most 20,000. */
  readonly maxEvents?: number;
}

export interface TimelineInput extends TimelineSeries {
  readonly frame: Frame;
}

const mostLanes = 30;
const mostColours = 8;
const histogramSpans = 200;
const binSpans = 400;
const detailChars = 700_000;

interface Prepared {
  readonly input: TimelineInput;
  readonly time: string;
  readonly from: string;
  readonly group: string | undefined;
  readonly colour: string | undefined;
  readonly end: string | undefined;
  readonly value: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly rows: number;
  readonly timed: number;
  readonly lanes: readonly { readonly name: string; readonly count: number }[];
  readonly colours: readonly string[];
  /** Lane and colour of the first group of this series. */
  readonly firstLane: number;
}

interface Range {
  readonly startMs: number;
  readonly endMs: number;
}

/** Instants and spans as they are written. @throws HuntError `view/bad-time` */
export const toReferences = (given: TimelineOptions["references"] = []): readonly TimeReference[] =>
  given.map(({ at, until, ...r }) => ({
    ...r,
    atMs: toMs(at),
    ...(until === undefined ? {} : { endMs: toMs(until) }),
  }));

function toMs(value: Date | string | number): number {
  const ms = value instanceof Date ? value.getTime() : typeof value === "number" ? value : Date.parse(value);
  if (Number.isFinite(ms)) return ms;
  throw new HuntError("view/bad-time", `'${String(value)}' is not an instant`, {
    hint: "write it as 2026-01-13T18:00:00Z",
  });
}

/** The most frequent values of a text expression, in the order of their first event. */
function topValues(p: { readonly from: string; readonly text: string; readonly time: string }, most: number): string {
  return `select v, n, f, row_number() over (order by f, v) - 1 as i from (select ${p.text} as v, count(*) as n, min(${p.time}) as f from ${p.from} where ${p.time} is not null group by 1 order by n desc, v limit ${most})`;
}

async function prepare(host: PlotHost, input: TimelineInput, firstLane: number): Promise<Prepared> {
  const { frame } = input;
  frame.assertOpen();
  const time = timeColumn(frame, input.time);
  const from = fromFrame(frame);
  const end = input.end === undefined ? undefined : getTypedColumn(frame, input.end, ["datetime"]);
  const value = input.value === undefined ? undefined : asNumber(getTypedColumn(frame, input.value, numberTypes));
  const group = input.groupBy === undefined ? undefined : asText(getColumn(frame, input.groupBy));
  const colour = input.color === undefined ? undefined : asText(getColumn(frame, input.color));
  const last = end === undefined ? time.sql : `greatest(${time.sql}, coalesce(${end.sql}, ${time.sql}))`;
  const [extent] = await host.all(
    `select epoch_ms(min(${time.sql})) as s, epoch_ms(max(${last})) as e, count(*) as n, count(${time.sql}) as t from ${from}`,
  );
  const timed = toNumber(extent?.["t"]);
  const top = async (text: string | undefined, most: number) => {
    if (text === undefined) return [];
    const rows = await host.all(`select v, n from (${topValues({ from, text, time: time.sql }, most)}) order by i`);
    const known = rows.map(r => ({ name: toText(r["v"]), count: toNumber(r["n"]) }));
    const rest = timed - known.reduce((n, k) => n + k.count, 0);
    return rest > 0 ? [...known, { name: "all others", count: rest }] : known;
  };
  const groups = value === undefined ? await top(group, mostLanes) : [];
  const name = input.name ?? "";
  const lanes =
    groups.length > 0
      ? groups.map(g => ({ name: name === "" ? g.name : `${name}: ${g.name}`, count: g.count }))
      : [{ name, count: timed }];
  const colours = (await top(colour ?? (value === undefined ? undefined : group), mostColours)).map(c => c.name);
  return {
    ...{ input, from, firstLane, lanes, colours, value, timed },
    time: time.sql,
    group: value === undefined ? group : undefined,
    colour: colour ?? (value === undefined ? undefined : group),
    end: end?.sql,
    startMs: toNumber(extent?.["s"]),
    endMs: toNumber(extent?.["e"]),
    rows: toNumber(extent?.["n"]),
  };
}

/** Joins that number lanes and colours; values never enter the text. */
function numbered(p: Prepared): { readonly joins: string; readonly lane: string; readonly colour: string } {
  const join = (text: string | undefined, alias: string, most: number): string =>
    text === undefined
      ? ""
      : ` left join (${topValues({ from: p.from, text, time: p.time }, most)}) as ${alias} on ${alias}.v = ${text}`;
  const index = (text: string | undefined, alias: string, most: number): string =>
    text === undefined ? "0" : `coalesce(${alias}.i, ${most})`;
  return {
    joins: join(p.group, "g", mostLanes) + join(p.colour, "k", mostColours),
    lane: index(p.group, "g", mostLanes),
    colour: index(p.colour, "k", mostColours),
  };
}

const within = (p: Prepared, range: Range): string => {
  const reach = p.end === undefined ? p.time : `coalesce(${p.end}, ${p.time})`;
  return `${p.time} is not null and epoch_ms(${p.time}) <= ${Math.ceil(range.endMs)} and epoch_ms(${reach}) >= ${Math.floor(range.startMs)}`;
};

interface RawEvent {
  readonly at: number;
  readonly lane: number;
  readonly colour: number;
  readonly lasts: number;
  readonly value: number | null;
  readonly details: readonly (string | null)[];
}

/** Single events of one series, at most as many as asked for by the count before. */
async function readEvents(
  host: PlotHost,
  p: Prepared,
  range: Range,
  plan: { readonly columns: readonly string[]; readonly clip: number },
): Promise<RawEvent[]> {
  const details = detailColumns(p.input.frame, p.input.details);
  const { joins, lane, colour } = numbered(p);
  const shown = plan.columns.map(name => details.find(d => d.name === name));
  const texts = shown.map((c, i) =>
    c === undefined ? `null as d${i}` : `left(${asText(c)}, ${plan.clip + 1}) as d${i}`,
  );
  const lasts = p.end === undefined ? "0" : `greatest(0, coalesce(epoch_ms(${p.end}) - epoch_ms(${p.time}), 0))`;
  const list = [
    `epoch_ms(${p.time}) as at`,
    `${lane} as lane`,
    `${colour} as colour`,
    `${lasts} as lasts`,
    `${p.value ?? "null"} as value`,
    ...texts,
  ];
  const rows = await host.all(`select ${list.join(", ")} from ${p.from}${joins} where ${within(p, range)} order by 1`);
  const clip = (text: unknown): string | null => {
    if (text === null || text === undefined) return null;
    const whole = toText(text);
    return whole.length > plan.clip ? `${whole.slice(0, plan.clip)}…` : whole;
  };
  return rows.map(r => ({
    at: toNumber(r["at"]),
    lane: toNumber(r["lane"]),
    colour: toNumber(r["colour"]),
    lasts: toNumber(r["lasts"]),
    value: r["value"] === null || !Number.isFinite(Number(r["value"])) ? null : Number(r["value"]),
    details: texts.map((_, i) => clip(r[`d${i}`])),
  }));
}

/** Spans that people can name: the first of these that makes at most `binSpans`. */
const niceMs = [
  1, 10, 100, 1000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000,
  10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000, 2_592_000_000, 31_536_000_000,
];

export function niceSpanMs(range: Range, most = binSpans): number {
  const least = Math.max(1, (range.endMs - range.startMs) / most);
  return niceMs.find(n => n >= least) ?? Math.ceil(least / 31_536_000_000) * 31_536_000_000;
}

async function readBins(
  host: PlotHost,
  all: readonly Prepared[],
  range: Range,
  scheme: { readonly colours: readonly string[]; readonly offsets: readonly number[] },
): Promise<{ bins: TimelineBins; startMs: number }> {
  const widthMs = niceSpanMs(range);
  const startMs = Math.floor(range.startMs / widthMs) * widthMs;
  const bins = { widthMs, index: [] as number[], lane: [] as number[], colour: [] as number[], count: [] as number[] };
  for (const [s, p] of all.entries()) {
    const { joins, lane, colour } = numbered(p);
    const rows = await host.all(
      `select (epoch_ms(${p.time}) - ${startMs}) // ${widthMs} as i, ${lane} as lane, ${colour} as colour, count(*) as n from ${p.from}${joins} where ${within({ ...p, end: undefined }, range)} group by 1, 2, 3 order by 1, 2, 3`,
    );
    for (const r of rows) {
      bins.index.push(Math.max(0, toNumber(r["i"])));
      bins.lane.push(p.firstLane + toNumber(r["lane"]));
      bins.colour.push(recolour(p, scheme.colours, scheme.offsets[s] ?? 0)(toNumber(r["colour"])));
      bins.count.push(toNumber(r["n"]));
    }
  }
  return { bins, startMs };
}

async function readHistogram(host: PlotHost, all: readonly Prepared[], range: Range): Promise<number[]> {
  const counts = new Array<number>(histogramSpans).fill(0);
  const span = Math.max(1, range.endMs - range.startMs);
  for (const p of all) {
    const rows = await host.all(
      `select least(${histogramSpans - 1}, greatest(0, ((epoch_ms(${p.time}) - ${Math.floor(range.startMs)}) * ${histogramSpans}) // ${Math.ceil(span)})) as i, count(*) as n from ${p.from} where ${p.time} is not null group by 1`,
    );
    for (const r of rows) counts[toNumber(r["i"])] = (counts[toNumber(r["i"])] ?? 0) + toNumber(r["n"]);
  }
  return counts;
}

/** Peaks of values when there are too many to draw: the largest of each span and colour, so that no spike is lost. */
async function readPeaks(host: PlotHost, p: Prepared, range: Range): Promise<RawEvent[]> {
  const widthMs = niceSpanMs(range, 1000);
  const { joins, colour } = numbered(p);
  const rows = await host.all(
    `select max_by(epoch_ms(${p.time}), ${p.value ?? "0"}) as at, ${colour} as colour, max(${p.value ?? "0"}) as value from ${p.from}${joins} where ${within({ ...p, end: undefined }, range)} and ${p.value ?? "0"} is not null group by epoch_ms(${p.time}) // ${widthMs}, 2 order by 1`,
  );
  return rows.map(r => ({
    at: toNumber(r["at"]),
    lane: 0,
    colour: toNumber(r["colour"]),
    lasts: 0,
    value: toNumber(r["value"]),
    details: [],
  }));
}

function toEvents(
  events: readonly RawEvent[],
  startMs: number,
  plan: { readonly columns: readonly string[] },
): TimelineEvents {
  const valued = events.some(e => e.value !== null);
  const coloured = events.some(e => e.colour !== 0);
  return {
    offsetMs: events.map(e => e.at - startMs),
    lane: events.map(e => e.lane),
    ...(coloured ? { colour: events.map(e => e.colour) } : {}),
    ...(events.some(e => e.lasts > 0) ? { lastsMs: events.map(e => e.lasts) } : {}),
    ...(valued ? { value: events.map(e => e.value) } : {}),
    ...(plan.columns.length > 0 && events.some(e => e.details.length > 0)
      ? { details: { columns: plan.columns, rows: events.map(e => e.details) } }
      : {}),
  };
}

function infoOf(
  inputs: readonly TimelineInput[],
  all: readonly Prepared[],
  options: TimelineOptions,
  notes: readonly string[],
): FigureInfo {
  const sources = [...new Set(inputs.map(i => i.frame.provenance.source))];
  const banner = completenessBanner(uniteCompleteness(inputs.map(i => i.frame.completeness)));
  const rows = all.reduce((n, p) => n + p.rows, 0);
  const untimed = rows - all.reduce((n, p) => n + p.timed, 0);
  const lost =
    untimed === 0 ? [] : [`${untimed.toLocaleString("en-US")} ${untimed === 1 ? "row" : "rows"} without a time`];
  return {
    ...(options.title === undefined ? {} : { title: options.title }),
    source: sources.join(", "),
    rows,
    notes: [...lost, ...notes],
    ...(banner === undefined ? {} : { incomplete: banner }),
  };
}

const spanWords = (ms: number): string => {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ] as const;
  const [unit, size] = units.find(([, u]) => ms >= u && ms % u === 0) ?? ["ms", 1];
  return `${(ms / size).toLocaleString("en-US")} ${unit}`;
};

/** What a builder is asked for: all of it, or a part with more detail. */
export interface TimelineRequest {
  readonly inputs: readonly TimelineInput[];
  readonly options: TimelineOptions;
  readonly range?: Range;
}

/**
 * Builds a timeline of one or several frames.
 *
 * Up to `maxEvents` events are there one by one; more are counted in spans (values: the peak of each span), and the notes
 * say so. Rows without a time are counted, never drawn.
 * @throws HuntError `view/no-time-column`, `view/column-type`, `view/bad-time`, `frame/unknown-column`, `frame/closed`
 */
export async function buildTimeline(host: PlotHost, request: TimelineRequest): Promise<TimelineNode> {
  const { inputs, options } = request;
  const all: Prepared[] = [];
  for (const input of inputs) {
    const before = all.at(-1);
    all.push(await prepare(host, input, before === undefined ? 0 : before.firstLane + before.lanes.length));
  }
  const timed = all.filter(p => p.timed > 0);
  const references = toReferences(options.references);
  const whole = wholeRange(timed, references);
  const range = request.range ?? whole;
  const named = all.length > 1 && all.every(p => p.colour === undefined);
  const colours = named ? all.map(p => p.input.name ?? "") : mergedColours(all);
  const offsets = named ? all.map((_, i) => i) : all.map(() => 0);
  const maxEvents = Math.min(20_000, Math.max(1, options.maxEvents ?? 5000));
  const count = await countWithin(host, timed, range);
  const valued = inputs.some(i => i.value !== undefined);
  const base = {
    kind: "timeline" as const,
    lanes: valued ? [{ name: "", count: all.reduce((n, p) => n + p.timed, 0) }] : all.flatMap(p => p.lanes),
    colours,
    ...colourTitle(inputs),
    ...(valued
      ? {
          valueTitle: inputs
            .map(i => i.value)
            .filter(v => v !== undefined)
            .join(", "),
          valueMark: options.kind ?? ("points" as const),
        }
      : {}),
    histogram: await readHistogram(host, timed, whole),
    references,
  };
  if (count <= maxEvents || valued) {
    const columns = [
      ...new Set(timed.flatMap(p => detailColumns(p.input.frame, p.input.details).map(c => c.name))),
    ].slice(0, 8);
    const plan = {
      columns,
      clip: Math.max(12, Math.min(200, Math.floor(detailChars / Math.max(1, count * columns.length)))),
    };
    const peaks = count > maxEvents;
    const events: RawEvent[] = [];
    for (const p of timed) {
      const found = peaks ? await readPeaks(host, p, range) : await readEvents(host, p, range, plan);
      const colour = recolour(p, colours, offsets[all.indexOf(p)] ?? 0);
      for (const e of found) events.push({ ...e, lane: valued ? 0 : e.lane + p.firstLane, colour: colour(e.colour) });
    }
    events.sort((a, b) => a.at - b.at);
    const notes = peaks ? [`the largest value of each ${spanWords(niceSpanMs(range, 1000))}`] : [];
    return {
      ...base,
      info: infoOf(inputs, all, options, notes),
      ...range,
      events: toEvents(events, range.startMs, plan),
    };
  }
  const { bins, startMs } = await readBins(host, timed, range, {
    colours,
    offsets: timed.map(p => offsets[all.indexOf(p)] ?? 0),
  });
  const lasting = inputs.some(i => i.end !== undefined) ? ["durations are shown when fewer events are in view"] : [];
  const notes = [`counted in spans of ${spanWords(bins.widthMs)}`, ...lasting];
  return { ...base, info: infoOf(inputs, all, options, notes), startMs, endMs: range.endMs, bins };
}

/** Frames share colours when each has a colour column: the same value has the same colour everywhere. */
function mergedColours(all: readonly Prepared[]): readonly string[] {
  return [...new Set(all.flatMap(p => p.colours))];
}

function recolour(p: Prepared, colours: readonly string[], offset: number): (index: number) => number {
  if (p.colour === undefined) return () => offset;
  return index => Math.max(0, colours.indexOf(p.colours[index] ?? "all others"));
}

function colourTitle(inputs: readonly TimelineInput[]): { readonly colourTitle?: string } {
  const names = [
    ...new Set(
      inputs.map(i => i.color ?? (i.value === undefined ? undefined : i.groupBy)).filter(n => n !== undefined),
    ),
  ];
  return names.length === 0 ? {} : { colourTitle: names.join(", ") };
}

/** The range of all events and references, never empty. */
function wholeRange(all: readonly Prepared[], references: readonly TimeReference[]): Range {
  const starts = [...all.map(p => p.startMs), ...references.map(r => r.atMs)];
  const ends = [...all.map(p => p.endMs), ...references.map(r => r.endMs ?? r.atMs)];
  if (starts.length === 0) return { startMs: 0, endMs: 86_400_000 };
  const [startMs, endMs] = [Math.min(...starts), Math.max(...ends)];
  return endMs > startMs ? { startMs, endMs } : { startMs: startMs - 1000, endMs: startMs + 1000 };
}

async function countWithin(host: PlotHost, all: readonly Prepared[], range: Range): Promise<number> {
  let count = 0;
  for (const p of all) {
    const [row] = await host.all(`select count(*) as n from ${p.from} where ${within(p, range)}`);
    count += toNumber(row?.["n"]);
  }
  return count;
}
