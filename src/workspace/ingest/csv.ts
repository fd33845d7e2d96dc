/** Delimited text, RFC 4180 and what is found beside it. */

export type Delimiter = "," | ";" | "\t" | "|";

export interface CsvDialect {
  readonly delimiter: Delimiter;
  /** False: the first line is data and columns are called column1, column2, … */
  readonly header: boolean;
}

/** Lines that one quoted record may span; beyond, the quote is taken for a slip and its line set aside. */
const longestRecordLines = 500;

/**
 * Guesses the delimiter that divides the lines into the same number of fields, at least two.
 *
 * @param lines whole lines from the beginning of the file
 * @param enough the share of the lines that must agree; less where the file's name says that it is delimited text
 * @returns undefined when no delimiter does so
 */
export function detectDialect(lines: readonly string[], enough = 0.8): CsvDialect | undefined {
  const used = lines.filter(line => line.trim() !== "").slice(0, 200);
  let best: { readonly delimiter: Delimiter; readonly score: number } | undefined;
  for (const delimiter of [",", "\t", ";", "|"] as const) {
    const records = parseLines(used, delimiter);
    const width = records[0]?.length ?? 0;
    if (width < 2) continue;
    const same = records.filter(r => r.length === width).length / records.length;
    if (same < enough) continue;
    const score = same + width / 1000;
    if (best === undefined || score > best.score) best = { delimiter, score };
  }
  if (best === undefined) return undefined;
  return { delimiter: best.delimiter, header: looksLikeHeader(parseLines(used, best.delimiter)) };
}

/** A first line is a header when its fields are different, filled, and none is a number, a date or an address. */
function looksLikeHeader(records: readonly (readonly string[])[]): boolean {
  const [first = []] = records;
  const names = first.map(f => f.trim()).filter((f, i) => f !== "" || i < first.length - 1);
  if (names.length === 0 || names.includes("")) return false;
  if (new Set(names).size !== names.length) return false;
  return !names.some(name =>
    /^[-+]?\d+([.,]\d+)?$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|^\d{1,3}(\.\d{1,3}){3}$/.test(name),
  );
}

function parseLines(lines: readonly string[], delimiter: Delimiter): string[][] {
  const splitter = new CsvSplitter(delimiter);
  const found = lines.flatMap((text, i) => splitter.take({ number: i + 1, text }));
  return [...found, ...splitter.end()].flatMap(item => (item.kind === "record" ? [[...item.fields]] : []));
}

export type CsvItem =
  | { readonly kind: "record"; readonly line: number; readonly fields: readonly string[]; readonly text: string }
  | { readonly kind: "reject"; readonly line: number; readonly reason: string; readonly text: string };

/**
 * Joins lines into records. A quoted field may hold delimiters, line ends and doubled quotes. A quote that does not end
 * within 500 lines costs its own line, not the rest of the file.
 */
export class CsvSplitter {
  readonly #delimiter: Delimiter;
  #waiting: { readonly number: number; readonly text: string }[] = [];
  #quoteOpen = false;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter;
  }

  take(line: { readonly number: number; readonly text: string }): readonly CsvItem[] {
    if (this.#waiting.length === 0 && !line.text.includes('"')) {
      if (line.text === "") return [];
      return [{ kind: "record", line: line.number, fields: line.text.split(this.#delimiter), text: line.text }];
    }
    this.#waiting.push(line);
    this.#quoteOpen = opensQuote(line.text, this.#delimiter, this.#quoteOpen);
    if (this.#quoteOpen) return this.#waiting.length < longestRecordLines ? [] : this.#giveUp();
    const text = this.#waiting.map(w => w.text).join("\n");
    const first = this.#waiting[0]?.number ?? line.number;
    this.#waiting = [];
    return [toItem(text, first, this.#delimiter)];
  }

  end(): readonly CsvItem[] {
    const items: CsvItem[] = [];
    while (this.#waiting.length > 0) items.push(...this.#giveUp());
    return items;
  }

  #giveUp(): readonly CsvItem[] {
    const [bad, ...again] = this.#waiting;
    this.#waiting = [];
    this.#quoteOpen = false;
    if (bad === undefined) return [];
    const reject: CsvItem = {
      kind: "reject",
      line: bad.number,
      reason: "a quote is opened and not closed",
      text: bad.text,
    };
    return [reject, ...again.flatMap(line => this.take(line))];
  }
}

/** Whether a quoted field is still open at the end of a line. */
function opensQuote(text: string, delimiter: Delimiter, open: boolean): boolean {
  let state: "start" | "bare" | "quoted" | "closed" = open ? "quoted" : "start";
  for (const char of text) {
    if (char === '"') {
      if (state === "start" || state === "closed") state = "quoted";
      else if (state === "quoted") state = "closed";
    } else if (state !== "quoted") state = char === delimiter ? "start" : "bare";
  }
  return state === "quoted";
}

function toItem(text: string, line: number, delimiter: Delimiter): CsvItem {
  const fields = splitFields(text, delimiter);
  return fields === undefined
    ? { kind: "reject", line, reason: "text stands after a closing quote", text }
    : { kind: "record", line, fields, text };
}

/** Fields of one record; undefined when a quoted field goes on after its closing quote. */
function splitFields(text: string, delimiter: Delimiter): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let value = "";
      let end = text.indexOf('"', at + 1);
      while (end !== -1 && text[end + 1] === '"') {
        value += text.slice(at + 1, end + 1);
        at = end + 1;
        end = text.indexOf('"', at + 1);
      }
      if (end === -1) return undefined;
      fields.push(value + text.slice(at + 1, end));
      at = end + 1;
      if (at >= text.length) return fields;
      if (text[at] !== delimiter) return undefined;
      at++;
    } else {
      const end = text.indexOf(delimiter, at);
      if (end === -1) {
        fields.push(text.slice(at));
        return fields;
      }
      fields.push(text.slice(at, end));
      at = end + 1;
    }
  }
}
