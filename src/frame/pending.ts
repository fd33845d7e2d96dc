/** A frame that is still to be made: can be awaited, and chained without awaiting. */
import { displaySymbol, type MimeBundle } from "../base/port.js";
import type { View } from "../view/index.js";
import type { ColumnData, Row, RowOptions } from "./api.js";
import type { Frame, FrameKqlOptions } from "./frame.js";
import { Plots } from "./plot/plots.js";
import type { WriteOptions, WrittenFile } from "./write/atomic-file.js";
import type { CsvWriteOptions } from "./write/write-text.js";

/**
 * Work starts when the result, or anything made from it, is first awaited; it runs once, and everyone gets the same frame
 * or the same error.
 *
 * @example
 * await qry.Azure.list_all_signins_geo("-5d").kql("| where Result == 'Failed'").head()
 */
export class PendingFrame<R extends object = Row> implements PromiseLike<Frame<R>> {
  readonly #start: () => Promise<Frame<R>>;
  #frame: Promise<Frame<R>> | undefined;

  constructor(start: () => Promise<Frame<R>>) {
    this.#start = start;
  }

  /** Starts the work, if it has not started, and gives the frame as an ordinary promise. */
  frame(): Promise<Frame<R>> {
    this.#frame ??= this.#start();
    return this.#frame;
  }

  then<A = Frame<R>, B = never>(
    onDone?: ((frame: Frame<R>) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.frame().then(onDone, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<Frame<R> | B> {
    return this.frame().catch(onError);
  }

  finally(onEnd?: (() => void) | null): Promise<Frame<R>> {
    return this.frame().finally(onEnd);
  }

  kql(text: string, options: FrameKqlOptions = {}): PendingFrame {
    return new PendingFrame(async () => (await this.frame()).kql(text, options).frame());
  }

  head(count = 10): PendingFrame<R> {
    return new PendingFrame(async () => (await this.frame()).head(count).frame());
  }

  tail(count = 10): PendingFrame<R> {
    return new PendingFrame(async () => (await this.frame()).tail(count).frame());
  }

  sample(count = 10, seed = 1): PendingFrame<R> {
    return new PendingFrame(async () => (await this.frame()).sample(count, seed).frame());
  }

  /** The rows chosen on the page; see Frame.selected. */
  selected(): PendingFrame {
    return new PendingFrame(async () => (await this.frame()).selected().frame());
  }

  /** Figures of the frame; see Frame.plot. */
  get plot(): Plots {
    return new Plots(async () => (await this.frame()) as unknown as Frame);
  }

  async rows(options: RowOptions = {}): Promise<R[]> {
    return (await this.frame()).rows(options);
  }

  async column(name: string & keyof R): Promise<ColumnData> {
    return (await this.frame()).column(name);
  }

  async *chunks(options: Pick<RowOptions, "bigint"> = {}): AsyncGenerator<R[], void, void> {
    yield* (await this.frame()).chunks(options);
  }

  async view(options: { readonly limit?: number; readonly alone?: boolean } = {}): Promise<View> {
    return (await this.frame()).view(options);
  }

  async toCsv(path: string, options: CsvWriteOptions = {}): Promise<WrittenFile> {
    return (await this.frame()).toCsv(path, options);
  }

  async toJson(path: string, options: WriteOptions = {}): Promise<WrittenFile> {
    return (await this.frame()).toJson(path, options);
  }

  async toJsonLines(path: string, options: WriteOptions = {}): Promise<WrittenFile> {
    return (await this.frame()).toJsonLines(path, options);
  }

  async toParquet(path: string, options: WriteOptions = {}): Promise<WrittenFile> {
    return (await this.frame()).toParquet(path, options);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, void> {
    yield* await this.frame();
  }

  async [displaySymbol](): Promise<MimeBundle> {
    return (await this.frame())[displaySymbol]();
  }

  /** Frees the frame, if it was ever made. */
  async close(): Promise<void> {
    if (this.#frame !== undefined) await (await this.#frame).close();
  }
}
