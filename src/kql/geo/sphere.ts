/**
 * Points on the unit sphere, and predicates that are exact: which side of an edge a point is on never depends on rounding,
 * so that every place lies in exactly one of the polygons that divide the Earth.
 *
 * Sources: S2 Geometry's description of its predicates (https://s2geometry.io/about/overview); H. Edelsbrunner and
 * E. Mücke, Simulation of Simplicity, 1990.
 */

/** A place: a unit vector, and the degrees it was made from. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly longitude: number;
  readonly latitude: number;
}

export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const radians = Math.PI / 180;

/** What is smaller than any real distance is nothing: so that exact arithmetic needs no more bits than it has. */
const tidy = (c: number): number => (Math.abs(c) < 1e-45 ? 0 : c);

export function placeAt(longitude: number, latitude: number): Place {
  const [a, b] = [longitude * radians, latitude * radians];
  const flat = Math.cos(b);
  return { x: tidy(Math.cos(a) * flat), y: tidy(Math.sin(a) * flat), z: tidy(Math.sin(b)), longitude, latitude };
}

/** The place in a direction; the vector needs no length of 1. */
export function placeTowards(v: Vector): Place {
  const length = Math.hypot(v.x, v.y, v.z);
  const [x, y, z] = [tidy(v.x / length), tidy(v.y / length), tidy(v.z / length)];
  return { x, y, z, longitude: Math.atan2(y, x) / radians, latitude: Math.atan2(z, Math.hypot(x, y)) / radians };
}

export const samePoint = (a: Vector, b: Vector): boolean => a.x === b.x && a.y === b.y && a.z === b.z;
export const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y + a.z * b.z;
export const plus = (a: Vector, b: Vector): Vector => ({ x: a.x + b.x, y: a.y + b.y, z: a.z + b.z });
export const minus = (a: Vector, b: Vector): Vector => ({ x: a.x - b.x, y: a.y - b.y, z: a.z - b.z });
export const times = (a: Vector, k: number): Vector => ({ x: a.x * k, y: a.y * k, z: a.z * k });
export const norm = (a: Vector): number => Math.hypot(a.x, a.y, a.z);

export function cross(a: Vector, b: Vector): Vector {
  return { x: a.y * b.z - a.z * b.y, y: a.z * b.x - a.x * b.z, z: a.x * b.y - a.y * b.x };
}

/** The same direction as `cross`, twice as long, and accurate for points that are near to each other. */
export const normalOf = (a: Vector, b: Vector): Vector => cross(plus(a, b), minus(b, a));

/** Radians between two points. */
export function angle(a: Vector, b: Vector): number {
  return Math.atan2(norm(normalOf(a, b)) / 2, dot(a, b));
}

/** The point a part of the way along the edge. */
export function along(a: Vector, b: Vector, part: number): Place {
  const whole = angle(a, b);
  if (whole === 0) return placeTowards(a);
  return atDistance(a, b, part * whole);
}

/** The point at a distance in radians from `a` in the direction of `b`. */
export function atDistance(a: Vector, b: Vector, distance: number): Place {
  const tangent = cross(normalOf(a, b), a);
  const length = norm(tangent);
  return placeTowards(plus(times(a, Math.cos(distance)), times(tangent, Math.sin(distance) / length)));
}

/** Some direction at right angles; the same for equal points. */
export function anyNormal(a: Vector): Vector {
  const [x, y, z] = [Math.abs(a.x), Math.abs(a.y), Math.abs(a.z)];
  const axis = x > y ? (z > x ? 1 : 2) : z > y ? 1 : 0;
  // Not an axis itself, so that common points do not lie on a line with it.
  const other = { x: axis === 0 ? 1 : 0.012, y: axis === 1 ? 1 : 0.0053, z: axis === 2 ? 1 : 0.00457 };
  return placeTowards(cross(a, other));
}

/** Above this, the sign of a determinant in doubles is right. */
const safeDeterminant = 1e-15;

/** 1 when a, b and c go counterclockwise, -1 clockwise; 0 only when two of them are the same point. */
export function turn(a: Vector, b: Vector, c: Vector): -1 | 0 | 1 {
  const fast = a.x * (b.y * c.z - b.z * c.y) + a.y * (b.z * c.x - b.x * c.z) + a.z * (b.x * c.y - b.y * c.x);
  if (fast > safeDeterminant) return 1;
  if (fast < -safeDeterminant) return -1;
  if (samePoint(a, b) || samePoint(b, c) || samePoint(c, a)) return 0;
  return stableTurn(a, b, c) ?? exactTurn(a, b, c);
}

/** The determinant from the differences of the points, when it is clear. */
function stableTurn(a: Vector, b: Vector, c: Vector): -1 | 1 | undefined {
  const [ab, bc, ca] = [minus(b, a), minus(c, b), minus(a, c)];
  const [u, v, w] = [dot(ab, ab), dot(bc, bc), dot(ca, ca)];
  // The vertex between the two shorter edges.
  const [left, right, at] = u >= v && u >= w ? [bc, ca, c] : v >= w ? [ca, ab, a] : [ab, bc, b];
  const determinant = dot(cross(left, right), at);
  const error = 8 * Number.EPSILON * Math.sqrt(dot(left, left) * dot(right, right));
  return determinant > error ? 1 : determinant < -error ? -1 : undefined;
}

/** Doubles of at most 1 as whole multiples of 2^-220: what is smaller than that cannot matter here. */
const scaleBits = 220;
function exact(value: number): bigint {
  if (value === 0) return 0n;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))) - 53, -scaleBits);
  const mantissa = BigInt(Math.round(value * 2 ** -exponent));
  return mantissa << BigInt(exponent + scaleBits);
}

type Exact = readonly [bigint, bigint, bigint];
const exactly = (v: Vector): Exact => [exact(v.x), exact(v.y), exact(v.z)];
const sign = (v: bigint): -1 | 0 | 1 => (v > 0n ? 1 : v < 0n ? -1 : 0);

function exactTurn(a: Vector, b: Vector, c: Vector): -1 | 1 {
  // Sorted, so that the answer for points on one line depends on the points alone; each swap turns the sign.
  const points: [Exact, Exact, Exact] = [exactly(a), exactly(b), exactly(c)];
  let turned = false;
  const swap = (i: 0 | 1): void => {
    const j = i === 0 ? 1 : 2;
    if (compare(points[i], points[j]) <= 0) return;
    [points[i], points[j]] = [points[j], points[i]];
    turned = !turned;
  };
  swap(0);
  swap(1);
  swap(0);
  const result = sortedTurn(...points);
  return turned ? (-result as -1 | 1) : result;
}

function compare(a: Exact, b: Exact): number {
  for (const i of [0, 1, 2] as const) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

/** The determinant's sign; of points on one great circle, that after moving each by an infinitesimal of its own. */
function sortedTurn([a0, a1, a2]: Exact, [b0, b1, b2]: Exact, [c0, c1, c2]: Exact): -1 | 1 {
  const bc0 = b1 * c2 - b2 * c1;
  const bc1 = b2 * c0 - b0 * c2;
  const bc2 = b0 * c1 - b1 * c0;
  const steps: readonly (() => bigint)[] = [
    () => a0 * bc0 + a1 * bc1 + a2 * bc2,
    () => bc2,
    () => bc1,
    () => bc0,
    () => c0 * a1 - c1 * a0,
    () => c0,
    () => -c1,
    () => c2 * a0 - c0 * a2,
    () => c2,
    () => a0 * b1 - a1 * b0,
    () => -b0,
    () => b1,
    () => a0,
  ];
  for (const step of steps) {
    const s = sign(step());
    if (s !== 0) return s;
  }
  return 1;
}

/** Whether a, b and c are met in this order when turning counterclockwise around the centre. */
export function inOrder(a: Vector, b: Vector, c: Vector, centre: Vector): boolean {
  let agree = 0;
  if (turn(b, centre, a) >= 0) agree += 1;
  if (turn(c, centre, b) >= 0) agree += 1;
  if (turn(a, centre, c) > 0) agree += 1;
  return agree >= 2;
}

/** 1 when the edges ab and cd cross inside both; 0 when they share an end; -1 otherwise. */
export function crossing(a: Vector, b: Vector, c: Vector, d: Vector): -1 | 0 | 1 {
  const abc = turn(a, b, c);
  const abd = turn(a, b, d);
  if (abc !== 0 && abc === abd) return -1;
  if (samePoint(a, c) || samePoint(a, d) || samePoint(b, c) || samePoint(b, d)) return 0;
  if (samePoint(a, b) || samePoint(c, d)) return -1;
  // The edges cross when the four triangles around them all turn alike.
  const first = turn(a, c, b);
  return turn(c, b, d) === first && turn(b, d, a) === first && turn(d, a, c) === first ? 1 : -1;
}

/** Whether edges that share an end count as crossing there, so that a ring is crossed once at each of its vertices. */
function vertexCrossing(a: Vector, b: Vector, c: Vector, d: Vector): boolean {
  if (samePoint(a, b) || samePoint(c, d)) return false;
  if (samePoint(a, c)) return samePoint(b, d) || inOrder(anyNormal(a), d, b, a);
  if (samePoint(b, d)) return inOrder(anyNormal(b), c, a, b);
  if (samePoint(a, d)) return samePoint(b, c) || inOrder(anyNormal(a), c, b, a);
  if (samePoint(b, c)) return inOrder(anyNormal(b), d, a, b);
  return false;
}

/** Whether going along ab crosses cd, ends included by one consistent rule. */
export function crosses(a: Vector, b: Vector, c: Vector, d: Vector): boolean {
  const sign = crossing(a, b, c, d);
  return sign === 0 ? vertexCrossing(a, b, c, d) : sign > 0;
}

/** Where two crossing edges meet; undefined when they lie on one great circle, as near as can be told. */
export function meetingPoint(a: Vector, b: Vector, c: Vector, d: Vector): Place | undefined {
  const [n, m] = [normalOf(a, b), normalOf(c, d)];
  const at = cross(n, m);
  if (norm(at) <= 1e-14 * norm(n) * norm(m)) return undefined;
  const towards = plus(plus(a, b), plus(c, d));
  return placeTowards(dot(at, towards) < 0 ? times(at, -1) : at);
}

/** The point of the edge ab nearest to p. */
export function nearestOn(p: Place, a: Place, b: Place): Place {
  const n = normalOf(a, b);
  const length = dot(n, n);
  if (length > 0) {
    // The foot of the perpendicular, when it lies between the ends.
    const foot = minus(p, times(n, dot(p, n) / length));
    if (dot(cross(n, a), foot) > 0 && dot(cross(n, b), foot) < 0) return placeTowards(foot);
  }
  return chord(p, a) <= chord(p, b) ? a : b;
}

/** Squared length of the chord: orders distances cheaply. */
export function chord(a: Vector, b: Vector): number {
  const d = minus(a, b);
  return dot(d, d);
}
