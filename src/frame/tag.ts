/** The `kql` template tag: frames and values are bound to names, never written into the text. */
import { HuntError } from "../base/error.js";
import type { KqlScalar } from "../kql/api.js";
import type { FrameLike } from "./api.js";
import { jsonText } from "./encode.js";
import { Frame } from "./frame.js";
import { PendingFrame } from "./pending.js";
import type { FrameStore, StoreKqlOptions } from "./store.js";
import { formatDatetimeMicros } from "./time-text.js";

/** A value that may stand in a hole. Arrays and objects become `dynamic`, so that `x in (${list})` works. */
export type KqlHole =
  | Frame
  | Frame<never>
  | PendingFrame
  | PendingFrame<never>
  | string
  | number
  | bigint
  | boolean
  | Date
  | readonly unknown[]
  | Readonly<Record<string, unknown>>
  | null;

/** Text with names where the holes were, and what the names mean. Frames may still have to be made. */
export interface BoundKql {
  readonly text: string;
  readonly frames: Readonly<Record<string, Frame | PendingFrame>>;
  readonly scalars: readonly KqlScalar[];
}

/** Where a hole stands in KQL text. */
type Place = "code" | "string" | "comment";

interface Opening {
  readonly pattern: RegExp;
  readonly place: Exclude<Place, "code">;
  /** From just after the opening to the end of the string or comment. */
  readonly rest: RegExp;
}

/** KQL's strings and comments. Source: https://learn.microsoft.com/kusto/query/scalar-data-types/string */
const openings: readonly Opening[] = [
  { pattern: /\/\//y, place: "comment", rest: /[^\n\r]*(?:[\n\r]|$)/y },
  { pattern: /```|~~~/y, place: "string", rest: /[\s\S]*?(?:```|~~~)/y },
  { pattern: /@"/y, place: "string", rest: /[^"\n\r]*(?:""[^"\n\r]*)*"/y },
  { pattern: /@'/y, place: "string", rest: /[^'\n\r]*(?:''[^'\n\r]*)*'/y },
  { pattern: /"/y, place: "string", rest: /[^"\\\n\r]*(?:\\.[^"\\\n\r]*)*"/y },
  { pattern: /'/y, place: "string", rest: /[^'\\\n\r]*(?:\\.[^'\\\n\r]*)*'/y },
];

/** Says where a text ends: in code, or inside a string or comment that a hole would become part of. */
export function placeAtEnd(text: string): Place {
  let at = 0;
  while (at < text.length) {
    const found = openings.find(o => matchesAt(o.pattern, text, at) > 0);
    if (found === undefined) {
      at += 1;
      continue;
    }
    const inside = at + matchesAt(found.pattern, text, at);
    const length = matchesAt(found.rest, text, inside);
    if (length < 0 || (found.place === "comment" && inside + length === text.length && !/[\n\r]$/.test(text)))
      return found.place;
    at = inside + length;
  }
  return "code";
}

function matchesAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? -1;
}

function toScalar(name: string, hole: KqlHole): KqlScalar {
  switch (typeof hole) {
    case "string":
      return { name, type: "string", value: hole };
    case "boolean":
      return { name, type: "bool", value: hole };
    case "bigint":
      return { name, type: "long", value: hole };
    case "number":
      return { name, type: Number.isSafeInteger(hole) ? "long" : "real", value: hole };
    default:
      break;
  }
  if (hole === null) return { name, type: "dynamic", value: null };
  if (hole instanceof Date && !Number.isNaN(hole.getTime()))
    return { name, type: "datetime", value: formatDatetimeMicros(BigInt(hole.getTime()) * 1000n) };
  const json = typeof hole === "object" && !(hole instanceof Date) ? jsonText(hole) : undefined;
  if (json !== undefined) return { name, type: "dynamic", value: json };
  throw new HuntError("kql/bad-value", `this value cannot be used in KQL: ${describeHole(hole)}`, {
    hint: "use frames, text, numbers, booleans, dates, arrays and plain objects",
  });
}

function describeHole(hole: unknown): string {
  if (hole === undefined) return "undefined";
  return hole instanceof Date ? "an invalid Date" : `a value of type ${typeof hole}`;
}

/**
 * Binds the holes of a template to names that do not occur in its text.
 *
 * @throws HuntError `kql/hole-in-string` for a hole inside a string or comment, `kql/bad-value` for a value KQL has no type for
 */
export function bindKql(parts: readonly string[], holes: readonly KqlHole[]): BoundKql {
  let stem = "v";
  while (parts.some(p => p.includes(`${stem}_`))) stem += "v";
  const frames: Record<string, Frame | PendingFrame> = {};
  const scalars: KqlScalar[] = [];
  let text = parts[0] ?? "";
  holes.forEach((hole, i) => {
    const name = `${stem}_${i + 1}`;
    const place = placeAtEnd(text);
    if (place !== "code")
      throw new HuntError("kql/hole-in-string", `value ${i + 1} stands inside a ${place} of the KQL text`, {
        hint: "close the string before the value: strcat('a', ${value})",
      });
    if (hole instanceof Frame || hole instanceof PendingFrame) frames[name] = hole;
    else scalars.push(toScalar(name, hole));
    text += name + (parts[i + 1] ?? "");
  });
  return { text, frames, scalars };
}

/** Makes the frames that are still pending, all at the same time. */
export async function settleFrames(
  frames: Readonly<Record<string, Frame | PendingFrame>>,
): Promise<Readonly<Record<string, FrameLike>>> {
  const entries = Object.entries(frames).map(async ([name, frame]) => [name, await frame] as const);
  return Object.fromEntries(await Promise.all(entries));
}

export type KqlTag = (parts: TemplateStringsArray, ...holes: readonly KqlHole[]) => PendingFrame;

/**
 * Makes the tag of a session. `currentStore` is asked when the query runs.
 *
 * @example
 * await kql`let s = ${signins}; s | where IPAddress in (${addresses}) | summarize count() by UserPrincipalName`
 */
export function createKqlTag(
  currentStore: () => FrameStore | Promise<FrameStore>,
  options: StoreKqlOptions = {},
): KqlTag {
  return (parts, ...holes) => {
    const bound = bindKql(parts, holes);
    return new PendingFrame(async () => {
      const frames = await settleFrames(bound.frames);
      const store = await currentStore();
      return store.query(bound.text, { ...options, frames, scalars: bound.scalars }).frame();
    });
  };
}
