/** Where "now" comes from; everything relative (`ago()`, `-5d`, QueryTime) uses it. Milliseconds since 1970, UTC. */
export interface Clock {
  readonly now: () => number;
  /** `system` runs; `pinned` stands still, and outputs that depend on it say so. */
  readonly kind: "system" | "pinned";
}

export function pinnedClock(at: Date | number): Clock {
  const ms = typeof at === "number" ? at : at.getTime();
  return { now: () => ms, kind: "pinned" };
}

/** A half-open interval of time, milliseconds since 1970, UTC: `start <= t < end`. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}
