/** Markup as a type: the only way to make HTML in Huntbook. */
import { escapeHtml } from "../base/escape-html.js";

/** Text that is markup. Made by `html` and, for output of a trusted generator, by `trustedHtml`. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** What may stand in a hole. null, undefined and false leave it empty. */
export type Hole = string | number | bigint | boolean | null | undefined | Html | readonly Hole[];

function fill(hole: Hole): string {
  if (hole instanceof Html) return hole.text;
  if (typeof hole === "object" && hole !== null) return hole.map(fill).join("");
  return hole === null || hole === undefined || hole === false ? "" : escapeHtml(String(hole));
}

/**
 * Escapes every hole except `Html` values and arrays of them. Holes may stand in text and inside quoted attribute values,
 * nowhere else.
 */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return new Html(parts.reduce((out, part, i) => out + fill(holes[i - 1]) + part));
}

/** Markup from a generator that escapes by itself (a Markdown renderer with HTML off). Never text from data. */
export function trustedHtml(markup: string): Html {
  return new Html(markup);
}
