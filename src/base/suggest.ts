import { distance } from "fastest-levenshtein";

/** The known name nearest to what was written, or undefined when nothing is near enough to be a likely slip. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase();
  const limit = Math.max(1, Math.floor(written.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const name of known) {
    const lower = name.toLowerCase();
    if (lower === wanted) return name;
    const d = lower.startsWith(wanted) && wanted.length >= 3 ? 1 : distance(wanted, lower);
    if (d < bestDistance) [best, bestDistance] = [name, d];
  }
  return best;
}

/** `; did you mean 'X'?`, or an empty string. */
export function didYouMean(written: string, known: Iterable<string>): string {
  const name = nearestName(written, known);
  return name === undefined ? "" : `; did you mean '${name}'?`;
}
