/** Rings on the sphere: closed chains of edges with the inside on the left, and what they contain. */
import {
  anyNormal,
  chord,
  cross,
  crosses,
  dot,
  inOrder,
  minus,
  norm,
  normalOf,
  plus,
  samePoint,
  type Place,
  type Vector,
} from "./sphere.js";

/** At least three vertices; the last is joined to the first. */
export type Ring = readonly Place[];

/** A point of no map: a fixed place that real data does not hit. */
const origin: Vector = { x: -0.0099994664350250197, y: 0.0025924542609324121, z: 0.99994664350250195 };

/** Whether the fixed place is inside a ring: decided at one vertex, where inside is left. */
function containsOrigin(ring: Ring): boolean {
  const [a, b, c] = ring;
  if (a === undefined || b === undefined || c === undefined) return false;
  const inside = inOrder(anyNormal(b), a, c, b);
  return inside !== crossedTo(ring, b);
}

/** Whether the way from the fixed place crosses the ring an odd number of times. */
function crossedTo(ring: Ring, p: Vector): boolean {
  let odd = false;
  let before = ring[ring.length - 1];
  for (const vertex of ring) {
    if (before !== undefined && crosses(origin, p, before, vertex)) odd = !odd;
    before = vertex;
  }
  return odd;
}

/** Rings with what makes asking them quick. */
export class Region {
  readonly rings: readonly Ring[];
  readonly #originInside: boolean;
  /** A cone around all vertices, when they fit in a half: nothing outside it is inside. */
  readonly #axis: Vector | undefined;
  readonly #widestChord: number;

  constructor(rings: readonly Ring[]) {
    this.rings = rings;
    // A hole counts as what it encloses, whichever way it goes round: rings cancel each other.
    this.#originInside = rings.reduce((odd, ring) => odd !== (containsOrigin(ring) !== isHole(ring)), false);
    const axis = middleOf(rings.flat());
    const widest =
      axis === undefined ? 4 : Math.max(0, ...rings.map(ring => Math.max(...ring.map(v => chord(v, axis)))));
    // Edges bulge: within a quarter of the sphere they stay inside the cone of their ends.
    this.#axis = widest < 1 && !this.#wraps(axis) ? axis : undefined;
    this.#widestChord = widest * (1 + 1e-12) + 1e-15;
  }

  contains(p: Vector): boolean {
    if (this.#axis !== undefined && chord(p, this.#axis) > this.#widestChord) return false;
    return this.#odd(p);
  }

  #odd(p: Vector): boolean {
    return this.rings.reduce((odd, ring) => odd !== crossedTo(ring, p), this.#originInside);
  }

  /** Whether the region is what lies around the cone, not in it. */
  #wraps(axis: Vector | undefined): boolean {
    return axis === undefined || this.#odd({ x: -axis.x, y: -axis.y, z: -axis.z });
  }
}

function middleOf(points: readonly Vector[]): Vector | undefined {
  const sum = points.reduce<Vector>(plus, { x: 0, y: 0, z: 0 });
  const length = norm(sum);
  return length < 1e-9 ? undefined : { x: sum.x / length, y: sum.y / length, z: sum.z / length };
}

/** The signed area of a triangle, in steradians; accurate for small ones. Source: F. Eriksson, On the measure of solid angles, 1990 */
function triangleArea(a: Vector, b: Vector, c: Vector): number {
  const volume = dot(a, cross(minus(b, a), minus(c, a)));
  return 2 * Math.atan2(volume, 1 + dot(a, b) + dot(b, c) + dot(c, a));
}

/** Steradians inside a ring, from 0 to 4π. */
export function ringArea(ring: Ring): number {
  const [first] = ring;
  if (first === undefined) return 0;
  let area = 0;
  for (let i = 1; i + 1 < ring.length; i += 1) area += triangleArea(first, ring[i] ?? first, ring[i + 1] ?? first);
  return area < 0 ? area + 4 * Math.PI : area;
}

/** A hole's ring has all the rest on its left. */
export const isHole = (ring: Ring): boolean => ringArea(ring) > 2 * Math.PI;

export const reversed = (ring: Ring): Ring => [...ring].reverse();

/** The ring in the direction in which it goes around the smaller part of the sphere. */
export const aroundSmaller = (ring: Ring): Ring => (isHole(ring) ? reversed(ring) : ring);

/** The integral of position over what rings enclose: points to the centroid. By Stokes' theorem half the sum of each edge's angle times its normal. */
export function centroidOf(rings: readonly Ring[]): Vector {
  let sum: Vector = { x: 0, y: 0, z: 0 };
  for (const [a, b] of edgesOf(rings)) {
    const n = normalOf(a, b);
    const length = norm(n);
    if (length === 0) continue;
    const k = Math.atan2(length / 2, dot(a, b)) / length / 2;
    sum = { x: sum.x + n.x * k, y: sum.y + n.y * k, z: sum.z + n.z * k };
  }
  return sum;
}

export function* edgesOf(rings: readonly Ring[]): Generator<readonly [Place, Place]> {
  for (const ring of rings) {
    let before = ring[ring.length - 1];
    for (const vertex of ring) {
      if (before !== undefined && !samePoint(before, vertex)) yield [before, vertex];
      before = vertex;
    }
  }
}
