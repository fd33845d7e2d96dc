/** Lines with lines: where they meet, and their union. */
import type { Line } from "./geojson.js";
import { Arrangement, chains, type Piece } from "./overlay.js";
import type { Place } from "./sphere.js";

function arrange(groups: readonly (readonly Line[])[]): {
  readonly arrangement: Arrangement;
  readonly pieces: readonly Piece[];
} {
  const arrangement = new Arrangement();
  groups.forEach((lines, owner) => {
    for (const line of lines) line.slice(1).forEach((to, i) => arrangement.add(line[i] ?? to, to, owner));
  });
  return { arrangement, pieces: arrangement.pieces() };
}

const key = (p: Piece): string => (p.from < p.to ? `${p.from}-${p.to}` : `${p.to}-${p.from}`);

/** The lines that two groups share, and the points where they only touch. */
export function intersectLines(
  first: readonly Line[],
  second: readonly Line[],
): { readonly points: readonly Place[]; readonly lines: readonly Line[] } {
  const { arrangement, pieces } = arrange([first, second]);
  const place = (n: number) => arrangement.nodes.place(n);
  const owned = (owner: number) => pieces.filter(p => p.owner === owner);
  const theirs = new Set(owned(1).map(key));
  const shared = owned(0).filter(p => theirs.has(key(p)));
  const onShared = new Set(shared.flatMap(p => [p.from, p.to]));
  const theirNodes = new Set(owned(1).flatMap(p => [p.from, p.to]));
  const touching = [...new Set(owned(0).flatMap(p => [p.from, p.to]))].filter(
    n => theirNodes.has(n) && !onShared.has(n),
  );
  return { points: touching.map(place), lines: chains(unique(shared)).map(c => c.map(place)) };
}

function unique(pieces: readonly Piece[]): readonly Piece[] {
  const seen = new Set<string>();
  return pieces.filter(p => !seen.has(key(p)) && seen.add(key(p)));
}

/** Each stretch once; stretches are joined where exactly two of them end. */
export function uniteLines(groups: readonly (readonly Line[])[]): readonly Line[] {
  const { arrangement, pieces } = arrange(groups);
  const ends = new Map<number, Piece[]>();
  const distinct = unique(pieces);
  for (const piece of distinct)
    for (const node of [piece.from, piece.to]) ends.set(node, [...(ends.get(node) ?? []), piece]);
  const used = new Set<Piece>();
  const walk = (node: number, pick: (p: Piece) => number): readonly number[] => {
    const out: number[] = [];
    for (let at = node; ;) {
      const next = ends.get(at)?.length === 2 ? ends.get(at)?.find(p => !used.has(p) && pick(p) === at) : undefined;
      if (next === undefined) return out;
      used.add(next);
      at = next.from === at ? next.to : next.from;
      out.push(at);
    }
  };
  const out: (readonly number[])[] = [];
  for (const piece of distinct) {
    if (used.has(piece)) continue;
    used.add(piece);
    // Forwards along the direction of the lines, and backwards against it.
    const ahead = walk(piece.to, p => p.from);
    const behind = walk(piece.from, p => p.to);
    out.push([...behind].reverse().concat(piece.from, piece.to, ahead));
  }
  return out.map(c => c.map(n => arrangement.nodes.place(n)));
}
