/**
 * Frame → process table. DuckDB turns texts into numbers, because texts cost most on their way to JavaScript: of a hundred
 * thousand creations only the different ids, hosts and names travel, and later the texts of the rows that are drawn.
 */
import { HuntError } from "../../base/error.js";
import type { Frame } from "../../frame/frame.js";
import { asText, fromFrame, getColumn, toText, type SqlColumn } from "../../frame/plot/columns.js";
import type { PlotHost, ProcessColumns, ProcessTreeOptions } from "../../frame/plot/host.js";
import { findLookalikes, findProcessId, findProcessName, normalizeProcessId, type ProcessTable } from "./link.js";
import { findSchema, type FoundSchema } from "./schemas.js";

type Field = keyof ProcessColumns;
type SqlParameters = NonNullable<Parameters<PlotHost["all"]>[1]>;

/** Everything of a table of process creations that a tree needs. */
export interface ProcessData {
  readonly table: ProcessTable;
  /** The frame's row of each row of the table. */
  readonly frameRow: Float64Array;
  /** Rows that repeat an earlier one. */
  readonly repeated: readonly number[];
  /** Rows of other kinds that were left out. */
  readonly others: number;
  readonly schema: FoundSchema;
  readonly texts: ProcessTexts;
}

/** Texts that are compared with each other share one list of codes. */
const dictionaries = {
  ids: ["processId", "parentId", "grandparentId"],
  names: ["name", "parentName", "grandparentName"],
  hosts: ["host"],
  guids: ["processGuid", "parentGuid"],
} as const satisfies Record<string, readonly Field[]>;
type DictionaryName = keyof typeof dictionaries;

/** What a text means, for comparing; `undefined` means nothing. Identifiers are compared as they are, and never travel. */
const meanings: Readonly<Record<DictionaryName, ((text: string) => string | undefined) | undefined>> = {
  ids: findProcessId,
  names: findProcessName,
  hosts: text => text,
  guids: undefined,
};

const timeFields = ["time", "processTime", "parentTime"] as const satisfies readonly Field[];

/** Times in text columns: ISO, or without a zone, which then is UTC. */
const parseTime = (text: string): number => {
  if (text === "") return Number.NaN;
  return Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.trim().replace(" ", "T")}Z`);
};

/** The texts of single rows, when somebody looks. */
export class ProcessTexts {
  readonly #host: PlotHost;
  readonly #columns: ReadonlyMap<Field, SqlColumn>;
  readonly #source: Source;

  constructor(host: PlotHost, columns: ReadonlyMap<Field, SqlColumn>, source: Source) {
    this.#host = host;
    this.#columns = columns;
    this.#source = source;
  }

  /** Texts of some rows of the frame by field; fields that the frame lacks are empty. */
  async of(frameRows: readonly number[], fields: readonly Field[]): Promise<ReadonlyMap<number, Readonly<Row>>> {
    const known = fields.filter(f => this.#columns.has(f));
    if (frameRows.length === 0 || known.length === 0) return new Map();
    const list = known.map(f => asText(this.#columns.get(f) as SqlColumn));
    const wanted = { type: "VARCHAR", value: frameRows.join(",") } as const;
    const chunks = await this.#host.values(
      `select cast(rowid as double), ${list.join(", ")} from ${this.#source.from} where rowid in (select cast(unnest(string_split($1, ',')) as bigint))`,
      [wanted],
    );
    const rows = new Map<number, Row>();
    for (const [numbers = [], ...texts] of chunks)
      numbers.forEach((row, i) =>
        rows.set(Number(row), Object.fromEntries(known.map((f, k) => [f, toText(texts[k]?.[i])]))),
      );
    return rows;
  }

  /**
   * Names and command lines of the rows that one of the patterns (RE2, letters of any case) finds something in; of all rows
   * without patterns.
   */
  async matching(patterns: readonly string[]): Promise<readonly NamedRow[]> {
    const { from, where, parameters } = this.#source;
    const [name, command] = [this.#sql("name"), this.#sql("commandLine")];
    const hole = `$${parameters.length + 1}`;
    const found = patterns.length === 0 ? "" : ` where regexp_matches(concat(name, chr(10), command), ${hole}, 'i')`;
    const chunks = await this.#host.values(
      `select cast(row as double), name, command from (select rowid as row, ${name} as name, ${command} as command from ${from}${where})${found}`,
      patterns.length === 0 ? parameters : [...parameters, { type: "VARCHAR", value: patterns.join("|") }],
    );
    return chunks.flatMap(([rows = [], names = [], commands = []]) =>
      rows.map((row, i) => ({ frameRow: Number(row), name: toText(names[i]), commandLine: toText(commands[i]) })),
    );
  }

  /** Rows of the frame in which a text stands, in letters of any case, or which have the process id. */
  async mentioning(text: string, fields: readonly Field[] = ["name", "commandLine"]): Promise<readonly number[]> {
    const { from, where, parameters } = this.#source;
    const contains = (field: Field): string => `contains(lower(${this.#sql(field)}), lower($${parameters.length + 1}))`;
    const id = normalizeProcessId(text);
    const chunks = await this.#host.values(
      `select cast(rowid as double), ${this.#sql("processId")}, ${fields.map(contains).join(" or ")} from ${from}${where}`,
      [...parameters, { type: "VARCHAR", value: text }],
    );
    return chunks.flatMap(([rows = [], ids = [], isFound = []]) =>
      rows.flatMap((row, i) => (isFound[i] === true || normalizeProcessId(toText(ids[i])) === id ? [Number(row)] : [])),
    );
  }

  #sql(field: Field): string {
    const column = this.#columns.get(field);
    return column === undefined ? "''" : asText(column);
  }
}

interface NamedRow {
  readonly frameRow: number;
  readonly name: string;
  readonly commandLine: string;
}

export type Row = { [F in Field]?: string };

/** The rows of a frame that are process creations. */
interface Source {
  readonly from: string;
  readonly where: string;
  readonly parameters: SqlParameters;
  readonly others: number;
}

/** Rows of the wanted kinds; all when none is, because the column then means something else. */
async function chooseKinds(frame: Frame, only: FoundSchema["only"]): Promise<Source> {
  const all: Source = { from: fromFrame(frame), where: "", parameters: [], others: 0 };
  if (only === undefined) return all;
  const parameters = only.values.map(value => ({ type: "VARCHAR", value }) as const);
  const where = ` where ${asText(getColumn(frame, only.column))} in (${only.values.map((_, i) => `$${i + 1}`).join(", ")})`;
  const [row] = await frame.plotHost.all(`select count(*) as n from ${all.from}${where}`, parameters);
  const kept = Number(row?.["n"] ?? 0);
  return kept === 0 || kept === frame.rowCount ? all : { ...all, where, parameters, others: frame.rowCount - kept };
}

interface Dictionary {
  readonly name: DictionaryName;
  readonly fields: readonly Field[];
  /** SQL that gives the different texts as `x`. */
  readonly sql: string;
}

function chooseDictionaries(columns: ReadonlyMap<Field, SqlColumn>, source: Source): readonly Dictionary[] {
  return (Object.keys(dictionaries) as DictionaryName[]).flatMap(name => {
    const fields = dictionaries[name].filter(f => columns.has(f));
    if (fields.length === 0 || (name === "guids" && fields.length < dictionaries.guids.length)) return [];
    const parts = fields.map(
      f => `select distinct ${asText(columns.get(f) as SqlColumn)} as x from ${source.from}${source.where}`,
    );
    return [{ name, fields, sql: parts.join(" union ") }];
  });
}

/** By the place of a text in its sorted dictionary: a number that is equal for all texts of one meaning. */
async function readCodes(host: PlotHost, { name, sql }: Dictionary, source: Source): Promise<Float64Array | undefined> {
  const meaning = meanings[name];
  if (meaning === undefined) return undefined;
  const chunks = await host.values(`select x from (${sql}) order by x`, source.parameters);
  const known = new Map<string, number>();
  const codes = chunks.flatMap(([texts = []]) =>
    texts.map(text => {
      const means = meaning(toText(text));
      if (means === undefined) return -1;
      const code = known.get(means) ?? known.size;
      known.set(means, code);
      return code;
    }),
  );
  return Float64Array.from(codes);
}

/** Reads the columns of a frame that its schema names. @throws as findSchema, `view/column-type`, `frame/closed` */
export async function readProcesses(frame: Frame, schema?: ProcessTreeOptions["schema"]): Promise<ProcessData> {
  frame.assertOpen();
  const found = findSchema(frame.columns, schema);
  const columns = new Map(
    (Object.entries(found.columns) as [Field, string][]).map(([field, name]) => [field, getColumn(frame, name)]),
  );
  const host = frame.plotHost;
  const source = await chooseKinds(frame, found.only);
  const all = chooseDictionaries(columns, source);
  const codes = new Map<DictionaryName, Float64Array | undefined>();
  const hosts = all.find(d => d.name === "hosts");
  if (hosts !== undefined) codes.set("hosts", await readCodes(host, hosts, source));
  // One host in all rows says nothing.
  const list = codes.get("hosts")?.length === 1 ? all.filter(d => d !== hosts) : all;
  const others = list.filter(d => d !== hosts);
  const [read, ...rest] = await Promise.all([
    readNumbers(host, { columns, list, source }),
    ...others.map(d => readCodes(host, d, source)),
  ]);
  others.forEach((d, i) => codes.set(d.name, rest[i]));
  const table = await toTable(host, { columns, list, codes, source, read });
  const texts = new ProcessTexts(host, columns, source);
  const frameRow = read.get("row") ?? new Float64Array(0);
  return {
    ...{ table, frameRow, schema: found, texts, others: source.others },
    repeated: await findRepeated(table, frameRow, texts),
  };
}

interface Reading {
  readonly columns: ReadonlyMap<Field, SqlColumn>;
  readonly list: readonly Dictionary[];
  readonly source: Source;
}

/** Rows by time, as numbers: their place in the frame, times, and the places of their texts in the dictionaries. */
async function readNumbers(host: PlotHost, parts: Reading): Promise<ReadonlyMap<string, Float64Array>> {
  const { columns, list, source } = parts;
  const taken: string[] = ["row"];
  const select: string[] = ["cast(f.rowid as double)"];
  const joins: string[] = [];
  const tables: string[] = [];
  for (const field of timeFields) {
    const column = columns.get(field);
    if (column?.type !== "datetime") continue;
    taken.push(field);
    select.push(`epoch_us(f.${column.sql}) / 1000.0`);
  }
  for (const { name, fields, sql } of list) {
    const place = "cast(row_number() over (order by x) - 1 as double)";
    const told = name === "guids" ? `case when x = '' then -1.0::double else ${place} end` : place;
    tables.push(`${name} as materialized (select x, ${told} as c from (${sql}))`);
    for (const field of fields) {
      taken.push(field);
      select.push(`d_${field}.c`);
      joins.push(`join ${name} d_${field} on d_${field}.x = ${textOf(columns.get(field) as SqlColumn)}`);
    }
  }
  const time = columns.get("time");
  const order = time?.type === "datetime" ? `f.${time.sql} nulls first, f.rowid` : "f.rowid";
  const numbers = await host.numbers(
    `${tables.length === 0 ? "" : `with ${tables.join(", ")} `}select ${select.join(", ")} from (select rowid, * from ${source.from}${source.where}) f ${joins.join(" ")} order by ${order}`,
    source.parameters,
  );
  return new Map(taken.map((name, i) => [name, numbers[i] ?? new Float64Array(0)]));
}

/** The text of a column of `f`. */
const textOf = (column: SqlColumn): string => asText({ ...column, sql: `f.${column.sql}` });

async function toTable(
  host: PlotHost,
  parts: Reading & {
    readonly codes: ReadonlyMap<DictionaryName, Float64Array | undefined>;
    readonly read: ReadonlyMap<string, Float64Array>;
  },
): Promise<ProcessTable> {
  const { columns, list, codes, source, read } = parts;
  const count = read.get("row")?.length ?? 0;
  const code = (field: Field): Float64Array | undefined => {
    const dictionary = list.find(d => d.fields.includes(field));
    if (dictionary === undefined) return undefined;
    const meant = codes.get(dictionary.name);
    const places = read.get(field) ?? new Float64Array(count);
    return meant === undefined ? places : places.map(place => meant[place] ?? -1);
  };
  const time = async (field: Field): Promise<Float64Array | undefined> => {
    const column = columns.get(field);
    if (column === undefined) return undefined;
    return read.get(field) ?? readTextTimes(host, column, { source, frameRow: read.get("row") ?? new Float64Array(0) });
  };
  return {
    count,
    timeMs: (await time("time")) ?? new Float64Array(count).fill(Number.NaN),
    processId: code("processId") ?? new Float64Array(count).fill(-1),
    parentId: code("parentId") ?? new Float64Array(count).fill(-1),
    name: code("name") ?? new Float64Array(count).fill(-1),
    parentName: code("parentName"),
    host: code("host"),
    createdMs: await time("processTime"),
    parentCreatedMs: await time("parentTime"),
    guid: code("processGuid"),
    parentGuid: code("parentGuid"),
    grandparentId: code("grandparentId"),
    grandparentName: code("grandparentName"),
  };
}

/** Times of a text column, for the rows of the table. @throws HuntError `view/column-type` when none is a time */
async function readTextTimes(
  host: PlotHost,
  column: SqlColumn,
  { source, frameRow }: { readonly source: Source; readonly frameRow: Float64Array },
): Promise<Float64Array> {
  const { from, where, parameters } = source;
  const chunks = await host.values(`select cast(rowid as double), ${asText(column)} from ${from}${where}`, parameters);
  const times = new Map<number, number>();
  for (const [rows = [], texts = []] of chunks)
    rows.forEach((row, i) => void times.set(Number(row), parseTime(toText(texts[i]))));
  const out = frameRow.map(row => times.get(row) ?? Number.NaN);
  if (out.length > 0 && out.every(Number.isNaN))
    throw new HuntError("view/column-type", `column '${column.name}' is ${column.type} and holds no times`, {
      hint: `convert it first: | extend ${column.name} = todatetime(${column.name})`,
    });
  return out;
}

/** Rows that repeat an earlier one, command line and all; texts are read only of rows that are alike otherwise. */
async function findRepeated(table: ProcessTable, frameRow: Float64Array, texts: ProcessTexts): Promise<number[]> {
  const groups = findLookalikes(table);
  if (groups.length === 0) return [];
  const rowAt = (row: number): number => frameRow[row] ?? -1;
  const commands = await texts.of(groups.flat().map(rowAt), ["commandLine"]);
  return groups.flatMap(group => {
    const seen = new Set<string>();
    return group.filter(row => {
      const command = commands.get(rowAt(row))?.commandLine ?? "";
      return seen.size === seen.add(command).size;
    });
  });
}
