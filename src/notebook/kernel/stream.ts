/** The process's standard streams, sorted by the cell that writes. */

export type StreamName = "stdout" | "stderr";

/** Collects what one cell writes, so that a thousand small writes become one output. */
export class CellStreams {
  readonly #emit: (name: StreamName, text: string) => void;
  #name: StreamName = "stdout";
  #parts: string[] = [];
  #size = 0;
  #scheduled = false;

  constructor(emit: (name: StreamName, text: string) => void) {
    this.#emit = emit;
  }

  write(name: StreamName, text: string): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#parts.push(text);
    this.#size += text.length;
    if (this.#scheduled && this.#size <= 65_536) return;
    // The first text goes out at once: a busy cell may never come back to the event loop.
    this.flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /** Call before any other output of the cell, so that the order is kept. */
  flush(): void {
    if (this.#parts.length === 0) return;
    const text = this.#parts.join("");
    this.#parts = [];
    this.#size = 0;
    this.#emit(this.#name, text);
  }
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
