/** Frame → map: places from coordinates, or from addresses by way of the session's locator. */
import { HuntError } from "../../base/error.js";
import type { FigureFrame, KeyColumn, KeyValue, MapArc, MapNode, MapPlace } from "../../view/index.js";
import { completenessBanner } from "../banner.js";
import type { Frame } from "../frame.js";
import {
  asNumber,
  asText,
  findColumn,
  fromFrame,
  getColumn,
  getTypedColumn,
  numberTypes,
  timeColumn,
  toNumber,
  toText,
  type SqlColumn,
} from "./columns.js";
import type { PlotHost } from "./host.js";

export interface MapOptions {
  readonly title?: string;
  /** Columns of coordinates in degrees. Default: Latitude and Longitude, where the frame has them. */
  readonly latitude?: string;
  readonly longitude?: string;
  /** Instead of coordinates: a column of addresses, placed by the sites file and the GeoIP pack. */
  readonly ip?: string;
  /** What a place is called. Default: City and Country, else the address. */
  readonly label?: string;
  readonly color?: string;
  /** A number to add up per place instead of counting rows. */
  readonly size?: string;
  /** What is counted: `sign-ins`. */
  readonly unit?: string;
  /** Joins the places of each value of this column, in the order of time: journeys of an account. */
  readonly pathBy?: string;
  readonly time?: string;
  /** Columns listed in tooltips. */
  readonly details?: readonly string[];
}

const mostPlaces = 2000;
const mostArcs = 300;
const mostUnplaced = 50;
const mostColours = 8;
/** Characters of the addresses and coordinates by which choosing places filters: of one place, and of a figure. */
const mostKeysOfPlace = 40_000;
const mostKeys = 150_000;

/** Numbers in text columns count too: KQL's JSON paths give text. */
const degrees = (column: SqlColumn): string =>
  column.type === "string" || column.type === "dynamic"
    ? `try_cast(cast(${column.sql} as varchar) as double)`
    : asNumber(column);

interface Spot {
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly label: string;
  readonly key: string;
  /** Its values of the key columns. */
  readonly values: readonly KeyValue[];
  readonly colour: string;
  readonly count: number;
  readonly details: readonly string[];
}

function pickLabel(frame: Frame, options: MapOptions): string {
  if (options.label !== undefined) return asText(getColumn(frame, options.label));
  const parts = ["City", "Country", "CountryOrRegion"].map(n => findColumn(frame, n)).filter(c => c !== undefined);
  if (parts.length > 0) return `concat_ws(', ', ${parts.map(c => `nullif(${asText(c)}, '')`).join(", ")})`;
  return options.ip === undefined ? "''" : asText(getColumn(frame, options.ip));
}

interface Source {
  readonly latitude: string;
  readonly longitude: string;
  /** What a place is recognised by. */
  readonly key: string;
  readonly label: string;
  /** The columns that say where: an address, or coordinates. */
  readonly columns: readonly SqlColumn[];
}

/** Coordinates in numbers are compared as such, texts as they are. */
const keyOf = (column: SqlColumn): KeyColumn =>
  numberTypes.includes(column.type) ? { name: column.name, as: "number" } : { name: column.name };

/** The columns of a map's places, and of their colours. */
export function mapLinks(frame: Frame, options: MapOptions): Omit<FigureFrame, "id"> {
  const { columns } = sourceOf(frame, options);
  return { keys: [...columns.map(keyOf), ...(options.color === undefined ? [] : [{ name: options.color }])] };
}

function sourceOf(frame: Frame, options: MapOptions): Source {
  const label = pickLabel(frame, options);
  const ip = options.ip ?? undefined;
  const latitudeName = options.latitude ?? (ip === undefined ? "Latitude" : undefined);
  const longitudeName = options.longitude ?? (ip === undefined ? "Longitude" : undefined);
  if (latitudeName === undefined || longitudeName === undefined) {
    const column = getTypedColumn(frame, ip ?? "", ["string", "dynamic"]);
    return { latitude: "null::double", longitude: "null::double", key: asText(column), label, columns: [column] };
  }
  if (options.latitude === undefined && findColumn(frame, latitudeName) === undefined)
    throw new HuntError("view/no-place-columns", "the frame has no columns of coordinates", {
      hint: 'name them: map({ latitude: "…", longitude: "…" }), or a column of addresses: map({ ip: "IPAddress" })',
    });
  const columns = [getColumn(frame, latitudeName), getColumn(frame, longitudeName)];
  const [latitude = "", longitude = ""] = columns.map(degrees);
  return { latitude, longitude, key: `concat(${latitude}, ' ', ${longitude})`, label, columns };
}

async function readSpots(host: PlotHost, frame: Frame, options: MapOptions, source: Source): Promise<readonly Spot[]> {
  const colour = options.color === undefined ? "''" : asText(getColumn(frame, options.color));
  const count =
    options.size === undefined ? "count(*)" : `sum(${asNumber(getTypedColumn(frame, options.size, numberTypes))})`;
  const details = (options.details ?? []).map(n => getColumn(frame, n));
  const lists = details.map((c, i) => `array_to_string((list(distinct left(${asText(c)}, 80)) )[1:3], ', ') as d${i}`);
  const values = source.columns.map(c => (keyOf(c).as === "number" ? asNumber(c) : asText(c)));
  const also = source.columns.map((_, i) => i + 5).join(", ");
  const rows = await host.all(
    `select ${source.latitude} as la, ${source.longitude} as lo, ${source.key} as k, ${colour} as c, ${values.map((v, i) => `${v} as v${i}`).join(", ")}, mode(${source.label}) as l, ${count} as n${lists.map(l => `, ${l}`).join("")} from ${fromFrame(frame)} group by 1, 2, 3, 4, ${also} order by n desc, 3, 4, ${also}`,
  );
  return rows.map(r => ({
    values: values.map((_, i) => (typeof r[`v${i}`] === "number" ? Number(r[`v${i}`]) : toText(r[`v${i}`]))),
    latitude: typeof r["la"] === "number" ? r["la"] : null,
    longitude: typeof r["lo"] === "number" ? r["lo"] : null,
    key: toText(r["k"]),
    label: toText(r["l"]),
    colour: toText(r["c"]),
    count: toNumber(r["n"]),
    details: details.map((c, i) => `${c.name}: ${toText(r[`d${i}`])}`),
  }));
}

/** Why coordinates cannot be drawn; undefined when they can. 0,0 is in the Atlantic: it means missing. */
export function whyUnplaced(latitude: number | null, longitude: number | null): string | undefined {
  if (latitude === null || longitude === null) return "no coordinates";
  if (!(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) return "coordinates out of range";
  return latitude === 0 && longitude === 0 ? "coordinates 0,0, which mean missing" : undefined;
}

async function located(host: PlotHost, spots: readonly Spot[]): Promise<readonly Spot[]> {
  const locate = host.ports.locate;
  if (locate === undefined)
    throw new HuntError("view/no-locator", "this session cannot place addresses", {
      hint: "use columns of coordinates: map({ latitude, longitude }), or geo_info_from_ip_address() in KQL",
    });
  const places = await locate([...new Set(spots.map(s => s.key))]);
  return spots.map(s => {
    const place = places.get(s.key);
    return place === undefined
      ? s
      : {
          ...s,
          latitude: place.latitude,
          longitude: place.longitude,
          label: place.label,
          details: [s.key, ...s.details],
        };
  });
}

interface United extends Omit<MapPlace, "keys"> {
  readonly spots: Spot[];
  readonly details: readonly string[];
}

/** Spots at one place become one: addresses of a city. */
function unite(spots: readonly Spot[], colours: readonly string[]): { places: United[]; order: Map<string, number> } {
  const byPlace = new Map<string, United>();
  for (const s of spots) {
    const found = colours.indexOf(s.colour);
    const colour = colours.length === 0 ? undefined : found < 0 ? colours.length - 1 : found;
    const id = `${s.latitude}/${s.longitude}/${colour ?? ""}`;
    const known = byPlace.get(id);
    const details = [...(known?.details ?? []), ...s.details].slice(0, 6);
    byPlace.set(id, {
      latitude: s.latitude ?? 0,
      longitude: s.longitude ?? 0,
      label: known?.label ?? (s.label === "" ? `${s.latitude}, ${s.longitude}` : s.label),
      count: (known?.count ?? 0) + s.count,
      ...(colour === undefined ? {} : { colour }),
      details,
      spots: known === undefined ? [s] : (known.spots.push(s), known.spots),
    });
  }
  const places = [...byPlace.values()].sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  const order = new Map<string, number>();
  places.forEach((p, i) => p.spots.forEach(s => order.has(s.key) || order.set(s.key, i)));
  return { places, order };
}

async function readArcs(
  host: PlotHost,
  frame: Frame,
  options: MapOptions,
  source: Source,
): Promise<readonly { from: string; to: string; count: number; who: string }[]> {
  if (options.pathBy === undefined) return [];
  const who = asText(getColumn(frame, options.pathBy));
  const time = timeColumn(frame, options.time).sql;
  const rows = await host.all(
    `with steps as (select ${who} as w, ${source.key} as k, lag(${source.key}) over (partition by ${who} order by ${time}, rowid) as p from ${fromFrame(frame)} where ${time} is not null)
     select p, k, count(*) as n, array_to_string((list(distinct left(w, 60) order by left(w, 60)))[1:3], ', ') as w from steps where p is not null and p <> k group by 1, 2 order by n desc, 1, 2 limit 5000`,
  );
  return rows.map(r => ({ from: toText(r["p"]), to: toText(r["k"]), count: toNumber(r["n"]), who: toText(r["w"]) }));
}

/**
 * Builds a map of a frame. What has no coordinates, or impossible ones, or 0,0, is listed beside the map.
 * @throws HuntError `view/no-place-columns`, `view/no-locator`, `view/column-type`, `frame/unknown-column`, `frame/closed`
 */
export async function buildMap(host: PlotHost, frame: Frame, options: MapOptions): Promise<MapNode> {
  frame.assertOpen();
  const source = sourceOf(frame, options);
  const byAddress = source.latitude === "null::double";
  const read = await readSpots(host, frame, options, source);
  const spots = byAddress ? await located(host, read) : read;
  const placed = spots.filter(s => whyUnplaced(s.latitude, s.longitude) === undefined);
  const lost = spots.filter(s => !placed.includes(s));
  const values = options.color === undefined ? [] : [...new Set(spots.map(s => s.colour))];
  const colours = values.length <= mostColours ? values : [...values.slice(0, mostColours), "all others"];
  const { places, order } = unite(placed, colours);
  const shown = places.slice(0, mostPlaces);
  const steps = await readArcs(host, frame, options, source);
  const arcs = new Map<string, MapArc>();
  for (const step of steps) {
    const [from, to] = [order.get(step.from), order.get(step.to)];
    if (from === undefined || to === undefined || from === to || from >= shown.length || to >= shown.length) continue;
    const known = arcs.get(`${from}>${to}`);
    arcs.set(`${from}>${to}`, {
      from,
      to,
      count: (known?.count ?? 0) + step.count,
      label: `${(known?.count ?? 0) + step.count}× ${step.who}`,
    });
  }
  const dropped = places.length - shown.length;
  const incomplete = completenessBanner(frame.completeness);
  return {
    kind: "map",
    info: {
      ...(options.title === undefined ? {} : { title: options.title }),
      source: frame.provenance.source,
      rows: frame.rowCount,
      notes: [
        ...(dropped > 0 ? [`${dropped.toLocaleString("en-US")} places with the fewest are not drawn`] : []),
        ...(arcs.size > mostArcs ? [`${(arcs.size - mostArcs).toLocaleString("en-US")} journeys are not drawn`] : []),
      ],
      ...(incomplete === undefined ? {} : { incomplete }),
    },
    places: toPlaces(shown),
    arcs: [...arcs.values()].sort((a, b) => b.count - a.count).slice(0, mostArcs),
    colours,
    ...(options.color === undefined ? {} : { colourTitle: options.color }),
    unit: options.unit ?? options.size ?? "rows",
    unplaced: listUnplaced(lost),
  };
}

function listUnplaced(lost: readonly Spot[]): MapNode["unplaced"] {
  const byLabel = new Map<string, { label: string; count: number; why: string }>();
  for (const s of lost) {
    const label = s.label === "" ? (s.key.trim() === "" ? "(empty)" : s.key) : s.label;
    const why = whyUnplaced(s.latitude, s.longitude) ?? "";
    const known = byLabel.get(`${label}/${why}`);
    byLabel.set(`${label}/${why}`, { label, why, count: (known?.count ?? 0) + s.count });
  }
  const all = [...byLabel.values()].sort((a, b) => b.count - a.count);
  if (all.length <= mostUnplaced) return all;
  const rest = all.slice(mostUnplaced);
  return [
    ...all.slice(0, mostUnplaced),
    {
      label: `${rest.length.toLocaleString("en-US")} more`,
      count: rest.reduce((n, r) => n + r.count, 0),
      why: "see the rows",
    },
  ];
}

/** Places with their keys, as far as these have room: the largest places first, which are those that are chosen. */
function toPlaces(places: readonly United[]): MapPlace[] {
  let left = mostKeys;
  return places.map(({ spots, details, ...place }) => {
    const keys = spots.map(s => (place.colour === undefined ? s.values : [...s.values, s.colour]));
    const size = keys.reduce((n, key) => n + key.reduce<number>((m, v) => m + String(v).length + 3, 2), 0);
    const isSaid = size <= Math.min(left, mostKeysOfPlace);
    if (isSaid) left -= size;
    return { ...place, ...(details.length === 0 ? {} : { details }), ...(isSaid ? { keys } : {}) };
  });
}
