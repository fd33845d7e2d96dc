/** H3 cells, by Uber's library; it is loaded with the first call, which costs about 70 ms. */
import { createRequire } from "node:module";
import type * as H3 from "h3-js";
import type { Polygon } from "./geojson.js";
import type { Ring } from "./ring.js";

let loaded: typeof H3 | undefined;
const h3 = (): typeof H3 => (loaded ??= createRequire(import.meta.url)("h3-js") as typeof H3);

/** The cell that a token names; undefined when it names none. */
function valid(token: string): string | undefined {
  const cell = token.toLowerCase();
  return /^[0-9a-f]{15,16}$/.test(cell) && h3().isValidCell(cell) ? cell : undefined;
}

const isResolution = (r: number, low: number, high: number): boolean => Number.isInteger(r) && r >= low && r <= high;

export function cellOf(longitude: number, latitude: number, resolution: number): string | undefined {
  return isResolution(resolution, 0, 15) ? h3().latLngToCell(latitude, longitude, resolution) : undefined;
}

export function levelOfCell(token: string): number | undefined {
  const cell = valid(token);
  return cell === undefined ? undefined : h3().getResolution(cell);
}

export function parentOf(token: string, resolution: number | undefined): string | undefined {
  const cell = valid(token);
  const level = cell === undefined ? 0 : h3().getResolution(cell);
  const wanted = resolution ?? level - 1;
  return cell !== undefined && isResolution(wanted, 0, level - 1) ? h3().cellToParent(cell, wanted) : undefined;
}

export function childrenOf(token: string, resolution: number | undefined): readonly string[] | undefined {
  const cell = valid(token);
  const level = cell === undefined ? 0 : h3().getResolution(cell);
  const wanted = resolution ?? level + 1;
  // More than five levels down are too many.
  return cell !== undefined && isResolution(wanted, level + 1, Math.min(15, level + 5))
    ? h3().cellToChildren(cell, wanted)
    : undefined;
}

/** Rings of cells, from the cell itself outwards. */
export function ringsAround(token: string, distance: number): readonly (readonly string[])[] | undefined {
  const cell = valid(token);
  return cell !== undefined && isResolution(distance, 0, 142) ? h3().gridDiskDistances(cell, distance) : undefined;
}

export function neighborsOf(token: string): readonly string[] | undefined {
  const cell = valid(token);
  return cell === undefined
    ? undefined
    : h3()
        .gridDisk(cell, 1)
        .filter(c => c !== cell);
}

/** Longitude and latitude. */
export function centerOf(token: string): readonly [number, number] | undefined {
  const cell = valid(token);
  if (cell === undefined) return undefined;
  const [latitude, longitude] = h3().cellToLatLng(cell);
  return [longitude, latitude];
}

/** The corners, counterclockwise, the first again at the end. */
export function boundaryOf(token: string): readonly (readonly number[])[] | undefined {
  const cell = valid(token);
  return cell === undefined ? undefined : h3().cellToBoundary(cell, true);
}

/** No polygon is covered with more. */
const maxCells = 61_680;

/** The cells whose centres lie in the polygons, whose edges are straight on the map; undefined when they are too many. */
export function cellsIn(
  polygons: readonly Polygon[],
  resolution: number,
  squareMeters: number,
): readonly string[] | undefined {
  if (!isResolution(resolution, 0, 15)) return undefined;
  if (squareMeters / h3().getHexagonAreaAvg(resolution, "m2") > 3 * maxCells) return undefined;
  const coordinates = (ring: Ring) => ring.map(p => [p.longitude, p.latitude]);
  const cells = new Set(polygons.flatMap(p => h3().polygonToCells(p.map(coordinates), resolution, true)));
  return cells.size > maxCells ? undefined : [...cells];
}
