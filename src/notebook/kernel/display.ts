/** A value → what front ends can show of it. */
import { inspect } from "node:util";
import { uniteCompleteness, type Completeness } from "../../base/completeness.js";
import { HuntError, messageOf } from "../../base/error.js";
import type { MimeBundle } from "../../base/port.js";
import { displaySymbol } from "../../base/port.js";

const textOptions = {
  colors: false,
  depth: 4,
  maxArrayLength: 100,
  maxStringLength: 20_000,
  breakLength: 100,
  sorted: false,
} as const;

/** The text of a value as a console shows it: control characters in strings are escaped, secrets show their origin. */
export function toText(value: unknown): string {
  return inspect(value, textOptions);
}

/**
 * The representations of a value: those it offers by `Symbol.for("Jupyter.display")`, else plain text. A bundle without
 * `text/plain` gets one. Synchronous where the value's own method is, so that unawaited displays keep their order.
 */
export function toBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  const offered = hasDisplay(value) ? value[displaySymbol]() : undefined;
  if (offered instanceof Promise) return offered.then(bundle => checkBundle(bundle, value));
  return checkBundle(offered, value);
}

function hasDisplay(value: unknown): value is { [displaySymbol](): unknown } {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  return typeof (value as Record<symbol, unknown>)[displaySymbol] === "function";
}

function checkBundle(bundle: unknown, value: unknown): MimeBundle {
  if (typeof bundle !== "object" || bundle === null || Array.isArray(bundle)) return { "text/plain": toText(value) };
  const known: Record<string, unknown> = {};
  for (const [type, content] of Object.entries(bundle)) known[type] = toJson(type, content);
  return "text/plain" in known ? known : { ...known, "text/plain": `[${Object.keys(known).join(", ")}]` };
}

/** Bundles travel as JSON; bytes become base64, as in notebooks. */
function toJson(type: string, content: unknown): unknown {
  if (typeof content === "string") return content;
  if (content instanceof Uint8Array) return Buffer.from(content).toString("base64");
  try {
    const text = JSON.stringify(content) as string | undefined;
    if (text !== undefined) return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HuntError("notebook/display", `the representation '${type}' is not JSON: ${messageOf(cause)}`, { cause });
  }
  throw new HuntError("notebook/display", `the representation '${type}' has no content`);
}

/** What a shown value says about itself; undefined when it says nothing or that it is whole. */
export function findIncompleteness(value: unknown): Completeness | undefined {
  if (typeof value !== "object" || value === null || !("completeness" in value)) return undefined;
  const results: unknown = "results" in value ? value.results : undefined;
  if (!Array.isArray(results) || results.length < 2) return ownIncompleteness(value);
  const found = results.flatMap((r: unknown) => ownIncompleteness(r) ?? []);
  return found.length === 0 ? undefined : uniteCompleteness(found);
}

function ownIncompleteness(value: unknown): Completeness | undefined {
  if (typeof value !== "object" || value === null || !("completeness" in value)) return undefined;
  const said = value.completeness as Partial<Completeness> | null | undefined;
  if (typeof said !== "object" || said === null || !Array.isArray(said.causes)) return undefined;
  return said.state === "partial" || said.state === "unknown" ? { state: said.state, causes: said.causes } : undefined;
}
