/** Queries in files, and where each character of them stands: positions and changes find their way back into the file. */
import type { Span } from "../../base/diagnostic.js";

/** From `at` in the query on, its text stands at `file` in the file, character for character, until the next place. */
export interface Place {
  readonly at: number;
  readonly file: number;
}

/** How a changed text is written at its place: what stands for a line end, and how characters are written. */
export interface Writing {
  readonly newline: string;
  readonly escape: "none" | "json" | "template";
}

/** A query found in a file. */
export interface FoundQuery {
  readonly text: string;
  /** 1-based line of the file where the query's first line stands. */
  readonly line: number;
  /** In order; the first begins at 0. */
  readonly places: readonly Place[];
  /** Offset in the file where the query ends. */
  readonly end: number;
  /** Absent where a change cannot be written back safely. */
  readonly writing?: Writing;
  /** Names that the query uses and that come from around it: a notebook's variables and results, holes of a template. */
  readonly names?: FoundNames;
}

/** Names from around a query, of which only the kind is known. */
export interface FoundNames {
  readonly values: readonly string[];
  readonly tables: readonly string[];
}

/** Where an offset of the query stands in the file. */
export function fileOffset({ places }: FoundQuery, offset: number): number {
  const place = places.findLast(p => p.at <= offset);
  return place === undefined ? offset : place.file + offset - place.at;
}

/** Where an offset of the file stands in the query. */
export function textOffset(places: readonly Place[], file: number): number {
  const place = places.findLast(p => p.file <= file);
  return place === undefined ? 0 : place.at + file - place.file;
}

/** Places in a text that itself stands in a file: where they are in the file. */
export function composePlaces(inner: readonly Place[], outer: readonly Place[]): readonly Place[] {
  const outside = (at: number): number => {
    const place = outer.findLast(p => p.at <= at);
    return place === undefined ? at : place.file + at - place.at;
  };
  return inner.flatMap((place, i) => {
    const next = inner[i + 1];
    const end = next === undefined ? Number.POSITIVE_INFINITY : place.file + next.at - place.at;
    const breaks = outer
      .filter(o => o.at > place.file && o.at < end)
      .map(o => ({ at: place.at + o.at - place.file, file: o.file }));
    return [{ at: place.at, file: outside(place.file) }, ...breaks];
  });
}

/** A span of the query in the file; its end is after the last character, not where the next line's first would be. */
export function fileSpan(found: FoundQuery, span: Span): Span {
  const start = fileOffset(found, span.start);
  if (span.end <= span.start) return { start, end: start };
  return { start, end: Math.max(start, fileOffset(found, span.end - 1) + 1) };
}

/** A text as it is written in the file. */
export function writeText(text: string, { newline, escape }: Writing): string {
  return text
    .split(/\r\n|\n|\r/)
    .map(row => {
      if (escape === "json") return JSON.stringify(row).slice(1, -1);
      return escape === "template" ? row.replace(/[`\\]|\$(?=\{)/g, "\\$&") : row;
    })
    .join(newline);
}

export interface TextChange {
  readonly span: Span;
  readonly text: string;
}

/** Applies changes that do not overlap; of those that do, the first wins. */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  const sorted = [...changes].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  let result = "";
  let at = 0;
  for (const { span, text: put } of sorted) {
    if (span.start < at) continue;
    result += text.slice(at, span.start) + put;
    at = span.end;
  }
  return result + text.slice(at);
}

/** A written text with its escapes resolved, and where what follows each of them stands. */
export function unescaped(
  written: string,
  file: number,
  escapes: RegExp,
  unescape: (escape: string) => string,
): { readonly text: string; readonly places: readonly Place[]; readonly end: number } {
  const places: Place[] = [{ at: 0, file }];
  let text = "";
  let at = 0;
  for (const match of written.matchAll(escapes)) {
    text += written.slice(at, match.index);
    places.push({ at: text.length, file: file + match.index });
    text += unescape(match[0]);
    at = match.index + match[0].length;
    places.push({ at: text.length, file: file + at });
  }
  text += written.slice(at);
  return { text, places, end: file + written.length };
}
