/** What was given to look up, as a list of distinct observables. */
import { HuntError } from "../../base/error.js";
import type { Frame } from "../../frame/frame.js";
import { textColumns, textPages } from "../../transform/ioc/extract.js";
import { iocTypeOf } from "../../transform/ioc/classify.js";
import { iocTypes, type IocKind } from "../../transform/ioc/ioc-type.js";
import { refang } from "../../transform/ioc/refang.js";

export interface Observable {
  /** As given. */
  readonly ioc: string;
  readonly type: IocKind;
  /** Refanged and trimmed. */
  readonly value: string;
  /** Row of the input where it stands first. */
  readonly index: number;
}

/** What can be looked up: texts, objects with a column, `{ observable: type }`, a frame with a column. */
export type ObservableInput =
  | readonly string[]
  | readonly Readonly<Record<string, unknown>>[]
  | Readonly<Record<string, string>>
  | Frame
  | PromiseLike<Frame>;

export interface ColumnOptions {
  /** The column that holds observables; also `iocCol`, `col`. */
  readonly column?: string;
  readonly iocCol?: string;
  readonly col?: string;
  /** The column that says what they are; otherwise each is recognised. */
  readonly iocTypeCol?: string;
}

/** Names that MSTICPy and users give types, beside ours. */
const typeAliases: Readonly<Record<string, IocKind>> = {
  ip: "ipv4",
  ipaddress: "ipv4",
  domain: "dns",
  host: "hostname",
  md5: "md5_hash",
  sha1: "sha1_hash",
  sha256: "sha256_hash",
  sha512: "sha512_hash",
  hash: "file_hash",
};

/** @throws HuntError `ti/unknown-type` */
export function toIocKind(name: string, value: string): IocKind {
  const key = name.toLowerCase();
  if ([...iocTypes, "file_hash", "hostname", "unknown"].includes(key)) return key as IocKind;
  const alias = Object.hasOwn(typeAliases, key) ? typeAliases[key] : undefined;
  if (alias === "ipv4") return value.includes(":") ? "ipv6" : "ipv4";
  if (alias !== undefined) return alias;
  throw new HuntError("ti/unknown-type", `'${name}' is no type of observable`, {
    hint: `known: ${[...iocTypes, "file_hash", "hostname"].join(", ")}`,
  });
}

export function toObservable(ioc: string, type: string | undefined, index: number): Observable {
  const value = refang(ioc.trim());
  const isGiven = type !== undefined && type !== "" && type.toLowerCase() !== "unknown";
  return { ioc, type: isGiven ? toIocKind(type, value) : iocTypeOf(ioc), value, index };
}

/** The same for all that are looked up as one. */
export const keyOfObservable = ({ type, value }: Pick<Observable, "type" | "value">): string => `${type}|${value}`;

function* distinct(items: Iterable<readonly [ioc: string, type: string | undefined]>): Generator<Observable> {
  const seen = new Set<string>();
  let index = 0;
  for (const [ioc, type] of items) {
    if (ioc.trim() !== "") {
      const observable = toObservable(ioc, type, index);
      const key = keyOfObservable(observable);
      if (!seen.has(key)) {
        seen.add(key);
        yield observable;
      }
    }
    index += 1;
  }
}

function columnName(options: ColumnOptions): string | undefined {
  return options.column ?? options.iocCol ?? options.col;
}

function isFrame(input: ObservableInput): input is Frame {
  return "rowCount" in input && "columns" in input && typeof input.rows === "function";
}

function needColumn(options: ColumnOptions, known: readonly string[]): string {
  const name = columnName(options);
  if (name !== undefined) return name;
  throw new HuntError("ti/no-column", "no column with observables was given", {
    hint: `write { column: "${known[0] ?? "IPAddress"}" }; columns: ${known.slice(0, 20).join(", ")}`,
  });
}

async function* frameItems(
  frame: Frame,
  options: ColumnOptions,
): AsyncGenerator<readonly [string, string | undefined]> {
  const names = [
    needColumn(
      options,
      frame.columns.map(c => c.name),
    ),
    ...(options.iocTypeCol === undefined ? [] : [options.iocTypeCol]),
  ];
  for await (const { cells } of textPages(frame, textColumns(frame, names)))
    for (const [i, ioc] of (cells[0] ?? []).entries()) yield [ioc, cells[1]?.[i]];
}

/** @throws HuntError `ti/no-column`, `ti/unknown-type`, `transform/unknown-column` */
export async function readObservables(input: ObservableInput, options: ColumnOptions): Promise<readonly Observable[]> {
  const given =
    "then" in input && typeof input.then === "function"
      ? await (input as PromiseLike<Frame>)
      : (input as Exclude<ObservableInput, PromiseLike<Frame>>);
  if (isFrame(given)) {
    const items: (readonly [string, string | undefined])[] = [];
    for await (const item of frameItems(given, options)) items.push(item);
    return [...distinct(items)];
  }
  if (!Array.isArray(given)) return [...distinct(Object.entries(given as Readonly<Record<string, string>>))];
  return [
    ...distinct(
      (given as readonly (string | Readonly<Record<string, unknown>>)[]).map(item => {
        if (typeof item === "string") return [item, undefined] as const;
        const value = item[needColumn(options, Object.keys(item))];
        const type = options.iocTypeCol === undefined ? undefined : item[options.iocTypeCol];
        return [typeof value === "string" ? value : "", typeof type === "string" ? type : undefined] as const;
      }),
    ),
  ];
}
