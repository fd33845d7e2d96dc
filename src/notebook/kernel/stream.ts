/** The process's standard streams, sorted by the cell that writes. */

export type StreamName = "stdout" | "stderr";

/** How much of the text that one cell prints is shown. Lengths are characters. */
export interface PrintLimit {
  /** Shown as it comes, from the beginning on. */
  readonly first: number;
  /** Of what is beyond, this much is shown when the cell ends. */
  readonly last: number;
}
export const printLimit: PrintLimit = { first: 16_000_000, last: 20_000 };

/** What a loop that prints at once may gather before it is passed on. */
const batchLength = 65_536;
/** After the cell has ended, how much more is left out before that is said again; doubled each time. */
const firstLateNote = 1_000_000;

/**
 * Collects what one cell writes, so that a thousand small writes become one output. What is beyond the limit is left out and
 * counted, because a loop without end must not fill the kernel, the server and the page; a line says so.
 */
export class CellStreams {
  readonly #emit: (name: StreamName, text: string) => void;
  readonly #limit: PrintLimit;
  #name: StreamName = "stdout";
  #parts: string[] = [];
  #size = 0;
  #scheduled = false;
  #written = 0;
  #left = new LeftOut();
  #hasEnded = false;
  #nextNote = firstLateNote;

  constructor(emit: (name: StreamName, text: string) => void, limit = printLimit) {
    this.#emit = emit;
    this.#limit = limit;
  }

  write(name: StreamName, text: string): void {
    const room = this.#limit.first - this.#written;
    if (text.length <= room) {
      this.#written += text.length;
      this.#add(name, text);
    } else this.#skip(name, text, room);
  }

  /** Call before any other output of the cell, so that the order is kept. */
  flush(): void {
    if (this.#parts.length === 0) return;
    const text = this.#parts.join("");
    this.#parts = [];
    this.#size = 0;
    this.#emit(this.#name, text);
  }

  /** The cell's outputs were cleared: there is room again. */
  clear(): void {
    this.#parts = [];
    this.#size = this.#written = 0;
    this.#left = new LeftOut();
  }

  /** The cell has ended: says what was left out, and shows the end of it. */
  end(): void {
    this.flush();
    this.#hasEnded = true;
    const { length, lines } = this.#left;
    if (length === 0) return;
    const end = this.#left.takeEnd(this.#limit.last);
    const missing = length - end.reduce((sum, part) => sum + part.text.length, 0);
    if (missing > 0) {
      const shown = countLines(end.map(part => part.text).join(""));
      this.#emit("stderr", `Huntbook: left out here: ${describeAmount(missing, lines - shown)}. The end is:\n`);
    }
    for (const { name, text } of end) this.#emit(name, text);
    this.#left = new LeftOut();
  }

  #add(name: StreamName, text: string): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#parts.push(text);
    this.#size += text.length;
    if (this.#scheduled && this.#size <= batchLength) return;
    // The first text goes out at once: a busy cell may never come back to the event loop.
    this.flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  #skip(name: StreamName, text: string, room: number): void {
    let rest = text;
    if (room > 0) {
      const cut = findCut(text, room);
      this.#add(name, text.slice(0, cut));
      this.#written = this.#limit.first;
      rest = text.slice(cut);
    }
    const isFirst = this.#left.length === 0;
    this.#left.add(name, rest, this.#limit.last);
    if (this.#hasEnded) return this.#noteLate();
    if (!isFirst) return;
    this.flush();
    this.#emit(
      "stderr",
      `Huntbook: this cell has printed ${describeLength(this.#limit.first)}, which is as much as is shown. What follows is only counted; its end is shown when the cell ends.\n`,
    );
  }

  /** What timers and the like print after their cell: nobody knows when it ends. */
  #noteLate(): void {
    const { length, lines } = this.#left;
    if (length < this.#nextNote) return;
    this.#nextNote *= 2;
    this.flush();
    const what = `Huntbook: code that this cell started goes on printing; ${describeAmount(length, lines)} of it were left out.\n`;
    this.#emit("stderr", what);
  }
}

/** Text that is not shown: how much, and how it ends. */
class LeftOut {
  length = 0;
  lines = 0;
  #end: { readonly name: StreamName; readonly text: string }[] = [];
  #endLength = 0;

  add(name: StreamName, text: string, keep: number): void {
    this.length += text.length;
    this.lines += countLines(text);
    // A copy: a piece of a string keeps the whole of it in memory.
    const end = text.length > 4 * keep ? Buffer.from(text.slice(-2 * keep), "utf16le").toString("utf16le") : text;
    this.#end.push({ name, text: end });
    this.#endLength += end.length;
    if (this.#endLength > 4 * keep) this.#trim(keep);
  }

  /** At most so many characters, whole lines where there are any; text of one stream is in one piece. */
  takeEnd(keep: number): readonly { readonly name: StreamName; readonly text: string }[] {
    // One more, which tells whether what follows begins a line.
    this.#trim(keep + 1);
    const isWhole = this.length <= keep;
    const pieces: { name: StreamName; text: string }[] = [];
    for (const { name, text } of this.#end) {
      const before = pieces.at(-1);
      if (before?.name === name) before.text += text;
      else pieces.push({ name, text });
    }
    const first = pieces[0];
    if (isWhole || first === undefined) return pieces;
    const over = Math.max(0, this.#endLength - keep);
    const line = first.text.indexOf("\n", Math.max(0, over - 1));
    const isMiddle = /[\udc00-\udfff]/.test(first.text[over] ?? "");
    const from = line < 0 || line + 1 >= first.text.length ? over + (isMiddle ? 1 : 0) : line + 1;
    return [{ name: first.name, text: first.text.slice(from) }, ...pieces.slice(1)];
  }

  #trim(keep: number): void {
    let gone = 0;
    for (const { text } of this.#end) {
      if (this.#endLength - text.length < keep) break;
      this.#endLength -= text.length;
      gone += 1;
    }
    this.#end.splice(0, gone);
  }
}

/** At most `length`, behind the end of a line if there is one near, and never inside of a character. */
function findCut(text: string, length: number): number {
  const line = text.lastIndexOf("\n", length - 1) + 1;
  if (line > length - 10_000 && line > 0) return line;
  return /[\ud800-\udbff]/.test(text[length - 1] ?? "") ? length - 1 : length;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

const describeAmount = (length: number, lines: number): string =>
  `${describeLength(length)} (${lines.toLocaleString("en-US")} ${lines === 1 ? "line" : "lines"})`;

function describeLength(length: number): string {
  if (length < 1000) return `${length} characters`;
  return length < 1_000_000 ? `${(length / 1000).toFixed(0)} kB` : `${(length / 1_000_000).toFixed(1)} MB`;
}

/**
 * Routes `process.stdout` and `process.stderr` to whatever `find` answers for the running code; writes outside of cells go
 * where they always went. Installed once by the process that owns the kernel; the answer puts the streams back.
 */
export function routeStreams(find: () => CellStreams | undefined): () => void {
  const undo = (["stdout", "stderr"] as const).map(name => {
    const stream = process[name];
    const original = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    const before = Object.getOwnPropertyDescriptor(stream, "write");
    const decoder = new TextDecoder();
    const routed = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      const cell = find();
      if (cell === undefined) return original(chunk, ...rest);
      cell.write(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      const done = rest.find(r => typeof r === "function") as (() => void) | undefined;
      if (done !== undefined) queueMicrotask(done);
      return true;
    };
    stream.write = routed;
    return () => {
      if (before === undefined) Reflect.deleteProperty(stream, "write");
      else Object.defineProperty(stream, "write", before);
    };
  });
  return () => {
    for (const one of undo) one();
  };
}
