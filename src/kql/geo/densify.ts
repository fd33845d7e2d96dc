/**
 * Lines that are straight on a map with equal degrees, as chains of edges that are straight on the sphere.
 *
 * Source: the error estimate of S2's edge tessellator: the two places where the distance between an edge and its image
 * is largest, and the factor between what is measured there and the true maximum (https://s2geometry.io, S2EdgeTessellator)
 */
import { earthRadius } from "./measure.js";
import { along, angle, placeAt } from "./sphere.js";

type Point = readonly [number, number];

const measuredAt = 0.3121569108224831;
const measuredPart = 0.8382999256988851;
/** More points than this are no answer. */
export const maxPoints = 10_485_760;

const between = (a: Point, b: Point, part: number): Point => [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
const place = ([longitude, latitude]: Point) => placeAt(longitude, latitude);

function error(a: Point, b: Point): number {
  const [p, q] = [place(a), place(b)];
  return Math.max(...[measuredAt, 1 - measuredAt].map(part => angle(along(p, q, part), place(between(a, b, part)))));
}

/** The other end of an edge on the shorter way round, perhaps beyond 180 degrees. */
function nearer(a: Point, b: Point): Point {
  const turns = Math.round((b[0] - a[0]) / 360);
  return turns === 0 ? b : [b[0] - 360 * turns, b[1]];
}

/** Longitudes from -180 to 180. */
const wrapped = ([longitude, latitude]: Point): Point =>
  longitude > 180
    ? [longitude - 360, latitude]
    : longitude < -180
      ? [longitude + 360, latitude]
      : [longitude, latitude];

/** The chain with points added wherever an edge strays more than the tolerance (meters); undefined when they are too many. */
export function densify(chain: readonly Point[], toleranceMeters: number): readonly Point[] | undefined {
  const tolerance = (toleranceMeters / earthRadius) * measuredPart;
  const [first] = chain;
  if (first === undefined) return [];
  const out: Point[] = [first];
  // Edges still to be written, the next one last.
  for (const [i, end] of chain.entries()) {
    const start = chain[i - 1];
    if (start === undefined) continue;
    const stack: [Point, Point, Point][] = [[start, nearer(start, end), end]];
    for (let edge = stack.pop(); edge !== undefined; edge = stack.pop()) {
      const [a, b, written] = edge;
      if (out.length > maxPoints) return undefined;
      if (error(a, b) <= tolerance) {
        out.push(written);
        continue;
      }
      const middle = between(a, b, 0.5);
      stack.push([middle, b, written], [a, middle, wrapped(middle)]);
    }
  }
  return out;
}
