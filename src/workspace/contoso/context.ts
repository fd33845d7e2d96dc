/** What every generator is given. */
import type { Calendar } from "./calendar.js";
import { draw } from "./hash.js";
import type { Draw } from "./hash.js";
import type { Emit } from "./recorder.js";
import type { World } from "./world/world.js";

export interface Context {
  readonly world: World;
  readonly calendar: Calendar;
  readonly emit: Emit;
  readonly seed: number;
  /** Multiplies how often things happen; 1 in the small tenant. */
  readonly activity: number;
  /** Multiplies what the whole company does together: activity by the number of people; 1 in the small tenant. */
  readonly volume: number;
  readonly draw: (topic: string, ...keys: readonly number[]) => Draw;
}

export function createContext(world: World, calendar: Calendar, emit: Emit): Context {
  const { seed } = world;
  return {
    world,
    calendar,
    emit,
    seed,
    activity: world.size.activity,
    volume: (world.size.activity * world.people.length) / 600,
    draw: (topic, ...keys) => draw(seed, topic, ...keys),
  };
}

/** A unit of work: everything one generator writes for one day. Yields now and then, so that writing keeps up. */
export type DayGenerator = (ctx: Context, day: number) => Generator<undefined, void, undefined>;
