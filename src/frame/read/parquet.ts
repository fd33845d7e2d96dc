/** Parquet → frames. Our own files bring their KQL types, completeness and provenance; others are mapped type by type. */
import { isKqlType, type Column, type KqlType } from "../../base/column.js";
import type { Completeness } from "../../base/completeness.js";
import type { OutputColumn } from "../../kql/api.js";
import type { Provenance } from "../api.js";
import { quoteLiteral } from "../duckdb.js";
import { physicalName, type SelectStatement } from "../materialize.js";

/** The key under which a frame's description stands in a Parquet file's metadata. */
export const parquetKey = "huntbook";

/** What a Parquet file says about the frame it was written from. */
export interface ParquetNote {
  readonly version: 1;
  readonly columns: readonly Column[];
  readonly completeness: Completeness;
  readonly provenance: Provenance;
}

/** Reads the note; undefined when there is none, or none that this version understands. */
export function parseNote(text: string): ParquetNote | undefined {
  try {
    const note = JSON.parse(text) as ParquetNote;
    const fine =
      note.version === 1 &&
      note.columns.every(c => typeof c.name === "string" && isKqlType(c.type)) &&
      ["complete", "partial", "unknown"].includes(note.completeness.state) &&
      note.completeness.causes.every(c => typeof c.message === "string" && typeof c.kind === "string") &&
      typeof note.provenance.source === "string";
    return fine ? note : undefined;
  } catch {
    return undefined;
  }
}

interface Mapping {
  readonly type: KqlType;
  readonly sql: (value: string) => string;
}

const same = (type: KqlType): Mapping => ({ type, sql: v => v });
const cast = (type: KqlType, to: string): Mapping => ({ type, sql: v => `cast(${v} as ${to})` });

/** DuckDB types of Parquet columns → KQL. The first that matches counts; whatever is nested becomes dynamic. */
const mappings: readonly (readonly [RegExp, Mapping])[] = [
  [/^BOOLEAN$/, same("bool")],
  [/^(TINYINT|SMALLINT|UTINYINT|USMALLINT)$/, cast("int", "integer")],
  [/^INTEGER$/, same("int")],
  [/^UINTEGER$/, cast("long", "bigint")],
  [/^BIGINT$/, same("long")],
  [/^UBIGINT$/, cast("decimal", "decimal(38,17)")],
  [/^FLOAT$/, cast("real", "double")],
  [/^DOUBLE$/, same("real")],
  [/^VARCHAR$/, { type: "string", sql: v => `coalesce(${v}, '')` }],
  [/^ENUM/, { type: "string", sql: v => `coalesce(cast(${v} as varchar), '')` }],
  [/^UUID$/, same("guid")],
  [/^JSON$/, same("dynamic")],
  [/^TIMESTAMP WITH TIME ZONE$/, { type: "datetime", sql: v => `${v} at time zone 'UTC'` }],
  [/^TIMESTAMP_NS$/, { type: "datetime", sql: v => `make_timestamp(epoch_ns(${v}) // 1000)` }],
  [/^(DATE|TIMESTAMP.*)$/, cast("datetime", "timestamp")],
  [/^TIME$/, { type: "timespan", sql: v => `(epoch_us(${v}) * 10)` }],
  [/^BLOB$/, { type: "string", sql: v => `coalesce(to_base64(${v}), '')` }],
  [/^(STRUCT|MAP|UNION)|\[\d*\]$/, { type: "dynamic", sql: v => `to_json(${v})` }],
];

function mappingOf(type: string): Mapping {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal !== null) {
    const [width = 0, scale = 0] = decimal.slice(1).map(Number);
    if (scale <= 17 && width - scale <= 21) return cast("decimal", "decimal(38,17)");
  }
  const found = mappings.find(([pattern]) => pattern.test(type));
  return found?.[1] ?? { type: "string", sql: v => `coalesce(cast(${v} as varchar), '')` };
}

/** A column of the file as DuckDB describes it. */
export interface FileColumn {
  readonly name: string;
  readonly type: string;
}

/** The relation of the files with positional column names. */
export function parquetRelation(files: readonly string[], width: number): string {
  const names = Array.from({ length: width }, (_, i) => physicalName(i));
  const list = files.map(quoteLiteral).join(", ");
  return `read_parquet([${list}], union_by_name = true)${width === 0 ? "" : ` as t(${names.join(", ")})`}`;
}

/** What to select from Parquet files, with the columns of the note where it fits them. */
export function parquetStatement(
  files: readonly string[],
  found: readonly FileColumn[],
  note: ParquetNote | undefined,
): SelectStatement {
  const noted = note?.columns.length === found.length ? note.columns : undefined;
  const columns: OutputColumn[] = [];
  const list = found.map(({ name, type }, i) => {
    const slot = physicalName(i);
    const mapping = mappingOf(type);
    const known = noted?.[i];
    const fits =
      known !== undefined && (known.type === mapping.type || (known.type === "timespan" && mapping.type === "long"));
    columns.push({ name: known?.name ?? name, type: fits ? known.type : mapping.type, slot });
    return `${mapping.sql(slot)} as ${slot}`;
  });
  return {
    sql: `select ${list.join(", ") || "1"} from ${parquetRelation(files, found.length)}`,
    parameters: [],
    columns,
  };
}
