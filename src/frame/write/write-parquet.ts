/** Frames → Parquet, with what is known about them in the file's metadata. */
import { rm } from "node:fs/promises";
import { quoteIdentifier, quoteLiteral } from "../duckdb.js";
import type { FrameCore } from "../frame.js";
import { physicalName } from "../materialize.js";
import { parquetKey, type ParquetNote } from "../read/parquet.js";
import { bytesOfFile, writeAtomic, type WriteOptions, type WrittenFile } from "./atomic-file.js";

/** What writing Parquet needs of the store: DuckDB writes only into the scratch folder. */
export interface ParquetHost {
  scratchFile(extension: string): string;
  run(sql: string, parameters?: readonly [], signal?: AbortSignal): Promise<void>;
}

/** Names that other readers can tell apart: they fold case, and an empty name is no identifier. */
function fileNames(names: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return names.map((name, i) => {
    const stem = name === "" ? `Column${i + 1}` : name.replaceAll("\u0000", "\u2400");
    let unique = stem;
    for (let n = 1; used.has(unique.toLowerCase()); n += 1) unique = `${stem}_${n}`;
    used.add(unique.toLowerCase());
    return unique;
  });
}

/**
 * Writes a Parquet file (zstd). Column names, KQL types, completeness and provenance stand in its metadata, and `read` brings
 * them back; columns whose names differ by case only get a number in the file itself.
 */
export async function writeParquet(
  host: ParquetHost,
  frame: FrameCore,
  path: string,
  options: WriteOptions = {},
): Promise<WrittenFile> {
  frame.assertOpen();
  const { columns, completeness, provenance } = frame;
  const note: ParquetNote = { version: 1, columns, completeness, provenance };
  const names = fileNames(columns.map(c => c.name));
  const list = names.map((name, i) => `${physicalName(i)} as ${quoteIdentifier(name)}`);
  const table = frame.relation.path.map(quoteIdentifier).join(".");
  const metadata = quoteLiteral(JSON.stringify(note).replaceAll("\u0000", ""));
  const scratch = host.scratchFile("parquet");
  try {
    await host.run(
      `copy (select ${list.join(", ") || "1 as no_columns"} from ${table}) to ${quoteLiteral(scratch)} (format parquet, compression zstd, kv_metadata {${parquetKey}: ${metadata}})`,
      [],
      options.signal,
    );
    const written = await writeAtomic(path, bytesOfFile(scratch), options);
    return { ...written, rows: frame.rowCount };
  } finally {
    await rm(scratch, { force: true });
  }
}
