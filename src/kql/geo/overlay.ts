/**
 * Union and intersection of regions on the sphere: the edges of both are cut where they meet, each piece is kept when it
 * borders the result, and the pieces are joined to rings.
 *
 * The order of vertices in the result is that of S2's builder: regions one after the other, a ring begins behind its
 * last input edge. Source: https://s2geometry.io/devguide/s2builder
 */
import type { Line, Polygon } from "./geojson.js";
import { crossingPairs, type Edge } from "./pairs.js";
import { edgesOf, Region, ringArea, type Ring } from "./ring.js";
import { leafAt } from "./s2.js";
import {
  chord,
  cross,
  crossing,
  dot,
  meetingPoint,
  minus,
  nearestOn,
  normalOf,
  placeTowards,
  plus,
  type Place,
} from "./sphere.js";

/** Points nearer than this (radians, a tenth of a micrometre) are one. */
const snapDistance = 1.5e-14;
const snapChord = snapDistance ** 2;

/** Vertices by number; points that are nearly the same get one number. */
class Nodes {
  readonly places: Place[] = [];
  readonly #cells = new Map<string, number[]>();

  /** The number of a point. */
  at(p: Place): number {
    const keys = cellsNear(p);
    for (const key of keys)
      for (const node of this.#cells.get(key) ?? []) if (chord(this.place(node), p) <= snapChord) return node;
    const node = this.places.push(p) - 1;
    const home = keys[0] ?? "";
    this.#cells.set(home, [...(this.#cells.get(home) ?? []), node]);
    return node;
  }

  place(node: number): Place {
    const place = this.places[node];
    if (place === undefined) throw new RangeError(`no vertex ${node}`);
    return place;
  }
}

const cellSize = 1e-9;
/** The cell of a point in space, then those it is nearly in. */
function cellsNear(p: Place): readonly string[] {
  const sides = [p.x, p.y, p.z].map(c => {
    const home = Math.floor(c / cellSize);
    const [low, high] = [Math.floor((c - snapDistance) / cellSize), Math.floor((c + snapDistance) / cellSize)];
    return [...new Set([home, low, high])];
  });
  const [xs = [], ys = [], zs = []] = sides;
  return xs.flatMap(x => ys.flatMap(y => zs.map(z => `${x},${y},${z}`)));
}

interface InputEdge extends Edge {
  readonly a: number;
  readonly b: number;
  readonly owner: number;
  /** Its place among all edges of the input. */
  readonly order: number;
  /** Nodes inside the edge. */
  readonly cuts: Set<number>;
}

/** A piece of an input edge. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly owner: number;
  readonly order: number;
}

/** Cuts edges of several owners wherever they meet or run through each other's vertices. */
export class Arrangement {
  readonly nodes = new Nodes();
  readonly #edges: InputEdge[] = [];

  add(from: Place, to: Place, owner: number): void {
    const [a, b] = [this.nodes.at(from), this.nodes.at(to)];
    if (a !== b) this.#edges.push({ from, to, a, b, owner, order: this.#edges.length, cuts: new Set() });
  }

  /** The pieces in the order of the input. */
  pieces(): readonly Piece[] {
    for (const [e, f] of crossingPairs(this.#edges, this.#edges)) this.#meet(e, f);
    return this.#edges.flatMap(e => {
      const start = this.nodes.place(e.a);
      const inner = [...e.cuts].sort((p, q) => chord(start, this.nodes.place(p)) - chord(start, this.nodes.place(q)));
      const chain = [e.a, ...inner, e.b];
      return chain.slice(1).map((to, i): Piece => ({ from: chain[i] ?? e.a, to, owner: e.owner, order: e.order }));
    });
  }

  #meet(e: InputEdge, f: InputEdge): void {
    for (const node of [f.a, f.b]) this.#touch(e, node);
    for (const node of [e.a, e.b]) this.#touch(f, node);
    if (crossing(e.from, e.to, f.from, f.to) <= 0) return;
    // On one great circle the ends, which are cuts already, say all.
    const meeting = meetingPoint(e.from, e.to, f.from, f.to);
    if (meeting === undefined) return;
    const node = this.nodes.at(meeting);
    cut(e, node);
    cut(f, node);
  }

  /** A vertex that lies on the edge cuts it. */
  #touch(e: InputEdge, node: number): void {
    if (node === e.a || node === e.b) return;
    const p = this.nodes.place(node);
    // Far from the great circle is far from the edge.
    const n = normalOf(e.from, e.to);
    const off = dot(p, n);
    if (off * off > snapChord * 4 * dot(n, n)) return;
    if (chord(nearestOn(p, e.from, e.to), p) <= snapChord) cut(e, node);
  }
}

function cut(e: InputEdge, node: number): void {
  if (node !== e.a && node !== e.b) e.cuts.add(node);
}

interface Combination {
  readonly polygons: readonly Polygon[];
  /** Borders that the regions share with their insides on opposite sides, and points where they only touch. */
  readonly lines: readonly Line[];
  readonly points: readonly Place[];
}

/** The regions combined: of the pieces of both borders those stay that have the result on their left and not on their right. */
export function overlay(
  first: readonly Polygon[],
  second: readonly Polygon[],
  kind: "union" | "intersection",
): Combination {
  const inputs = [first.flat(), second.flat()] as const;
  const arrangement = new Arrangement();
  inputs.forEach((rings, owner) => {
    for (const [a, b] of edgesInOrder(rings)) arrangement.add(a, b, owner);
  });
  const pieces = arrangement.pieces();
  const sides = new Sides(pieces, inputs, arrangement.nodes);
  const inside = (a: boolean, b: boolean) => (kind === "union" ? a || b : a && b);
  const kept = new Map<string, Piece>();
  const shared: Piece[] = [];
  for (const piece of pieces) {
    const key = `${piece.from}>${piece.to}`;
    const [own, other] = [piece.owner === 0, sides.of(piece)];
    if (own && other.right && !other.left) shared.push(piece);
    // On its left a piece has its own region, on its right not; the other region as it is there.
    const pair = (mine: boolean, theirs: boolean) => (own ? inside(mine, theirs) : inside(theirs, mine));
    if (pair(true, other.left) && !pair(false, other.right) && !kept.has(key)) kept.set(key, piece);
  }
  // A piece and its opposite bound nothing.
  const border = [...kept.values()].filter(p => !kept.has(`${p.to}>${p.from}`));
  const place = (n: number) => arrangement.nodes.place(n);
  const covered = new Set([...border, ...shared].flatMap(p => [p.from, p.to]));
  const nodes = (owner: number) => new Set(pieces.filter(p => p.owner === owner).flatMap(p => [p.from, p.to]));
  const theirs = nodes(1);
  const points = kind === "union" ? [] : [...nodes(0)].filter(n => theirs.has(n) && !covered.has(n));
  return {
    polygons: toPolygons(ringsOf(border, arrangement.nodes)),
    lines: kind === "union" ? [] : chains(shared).map(c => c.map(place)),
    points: points.map(place),
  };
}

/** The edges of rings, each ring from its first vertex on. */
function* edgesInOrder(rings: readonly Ring[]): Generator<readonly [Place, Place]> {
  for (const ring of rings)
    for (const [i, vertex] of ring.entries()) {
      const next = ring[i + 1] ?? ring[0];
      if (next !== undefined) yield [vertex, next];
    }
}

/** Whether the other region lies left and right of a piece. */
class Sides {
  readonly #owned: readonly [Set<string>, Set<string>];
  readonly #nodes: Nodes;
  readonly #regions: readonly [Region, Region];
  readonly #touched: readonly [Set<number>, Set<number>] = [new Set(), new Set()];
  #last: { readonly to: number; readonly owner: number; readonly inside: boolean } | undefined;

  constructor(pieces: readonly Piece[], inputs: readonly [readonly Ring[], readonly Ring[]], nodes: Nodes) {
    this.#nodes = nodes;
    this.#regions = [new Region(inputs[0]), new Region(inputs[1])];
    const keys = (owner: number) => new Set(pieces.filter(p => p.owner === owner).map(p => `${p.from}>${p.to}`));
    this.#owned = [keys(0), keys(1)];
    for (const p of pieces) {
      this.#touched[p.owner === 0 ? 0 : 1].add(p.from);
      this.#touched[p.owner === 0 ? 0 : 1].add(p.to);
    }
  }

  of(piece: Piece): { readonly left: boolean; readonly right: boolean } {
    const other = piece.owner === 0 ? 1 : 0;
    const along = this.#owned[other].has(`${piece.from}>${piece.to}`);
    const against = this.#owned[other].has(`${piece.to}>${piece.from}`);
    if (along !== against) {
      this.#last = undefined;
      return { left: along, right: against };
    }
    const inside = this.#inside(piece, other);
    this.#last = { to: piece.to, owner: piece.owner, inside };
    return { left: inside, right: inside };
  }

  /** Between vertices that the other region does not touch nothing changes. */
  #inside(piece: Piece, other: 0 | 1): boolean {
    const last = this.#last;
    if (last?.to === piece.from && last.owner === piece.owner && !this.#touched[other].has(piece.from))
      return last.inside;
    const [a, b] = [this.#nodes.place(piece.from), this.#nodes.place(piece.to)];
    return this.#regions[other].contains(placeTowards(plus(a, b)));
  }
}

/** Joins pieces to rings: at each vertex the sharpest turn to the left, so that rings touch but never cross. */
function ringsOf(pieces: readonly Piece[], nodes: Nodes): readonly Ring[] {
  const leaving = new Map<number, Piece[]>();
  for (const piece of pieces) leaving.set(piece.from, [...(leaving.get(piece.from) ?? []), piece]);
  const curve = new Map<number, bigint>();
  const along = (node: number): bigint => {
    const known = curve.get(node) ?? leafAt(nodes.place(node));
    curve.set(node, known);
    return known;
  };
  const starts = [...pieces].sort(
    (p, q) => compareIds(along(p.from), along(q.from)) || compareIds(along(p.to), along(q.to)),
  );
  const used = new Set<Piece>();
  const rings: { readonly ring: Ring; readonly order: number }[] = [];
  for (const start of starts) {
    if (used.has(start)) continue;
    const loop: Piece[] = [];
    let piece: Piece | undefined = start;
    while (piece !== undefined && !used.has(piece)) {
      used.add(piece);
      loop.push(piece);
      piece = nextPiece(piece, leaving.get(piece.to) ?? [], nodes);
    }
    if (loop.length < 3) continue;
    const turned = fromLastInput(loop);
    rings.push({ ring: turned.map(p => nodes.place(p.from)), order: Math.min(...turned.map(p => p.order)) });
  }
  return rings.sort((a, b) => a.order - b.order).map(r => r.ring);
}

const compareIds = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function nextPiece(piece: Piece, candidates: readonly Piece[], nodes: Nodes): Piece | undefined {
  if (candidates.length < 2) return candidates[0];
  const at = nodes.place(piece.to);
  const back = minus(nodes.place(piece.from), at);
  const side = cross(at, back);
  // How far to turn clockwise from the way back.
  const turned = (to: Place): number => {
    const way = minus(to, at);
    const angle = Math.atan2(-dot(way, side), dot(way, back));
    return angle <= 0 ? angle + 2 * Math.PI : angle;
  };
  return [...candidates].sort((p, q) => turned(nodes.place(p.to)) - turned(nodes.place(q.to)))[0];
}

/** A loop that begins behind the last of its first run of pieces of the highest input edge. */
function fromLastInput(loop: readonly Piece[]): readonly Piece[] {
  let last = 0;
  let gap = false;
  loop.forEach((piece, i) => {
    const difference = piece.order - (loop[last]?.order ?? 0);
    if (i === 0) return;
    if (difference < 0) gap = true;
    else if (difference > 0 || !gap) [last, gap] = [i, false];
  });
  return [...loop.slice(last + 1), ...loop.slice(0, last + 1)];
}

/** Shells with the holes inside them. */
export function toPolygons(rings: readonly Ring[]): readonly Polygon[] {
  const shells: { readonly ring: Ring; readonly area: number; readonly region: Region; readonly holes: Ring[] }[] = [];
  const holes: Ring[] = [];
  for (const ring of rings) {
    const area = ringArea(ring);
    if (area > 2 * Math.PI) holes.push(ring);
    else shells.push({ ring, area, region: new Region([ring]), holes: [] });
  }
  const bySize = [...shells].sort((a, b) => a.area - b.area);
  for (const hole of holes) {
    const [edge] = edgesOf([hole]);
    if (edge === undefined) continue;
    const middle = placeTowards(plus(edge[0], edge[1]));
    bySize.find(s => s.region.contains(middle))?.holes.push(hole);
  }
  return shells.map(s => [s.ring, ...s.holes]);
}

/**
 * The union of any number of polygons: always the two with the fewest vertices first, as S2 does, which takes a union to
 * have as many as its parts.
 */
export function unionOf(polygons: readonly (readonly Polygon[])[]): readonly Polygon[] {
  const vertices = (p: readonly Polygon[]) =>
    p.reduce((n, polygon) => n + polygon.reduce((m, r) => m + r.length, 0), 0);
  const queue = polygons.map(p => ({ p, n: vertices(p) })).sort((a, b) => a.n - b.n);
  for (;;) {
    const [a, b] = queue.splice(0, 2);
    if (a === undefined || b === undefined) return a?.p ?? [];
    const n = a.n + b.n;
    const at = queue.findIndex(q => q.n > n);
    queue.splice(at < 0 ? queue.length : at, 0, { p: overlay(a.p, b.p, "union").polygons, n });
  }
}

/** What of lines lies in a region, its border included. */
export function linesWithin(lines: readonly Line[], polygons: readonly Polygon[]): readonly Line[] {
  const rings = polygons.flat();
  const arrangement = new Arrangement();
  for (const line of lines) line.slice(1).forEach((to, i) => arrangement.add(line[i] ?? to, to, 0));
  for (const [a, b] of edgesInOrder(rings)) arrangement.add(a, b, 1);
  const pieces = arrangement.pieces();
  const region = new Region(rings);
  const border = new Set(pieces.filter(p => p.owner === 1).flatMap(p => [`${p.from}>${p.to}`, `${p.to}>${p.from}`]));
  const place = (n: number) => arrangement.nodes.place(n);
  const kept = pieces.filter(
    p =>
      p.owner === 0 &&
      (border.has(`${p.from}>${p.to}`) || region.contains(placeTowards(plus(place(p.from), place(p.to))))),
  );
  return chains(kept).map(c => c.map(place));
}

/** Pieces that follow one another as chains of nodes. */
export function chains(pieces: readonly Piece[]): readonly (readonly number[])[] {
  const out: number[][] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (last?.at(-1) === piece.from) last.push(piece.to);
    else out.push([piece.from, piece.to]);
  }
  return out;
}
