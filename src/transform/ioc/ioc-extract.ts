/** IoCExtract: observables of texts, arrays and frames, with users' own patterns beside the built-in ones. */
import { HuntError } from "../../base/error.js";
import type { ColumnBatch } from "../../frame/append-columns.js";
import type { Frame } from "../../frame/frame.js";
import type { FrameStore } from "../../frame/store.js";
import { iocTypeOf, validateIoc, type ValidateOptions } from "./classify.js";
import {
  addTo,
  createScanner,
  derivedInfo,
  StagedIocs,
  withInputs,
  scanText,
  selectIocTypes,
  textColumns,
  textPages,
  toValues,
  type ExtractOptions,
  type FoundIoc,
  type IocValues,
} from "./extract.js";
import { hashTypeOfLength, iocTypes, iocTypeTable, isIocType, type HashType, type IocKind } from "./ioc-type.js";
import { defang, refang } from "./refang.js";
import { scanPagesHere, type ScanJob, type ScanPages } from "./scan-pages.js";
import type { IocScanner } from "./scan.js";

/** A pattern of the user's. */
export interface IocPattern {
  readonly name: string;
  /** Source and flags of a JavaScript regular expression; `g` is implied. */
  readonly source: string;
  readonly flags: string;
  /** Number or name of the group that holds the value. Default: the whole match. */
  readonly group?: number | string;
}

/** Runs users' patterns where they can be stopped. Implemented in `session` by a worker thread. */
export interface PatternRunner {
  /**
   * For each text and pattern the values found, distinct, in order: `[text][pattern]`.
   * @throws HuntError `transform/pattern-timeout` when one does not finish in time
   */
  run(patterns: readonly IocPattern[], texts: readonly string[]): Promise<readonly (readonly (readonly string[])[])[]>;
}

export interface AddIocTypeOptions {
  /** When a string is two things, the lower number wins. Default 0. */
  readonly priority?: number;
  readonly group?: number | string;
}

export interface IocExtractParts {
  readonly defanged?: boolean;
  readonly patterns: PatternRunner;
  /** Scans the pages of large frames in another thread. Absent: in this one. */
  readonly scanPages?: ScanPages;
  /** Where results of frames are made. */
  readonly frames: () => Promise<FrameStore>;
}

export type ExtractTableOptions = ExtractOptions & {
  /** Columns to look in. */
  readonly columns?: string | readonly string[];
};

interface OwnType extends IocPattern {
  readonly priority: number;
}

interface OwnScan {
  readonly types: ReadonlySet<string>;
  readonly options: ExtractOptions;
  readonly own: readonly OwnType[];
  /** Filled while pages are read. */
  readonly words: string[];
}

/** Cells from which on another thread is worth starting. */
const threadRows = 20_000;

/** Texts that a pattern is run over in one message to the worker. */
const batchChars = 4_000_000;

export class IocExtractor {
  readonly #parts: IocExtractParts;
  readonly #own = new Map<string, OwnType>();

  constructor(parts: IocExtractParts) {
    this.#parts = parts;
  }

  /** Names and descriptions of the types that are looked for, those of `addIocType` included. */
  get iocTypes(): Readonly<Record<string, string>> {
    const built = iocTypes.map(t => [t, iocTypeTable[t].describes] as const);
    return Object.fromEntries([
      ...built,
      ...[...this.#own.values()].map(o => [o.name, `pattern ${o.source}`] as const),
    ]);
  }

  /**
   * The observables of a text (distinct values by type), of an array of texts (one row for each, with the index), or of
   * columns of a frame (a frame: IoCType, Observable, SourceIndex, Input, SourceColumn, Note; one row for each distinct
   * observable of a cell).
   *
   * In a frame paths are looked for only with `includePaths` (Windows) or when `iocTypes` names them.
   * @throws HuntError `transform/unknown-ioc-type`, `transform/unknown-column`, `transform/no-column`,
   *   `transform/pattern-timeout`
   */
  extract(source: string, options?: ExtractOptions): Promise<IocValues>;
  extract(source: readonly string[], options?: ExtractOptions): Promise<IocRow[]>;
  extract(source: PromiseLike<Frame> | Frame, options: ExtractTableOptions): Promise<Frame>;
  async extract(
    source: string | readonly string[] | PromiseLike<Frame> | Frame,
    options: ExtractTableOptions = {},
  ): Promise<IocValues | IocRow[] | Frame> {
    const settings = { defanged: this.#parts.defanged ?? true, ...options };
    if (typeof source === "string") return this.#text(source, settings);
    if (isTexts(source)) return this.#texts(source, settings);
    return this.#frame(await source, settings);
  }

  /** As `extract` of a frame, with the columns as an argument of their own. */
  async extractDf(
    frame: PromiseLike<Frame> | Frame,
    columns: string | readonly string[],
    options: ExtractOptions = {},
  ): Promise<Frame> {
    return this.extract(frame, { ...options, columns });
  }

  /**
   * Adds a type of your own, for this extractor only. The pattern runs in a worker thread with a time limit, because a
   * regular expression may take for ever.
   * @throws HuntError `transform/bad-pattern`
   */
  addIocType(name: string, pattern: string | RegExp, options: AddIocTypeOptions = {}): this {
    const { priority = 0, group } = options;
    if (!/^[A-Za-z_][\w.-]*$/.test(name) || isIocType(name))
      throw new HuntError("transform/bad-pattern", `'${name}' cannot be the name of a type`, {
        hint: "use letters, digits and underscores, and not the name of a built-in type",
      });
    const { source, flags } = typeof pattern === "string" ? { source: pattern, flags: "im" } : pattern;
    try {
      void new RegExp(source, flags);
    } catch (cause) {
      throw new HuntError("transform/bad-pattern", `the pattern of '${name}' is no regular expression`, {
        cause,
        hint: "it is read as JavaScript reads it; double the backslashes in a string",
      });
    }
    this.#own.set(name, { name, source, flags, priority, ...(group === undefined ? {} : { group }) });
    return this;
  }

  /** Whether the whole text is an observable of the type. @throws HuntError `transform/unknown-ioc-type` */
  async validate(text: string, type: string, options: ValidateOptions = {}): Promise<boolean> {
    if (isIocType(type)) return validateIoc(text, type, options);
    selectIocTypes({ iocTypes: [type] }, "text", [...this.#own.keys()]);
    const own = this.#own.get(type);
    if (own === undefined) return iocTypeOf(text).endsWith("_hash");
    const [found] = await this.#parts.patterns.run([own], [text]);
    return found?.[0]?.includes(text) === true;
  }

  /** What an observable is; `unknown` when nothing fits. */
  getIocType(observable: string): IocKind {
    return iocTypeOf(observable);
  }

  /** The kind of hash by its length; undefined when it is none. */
  fileHashType(hash: string): HashType | undefined {
    return /^[0-9a-f]+$/i.test(hash) ? hashTypeOfLength(hash.length) : undefined;
  }

  refang(text: string): string {
    return refang(text);
  }

  defang(text: string): string {
    return defang(text);
  }

  async #text(text: string, options: ExtractOptions): Promise<IocValues> {
    const types = selectIocTypes(options, "text", [...this.#own.keys()]);
    const [rows = []] = await this.#scan(createScanner(types, options), this.#wanted(types), [text]);
    const found = new Map<string, Set<string>>();
    for (const { type, value } of rows) addTo(found, type, value);
    return toValues(found);
  }

  async #texts(texts: readonly string[], options: ExtractOptions): Promise<IocRow[]> {
    const types = selectIocTypes(options, "text", [...this.#own.keys()]);
    const scanner = createScanner(types, options);
    const own = this.#wanted(types);
    const rows: IocRow[] = [];
    for (let at = 0; at < texts.length;) {
      const batch = takeBatch(texts, at);
      (await this.#scan(scanner, own, batch)).forEach((found, i) =>
        found.forEach(({ type, value }) =>
          rows.push({ IoCType: type, Observable: value, SourceIndex: at + i, Input: batch[i] ?? "" }),
        ),
      );
      at += batch.length;
    }
    return rows;
  }

  async #frame(frame: Frame, options: ExtractTableOptions): Promise<Frame> {
    const types = selectIocTypes(options, "table", [...this.#own.keys()]);
    const columns = textColumns(frame, options.columns);
    const own = this.#wanted(types);
    const words: string[] = [];
    const batches =
      own.length > 0
        ? this.#pagesWithOwn(frame, columns, { types, options, own, words })
        : this.#pages(frame, columns, { types: [...types], options }, words);
    const store = await this.#parts.frames();
    const info = derivedInfo(frame, "observables");
    const found = await store.fromColumnBatches(StagedIocs.columns, batches, info);
    const wordFrame = await store.fromColumnBatches([{ name: "Word", type: "string" }], [[words]], info);
    try {
      return await withInputs(store, frame, { columns, found, words: wordFrame, info });
    } finally {
      await found.close();
      await wordFrame.close();
    }
  }

  /** The built-in kinds; in another thread when there is one and the frame is worth it. */
  async *#pages(frame: Frame, columns: readonly number[], job: ScanJob, words: string[]): AsyncGenerator<ColumnBatch> {
    const elsewhere = frame.rowCount * columns.length >= threadRows ? this.#parts.scanPages : undefined;
    for await (const scanned of (elsewhere ?? scanPagesHere)(job, textPages(frame, columns))) {
      words.push(...scanned.words);
      yield scanned.batch;
    }
  }

  async *#pagesWithOwn(
    frame: Frame,
    columns: readonly number[],
    { types, options, own, words }: OwnScan,
  ): AsyncGenerator<ColumnBatch> {
    const scanner = createScanner(types, options);
    const staged = new StagedIocs(words);
    for await (const { first, cells } of textPages(frame, columns)) {
      const found: FoundIoc[][][] = [];
      for (const texts of cells) found.push(await this.#scan(scanner, own, texts));
      const rows = cells[0]?.length ?? 0;
      for (let i = 0; i < rows; i += 1) found.forEach((list, c) => staged.add(list[i] ?? [], first + i, c));
      yield staged.take();
    }
  }

  #wanted(types: ReadonlySet<string>): readonly OwnType[] {
    return [...this.#own.values()].filter(o => types.has(o.name));
  }

  /** For each text what was found. A string that is two things is given once, as what comes first by priority. */
  async #scan(scanner: IocScanner, own: readonly OwnType[], texts: readonly string[]): Promise<FoundIoc[][]> {
    const found = texts.map(text => (text === "" ? [] : scanText(scanner, text)));
    if (own.length === 0) return found;
    const matches = await this.#parts.patterns.run(own, texts);
    const priority = (type: string): number =>
      isIocType(type) ? iocTypeTable[type].priority : (this.#own.get(type)?.priority ?? 0);
    return found.map((built, i) => {
      const all = [
        ...built,
        ...own.flatMap(({ name }, p) => (matches[i]?.[p] ?? []).map(value => ({ type: name, value, note: "" }))),
      ];
      return all.filter(a => !all.some(b => b.value === a.value && priority(b.type) < priority(a.type)));
    });
  }
}

/** One observable of one text of an array. */
export interface IocRow {
  readonly IoCType: string;
  readonly Observable: string;
  readonly SourceIndex: number;
  readonly Input: string;
}

function isTexts(source: unknown): source is readonly string[] {
  return Array.isArray(source) && source.every(s => typeof s === "string");
}

function takeBatch(texts: readonly string[], from: number): readonly string[] {
  let chars = 0;
  let to = from;
  while (to < texts.length && (to === from || chars < batchChars)) {
    chars += texts[to]?.length ?? 0;
    to += 1;
  }
  return texts.slice(from, to);
}
