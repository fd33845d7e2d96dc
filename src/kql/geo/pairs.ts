/** Which edges may meet: a sweep over boxes in space, so that only near ones are compared. */
import type { Place } from "./sphere.js";

export interface Edge {
  readonly from: Place;
  readonly to: Place;
}

interface Box<E> {
  readonly edge: E;
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
}

/** The box of an edge: it bulges out of the box of its ends by at most the height of its arc. */
function boxOf<E extends Edge>(edge: E): Box<E> {
  const { from: a, to: b } = edge;
  const [dx, dy, dz] = [a.x - b.x, a.y - b.y, a.z - b.z];
  const half = (dx * dx + dy * dy + dz * dz) / 4;
  const bulge = 1 - Math.sqrt(Math.max(1 - half, 0)) + 1e-14;
  return {
    edge,
    low: [Math.min(a.x, b.x) - bulge, Math.min(a.y, b.y) - bulge, Math.min(a.z, b.z) - bulge],
    high: [Math.max(a.x, b.x) + bulge, Math.max(a.y, b.y) + bulge, Math.max(a.z, b.z) + bulge],
  };
}

/** Pairs of an edge of the first and an edge of the second list whose boxes meet; each pair once when the lists are one. */
export function crossingPairs<E extends Edge>(first: readonly E[], second: readonly E[]): readonly (readonly [E, E])[] {
  const one = first === second;
  const byLow = (a: Box<E>, b: Box<E>) => a.low[0] - b.low[0];
  const left = first.map(boxOf).sort(byLow);
  const right = one ? left : second.map(boxOf).sort(byLow);
  const out: (readonly [E, E])[] = [];
  const meet = (a: Box<E>, b: Box<E>): boolean =>
    a.low[1] <= b.high[1] && b.low[1] <= a.high[1] && a.low[2] <= b.high[2] && b.low[2] <= a.high[2];
  if (one) {
    left.forEach((a, i) => {
      for (let j = i + 1; j < left.length; j += 1) {
        const b = left[j];
        if (b === undefined || b.low[0] > a.high[0]) break;
        if (meet(a, b)) out.push([a.edge, b.edge]);
      }
    });
    return out;
  }
  // Each pair is found from whichever box begins first.
  const scan = (
    from: readonly Box<E>[],
    others: readonly Box<E>[],
    found: (a: Box<E>, b: Box<E>) => void,
    ties: boolean,
  ) => {
    let start = 0;
    for (const a of from) {
      while (start < others.length && before(others[start], a.low[0], ties)) start += 1;
      for (let j = start; j < others.length; j += 1) {
        const b = others[j];
        if (b === undefined || b.low[0] > a.high[0]) break;
        if (meet(a, b)) found(a, b);
      }
    }
  };
  scan(left, right, (a, b) => out.push([a.edge, b.edge]), false);
  scan(right, left, (b, a) => out.push([a.edge, b.edge]), true);
  return out;
}

const before = <E>(box: Box<E> | undefined, low: number, ties: boolean): boolean =>
  box !== undefined && (ties ? box.low[0] <= low : box.low[0] < low);
