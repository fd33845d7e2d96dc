/** The tables that Microsoft Sentinel and Defender XDR have, known without data. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isKqlType } from "../../base/column.js";
import type { Column, KqlType, TableSchema } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import { didYouMean, nearestName } from "../../base/suggest.js";
import { amendedTables, legacyTables } from "./legacy.js";

export type TableOrigin = "sentinel" | "defender" | "legacy";

export interface CatalogueTable extends TableSchema {
  readonly origin: TableOrigin;
}

/** A catalogue is a value: it never changes after it was loaded. */
export interface Catalogue {
  /** Sorted. */
  readonly names: readonly string[];
  /** Names are case-sensitive, as in KQL. */
  find(name: string): CatalogueTable | undefined;
  /** For file and field names, which people write in any case. */
  findIgnoringCase(name: string): CatalogueTable | undefined;
  /** @throws HuntError `schema/unknown-table`, with the nearest name */
  get(name: string): CatalogueTable;
  nearest(name: string): string | undefined;
  all(): readonly CatalogueTable[];
}

type RawTables = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Reads the shipped catalogue: Sentinel's tables, Defender's, and those the references no longer list.
 *
 * Defender tables carry both `TimeGenerated`, as in a Sentinel workspace, and `Timestamp`, as in advanced hunting. Where
 * both references know a column, Sentinel's type holds.
 *
 * Source: `schemas/README.md`
 */
export async function loadCatalogue(): Promise<Catalogue> {
  const folder = join(import.meta.dirname, "../../../schemas");
  const [sentinel, defender] = await Promise.all(
    ["sentinel-tables.json", "xdr-tables.json"].map(async name => {
      const text = await readFile(join(folder, name), "utf8");
      return JSON.parse(text) as RawTables;
    }),
  );
  return createCatalogue(amended(sentinel ?? {}), amended(defender ?? {}), legacyTables);
}

/** With the columns that a reference leaves out. */
export function amended(tables: RawTables): RawTables {
  const more = Object.entries(amendedTables).filter(([name]) => Object.hasOwn(tables, name));
  return { ...tables, ...Object.fromEntries(more.map(([name, columns]) => [name, { ...columns, ...tables[name] }])) };
}

/** Makes a catalogue of table descriptions (table → column → type). */
export function createCatalogue(sentinel: RawTables, defender: RawTables, legacy: RawTables = {}): Catalogue {
  const tables = new Map<string, () => CatalogueTable>();
  const add = (name: string, origin: TableOrigin, columns: () => Record<string, string>): void => {
    let made: CatalogueTable | undefined;
    tables.set(name, () => (made ??= { name, origin, columns: toColumns(name, columns()) }));
  };
  for (const [name, columns] of Object.entries(legacy)) add(name, "legacy", () => ({ ...columns, ...everywhere }));
  for (const [name, columns] of Object.entries(sentinel)) add(name, "sentinel", () => ({ ...columns }));
  for (const [name, columns] of Object.entries(defender))
    add(name, "defender", () => ({ ...columns, ...everywhere, ...sentinel[name] }));
  const names = [...tables.keys()].sort();
  const folded = new Map(names.map(name => [name.toLowerCase(), name]));
  const find = (name: string): CatalogueTable | undefined => tables.get(name)?.();
  return {
    names,
    find,
    findIgnoringCase: name => find(folded.get(name.toLowerCase()) ?? ""),
    get: name => {
      const table = find(name);
      if (table !== undefined) return table;
      throw new HuntError("schema/unknown-table", `no table '${name}' is known${didYouMean(name, names)}`, {
        hint: "list the tables of the workspace, or ingest data for it",
      });
    },
    nearest: name => nearestName(name, names),
    all: () => names.map(name => tables.get(name)?.()).filter(table => table !== undefined),
  };
}

/** What every table of a Log Analytics workspace has. */
const everywhere: Readonly<Record<string, KqlType>> = { TimeGenerated: "datetime", Type: "string" };

/** In the order people read them: time first, the service's own columns last. */
function toColumns(table: string, raw: Readonly<Record<string, string>>): readonly Column[] {
  const columns = Object.entries(raw).map(([name, type]): Column => {
    if (!isKqlType(type)) throw new HuntError("internal/bug", `catalogue: ${table}.${name} has the type '${type}'`);
    return { name, type };
  });
  return columns
    .map((column, index) => ({ column, index, rank: rankOf(column.name) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ column }) => column);
}

function rankOf(name: string): number {
  if (name === "TimeGenerated") return 0;
  if (name === "Timestamp") return 1;
  if (name === "Type") return 4;
  return name.startsWith("_") ? 3 : 2;
}
