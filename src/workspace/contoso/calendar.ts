/** Days and hours of the fortnight. All instants are microseconds since 1970 UTC, as numbers (exact below 2^53). */
import { HuntError } from "../../base/error.js";

export const secondUs = 1_000_000;
export const minuteUs = 60 * secondUs;
export const hourUs = 60 * minuteUs;
export const dayUs = 24 * hourUs;

/** D-13 (a Wednesday) is day -13, D0 (a Tuesday) is day 0. */
export const firstDay = -13;
export const lastDay = 0;

/** The last Tuesday 18:00Z at or before an instant. */
export function lastTuesdayEvening(nowMs: number): number {
  const dayMs = 86_400_000;
  const evening = Math.floor((nowMs - 18 * 3_600_000) / dayMs) * dayMs + 18 * 3_600_000;
  const weekday = new Date(evening).getUTCDay();
  return evening - ((weekday + 5) % 7) * dayMs;
}

export interface Calendar {
  /** The workspace's `now`: D0 18:00Z. Nothing is logged at or after it. */
  readonly endUs: number;
  /** D-13 00:00Z. */
  readonly startUs: number;
  /** Midnight UTC of a day (-13 … 0). */
  readonly midnight: (day: number) => number;
  /** `at(-4, "14:05")` or `at(-4, "14:05:30")` */
  readonly at: (day: number, time: string) => number;
  /** 0 Sunday … 6 Saturday */
  readonly weekday: (day: number) => number;
  readonly isWeekend: (day: number) => boolean;
  /** True on the last three and first two working days of a month, when finance closes the books. */
  readonly isMonthEnd: (day: number) => boolean;
}

/**
 * The calendar of a story that ends at `end`.
 * @throws HuntError `contoso/end-weekday` unless `end` is a Tuesday 18:00Z: the story's weekdays depend on it
 */
export function createCalendar(end: Date): Calendar {
  if (Number.isNaN(end.getTime()) || lastTuesdayEvening(end.getTime()) !== end.getTime()) {
    const shown = Number.isNaN(end.getTime()) ? "not a date" : end.toISOString();
    throw new HuntError("contoso/end-weekday", `the end of the story must be a Tuesday 18:00Z, got '${shown}'`, {
      hint: "leave --end out, or give a Tuesday such as 2026-03-03T18:00:00Z",
    });
  }
  const endUs = end.getTime() * 1000;
  const midnight = (day: number): number => endUs - 18 * hourUs + day * dayUs;
  const weekday = (day: number): number => new Date(midnight(day) / 1000).getUTCDay();
  return {
    endUs,
    startUs: midnight(firstDay),
    midnight,
    at: (day, time) => {
      const [h = 0, m = 0, s = 0] = time.split(":").map(Number);
      return midnight(day) + h * hourUs + m * minuteUs + Math.round(s * secondUs);
    },
    weekday,
    isWeekend: day => weekday(day) === 0 || weekday(day) === 6,
    isMonthEnd: day => isMonthEnd(new Date(midnight(day) / 1000)),
  };
}

function isMonthEnd(date: Date): boolean {
  const isWorkday = (d: Date): boolean => d.getUTCDay() !== 0 && d.getUTCDay() !== 6;
  const workdaysTo = (step: 1 | -1): number => {
    const month = date.getUTCMonth();
    let count = 0;
    for (let d = date; d.getUTCMonth() === month; d = new Date(d.getTime() + step * 86_400_000))
      if (isWorkday(d)) count++;
    return count;
  };
  return isWorkday(date) && (workdaysTo(1) <= 3 || workdaysTo(-1) <= 2);
}

export function isoOf(us: number): string {
  return new Date(Math.floor(us / 1000)).toISOString();
}

/** Seven digits, as Kusto and Windows print ticks. */
export function ticksIsoOf(us: number): string {
  return `${new Date(Math.floor(us / 1000)).toISOString().slice(0, 20)}${String(us % secondUs).padStart(6, "0")}0Z`;
}
