/** Datetime and timespan functions. Datetimes are UTC microseconds, timespans ticks. */
import { docs, fn, needString, value } from "../build.js";
import { once } from "../once.js";
import { convert } from "../convert.js";
import { constantInteger, emitLiteral } from "../literal.js";
import { arithmeticOperators } from "../operator/arithmetic.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";
import { formatPattern } from "../format-time.js";
import {
  daysInMonth,
  datetimeTicks,
  maxDatetimeTicks,
  microsToTicks,
  mod,
  ticksPerDay,
  ticksPerHour,
  ticksPerMinute,
  ticksPerSecond,
  ticksToMicros,
} from "../time-text.js";

type Unit = "day" | "week" | "month" | "year";

const seventhDigit = "The last tick of a period is its last microsecond (…999999 0, Kusto …9999999).";

/** Date parts of constant ticks. */
function civil(ticks: bigint): { readonly year: number; readonly month: number; readonly day: number } {
  const date = new Date(Number(ticksToMicros(ticks - mod(ticks, ticksPerDay)) / 1000n));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function startOfConstant(unit: Unit, ticks: bigint, offset: bigint): bigint | undefined {
  const day = ticks - mod(ticks, ticksPerDay);
  if (unit === "day") return day + offset * ticksPerDay;
  // 0001-01-01 was a Monday.
  if (unit === "week") return day - mod(day / ticksPerDay + 1n, 7n) * ticksPerDay + offset * 7n * ticksPerDay;
  const { year, month } = civil(ticks);
  const months = unit === "month" ? year * 12 + month - 1 + Number(offset) : (year + Number(offset)) * 12;
  return datetimeTicks([Math.floor(months / 12), (months % 12) + 1, 1]);
}

function startOf(unit: Unit, e: SqlExpr, offset: SqlExpr | undefined, context: EmitContext): SqlExpr {
  const t = convert(e, "datetime", context);
  const shift = offset === undefined ? 0n : constantInteger(offset);
  const c = t.constant;
  if (c?.type === "datetime" && c.value !== null && shift !== undefined) {
    const ticks = startOfConstant(unit, c.value, shift);
    return emitLiteral({ type: "datetime", value: inRange(ticks) }, context);
  }
  const base =
    unit === "week"
      ? once([t.sql], (x = "") => `(date_trunc('day', ${x}) - to_days(dayofweek(${x})::INTEGER))`)
      : `date_trunc('${unit}', ${t.sql})`;
  if (shift === 0n) return value("datetime", `${base}::TIMESTAMP`, t.notNull === true);
  const by = `to_${unit}s(${calendarCount(convert(offset as SqlExpr, "long", context).sql, unit)})`;
  return value("datetime", withinYears(`(${base} + ${by})::TIMESTAMP`));
}

/** More than leads out of Kusto's ten thousand years from anywhere in them is null; DuckDB would raise. */
const most: Readonly<Record<Unit, number>> = { day: 3_700_000, week: 530_000, month: 120_000, year: 10_000 };

function calendarCount(count: string, unit: Unit): string {
  return once([count], (n = "") => `case when ${n} between -${most[unit]} and ${most[unit]} then ${n}::INTEGER end`);
}

const withinYears = (timestamp: string): string => `k_at(epoch_us(${timestamp}))`;

const inRange = (ticks: bigint | undefined): bigint | null =>
  ticks !== undefined && ticks >= 0n && ticks <= maxDatetimeTicks ? ticks : null;

function startRow(unit: Unit): ScalarFunction {
  return {
    nulls: "propagate",
    doc: fn(`startof${unit}`),
    emit: ([e, offset], _type, context) => startOf(unit, e as SqlExpr, offset, context),
  };
}

/** The last tick before the next period: constants keep all seven digits, columns six. */
function endRow(unit: Unit): ScalarFunction {
  return {
    nulls: "propagate",
    doc: fn(`endof${unit}`),
    differs: seventhDigit,
    emit: ([e, offset], _type, context) => {
      const t = convert(e as SqlExpr, "datetime", context);
      const c = t.constant;
      const shift = offset === undefined ? 0n : constantInteger(offset);
      if (c?.type === "datetime" && c.value !== null && shift !== undefined) {
        const next = startOfConstant(unit, c.value, shift + 1n);
        return emitLiteral(
          { type: "datetime", value: next === undefined ? maxDatetimeTicks : inRange(next - 1n) },
          context,
        );
      }
      const start = startOf(unit, t, offset, context);
      return value("datetime", `(${start.sql} + to_${unit}s(1) - to_microseconds(1))::TIMESTAMP`);
    },
  };
}

function partRow(page: string, sql: (t: string) => string): ScalarFunction {
  return {
    nulls: "propagate",
    doc: fn(page),
    emit: ([e], _type, context) =>
      value("int", `cast(${sql(convert(e as SqlExpr, "datetime", context).sql)} as INTEGER)`),
  };
}

/** Numbers of a period since year 1; `datetime_diff` is the difference of two of them. */
const periodNumber: Readonly<Record<string, (t: string) => string>> = {
  year: t => `year(${t})`,
  quarter: t => `(year(${t}) * 4 + quarter(${t}))`,
  month: t => `(year(${t}) * 12 + month(${t}))`,
  // Weeks begin on Sunday; 0001-01-01 was a Monday.
  week: t => `k_floordiv(epoch_us(${t}) + 62135596800000000 + 86400000000, 604800000000)`,
  day: t => `k_floordiv(epoch_us(${t}), 86400000000)`,
  hour: t => `k_floordiv(epoch_us(${t}), 3600000000)`,
  minute: t => `k_floordiv(epoch_us(${t}), 60000000)`,
  second: t => `k_floordiv(epoch_us(${t}), 1000000)`,
  millisecond: t => `k_floordiv(epoch_us(${t}), 1000)`,
  microsecond: t => `epoch_us(${t})`,
  nanosecond: t => `(epoch_us(${t}) * 1000)`,
};

const aliases: Readonly<Record<string, string>> = { weekofyear: "week_of_year", dayofyear: "day_of_year" };

function periodOf(e: SqlExpr | undefined, context: EmitContext): string {
  const name = needString(e, "a period", context).toLowerCase().replace(/s$/, "");
  return aliases[name] ?? name;
}

const diffRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("datetime-diff"),
  differs: "The seventh digit of columns is lost: nanoseconds count in steps of 1000.",
  emit: ([period, a, b], _type, context) => {
    const name = periodOf(period, context);
    const number = periodNumber[name] ?? context.refuse(`the period '${name}'`, Object.keys(periodNumber).join(", "));
    const [x, y] = [a, b].map(e => convert(e as SqlExpr, "datetime", context));
    if (x === undefined || y === undefined) return context.refuse("datetime_diff without two datetimes");
    const [c, d] = [x.constant, y.constant];
    if (
      name === "nanosecond" &&
      c?.type === "datetime" &&
      d?.type === "datetime" &&
      c.value !== null &&
      d.value !== null
    )
      return emitLiteral({ type: "long", value: (c.value - d.value) * 100n }, context);
    return value("long", `(${number(x.sql)} - ${number(y.sql)})::BIGINT`, x.notNull === true && y.notNull === true);
  },
};

const addTicks: Readonly<Record<string, bigint>> = {
  week: 7n * ticksPerDay,
  day: ticksPerDay,
  hour: ticksPerHour,
  minute: ticksPerMinute,
  second: ticksPerSecond,
  millisecond: 10_000n,
  microsecond: 10n,
};
const addMonths: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 };

const addRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("datetime-add"),
  emit: ([period, amount, e], _type, context) => {
    const name = periodOf(period, context);
    const t = convert(e as SqlExpr, "datetime", context);
    const n = convert(amount as SqlExpr, "long", context);
    const [months, ticks] = [addMonths[name], addTicks[name]];
    if (months !== undefined) return plusMonths(t, n, months, context);
    if (name === "nanosecond") return value("datetime", `k_at(epoch_us(${t.sql}) + k_floordiv(${n.sql}, 1000))`);
    const { Add: add, Multiply: multiply } = arithmeticOperators;
    if (ticks === undefined || add === undefined || multiply === undefined)
      return context.refuse(
        `the period '${name}'`,
        "Year, Quarter, Month, Week, Day, Hour, Minute, Second, Millisecond, …",
      );
    const span = multiply.emit(emitLiteral({ type: "timespan", value: ticks }, context), n, "timespan", context);
    return add.emit(t, span, "datetime", context);
  },
};

/** Calendar months, the day clipped to the month's last. */
function plusMonths(t: SqlExpr, n: SqlExpr, months: number, context: EmitContext): SqlExpr {
  const count = constantInteger(n);
  const c = t.constant;
  if (c?.type === "datetime" && c.value !== null && count !== undefined) {
    const { year, month, day } = civil(c.value);
    const total = year * 12 + month - 1 + months * Number(count);
    const [y, m] = [Math.floor(total / 12), (total % 12) + 1];
    const start = datetimeTicks([y, m, Math.min(day, daysInMonth(y, m))]);
    return emitLiteral(
      { type: "datetime", value: start === undefined ? null : start + mod(c.value, ticksPerDay) },
      context,
    );
  }
  const by = `to_months(${calendarCount(n.sql, months === 1 ? "month" : "year")} * ${months})`;
  return value("datetime", withinYears(`(${t.sql} + ${by})::TIMESTAMP`));
}

const parts: Readonly<Record<string, (t: string) => string>> = {
  year: t => `year(${t})`,
  quarter: t => `quarter(${t})`,
  month: t => `month(${t})`,
  week_of_year: t => `week(${t})`,
  day: t => `day(${t})`,
  day_of_year: t => `dayofyear(${t})`,
  hour: t => `hour(${t})`,
  minute: t => `minute(${t})`,
  second: t => `second(${t})`,
  millisecond: t => `(microsecond(${t}) // 1000 % 1000)`,
  microsecond: t => `(microsecond(${t}) % 1000000)`,
  nanosecond: t => `(microsecond(${t}) % 1000000 * 1000)`,
};

const datePart: ScalarFunction = {
  nulls: "propagate",
  doc: fn("datetime-part"),
  differs: "The seventh digit of columns is lost: nanosecond ends in 000.",
  emit: ([part, e], _type, context) => {
    const name = periodOf(part, context);
    const sql = parts[name] ?? context.refuse(`the part '${name}'`, Object.keys(parts).join(", "));
    return value("int", `cast(${sql(convert(e as SqlExpr, "datetime", context).sql)} as INTEGER)`);
  },
};

const nowRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("now"),
  emit: ([offset], _type, context) => {
    const now = emitLiteral({ type: "datetime", value: context.nowTicks() }, context);
    return offset === undefined ? now : (arithmeticOperators["Add"]?.emit(now, offset, "datetime", context) ?? now);
  },
};

const agoRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("ago"),
  emit: ([span], _type, context) => {
    const now = emitLiteral({ type: "datetime", value: context.nowTicks() }, context);
    const by = convert(span as SqlExpr, "timespan", context);
    return arithmeticOperators["Subtract"]?.emit(now, by, "datetime", context) ?? now;
  },
};

/** `make_datetime(year, month, day [, hour, minute [, second]])`; impossible dates are null. */
const makeDatetime: ScalarFunction = {
  nulls: "propagate",
  doc: fn("make-datetime"),
  emit: (args, _type, context) => {
    if (args.length === 1) return convert(args[0] as SqlExpr, "datetime", context);
    const whole = args.slice(0, 5).map(a => constantInteger(a));
    const second = args[5]?.constant;
    if (
      whole.every(n => n !== undefined) &&
      (args[5] === undefined || second?.type === "real" || second?.type === "long")
    )
      return constantDatetime(whole.map(Number), Number(second?.value ?? 0), context);
    const names = args.map(a => convert(a, a === args[5] ? "real" : "long", context).sql);
    const call = context.callUdf(
      "ku_make_datetime",
      [...names, ...Array.from({ length: 6 - names.length }, () => "0")].map((n, i) =>
        i === 5 ? `(${n})::DOUBLE` : n,
      ),
    );
    return value("datetime", `make_timestamp(${call})`);
  },
};

function constantDatetime(whole: readonly number[], second: number, context: EmitContext): SqlExpr {
  const start =
    second >= 0 && second < 60 ? datetimeTicks([...whole, ...Array<number>(5 - whole.length).fill(0), 0]) : undefined;
  const ticks = start === undefined ? null : start + BigInt(Math.round(second * 1e7));
  return emitLiteral({ type: "datetime", value: ticks }, context);
}

/** `make_timespan([day,] hour, minute [, second])`; hours over 23, minutes or seconds over 59 are null. */
const makeTimespan: ScalarFunction = {
  nulls: "propagate",
  doc: fn("make-timespan"),
  emit: (args, _type, context) => {
    if (args.length === 1) return convert(args[0] as SqlExpr, "timespan", context);
    const [day, hour, minute, second] = args.length === 4 ? args : [undefined, ...args];
    const n = (e: SqlExpr | undefined, type: "long" | "real") =>
      e === undefined ? "0" : convert(e, type, context).sql;
    const sql = once(
      [n(day, "long"), n(hour, "long"), n(minute, "long"), n(second, "real")],
      (d = "", h = "", m = "", s = "") => {
        const valid = `${d} >= 0 and ${h} between 0 and 23 and ${m} between 0 and 59 and ${s} >= 0 and ${s} < 60`;
        return `case when ${valid} then ${d} * 864000000000 + ${h} * 36000000000 + ${m} * 600000000 + cast(round(${s} * 10000000) as BIGINT) end`;
      },
    );
    return value("timespan", `(${sql})::BIGINT`);
  },
};

function unixRow(page: string, microsPer: number): ScalarFunction {
  return {
    nulls: "propagate",
    doc: fn(page),
    emit: ([e], _type, context) => {
      const x = e as SqlExpr;
      const n = constantInteger(x);
      if (n !== undefined && microsPer >= 1) {
        const ticks = microsToTicks(n * BigInt(microsPer));
        return emitLiteral({ type: "datetime", value: inRange(ticks) }, context);
      }
      if ((x.type === "long" || x.type === "int") && microsPer >= 1)
        return value("datetime", `k_at(${convert(x, "long", context).sql}::HUGEINT * ${microsPer})`);
      return value("datetime", `k_at(try_cast(floor(${convert(x, "real", context).sql} * ${microsPer}) as BIGINT))`);
    },
  };
}

const dayOfWeek: ScalarFunction = {
  nulls: "propagate",
  doc: fn("day-of-week"),
  emit: ([e], _type, context) =>
    value("timespan", `(dayofweek(${convert(e as SqlExpr, "datetime", context).sql}) * ${ticksPerDay})`),
};

function formatRow(page: string, type: "datetime" | "timespan"): ScalarFunction {
  return {
    nulls: "empty-string",
    doc: fn(page),
    emit: ([e, format], _type, context) => {
      const pattern = needString(format, "a format", context);
      if (formatPattern(pattern, type) === undefined)
        return context.refuse(`the format '${pattern}'`, "use the specifiers and delimiters of its page");
      const x = convert(e as SqlExpr, type, context);
      const ticks = type === "datetime" ? `k_ticks(${x.sql})` : x.sql;
      const call = context.callUdf("ku_format_time", [ticks, context.bind(pattern), `'${type}'`]);
      return { sql: `coalesce(${call}, '')`, type: "string", notNull: true };
    },
  };
}

function zoneRow(page: string, direction: "to-local" | "to-utc"): ScalarFunction {
  return {
    nulls: "propagate",
    doc: fn(page),
    differs: "Zones are IANA names; a time that a change of clocks skips or repeats takes the earlier offset.",
    emit: ([e, zone], _type, context) => {
      const t = convert(e as SqlExpr, "datetime", context).sql;
      const call = context.callUdf("ku_time_zone", [
        t,
        convert(zone as SqlExpr, "string", context).sql,
        `'${direction}'`,
      ]);
      return value("datetime", `make_timestamp(${call})`);
    },
  };
}

/** The names that the conversions between zones know. */
const zoneNames: ScalarFunction = {
  nulls: "custom",
  doc: docs("datetime-list-timezones"),
  emit: (_args, _type, context) => emitLiteral({ type: "dynamic", value: Intl.supportedValuesOf("timeZone") }, context),
};

export const datetimeFunctions: Readonly<Record<string, ScalarFunction>> = {
  datetime_list_timezones: zoneNames,
  now: nowRow,
  ago: agoRow,
  startofday: startRow("day"),
  startofweek: startRow("week"),
  startofmonth: startRow("month"),
  startofyear: startRow("year"),
  endofday: endRow("day"),
  endofweek: endRow("week"),
  endofmonth: endRow("month"),
  endofyear: endRow("year"),
  dayofweek: dayOfWeek,
  dayofmonth: partRow("day-of-month", t => `day(${t})`),
  dayofyear: partRow("day-of-year", t => `dayofyear(${t})`),
  hourofday: partRow("hour-of-day", t => `hour(${t})`),
  monthofyear: partRow("monthofyear", t => `month(${t})`),
  getmonth: partRow("monthofyear", t => `month(${t})`),
  getyear: partRow("getyear", t => `year(${t})`),
  week_of_year: partRow("week-of-year", t => `week(${t})`),
  weekofyear: partRow("week-of-year", t => `week(${t})`),
  datetime_diff: diffRow,
  datetime_add: addRow,
  datetime_part: datePart,
  datepart: datePart,
  make_datetime: makeDatetime,
  make_timespan: makeTimespan,
  unixtime_seconds_todatetime: unixRow("unixtime-seconds-todatetime", 1_000_000),
  unixtime_milliseconds_todatetime: unixRow("unixtime-milliseconds-todatetime", 1000),
  unixtime_microseconds_todatetime: unixRow("unixtime-microseconds-todatetime", 1),
  unixtime_nanoseconds_todatetime: unixRow("unixtime-nanoseconds-todatetime", 0.001),
  format_datetime: formatRow("format-datetime", "datetime"),
  format_timespan: formatRow("format-timespan", "timespan"),
  datetime_utc_to_local: zoneRow("datetime-utc-to-local", "to-local"),
  datetime_local_to_utc: zoneRow("datetime-local-to-utc", "to-utc"),
};
