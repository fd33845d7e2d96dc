/** The S2 cells of one level that meet a shape, in order. */
import type { Line, Polygon } from "./geojson.js";
import type { Edge } from "./pairs.js";
import { edgesOf, Region } from "./ring.js";
import { cellCenter, cellChildren, cellCorners, faceCells, leafAt, levelOf } from "./s2.js";
import { chord, crossing, nearestOn, type Place } from "./sphere.js";

/** No shape is covered with more. */
export const maxCells = 65_536;

interface LeafEdge extends Edge {
  readonly leaves: readonly [bigint, bigint];
}

const leafEdge = (from: Place, to: Place): LeafEdge => ({ from, to, leaves: [leafAt(from), leafAt(to)] });

/** Half a cell's range of leaves. */
const reach = (cell: bigint): bigint => (cell & -cell) - 1n;
const holds = (cell: bigint, leaf: bigint): boolean => leaf >= cell - reach(cell) && leaf <= cell + reach(cell);

/** What only touches a cell meets it. The distance is S2's error of clipping edges. */
const touching = 2.5e-15 ** 2;
const near = (p: Place, a: Place, b: Place): boolean => chord(nearestOn(p, a, b), p) <= touching;

function meets(cell: bigint, corners: readonly Place[], edge: LeafEdge): boolean {
  if (edge.leaves.some(leaf => holds(cell, leaf))) return true;
  if (corners.some(c => near(c, edge.from, edge.to))) return true;
  return corners.some((corner, i) => {
    const next = corners[(i + 1) % 4] ?? corner;
    if (crossing(edge.from, edge.to, corner, next) >= 0) return true;
    return near(edge.from, corner, next) || near(edge.to, corner, next);
  });
}

/** Undefined when the cells are more than the limit. */
function cover(
  edges: readonly LeafEdge[],
  contains: (p: Place) => boolean,
  level: number,
): readonly bigint[] | undefined {
  const out: bigint[] = [];
  const visit = (cell: bigint, candidates: readonly LeafEdge[]): boolean => {
    const corners = cellCorners(cell);
    const meeting = candidates.filter(edge => meets(cell, corners, edge));
    if (meeting.length === 0 && !contains(cellCenter(cell))) return true;
    if (levelOf(cell) === level) return out.push(cell) <= maxCells;
    return cellChildren(cell).every(child => visit(child, meeting));
  };
  return faceCells.every(face => visit(face, edges)) ? out : undefined;
}

export function coverPolygons(polygons: readonly Polygon[], level: number): readonly bigint[] | undefined {
  const regions = polygons.map(p => new Region(p));
  const edges = [...edgesOf(polygons.flat())].map(([a, b]) => leafEdge(a, b));
  return cover(edges, p => regions.some(r => r.contains(p)), level);
}

export function coverLines(lines: readonly Line[], level: number): readonly bigint[] | undefined {
  const edges = lines.flatMap(line => line.slice(1).map((to, i) => leafEdge(line[i] ?? to, to)));
  return cover(edges, () => false, level);
}
