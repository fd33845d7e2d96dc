/** The parsers of the Advanced Security Information Model, as stored functions of every workspace. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TableSchema } from "../../base/column.js";
import type { KqlFunction } from "../../kql/api.js";
import { parseFunction } from "../functions.js";
import { asimSchemas, schemaColumns } from "./schemas.js";

const folder = join(import.meta.dirname, "../../../queries/asim");

/**
 * Reads the parsers: those in the files of `queries/asim`, for each schema one of its columns without rows and one of its own table, and their other names.
 *
 * `_ASim_X` gives the events of a schema, `_Im_X` the same filtered by its arguments. Both have the schema's columns, whatever
 * the sources have; what a source does not say is empty or null. Without the model's own tables among `tables` there are none.
 *
 * Source: https://learn.microsoft.com/azure/sentinel/normalization-about-schemas
 */
export async function loadAsim(tables: readonly TableSchema[]): Promise<readonly KqlFunction[]> {
  const known = new Map(tables.map(t => [t.name, t]));
  // Where there are other tables there are no parsers of these.
  if (Object.values(asimSchemas).some(s => s.table !== undefined && !known.has(s.table))) return [];
  const read = await readParsers();
  const byName = new Map(read.map(f => [f.name, f]));
  const made = Object.entries(asimSchemas).flatMap(([name, schema]): readonly KqlFunction[] => {
    const { all, native } = schemaColumns(schema, known.get(schema.table ?? "")?.columns ?? []);
    const columns = all.map(c => `${c.name}: ${c.type}`).join(", ");
    const empty = `_ASim_${name}_Empty`;
    const rows =
      schema.table === undefined ? [] : [{ of: "Native", body: `${schema.table} | project ${names(native)}` }];
    const others = Object.entries(schema.aliases).flatMap(([alias, of]): readonly KqlFunction[] => {
      const named = byName.get(of);
      return named === undefined ? [] : [{ ...named, name: alias }];
    });
    return [
      ...(byName.has(empty) ? [] : [{ name: empty, parameters: "", body: `datatable(${columns})[]` }]),
      ...rows.map(r => ({ name: `_ASim_${name}_${r.of}`, parameters: "", body: r.body })),
      ...others,
    ];
  });
  return [...read, ...made].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const names = (columns: readonly { readonly name: string }[]): string => columns.map(c => c.name).join(", ");

async function readParsers(): Promise<readonly KqlFunction[]> {
  const found = await readdir(folder, { recursive: true });
  const files = found.filter(name => name.endsWith(".kql")).sort();
  return Promise.all(
    files.map(async path => {
      const name = path.split(/[\\/]/).at(-1) ?? path;
      return parseFunction(await readFile(join(folder, path), "utf8"), name);
    }),
  );
}
