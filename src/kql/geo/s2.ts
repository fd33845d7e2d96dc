/**
 * S2 cells: a cube around the sphere, each face divided into quarters thirty times along a Hilbert curve.
 *
 * Source: https://s2geometry.io/devguide/s2cell_hierarchy (quadratic projection, 64-bit ids, tokens)
 */
import { placeTowards, type Place, type Vector } from "./sphere.js";

export const maxLevel = 30;
const size = 2 ** maxLevel;

/** Which quarter (as i, j bits) stands at each step of the curve, by the curve's orientation: plain, swapped, inverted, both. */
const quarters = [
  [0, 1, 3, 2],
  [0, 2, 3, 1],
  [3, 2, 0, 1],
  [3, 1, 0, 2],
] as const;
/** How each step changes the orientation. */
const turns = [1, 0, 0, 3] as const;

type Orientation = 0 | 1 | 2 | 3;

interface FaceIj {
  readonly face: number;
  readonly i: number;
  readonly j: number;
}

function faceOf({ x, y, z }: Vector): number {
  const [a, b, c] = [Math.abs(x), Math.abs(y), Math.abs(z)];
  const axis = a > b ? (a > c ? 0 : 2) : b > c ? 1 : 2;
  return (axis === 0 ? x : axis === 1 ? y : z) < 0 ? axis + 3 : axis;
}

function toUv(face: number, { x, y, z }: Vector): readonly [number, number] {
  switch (face) {
    case 0:
      return [y / x, z / x];
    case 1:
      return [-x / y, z / y];
    case 2:
      return [-x / z, -y / z];
    case 3:
      return [z / x, y / x];
    case 4:
      return [z / y, -x / y];
    default:
      return [-y / z, -x / z];
  }
}

function fromUv(face: number, u: number, v: number): Vector {
  switch (face) {
    case 0:
      return { x: 1, y: u, z: v };
    case 1:
      return { x: -u, y: 1, z: v };
    case 2:
      return { x: -u, y: -v, z: 1 };
    case 3:
      return { x: -1, y: -v, z: -u };
    case 4:
      return { x: v, y: -1, z: -u };
    default:
      return { x: v, y: u, z: -1 };
  }
}

const uvToSt = (u: number): number => (u >= 0 ? 0.5 * Math.sqrt(1 + 3 * u) : 1 - 0.5 * Math.sqrt(1 - 3 * u));
const stToUv = (s: number): number => (s >= 0.5 ? (4 * s * s - 1) / 3 : (1 - 4 * (1 - s) * (1 - s)) / 3);
const stToIj = (s: number): number => Math.min(Math.max(Math.floor(s * size), 0), size - 1);

function toFaceIj(p: Vector): FaceIj {
  const face = faceOf(p);
  const [u, v] = toUv(face, p);
  return { face, i: stToIj(uvToSt(u)), j: stToIj(uvToSt(v)) };
}

/** The id of a leaf cell: three bits of face, sixty of position, a one. */
function leafId({ face, i, j }: FaceIj): bigint {
  let orientation = (face & 1) as Orientation;
  let [high, low] = [0, 0];
  for (let level = maxLevel - 1; level >= 0; level -= 1) {
    const quarter = (Math.floor(i / 2 ** level) % 2) * 2 + (Math.floor(j / 2 ** level) % 2);
    const step = (quarters[orientation] as readonly number[]).indexOf(quarter);
    if (level >= 15) high = high * 4 + step;
    else low = low * 4 + step;
    orientation = (orientation ^ (turns[step] ?? 0)) as Orientation;
  }
  return (BigInt(face) << 61n) | (BigInt(high) << 31n) | (BigInt(low) << 1n) | 1n;
}

const lowestBit = (id: bigint): bigint => id & -id;
const bitOf = (level: number): bigint => 1n << BigInt(2 * (maxLevel - level));

export function levelOf(id: bigint): number {
  return maxLevel - (lowestBit(id).toString(2).length - 1) / 2;
}

export function ancestor(id: bigint, level: number): bigint {
  const bit = bitOf(level);
  return BigInt.asUintN(64, id & -bit) | bit;
}

/** The leaf that holds a point: orders points along the curve. */
export const leafAt = (p: Vector): bigint => leafId(toFaceIj(p));
export const cellAt = (p: Vector, level: number): bigint => ancestor(leafAt(p), level);

/** Where a cell begins on its face, in leaves. */
function facePlace(id: bigint): FaceIj {
  const face = Number(id >> 61n);
  const level = levelOf(id);
  let orientation = (face & 1) as Orientation;
  let [i, j] = [0, 0];
  const position = (id >> 1n) & ((1n << 60n) - 1n);
  for (let step = 1; step <= level; step += 1) {
    const at = Number((position >> BigInt(60 - 2 * step)) & 3n);
    const quarter = quarters[orientation][at as 0 | 1 | 2 | 3];
    i = i * 2 + (quarter >> 1);
    j = j * 2 + (quarter & 1);
    orientation = (orientation ^ (turns[at] ?? 0)) as Orientation;
  }
  const leaves = 2 ** (maxLevel - level);
  return { face, i: i * leaves, j: j * leaves };
}

function pointAt(face: number, i: number, j: number): Place {
  return placeTowards(fromUv(face, stToUv(i / size), stToUv(j / size)));
}

/** The corners, counterclockwise. */
export function cellCorners(id: bigint): readonly [Place, Place, Place, Place] {
  const { face, i, j } = facePlace(id);
  const n = 2 ** (maxLevel - levelOf(id));
  return [pointAt(face, i, j), pointAt(face, i + n, j), pointAt(face, i + n, j + n), pointAt(face, i, j + n)];
}

export function cellCenter(id: bigint): Place {
  const { face, i, j } = facePlace(id);
  const half = 2 ** (maxLevel - levelOf(id)) / 2;
  return pointAt(face, i + half, j + half);
}

/** The four quarters of a cell. */
export function cellChildren(id: bigint): readonly bigint[] {
  const bit = lowestBit(id) >> 2n;
  return [-3n, -1n, 1n, 3n].map(k => id + k * bit);
}

export const faceCells: readonly bigint[] = [0n, 1n, 2n, 3n, 4n, 5n].map(face => (face << 61n) | (1n << 60n));

/** The cell of a place on a face that may lie over its edge: there the face is continued flat. */
function cellNear(face: number, place: { readonly i: number; readonly j: number }, level: number): bigint {
  const { i, j } = place;
  if (i >= 0 && j >= 0 && i < size && j < size) return ancestor(leafId({ face, i, j }), level);
  const clamp = (k: number) => Math.min(Math.max(k, -1), size);
  // Just beyond the edge in the linear projection, which keeps neighbours neighbours.
  const uv = (k: number) => Math.max(Math.min((2 * (clamp(k) + 0.5)) / size - 1, 1 + 2 ** -50), -(1 + 2 ** -50));
  return ancestor(leafAtLinear(fromUv(face, uv(i), uv(j))), level);
}

/** The leaf of a point given by the linear projection. */
function leafAtLinear(p: Vector): bigint {
  const face = faceOf(p);
  const [u, v] = toUv(face, p);
  return leafId({ face, i: stToIj(0.5 * (u + 1)), j: stToIj(0.5 * (v + 1)) });
}

/** Around a cell, in the order in which the page of geo_s2cell_neighbors() shows them. */
const around = [
  ...[[1, 1] as const, [-1, -1] as const, [1, -1] as const, [0, -1] as const],
  ...[[0, 1] as const, [1, 0] as const, [-1, 0] as const, [-1, 1] as const],
];

/** The cells of the same level around; at a corner of the cube one is missing. */
export function cellNeighbors(id: bigint): readonly bigint[] {
  const level = levelOf(id);
  const { face, i, j } = facePlace(id);
  const n = 2 ** (maxLevel - level);
  const cells = around.map(([di, dj]) => cellNear(face, { i: i + di * n, j: j + dj * n }, level));
  return [...new Set(cells)].filter(cell => cell !== id);
}

/** The id in hexadecimal without the zeros at its end. */
export const toToken = (id: bigint): string => id.toString(16).padStart(16, "0").replace(/0+$/, "");

export function parseToken(token: string): bigint | undefined {
  if (!/^[0-9a-f]{1,16}$/i.test(token)) return undefined;
  const id = BigInt(`0x${token.padEnd(16, "0")}`);
  // A face that exists, and a lowest bit at an even place.
  return id >> 61n < 6n && (lowestBit(id) & 0x1555_5555_5555_5555n) !== 0n ? id : undefined;
}
