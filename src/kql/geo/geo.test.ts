/** Properties of shapes on the sphere: measures that must agree, places that must be in exactly one part, cells that must nest. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bufferLines, bufferPolygons, bufferSize, circle } from "./buffer.js";
import { coverPolygons } from "./covering.js";
import { densify } from "./densify.js";
import { parsePolygons, printShapes, type Polygon } from "./geojson.js";
import { intersectLines, uniteLines } from "./lines.js";
import { lineLength, meters, nearestInPolygons, polygonArea } from "./measure.js";
import { overlay, unionOf } from "./overlay.js";
import { aroundSmaller, Region, ringArea, type Ring } from "./ring.js";
import {
  ancestor,
  cellAt,
  cellCenter,
  cellChildren,
  cellCorners,
  cellNeighbors,
  levelOf,
  parseToken,
  toToken,
} from "./s2.js";
import { simplifyPolygons } from "./simplify.js";
import { along, angle, crossing, placeAt, turn, type Place } from "./sphere.js";

const somewhere = fc
  .tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }))
  .map(([longitude, z]) => placeAt(longitude, (Math.asin(z) * 180) / Math.PI));
/** Degrees that coincide often: shared vertices, edges on one line, right angles. */
const coarse = fc
  .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }))
  .map(([a, b]) => placeAt(a, b));

/** A star-shaped polygon around a place: simple however its radii fall. */
const star = (centre: fc.Arbitrary<Place>) =>
  fc
    .tuple(centre, fc.array(fc.double({ min: 0.2, max: 2, noNaN: true }), { minLength: 3, maxLength: 9 }))
    .map(([c, radii]): Polygon => {
      const ring = radii.map((radius, i) => {
        const turned = (2 * Math.PI * i) / radii.length;
        return placeAt(c.longitude + radius * Math.cos(turned), c.latitude + radius * Math.sin(turned));
      });
      return [aroundSmaller(ring)];
    });
const polygons = star(coarse);
const area = (p: readonly Polygon[]): number => p.flat().reduce((sum, r) => sum + signed(r), 0);
const signed = (ring: Ring): number => {
  const a = ringArea(ring);
  return a > 2 * Math.PI ? a - 4 * Math.PI : a;
};

describe("the turn of three places", () => {
  test("changes sign when two change places, and is nothing only for equal ones", () => {
    const places = fc.oneof(somewhere, coarse);
    fc.assert(
      fc.property(places, places, places, (a, b, c) => {
        const t = turn(a, b, c);
        expect(turn(b, c, a)).toBe(t);
        expect(Object.is(turn(c, b, a), -0) ? 0 : turn(c, b, a)).toBe(t === 0 ? 0 : -t);
        const distinct = new Set([a, b, c].map(p => `${p.x} ${p.y} ${p.z}`)).size === 3;
        expect(t !== 0).toBe(distinct);
      }),
    );
  });

  test("edges cross whichever is named first", () => {
    fc.assert(
      fc.property(coarse, coarse, coarse, coarse, (a, b, c, d) => {
        expect(crossing(a, b, c, d)).toBe(crossing(c, d, b, a));
      }),
    );
  });
});

test("a place lies in exactly one of the triangles that divide a polygon, also on their borders", () => {
  fc.assert(
    fc.property(coarse, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 7 }), (p, part, at) => {
      const [middle, rim] = [
        placeAt(0.5, 0.25),
        Array.from({ length: 8 }, (_, i) => placeAt(5 * Math.cos(i), 5 * Math.sin(i))),
      ];
      const sorted = [...rim].sort((a, b) => Math.atan2(a.latitude, a.longitude) - Math.atan2(b.latitude, b.longitude));
      const triangles = sorted.map((a, i) => new Region([aroundSmaller([middle, a, sorted[(i + 1) % 8] ?? a])]));
      const onBorder = along(middle, sorted[at] ?? middle, part);
      for (const q of [p, onBorder, middle, sorted[at] ?? p]) {
        const found = triangles.filter(t => t.contains(q)).length;
        const inside = new Region([aroundSmaller(sorted)]).contains(q);
        if (angle(q, middle) < 0.03) expect(found).toBe(1);
        else expect(found).toBe(inside ? 1 : 0);
      }
    }),
  );
});

describe("overlays", () => {
  test("union and intersection have together the area of both", () => {
    fc.assert(
      fc.property(polygons, polygons, (a, b) => {
        const [union, both] = [overlay([a], [b], "union").polygons, overlay([a], [b], "intersection").polygons];
        expect(area(union) + area(both)).toBeCloseTo(area([a]) + area([b]), 12);
      }),
      { numRuns: 200 },
    );
  });

  test("a place is in the union when it is in either, in the intersection when in both", () => {
    const inAny = (parts: readonly Polygon[], p: Place) => parts.some(q => new Region(q).contains(p));
    fc.assert(
      fc.property(polygons, polygons, somewhereNear(), (a, b, p) => {
        const [inA, inB] = [new Region(a).contains(p), new Region(b).contains(p)];
        expect(inAny(overlay([a], [b], "union").polygons, p)).toBe(inA || inB);
        expect(inAny(overlay([a], [b], "intersection").polygons, p)).toBe(inA && inB);
      }),
      { numRuns: 200 },
    );
  });

  test("of a polygon with itself are the polygon", () => {
    fc.assert(
      fc.property(polygons, a => {
        for (const kind of ["union", "intersection"] as const)
          expect(area(overlay([a], [a], kind).polygons)).toBeCloseTo(area([a]), 14);
      }),
    );
  });

  test("of many in any order have the same area, holes and all", () => {
    fc.assert(
      fc.property(fc.array(polygons, { minLength: 1, maxLength: 6 }), list => {
        const [forwards, backwards] = [list, [...list].reverse()].map(l => area(unionOf(l.map(p => [p]))));
        expect(forwards).toBeCloseTo(backwards ?? NaN, 12);
      }),
      { numRuns: 50 },
    );
  });

  test("a frame of four strips has a hole, and its text reads back", () => {
    const strip = (west: number, south: number, east: number, north: number): readonly Polygon[] => [
      [[placeAt(west, south), placeAt(east, south), placeAt(east, north), placeAt(west, north)]],
    ];
    const frame = unionOf([strip(0, 0, 10, 1), strip(0, 9, 10, 10), strip(0, 0, 1, 10), strip(9, 0, 10, 10)]);
    expect(frame.map(p => p.length)).toEqual([2]);
    const again = parsePolygons(printShapes({ polygons: frame }));
    expect(polygonArea(again ?? [])).toBeCloseTo(polygonArea(frame), 0);
    expect(new Region(frame[0] ?? []).contains(placeAt(5, 5))).toBe(false);
    expect(new Region(frame[0] ?? []).contains(placeAt(0.5, 5))).toBe(true);
  });
});

function somewhereNear(): fc.Arbitrary<Place> {
  const degrees = fc.double({ min: -5, max: 5, noNaN: true });
  return fc.tuple(degrees, degrees).map(([a, b]) => placeAt(a, b));
}

test("lines: a union counts shared stretches once, an intersection gives them", () => {
  const [a, b] = [
    [placeAt(0, 0), placeAt(4, 0)],
    [placeAt(2, 0), placeAt(6, 0)],
  ];
  expect(lineLength(uniteLines([[a ?? []], [b ?? []]]))).toBeCloseTo(meters(placeAt(0, 0), placeAt(6, 0)), 6);
  const shared = intersectLines([a ?? []], [b ?? []]);
  expect(shared.points).toEqual([]);
  expect(shared.lines.map(l => l.map(p => p.longitude))).toEqual([[2, 4]]);
});

describe("buffers", () => {
  const size = (radius: number, tolerance: number) => {
    const s = bufferSize(radius, tolerance);
    if (s === undefined) throw new Error("a test's radius is wrong");
    return s;
  };

  test("of a point keep to the tolerance", () => {
    fc.assert(
      fc.property(
        somewhere,
        fc.integer({ min: 1, max: 500_000 }),
        fc.integer({ min: 1, max: 1000 }),
        (p, radius, tolerance) => {
          const ring = circle(p, size(radius, tolerance));
          const allowed = radius + Math.min(tolerance, radius) * 1.001;
          ring.forEach((corner, i) => {
            expect(meters(p, corner)).toBeLessThanOrEqual(allowed);
            expect(meters(p, along(corner, ring[(i + 1) % ring.length] ?? corner, 0.5))).toBeGreaterThanOrEqual(
              radius * (1 - 1e-9),
            );
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  test("of a line contain what is within the radius and nothing much beyond it", () => {
    const road = [placeAt(0, 0), placeAt(1, 0.3), placeAt(0.8, 1.2), placeAt(0.2, -0.4)];
    const buffer = bufferLines([road], size(20_000, 10));
    fc.assert(
      fc.property(somewhereNear(), p => {
        const distance = meters(p, nearestInPolygons(p, buffer) ?? p);
        const toRoad = Math.min(
          ...road.slice(1).map((to, i) => {
            const [a, b] = [road[i] ?? to, to];
            return Math.min(...Array.from({ length: 101 }, (_, k) => meters(p, along(a, b, k / 100))));
          }),
        );
        if (toRoad < 19_000) expect(distance).toBe(0);
        if (toRoad > 21_000) expect(distance).toBeGreaterThan(0);
      }),
    );
  });

  test("of a polygon with a hole shrink the hole", () => {
    const square = (half: number): Ring => [
      placeAt(-half, -half),
      placeAt(half, -half),
      placeAt(half, half),
      placeAt(-half, half),
    ];
    const [grown] = bufferPolygons([[square(2), [...square(1)].reverse()]], size(50_000, 10));
    expect(grown?.length).toBe(2);
    expect(new Region(grown ?? []).contains(placeAt(0.7, 0))).toBe(true);
    expect(new Region(grown ?? []).contains(placeAt(0.4, 0))).toBe(false);
    expect(new Region(grown ?? []).contains(placeAt(2.4, 0))).toBe(true);
  });
});

describe("S2 cells", () => {
  const level = fc.integer({ min: 0, max: 30 });

  test("hold the place they are of, and lie in their ancestors", () => {
    fc.assert(
      fc.property(somewhere, level, level, (p, a, b) => {
        const cell = cellAt(p, Math.max(a, b));
        expect(levelOf(cell)).toBe(Math.max(a, b));
        expect(ancestor(cell, Math.min(a, b))).toBe(cellAt(p, Math.min(a, b)));
        expect(parseToken(toToken(cell))).toBe(cell);
        expect(cellAt(cellCenter(cell), levelOf(cell))).toBe(cell);
      }),
    );
  });

  test("are divided into four, and share two corners with four of their neighbours", () => {
    fc.assert(
      fc.property(somewhere, fc.integer({ min: 1, max: 24 }), (p, l) => {
        const cell = cellAt(p, l);
        for (const child of cellChildren(cell)) expect(ancestor(child, l)).toBe(cell);
        const corners = cellCorners(cell);
        const shared = cellNeighbors(cell).map(
          n => cellCorners(n).filter(c => corners.some(d => angle(c, d) < 1e-14)).length,
        );
        expect(shared.filter(s => s === 2).length).toBe(4);
        for (const s of shared) expect(s).toBeGreaterThan(0);
      }),
    );
  });

  test("that cover a polygon hold all of its corners, and each meets it", () => {
    fc.assert(
      fc.property(polygons, polygon => {
        const cells = coverPolygons([polygon], 7) ?? [];
        for (const p of polygon.flat()) expect(cells).toContain(cellAt(p, 7));
        const region = new Region(polygon);
        for (const cell of cells) {
          const nearest = nearestInPolygons(cellCenter(cell), [polygon]);
          const reach = Math.max(...cellCorners(cell).map(c => angle(c, cellCenter(cell))));
          const meets =
            region.contains(cellCenter(cell)) || (nearest !== undefined && angle(nearest, cellCenter(cell)) <= reach);
          expect(meets).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test("densifying keeps the given points and strays nowhere more than the tolerance", () => {
  const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
  const point = fc.tuple(degrees(170), degrees(80)).map(([x, y]) => [x, y] as const);
  fc.assert(
    fc.property(point, point, (a, b) => {
      const dense = densify([a, b], 1000) ?? [];
      expect([dense[0], dense.at(-1)]).toEqual([a, b]);
      dense.slice(1).forEach((q, i) => {
        const p = dense[i] ?? q;
        if (Math.abs(q[0] - p[0]) > 180) return;
        const planar = placeAt((p[0] + q[0]) / 2, (p[1] + q[1]) / 2);
        expect(meters(planar, along(placeAt(...p), placeAt(...q), 0.5))).toBeLessThan(1000);
      });
    }),
    { numRuns: 50 },
  );
});

test("simplifying shared borders leaves no gap between neighbours", () => {
  const border = Array.from({ length: 40 }, (_, i) => placeAt(0.01 * Math.sin(i), i * 0.05));
  const west = aroundSmaller([placeAt(-2, 0), ...border, placeAt(-2, 1.95)].reverse());
  const east = aroundSmaller([placeAt(2, 0), ...border, placeAt(2, 1.95)]);
  const simple = simplifyPolygons([[west], [east]], 5000 / 6_371_010);
  expect(simple.map(p => p[0]?.length ?? 0).every(n => n < 12)).toBe(true);
  expect(overlay([simple[0] ?? []], [simple[1] ?? []], "intersection").polygons).toEqual([]);
  const whole = overlay([simple[0] ?? []], [simple[1] ?? []], "union").polygons;
  expect(whole.map(p => p.length)).toEqual([1]);
});
