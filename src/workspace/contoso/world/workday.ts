/** When and where a person works on a day. */
import { hourUs, minuteUs } from "../calendar.js";
import type { Context } from "../context.js";
import type { Draw } from "../hash.js";
import { addressOf, vpnAddressOf } from "./host.js";
import { cast } from "./person.js";
import type { Person } from "./person.js";
import { roamingIps, sites, vpnEgressIps } from "./site.js";

export interface Workday {
  readonly person: Person;
  readonly day: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly mode: "office" | "home" | "vpn" | "travel";
  /** Public address that cloud services see. */
  readonly publicIp: string;
  /** Address of the workstation inside the company; '' for people without one. */
  readonly localIp: string;
  /** How busy the day is; month-end in finance is more than twice a normal day. */
  readonly load: number;
}

/** Days on which the story needs somebody at a desk, whatever chance says. */
const atDesk: Readonly<Record<number, readonly number[]>> = {
  [cast.dana]: [-6, -5, -4],
  [cast.marc]: [-5, -4, -1],
  [cast.helpdesk]: [-13, -12, -11, -8, -7, -6, -5, -4, -1, 0],
};

/** Days on which the story, or a flight, needs somebody's desk empty. */
const away: Readonly<Record<number, readonly number[]>> = { [cast.marc]: [-3, -2], [cast.flyer]: [-10, -9] };

/**
 * The working day of a person, or undefined when the person is off.
 *
 * Units: microseconds UTC; a day in Osaka begins the evening before in UTC, and still counts as `day`.
 */
export function workdayOf(ctx: Context, person: Person, day: number): Workday | undefined {
  const d = ctx.draw("workday", person.index, day);
  const { calendar } = ctx;
  const isRequired = atDesk[person.index]?.includes(day) === true;
  if (away[person.index]?.includes(day) === true) return undefined;
  const weekend = calendar.isWeekend(day);
  const monthEnd = person.department === "Finance" && calendar.isMonthEnd(day);
  const chance = weekend
    ? person.department === "IT" || person.department === "Support"
      ? 0.12
      : 0.035
    : monthEnd
      ? 0.98
      : 0.9;
  if (!d.chance(chance) && !isRequired) return undefined;
  const site = sites[person.site];
  const startHour = (weekend ? 11 : 9) - site.utcOffsetHours;
  const startUs =
    calendar.midnight(day) + startHour * hourUs + (person.startShiftMinutes + Math.round(d.normal() * 18)) * minuteUs;
  const hours = weekend ? 2 + d.real() * 2 : monthEnd ? 10.5 : 8.4 + d.normal() * 0.5;
  const endUs = startUs + Math.round(hours * 60) * minuteUs;
  const load = (weekend ? 0.35 : 1) * (monthEnd ? 2.4 : 1) * (weekend || calendar.weekday(day) !== 5 ? 1 : 0.88);
  return { person, day, startUs, endUs, load, ...whereabouts(ctx, person, { day, d, weekend, isRequired }) };
}

interface When {
  readonly day: number;
  readonly d: Draw;
  readonly weekend: boolean;
  readonly isRequired: boolean;
}

function whereabouts(
  ctx: Context,
  person: Person,
  { day, d, weekend, isRequired }: When,
): Pick<Workday, "mode" | "publicIp" | "localIp"> {
  const host = person.workstation < 0 ? undefined : ctx.world.workstation(person.workstation);
  const vpnIp = host === undefined ? "" : vpnAddressOf(host, day);
  if (person.index === cast.roamer) return { mode: "vpn", publicIp: roamingIps[(day + 13) % 4]!, localIp: vpnIp };
  if (person.index === cast.flyer && day >= -9 && day <= -6)
    return { mode: "travel", publicIp: sites.DUB.egressIp, localIp: vpnIp };
  const u = isRequired ? 0 : d.real();
  const atHome = weekend ? 0.97 : 0.26;
  if (u < 1 - atHome)
    return {
      mode: "office",
      publicIp: sites[person.site].egressIp,
      localIp: host === undefined ? "" : addressOf(host, day),
    };
  if (d.chance(0.35)) return { mode: "vpn", publicIp: vpnEgressIps[person.index % 4]!, localIp: vpnIp };
  return { mode: "home", publicIp: person.homeIp, localIp: vpnIp };
}

/** A moment of the working day: busy mid-morning and mid-afternoon, quiet at lunch. */
export function momentOf(workday: Workday, d: Draw): number {
  const span = workday.endUs - workday.startUs;
  for (let tries = 0; tries < 4; tries++) {
    const u = d.real();
    if (u > 0.42 && u < 0.52 && !d.chance(0.35)) continue;
    return workday.startUs + Math.floor(u * span);
  }
  return workday.startUs + Math.floor(d.real() * span);
}
