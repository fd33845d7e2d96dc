/** Times to hunt in: a range around a moment, and a look back from now. */
import type { TimeRange } from "../../base/clock.js";
import type { AdjustableTime, MimeBundle, TimeAround } from "../../base/port.js";
import { displaySymbol } from "../../base/port.js";
import { Accordion, Box, Composite } from "./containers.js";
import type { ControlOptions } from "./control.js";
import { Button, DateTime, Dropdown, Note, NumberInput, Slider } from "./controls.js";

export type TimeUnit = TimeAround["unit"];
const unitMs: Readonly<Record<TimeUnit, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};
const unitLabels: Readonly<Record<string, TimeUnit>> = {
  Seconds: "second",
  Minutes: "minute",
  Hours: "hour",
  Days: "day",
  Weeks: "week",
};
const presets: Readonly<Record<string, number>> = {
  "Last hour": unitMs.hour,
  "24 hours": unitMs.day,
  "7 days": unitMs.week,
  "14 days": 2 * unitMs.week,
  "30 days": 30 * unitMs.day,
};

/** The largest unit that measures a span in whole numbers, of a readable size. */
export function unitFor(spanMs: number): TimeUnit {
  const units: readonly TimeUnit[] = ["week", "day", "hour", "minute", "second"];
  return (
    units.find(u => spanMs % unitMs[u] === 0 && spanMs >= unitMs[u] && (u !== "week" || spanMs > 4 * unitMs.week)) ??
    "minute"
  );
}

/** How a `QueryTime` is changed on a page: presets, a moment with a time before and after it, or both ends. */
export class QueryTimeControl extends Composite<TimeRange> {
  constructor(target: AdjustableTime) {
    super(target.range(), { label: target.label });
    const state = toState(target);
    const unit = new Dropdown<TimeUnit>({ label: "Unit", options: unitLabels, value: state.unit });
    const origin = new DateTime({ label: "Moment", value: new Date(state.originMs) });
    const before = new NumberInput({ label: "Before", value: state.before, min: 0 });
    const after = new NumberInput({ label: "After", value: state.after, min: 0 });
    const start = new DateTime({ label: "Start", value: new Date(this.value.startMs) });
    const end = new DateTime({ label: "End", value: new Date(this.value.endMs) });
    const text = new Note(describe(this.value));
    const wrong = new Note("", "bad");
    const buttons = Object.entries(presets).map(([label, spanMs]) => {
      const button = new Button({ label });
      button.onPress(() => target.set({ startMs: target.nowMs() - spanMs, endMs: target.nowMs() }));
      return button;
    });

    /** While the controls are set to what the target has, they change nothing. */
    let following = false;
    const follow = (range: TimeRange): void => {
      following = true;
      const now = toState(target);
      this.value = range;
      origin.value = new Date(now.originMs);
      unit.value = now.unit;
      [before.value, after.value] = [now.before, now.after];
      [start.value, end.value] = [new Date(range.startMs), new Date(range.endMs)];
      [text.value, wrong.value] = [describe(range), ""];
      following = false;
    };
    const around = (): void => {
      if (following) return;
      const [at, ms] = [origin.value.getTime(), unitMs[unit.value ?? "day"]];
      target.set({
        startMs: at - before.value * ms,
        endMs: at + after.value * ms,
        around: { originMs: at, unit: unit.value ?? "day", before: before.value, after: after.value },
      });
    };
    const ends = (): void => {
      if (following) return;
      const [startMs, endMs] = [start.value.getTime(), end.value.getTime()];
      if (startMs > endMs) wrong.value = "The end is before the start.";
      else target.set({ startMs, endMs });
    };
    for (const control of [origin, before, after] as const) control.onChange(around);
    // Another unit begins with its own defaults, as in MSTICPy.
    unit.onChange(next => {
      if (following || next === undefined) return;
      following = true;
      [before.value, after.value] = [defaultSpan[next], after.value === 0 ? 0 : defaultSpan[next]];
      following = false;
      around();
    });
    for (const control of [start, end]) control.onChange(ends);
    target.onChange(follow);
    this.hold([
      text,
      new Box(buttons, { direction: "row" }),
      new Box([start, end], { direction: "row" }),
      new Accordion({ "Around a moment": new Box([origin, before, after, unit], { direction: "row" }) }, {}, null),
      wrong,
    ]);
  }

  override describe(): string {
    return describe(this.value);
  }
}

/** MSTICPy's defaults, before and after, in each unit. */
const defaultSpan: Readonly<Record<TimeUnit, number>> = { second: 60, minute: 60, hour: 6, day: 1, week: 1 };

const describe = ({ startMs, endMs }: TimeRange): string =>
  `${new Date(startMs).toISOString()} to ${new Date(endMs).toISOString()} (${describeSpan(endMs - startMs)})`;

function describeSpan(ms: number): string {
  const unit = unitFor(ms);
  const count = Math.round((100 * ms) / unitMs[unit]) / 100;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function toState(target: AdjustableTime): TimeAround {
  const { startMs, endMs } = target.range();
  if (target.around !== undefined) return target.around;
  const unit = unitFor(endMs - startMs);
  return { originMs: endMs, unit, before: (endMs - startMs) / unitMs[unit], after: 0 };
}

/** Draws a range that can be changed; the same widget again for the same range. */
export class TimeWidgets {
  readonly #controls = new WeakMap<AdjustableTime, QueryTimeControl>();
  draw(target: AdjustableTime): MimeBundle {
    let control = this.#controls.get(target);
    if (control === undefined) this.#controls.set(target, (control = new QueryTimeControl(target)));
    return control[displaySymbol]();
  }
}

export interface LookbackOptions extends ControlOptions {
  /** Default 4. */
  readonly value?: number;
  /** Default 1 and 240. */
  readonly min?: number;
  readonly max?: number;
  /** Default hour. */
  readonly unit?: TimeUnit;
  /** Where the range ends; by default now, whenever it is asked for. */
  readonly originTime?: Date;
}

/** A slider for "how far back"; has a start and an end, and so can be given to any query. MSTICPy's `Lookback`. */
export class LookbackSlider extends Slider {
  readonly #nowMs: () => number;
  readonly #unitMs: number;
  constructor(options: LookbackOptions, nowMs: () => number) {
    const { unit = "hour", originTime } = options;
    super({
      ...options,
      label: options.label ?? `Look back (${unit}s)`,
      ...{ value: options.value ?? 4, min: options.min ?? 1, max: options.max ?? 240 },
    });
    this.#unitMs = unitMs[unit];
    this.#nowMs = originTime === undefined ? nowMs : () => originTime.getTime();
  }
  /** Milliseconds. */
  get lookbackMs(): number {
    return this.value * this.#unitMs;
  }
  get end(): Date {
    return new Date(this.#nowMs());
  }
  get start(): Date {
    return new Date(this.#nowMs() - this.lookbackMs);
  }
}
