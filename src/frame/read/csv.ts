/** Delimited text → records. Source: RFC 4180, with LF, CRLF or CR as line ends. */
import { tooLongReason } from "./json.js";
import type { ReadLog } from "./source.js";

export interface CsvRecord {
  /** Line on which the record starts, 1-based. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvOptions {
  readonly delimiter: string;
  /** Longer records are skipped. */
  readonly maxRecordChars: number;
}

const candidates = [",", ";", "\t", "|"] as const;

/** The delimiter that stands most often outside quotes in the first line; a comma when none does. */
export function guessDelimiter(firstLine: string): string {
  const plain = firstLine.replace(/"(?:[^"]|"")*"/g, "");
  const counts = candidates.map(c => plain.split(c).length - 1);
  const most = Math.max(...counts);
  return most > 0 ? (candidates[counts.indexOf(most)] ?? ",") : ",";
}

type State = "start" | "plain" | "quoted" | "closed" | "broken";

/** Splits a stream of text into records, character by character in state, slice by slice in work. */
export class CsvSplitter {
  readonly #delimiter: string;
  readonly #maxRecordChars: number;
  readonly #log: ReadLog;
  readonly #stop: RegExp;
  #state: State = "start";
  #fields: string[] = [];
  #field = "";
  #size = 0;
  #line = 1;
  #recordLine = 1;
  /** A CR at the end of a piece: the LF that may follow belongs to it. */
  #afterReturn = false;
  #reason = "";

  constructor(options: CsvOptions, log: ReadLog) {
    this.#delimiter = options.delimiter;
    this.#maxRecordChars = options.maxRecordChars;
    this.#log = log;
    this.#stop = new RegExp(`[${options.delimiter === "|" ? "\\|" : options.delimiter}\\r\\n]`, "g");
  }

  /** Takes a piece of text and gives the records that end in it. */
  *push(text: string): Generator<CsvRecord, void, void> {
    let at = 0;
    if (this.#afterReturn && text.startsWith("\n")) at = 1;
    if (text !== "") this.#afterReturn = false;
    while (at < text.length) {
      if (this.#state === "quoted") at = this.#quoted(text, at);
      else if (this.#state === "closed") {
        const record = this.#closed(text, at);
        at += record.taken;
        if (record.record !== undefined) yield record.record;
      } else if (this.#state === "start" && text[at] === '"') {
        this.#state = "quoted";
        at += 1;
      } else {
        const record = this.#plain(text, at);
        at += record.taken;
        if (record.record !== undefined) yield record.record;
      }
    }
  }

  /** Gives the last record when the text does not end with a line break. */
  *end(): Generator<CsvRecord, void, void> {
    if (this.#state === "quoted") this.#break("a quoted field does not end");
    if (this.#fields.length === 0 && this.#field === "" && this.#state === "start") return;
    const record = this.#finish();
    if (record !== undefined) yield record;
  }

  #quoted(text: string, at: number): number {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    this.#append(text.slice(at, end));
    for (let i = text.indexOf("\n", at); i >= 0 && i < end; i = text.indexOf("\n", i + 1)) this.#line += 1;
    if (quote < 0) return end;
    this.#state = "closed";
    return end + 1;
  }

  /** After a quote inside a quoted field: another quote, the end of the field, or an error. */
  #closed(text: string, at: number): { taken: number; record?: CsvRecord } {
    const next = text[at];
    if (next === '"') {
      this.#append('"');
      this.#state = "quoted";
      return { taken: 1 };
    }
    if (next !== this.#delimiter && next !== "\n" && next !== "\r") {
      this.#break("text follows a closing quote");
      return { taken: 0 };
    }
    return this.#stopAt(text, at, 0);
  }

  #plain(text: string, at: number): { taken: number; record?: CsvRecord } {
    this.#stop.lastIndex = at;
    const found = this.#stop.exec(text);
    const end = found?.index ?? text.length;
    if (end > at) {
      this.#append(text.slice(at, end));
      if (this.#state === "start") this.#state = "plain";
    }
    return found === null ? { taken: end - at } : this.#stopAt(text, end, end - at);
  }

  /** At a delimiter or line end. */
  #stopAt(text: string, at: number, before: number): { taken: number; record?: CsvRecord } {
    const stop = text[at];
    if (stop === this.#delimiter) {
      if (this.#state !== "broken") {
        this.#fields.push(this.#field);
        this.#field = "";
        this.#state = "start";
      }
      return { taken: before + 1 };
    }
    const record = this.#finish();
    this.#line += 1;
    this.#recordLine = this.#line;
    const pair = stop === "\r" && text[at + 1] === "\n";
    this.#afterReturn = stop === "\r" && at + 1 === text.length;
    return { taken: before + (pair ? 2 : 1), ...(record === undefined ? {} : { record }) };
  }

  #append(part: string): void {
    if (this.#state === "broken") return;
    this.#size += part.length;
    if (this.#size > this.#maxRecordChars) {
      this.#break(tooLongReason(this.#maxRecordChars));
      return;
    }
    this.#field += part;
  }

  #break(reason: string): void {
    this.#state = "broken";
    this.#reason = reason;
    this.#field = "";
    this.#fields = [];
  }

  #finish(): CsvRecord | undefined {
    const broken = this.#state === "broken";
    const fields = [...this.#fields, this.#field];
    const blank = fields.length === 1 && fields[0] === "" && this.#state === "start";
    this.#fields = [];
    this.#field = "";
    this.#size = 0;
    this.#state = "start";
    if (broken) this.#log.skip(this.#recordLine, this.#reason);
    return broken || blank ? undefined : { line: this.#recordLine, fields };
  }
}
