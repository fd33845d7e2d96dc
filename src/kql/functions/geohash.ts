/** Geohashes. Source: https://en.wikipedia.org/wiki/Geohash (bits of longitude and latitude in turns, five to a letter). */

const alphabet = "0123456789bcdefghjkmnpqrstuvwxyz";

/** The geohash of a place; undefined when the place or the length (1 to 18) is none. */
export function toGeohash(longitude: number, latitude: number, length: number): string | undefined {
  if (!(Math.abs(longitude) <= 180) || !(Math.abs(latitude) <= 90)) return undefined;
  if (!Number.isInteger(length) || length < 1 || length > 18) return undefined;
  const box = { longitude: [-180, 180], latitude: [-90, 90] } as Record<Axis, [number, number]>;
  const place = { longitude, latitude };
  let out = "";
  for (let letter = 0; letter < length; letter += 1) {
    let index = 0;
    for (let bit = 0; bit < 5; bit += 1) {
      const axis = axisOf(letter * 5 + bit);
      const [low, high] = box[axis];
      const middle = (low + high) / 2;
      const upper = place[axis] >= middle;
      box[axis] = upper ? [middle, high] : [low, middle];
      index = index * 2 + (upper ? 1 : 0);
    }
    out += alphabet.charAt(index);
  }
  return out;
}

type Axis = "longitude" | "latitude";
const axisOf = (bit: number): Axis => (bit % 2 === 0 ? "longitude" : "latitude");

interface Box {
  readonly longitude: readonly [number, number];
  readonly latitude: readonly [number, number];
}

/** The rectangle of a geohash; undefined when it is none. */
export function geohashBox(hash: string): Box | undefined {
  if (hash.length < 1 || hash.length > 18) return undefined;
  const box = { longitude: [-180, 180], latitude: [-90, 90] } as Record<Axis, [number, number]>;
  let at = 0;
  for (const letter of hash.toLowerCase()) {
    const index = alphabet.indexOf(letter);
    if (index < 0) return undefined;
    for (let bit = 4; bit >= 0; bit -= 1) {
      const [low, high] = box[axisOf(at)];
      const middle = (low + high) / 2;
      box[axisOf(at)] = ((index >> bit) & 1) === 1 ? [middle, high] : [low, middle];
      at += 1;
    }
  }
  return box;
}

/** Longitude and latitude of the middle of a geohash's rectangle; undefined when it is none. */
export function geohashCenter(hash: string): readonly [number, number] | undefined {
  const box = geohashBox(hash);
  if (box === undefined) return undefined;
  const middle = ([low, high]: readonly [number, number]) => (low + high) / 2;
  return [middle(box.longitude), middle(box.latitude)];
}

/** The corners of the rectangle, counterclockwise from the south-west, the first again at the end. */
export function geohashCorners(hash: string): readonly (readonly [number, number])[] | undefined {
  const box = geohashBox(hash);
  if (box === undefined) return undefined;
  const [[west, east], [south, north]] = [box.longitude, box.latitude];
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

/** Steps east and north to the neighbours, in the order in which the page of geo_geohash_neighbors() shows them. */
const around = [
  ...[[-1, -1] as const, [-1, 1] as const, [1, -1] as const, [0, 1] as const],
  ...[[-1, 0] as const, [1, 1] as const, [1, 0] as const, [0, -1] as const],
];

/** The geohashes around one; beyond a pole there are none. */
export function geohashNeighbors(hash: string): readonly string[] | undefined {
  const center = geohashCenter(hash);
  const box = geohashBox(hash);
  if (center === undefined || box === undefined) return undefined;
  const width = box.longitude[1] - box.longitude[0];
  const height = box.latitude[1] - box.latitude[0];
  const found = around.map(([east, north]) => {
    const longitude = center[0] + east * width;
    const wrapped = longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude;
    return toGeohash(wrapped, center[1] + north * height, hash.length);
  });
  return [...new Set(found.filter(h => h !== undefined && h !== hash.toLowerCase()))] as readonly string[];
}
