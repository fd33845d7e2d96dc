/** Map → SVG: an offline world, places clustered by what would overlap, arcs along great circles. */
import { html, type Html } from "../html.js";
import { geoInterpolate, geoNaturalEarth1 } from "./d3.js";
import type { DrawOptions } from "./draw-timeline.js";
import { categoryEntry, legend } from "./legend.js";
import { placesMark } from "./marks.js";
import type { MapNode, MapPlace } from "./model.js";
import { hint, label, px, signAt, svg } from "./svg.js";
import { categoryRole } from "./theme.js";
import { numberLabel } from "./ticks.js";
import { borderPath, landPath, worldSize } from "./world.generated.js";

const projection = geoNaturalEarth1().fitSize([worldSize[0], worldSize[1]], { type: "Sphere" });

/** The part of the world that is shown, in the projection's units (1000 × 487). */
export interface MapView {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Everything but the Antarctic, which takes room and signs nobody in. */
export const wholeWorld: MapView = { x: 0, y: 0, width: worldSize[0] };
const shownHeight = 430;
const ratio = shownHeight / worldSize[0];

/** Degrees → the projection's units. */
export function projectPlace(longitude: number, latitude: number): readonly [number, number] {
  const [x, y] = projection([longitude, latitude]) ?? [0, 0];
  return [x, y];
}

/** A view of all places with room around them, never closer than a small country. */
export function viewOf(places: readonly MapPlace[]): MapView {
  if (places.length === 0) return wholeWorld;
  const points = places.map(p => projectPlace(p.longitude, p.latitude));
  const [xs, ys] = [points.map(p => p[0]), points.map(p => p[1])];
  const [left, right, top, bottom] = [min(xs), max(xs), min(ys), max(ys)];
  const width = Math.max(180, (right - left) * 1.3, ((bottom - top) * 1.5) / ratio);
  if (width >= 700) return wholeWorld;
  return { x: (left + right) / 2 - width / 2, y: (top + bottom) / 2 - (width * ratio) / 2, width };
}

const min = (list: readonly number[]): number => list.reduce((a, b) => Math.min(a, b), Infinity);
const max = (list: readonly number[]): number => list.reduce((a, b) => Math.max(a, b), -Infinity);

export interface Cluster {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly count: number;
  /** Indexes of the places, largest first. */
  readonly places: readonly number[];
}

export interface MapLayout {
  readonly height: number;
  readonly top: number;
  readonly view: MapView;
  readonly scale: number;
  readonly point: (longitude: number, latitude: number) => readonly [number, number];
  readonly clusters: readonly Cluster[];
  readonly legend: Html;
}

/** Places closer than this on the screen become one mark. */
const clusterPx = 22;

function findClusters(node: MapNode, point: MapLayout["point"]): readonly Cluster[] {
  const order = node.places
    .map((_, i) => i)
    .sort((a, b) => (node.places[b]?.count ?? 0) - (node.places[a]?.count ?? 0));
  const most = Math.max(
    1,
    ...node.places.slice(0, 1).map(p => p.count),
    ...order.slice(0, 1).map(i => node.places[i]?.count ?? 1),
  );
  const cells = new Map<string, { x: number; y: number; places: number[]; count: number }[]>();
  const all: { x: number; y: number; places: number[]; count: number }[] = [];
  for (const i of order) {
    const place = node.places[i];
    if (place === undefined) continue;
    const [x, y] = point(place.longitude, place.latitude);
    const [cx, cy] = [Math.floor(x / clusterPx), Math.floor(y / clusterPx)];
    let home: (typeof all)[number] | undefined;
    for (let dx = -1; dx <= 1 && home === undefined; dx += 1)
      for (let dy = -1; dy <= 1 && home === undefined; dy += 1)
        home = cells
          .get(`${cx + dx},${cy + dy}`)
          ?.find(c => Math.hypot(c.x - x, c.y - y) < clusterPx && sameColour(node, c.places[0] ?? 0, i));
    if (home === undefined) {
      home = { x, y, places: [], count: 0 };
      all.push(home);
      const key = `${cx},${cy}`;
      cells.set(key, [...(cells.get(key) ?? []), home]);
    }
    home.places.push(i);
    home.count += place.count;
  }
  const largest = all.reduce((n, c) => Math.max(n, c.count), most);
  return all.map(c => ({ ...c, radius: 4 + 12 * Math.sqrt(c.count / largest) }));
}

const sameColour = (node: MapNode, a: number, b: number): boolean => node.places[a]?.colour === node.places[b]?.colour;

export function layoutMap(node: MapNode, options: DrawOptions & { readonly view?: MapView }): MapLayout {
  const { theme, widthPx } = options;
  const key = legend(theme, { x: 4, y: 2, widthPx: widthPx - 8 }, node.colours.map(categoryEntry), node.colourTitle);
  const view = options.view ?? viewOf(node.places);
  const scale = widthPx / view.width;
  const top = key.height + 2;
  const point = (longitude: number, latitude: number): readonly [number, number] => {
    const [x, y] = projectPlace(longitude, latitude);
    return [(x - view.x) * scale, (y - view.y) * scale + top];
  };
  return {
    height: top + widthPx * ratio,
    top,
    view,
    scale,
    point,
    clusters: findClusters(node, point),
    legend: key.markup,
  };
}

/** A great circle as a path, broken where it leaves one edge of the world and comes back at the other. */
function arcPath(from: MapPlace, to: MapPlace, point: MapLayout["point"], breakPx: number): string {
  const along = geoInterpolate([from.longitude, from.latitude], [to.longitude, to.latitude]);
  let path = "";
  let before: readonly [number, number] | undefined;
  for (let i = 0; i <= 32; i += 1) {
    const at = along(i / 32);
    const [x, y] = point(at[0], at[1]);
    const jump = before === undefined || Math.abs(before[0] - x) > breakPx;
    path += `${jump ? "M" : "L"}${px(x)} ${px(y)}`;
    before = [x, y];
  }
  return path;
}

function drawArcs(node: MapNode, layout: MapLayout, options: DrawOptions): Html {
  const { theme } = options;
  const most = node.arcs.reduce((n, a) => Math.max(n, a.count), 1);
  const arcs = node.arcs.map(arc => {
    const [from, to] = [node.places[arc.from], node.places[arc.to]];
    if (from === undefined || to === undefined) return "";
    const title = `${from.label} → ${to.label}: ${arc.label ?? numberLabel(arc.count)}`;
    const [x, y] = layout.point(to.longitude, to.latitude);
    return html`<path d="${arcPath(from, to, layout.point, layout.scale * 300)}" fill="none" stroke="${theme.paint("bad")}" stroke-opacity="0.8" stroke-width="${px(1 + (3 * arc.count) / most)}">${hint(title)}</path><circle cx="${px(x)}" cy="${px(y)}" r="2.5" fill="${theme.paint("bad")}"/>`;
  });
  return html`<g>${arcs}</g>`;
}

/** What a cluster is: its largest place, and how many more. */
export function clusterName(node: MapNode, cluster: Cluster): string {
  const first = node.places[cluster.places[0] ?? 0]?.label ?? "";
  const more = cluster.places.length - 1;
  return `${first}${more > 0 ? ` and ${more} more` : ""}`;
}

function drawClusters(node: MapNode, layout: MapLayout, options: DrawOptions): Html {
  const { theme, widthPx } = options;
  const taken: { x: number; y: number; width: number }[] = [];
  const marks = layout.clusters.map(cluster => {
    const { x, y, radius } = cluster;
    if (x < -20 || x > widthPx + 20 || y < layout.top - 20 || y > layout.height + 20) return "";
    const colour = node.places[cluster.places[0] ?? 0]?.colour ?? 0;
    const name = clusterName(node, cluster);
    const title = `${name}: ${cluster.count.toLocaleString("en-US")} ${node.unit}`;
    const width = Math.min(150, name.length * 6.2) + radius + 6;
    const left = x + width > widthPx;
    const start = left ? x - width : x;
    const free = taken.every(t => Math.abs(t.y - y) > 13 || start > t.x + t.width || start + width < t.x);
    if (free) taken.push({ x: start, y, width });
    const text = free
      ? label(theme, [left ? x - radius - 4 : x + radius + 4, y + 4], name, {
          widthPx: 150,
          anchor: left ? "end" : "start",
        })
      : "";
    const mark = placesMark(node, cluster.places, name);
    const faded = options.chosen !== undefined && options.chosen.size > 0 && !options.chosen.has(mark?.id ?? "");
    return html`<g${faded ? html` opacity="0.3"` : ""}><path d="${signAt(colour, x, y, radius)}" fill="${theme.paint(categoryRole(colour))}" fill-opacity="0.65" stroke="${theme.paint("bg")}"/>${hint(title)}</g>${text}`;
  });
  return html`<g>${marks}</g>`;
}

export function mapSentence(node: MapNode): string {
  const total = node.places.reduce((n, p) => n + p.count, 0);
  const name = node.info.title === undefined ? "" : ` “${node.info.title}”`;
  const lost = node.unplaced.reduce((n, p) => n + p.count, 0);
  const rest = lost === 0 ? "" : `, ${lost.toLocaleString("en-US")} not placed`;
  return `World map${name}: ${total.toLocaleString("en-US")} ${node.unit} at ${node.places.length} places${rest}`;
}

export function drawMap(node: MapNode, options: DrawOptions & { readonly view?: MapView }): Html {
  const { theme, widthPx } = options;
  const layout = layoutMap(node, options);
  const { view, scale, top } = layout;
  const move = `translate(${px(-view.x * scale)} ${px(top - view.y * scale)}) scale(${Math.round(scale * 1000) / 1000})`;
  const thin = Math.round((0.6 / scale) * 1000) / 1000;
  const world = html`<g transform="${move}"><path d="${landPath}" fill="${theme.paint("land")}" stroke="${theme.paint("line")}" stroke-width="${thin}"/><path d="${borderPath}" fill="none" stroke="${theme.paint("bg")}" stroke-width="${thin}"/></g>`;
  return svg({ width: widthPx, height: layout.height }, mapSentence(node), [
    world,
    drawArcs(node, layout, options),
    drawClusters(node, layout, options),
    // Drawn after the world, so that what is above the map does not shine through.
    html`<rect x="0" y="0" width="${px(widthPx)}" height="${px(top)}" fill="${theme.paint("bg")}" fill-opacity="0.85"/>`,
    layout.legend,
  ]);
}
