/**
 * Simplification as S2's builder does it: vertices move to sites that keep a distance from each other, chosen along the
 * Hilbert curve, and nearly straight chains of edges become one. Borders that shapes share stay shared.
 */
import type { Line, Polygon } from "./geojson.js";
import { crossingPairs } from "./pairs.js";
import { edgesOf, type Ring } from "./ring.js";
import { leafAt } from "./s2.js";
import { chord, crossing, nearestOn, type Place } from "./sphere.js";

interface Site {
  readonly place: Place;
  readonly index: number;
}

/** Sites by cell in space: those near a place are found without looking at all. */
class Sites {
  readonly #cells = new Map<string, Site[]>();
  readonly #size: number;
  readonly #radius: number;
  #count = 0;

  /** `radius` is the straight distance that sites keep. */
  constructor(radius: number) {
    this.#radius = radius;
    this.#size = Math.max(radius, 1e-9);
  }

  add(place: Place): void {
    const key = this.#around(place)[13] ?? "";
    this.#cells.set(key, [...(this.#cells.get(key) ?? []), { place, index: this.#count++ }]);
  }

  /** The nearest site that is not farther than the radius. */
  near(place: Place): Site | undefined {
    let [best, distance]: [Site | undefined, number] = [undefined, this.#radius ** 2];
    for (const key of this.#around(place))
      for (const site of this.#cells.get(key) ?? []) {
        const d = chord(site.place, place);
        if (d < distance || (d === distance && best === undefined)) [best, distance] = [site, d];
      }
    return best;
  }

  #around(p: Place): readonly string[] {
    const [x, y, z] = [p.x, p.y, p.z].map(c => Math.floor(c / this.#size)) as [number, number, number];
    const steps = [-1, 0, 1];
    return steps.flatMap(a => steps.flatMap(b => steps.map(c => `${x + a},${y + b},${z + c}`)));
  }
}

interface Chain {
  readonly closed: boolean;
  /** Numbers of sites, each differing from the one before. */
  readonly sites: readonly number[];
}

interface Snapped {
  readonly places: readonly Place[];
  readonly chains: readonly Chain[];
  /** Whether lines meet, part or end at a site. */
  readonly isJunction: (site: number) => boolean;
}

function snap(shapes: readonly { readonly vertices: Line; readonly closed: boolean }[], radius: number): Snapped {
  const sites = new Sites(radius);
  const places: Place[] = [];
  const sorted = shapes
    .flatMap(s => s.vertices)
    .map(p => [leafAt(p), p] as const)
    .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  for (const [, p] of sorted)
    if (sites.near(p) === undefined) {
      sites.add(p);
      places.push(p);
    }
  const chains = shapes.map(({ vertices, closed }): Chain => {
    const path = vertices.map(v => sites.near(v)?.index ?? 0).filter((s, i, all) => i === 0 || s !== all[i - 1]);
    while (closed && path.length > 1 && path[0] === path.at(-1)) path.pop();
    return { closed, sites: path };
  });
  const neighbours = new Map<number, Set<number>>();
  const join = (a: number | undefined, b: number | undefined): void => {
    if (a === undefined || b === undefined || a === b) return;
    neighbours.set(a, (neighbours.get(a) ?? new Set()).add(b));
    neighbours.set(b, (neighbours.get(b) ?? new Set()).add(a));
  };
  for (const { closed, sites: path } of chains) {
    path.forEach((s, i) => {
      join(path[i - 1], s);
    });
    if (closed) join(path.at(-1), path[0]);
  }
  const ends = new Set(chains.filter(c => !c.closed).flatMap(c => [c.sites[0], c.sites.at(-1)]));
  return { places, chains, isJunction: s => ends.has(s) || neighbours.get(s)?.size !== 2 };
}

/** Leaves out sites that lie within the radius of the edge that replaces them. */
function straighten(path: readonly number[], places: readonly Place[], radius: number): readonly number[] {
  const at = (i: number) => places[path[i] ?? 0] as Place;
  const limit = radius ** 2;
  const out = path.slice(0, 1);
  for (let i = 0; i < path.length - 1;) {
    let j = i + 1;
    for (let next = i + 2; next < path.length; next += 1) {
      const [a, b] = [at(i), at(next)];
      let fits = true;
      for (let k = i + 1; fits && k < next; k += 1) fits = chord(nearestOn(at(k), a, b), at(k)) <= limit;
      if (!fits) break;
      j = next;
    }
    out.push(path[j] ?? 0);
    i = j;
  }
  return out;
}

/** A stretch between junctions, the same whichever way it is walked. */
function stretch(path: readonly number[], snapped: Snapped, radius: number): readonly number[] {
  const turned = (path[0] ?? 0) > (path.at(-1) ?? 0);
  const result = straighten(turned ? [...path].reverse() : path, snapped.places, radius);
  return turned ? [...result].reverse() : result;
}

function simplified(chain: Chain, snapped: Snapped, radius: number): readonly number[] {
  const start = chain.closed ? chain.sites.findIndex(s => snapped.isJunction(s)) : 0;
  // A ring without junctions begins at its site of the lowest number.
  const first = start >= 0 ? start : chain.sites.indexOf(Math.min(...chain.sites));
  const turned = [...chain.sites.slice(first), ...chain.sites.slice(0, first)];
  const path = chain.closed ? [...turned, turned[0] ?? 0] : turned;
  const out: number[] = path.slice(0, 1);
  let from = 0;
  for (let i = 1; i < path.length; i += 1)
    if (i === path.length - 1 || snapped.isJunction(path[i] ?? 0)) {
      out.push(...stretch(path.slice(from, i + 1), snapped, radius).slice(1));
      from = i;
    }
  if (!chain.closed) return out;
  out.pop();
  // The ring begins with the first of its sites that it met in the input.
  const begin = out.indexOf(chain.sites.find(s => out.includes(s)) ?? 0);
  return [...out.slice(begin), ...out.slice(0, begin)];
}

/** Straight distance of an angle. */
const straight = (radians: number): number => 2 * Math.sin(radians / 2);

export function simplifyLines(lines: readonly Line[], radians: number): readonly Line[] {
  const radius = straight(radians);
  const snapped = snap(
    lines.map(vertices => ({ vertices, closed: false })),
    radius,
  );
  return snapped.chains
    .map(c => simplified(c, snapped, radius))
    .filter(path => path.length > 1)
    .map(path => path.map(s => snapped.places[s] as Place));
}

/** Polygons that vanish are left out; a result that would cross itself is replaced by the one before chains were straightened, then by the input. */
export function simplifyPolygons(polygons: readonly Polygon[], radians: number): readonly Polygon[] {
  const radius = straight(radians);
  const shapes = polygons.flat().map(vertices => ({ vertices, closed: true }));
  const snapped = snap(shapes, radius);
  const build = (paths: readonly (readonly number[])[]): readonly Polygon[] => {
    let at = 0;
    return polygons.flatMap(polygon => {
      const rings = polygon.map(() => (paths[at++] ?? []).map(s => snapped.places[s] as Place));
      const [shell, ...holes] = rings;
      if (shell === undefined || shell.length < 3) return [];
      return [[shell, ...holes.filter(h => h.length > 2)]];
    });
  };
  const results = [
    () => build(snapped.chains.map(c => simplified(c, snapped, radius))),
    () => build(snapped.chains.map(c => c.sites)),
  ];
  return results.map(r => r()).find(r => !crossesItself(r.flat())) ?? polygons;
}

function crossesItself(rings: readonly Ring[]): boolean {
  const edges = [...edgesOf(rings)].map(([from, to]) => ({ from, to }));
  return crossingPairs(edges, edges).some(([a, b]) => crossing(a.from, a.to, b.from, b.to) > 0);
}
