/** A small pretty printer: what may stand on one line, where it may break, and comments, which always end theirs. */

/** `line` is a place where a broken group breaks; it has no width of its own: spaces belong to the texts. */
export type Doc =
  | {
      readonly kind: "text";
      readonly text: string;
      /** A space stands before it, except where a line begins. */ readonly spaced: boolean;
    }
  /** `own`: it stood on a line of its own. */
  | { readonly kind: "comment"; readonly text: string; readonly own: boolean }
  | { readonly kind: "line" }
  /** Breaks by itself where `next` does not fit any more. */
  | { readonly kind: "fill"; readonly next: Doc }
  | { readonly kind: "hard"; readonly blank: boolean }
  | { readonly kind: "indent"; readonly doc: Doc }
  | { readonly kind: "group"; readonly doc: Doc; readonly broken: boolean }
  | { readonly kind: "concat"; readonly docs: readonly Doc[] };

export const line: Doc = { kind: "line" };
export const hard: Doc = { kind: "hard", blank: false };
export const blankLine: Doc = { kind: "hard", blank: true };
export const concat = (docs: readonly Doc[]): Doc => ({ kind: "concat", docs });
export const indent = (...docs: readonly Doc[]): Doc => ({ kind: "indent", doc: concat(docs) });
export const fill = (next: Doc): Doc => ({ kind: "fill", next });
/** On one line when it fits and nothing in it must break. */
export const group = (docs: readonly Doc[], broken = false): Doc => {
  const doc = concat(docs);
  return { kind: "group", doc, broken: broken || mustBreak(doc) };
};

function mustBreak(doc: Doc): boolean {
  switch (doc.kind) {
    case "text":
      return doc.text.includes("\n");
    case "comment":
    case "hard":
      return true;
    case "line":
    case "fill":
      return false;
    case "indent":
      return mustBreak(doc.doc);
    case "group":
      return doc.broken;
    case "concat":
      return doc.docs.some(mustBreak);
  }
}

/** The width on one line, counted up to `limit`. */
function widthOf(doc: Doc, limit: number): number {
  if (limit < 0) return 0;
  switch (doc.kind) {
    case "text":
      return doc.text.length + (doc.spaced ? 1 : 0);
    case "indent":
    case "group":
      return widthOf(doc.doc, limit);
    case "concat": {
      let sum = 0;
      for (const d of doc.docs) {
        sum += widthOf(d, limit - sum);
        if (sum > limit) break;
      }
      return sum;
    }
    default:
      return 0;
  }
}

const step = 4;

/** Prints a document at most `width` wide where it can be. */
export function printDoc(doc: Doc, width: number, newline: string): string {
  let out = "";
  let column = 0;
  /** The line that is to begin before the next text. */
  let pending: { readonly depth: number; readonly blank: boolean } | undefined;
  const flush = (): boolean => {
    if (pending === undefined) return false;
    if (out !== "") out += newline + (pending.blank ? newline : "");
    out += " ".repeat(pending.depth * step);
    column = pending.depth * step;
    pending = undefined;
    return true;
  };
  const breakAt = (depth: number, blank = false): void => {
    pending = { depth, blank: blank || pending?.blank === true };
  };
  const text = (value: string, spaced: boolean): void => {
    const begins = flush() || out === "";
    if (spaced && !begins) {
      out += " ";
      column++;
    }
    out += value;
    const last = value.lastIndexOf("\n");
    column = last < 0 ? column + value.length : value.length - last - 1;
  };
  const comment = (value: string, own: boolean, depth: number): void => {
    if (own || out === "") {
      if (out !== "") breakAt(depth);
      flush();
      out += value;
    } else out += ` ${value}`;
    breakAt(pending?.depth ?? depth);
  };
  /** `after`: the width of what must follow on the same line. */
  const print = (d: Doc, depth: number, flat: boolean): void => {
    switch (d.kind) {
      case "text":
        text(d.text, d.spaced);
        return;
      case "comment":
        comment(d.text, d.own, depth);
        return;
      case "line":
        if (!flat) breakAt(depth);
        return;
      case "fill":
        if (column + widthOf(d.next, width) > width) breakAt(depth);
        return;
      case "hard":
        breakAt(depth, d.blank);
        return;
      case "indent":
        print(d.doc, depth + 1, flat);
        return;
      case "group": {
        const start = pending === undefined ? column : pending.depth * step;
        print(d.doc, depth, !d.broken && start + widthOf(d.doc, width - start) <= width);
        return;
      }
      case "concat":
        for (const each of d.docs) print(each, depth, flat);
    }
  };
  print(doc, 0, false);
  return out;
}
