/** The one printer of KQL literals and names: every value that reaches query text is written here. */
import { HuntError } from "../base/error.js";
import type { Quoting } from "./kql-token.js";

/**
 * Characters that a quoted literal cannot hold as they are: C0 and C1 controls, the Unicode line ends and our own hole
 * mark's block (so that rendered text never looks like a template again).
 */
const mustEscape = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\uE000]/g;
const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeControls(text: string): string {
  return text.replace(mustEscape, c => named[c] ?? "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}

function refuse(what: string, quoting: Quoting): never {
  throw new HuntError("query/parameter-rejected", `the value contains ${what}, which a ${quoting} string cannot hold`, {
    hint: "change the query's template to an ordinary quoted string, which can hold any text",
  });
}

/**
 * Writes a value into the inside of a string literal of the given quoting.
 *
 * @throws HuntError `query/parameter-rejected` when that form of literal has no way to say the value (a line break in a
 *   verbatim string, a fence in a multi-line one)
 */
export function escapeInString(value: string, quoting: Quoting): string {
  switch (quoting) {
    case "single":
      return escapeControls(value.replaceAll("\\", "\\\\").replaceAll("'", "\\'"));
    case "double":
      return escapeControls(value.replaceAll("\\", "\\\\").replaceAll('"', '\\"'));
    case "verbatim-single":
    case "verbatim-double": {
      if (/[\r\n\uE000]/.test(value)) refuse("a line break", quoting);
      const quote = quoting === "verbatim-single" ? "'" : '"';
      return value.replaceAll(quote, quote + quote);
    }
    case "backticks":
    case "tildes": {
      const fence = quoting === "backticks" ? "`" : "~";
      // Even one fence character could complete a fence with its neighbours.
      if (value.includes(fence) || value.includes("\uE000")) refuse(`"${fence}"`, quoting);
      return value;
    }
  }
}

/** A double-quoted literal; its escapes are those that KQL and JSON share, so that it also stands inside `dynamic(…)`. */
export function stringLiteral(value: string): string {
  return `"${escapeInString(value, "double")}"`;
}

/** Units: milliseconds since 1970 UTC. @throws HuntError `query/parameter-rejected` outside the years 1 to 9999. */
export function isoInstant(ms: number): string {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999)
    throw new HuntError("query/parameter-rejected", `the time ${ms} ms is not between the years 1 and 9999`);
  return date.toISOString();
}

export function datetimeLiteral(ms: number): string {
  return `datetime(${isoInstant(ms)})`;
}

/** A whole number as one token: negative ones as `long(-5)`, because `-5` is two. */
export function longLiteral(value: bigint): string {
  return value < 0n ? `long(${value})` : String(value);
}

export function realLiteral(value: number): string {
  if (Number.isNaN(value)) return "real(nan)";
  if (!Number.isFinite(value)) return value > 0 ? "real(+inf)" : "real(-inf)";
  return `real(${value})`;
}

const ticksPer = { day: 864_000_000_000n, hour: 36_000_000_000n, minute: 600_000_000n, second: 10_000_000n };

/** Kusto's `[-][d.]hh:mm:ss[.fffffff]`. Units: ticks of 100 ns. */
export function timespanText(ticks: bigint): string {
  const abs = ticks < 0n ? -ticks : ticks;
  const two = (n: bigint) => String(n).padStart(2, "0");
  const days = abs / ticksPer.day;
  const time = [
    two((abs / ticksPer.hour) % 24n),
    two((abs / ticksPer.minute) % 60n),
    two((abs / ticksPer.second) % 60n),
  ].join(":");
  const fraction = abs % ticksPer.second;
  const tail = fraction === 0n ? "" : "." + String(fraction).padStart(7, "0");
  return `${ticks < 0n ? "-" : ""}${days === 0n ? "" : `${days}.`}${time}${tail}`;
}

export function timespanLiteral(ticks: bigint): string {
  return `timespan(${timespanText(ticks)})`;
}

/** Words that cannot stand as a bare name in every place; such names are written `['name']`. */
const reserved = new Set(
  (
    "and as asc between bool boolean by contains datetime date decimal desc distinct double dynamic evaluate extend " +
    "externaldata facet false find fork from getschema guid has hot in int invoke join let limit long lookup make mv " +
    "not null on or order parse pattern print project range real reduce render restrict sample scan search serialize " +
    "set sort string summarize take time timespan to top true typeof union uuid where with"
  ).split(" "),
);

/**
 * A table's, column's or function's name.
 *
 * @throws HuntError `query/parameter-rejected` for empty names and names with control characters
 */
export function nameLiteral(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name)) return name;
  mustEscape.lastIndex = 0;
  if (name === "" || name.length > 1024 || mustEscape.test(name))
    throw new HuntError("query/parameter-rejected", `${JSON.stringify(name)} is not a name`, {
      hint: "give the name of a table or column",
    });
  return `['${escapeInString(name, "single")}']`;
}
