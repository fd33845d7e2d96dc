/** The inputs of this kernel, for front ends that recall them. Kept in memory only: inputs may hold secrets. */
import type { HistoryRequest } from "../protocol/message.js";

interface Entry {
  readonly count: number;
  readonly code: string;
  /** Text of the result. */
  output: string | null;
}
/** Session, line, input (with its output if that was asked for); as `history_reply` holds them. */
export type HistoryItem = readonly [
  session: number,
  line: number,
  input: string | readonly [input: string, output: string | null],
];

const maxEntries = 10_000;
/** What is kept of a result. */
const maxOutputLength = 2000;

export class History {
  #entries: Entry[] = [];

  add(count: number, code: string): void {
    if (code.trim() === "") return;
    this.#entries.push({ count, code, output: null });
    if (this.#entries.length > maxEntries) this.#entries = this.#entries.slice(-maxEntries);
  }

  setOutput(count: number, text: string): void {
    const entry = this.#entries.findLast(e => e.count === count);
    if (entry !== undefined) entry.output = text.slice(0, maxOutputLength);
  }

  /** Other sessions than the present one (0) are empty. */
  find(request: HistoryRequest): readonly HistoryItem[] {
    const found = this.#findEntries(request);
    return found.map(e => [0, e.count, request.output === true ? [e.code, e.output] : e.code]);
  }

  #findEntries(request: HistoryRequest): readonly Entry[] {
    const n = Math.max(0, request.n ?? 10);
    switch (request.hist_access_type) {
      case "tail":
        return last(this.#entries, n);
      case "search":
        return last(this.#search(request.pattern ?? "*", request.unique === true), request.n ?? maxEntries);
      case "range": {
        if ((request.session ?? 0) !== 0) return [];
        const { start = 0, stop } = request;
        return this.#entries.filter(e => e.count >= start && (stop === undefined || stop === null || e.count < stop));
      }
      default:
        return [];
    }
  }

  #search(pattern: string, unique: boolean): readonly Entry[] {
    const matches = globPattern(pattern);
    const found = this.#entries.filter(e => matches.test(e.code));
    if (!unique) return found;
    const newest = new Map(found.map(e => [e.code, e]));
    return found.filter(e => newest.get(e.code) === e);
  }
}

const last = (entries: readonly Entry[], n: number): readonly Entry[] => (n === 0 ? [] : entries.slice(-n));

/** `*` and `?` as in file names, over the whole input. */
function globPattern(pattern: string): RegExp {
  const body = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${body}$`, "u");
}
