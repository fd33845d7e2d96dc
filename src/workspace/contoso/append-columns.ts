/** Waiting columns → a DuckDB table. */
import type { DuckDBDataChunk } from "@duckdb/node-api";
import { loadDuckDb, loadDuckDbBindings, quoteIdentifier } from "../../frame/duckdb.js";
import type { DuckDBConnection } from "../../frame/duckdb.js";
import type { WaitingNumbers, WaitingTexts } from "./waiting-column.js";

/** DuckDB's vector size: the most rows of one chunk. */
const chunkRows = 2048;

export interface WaitingRows {
  /** Column → values. Texts become VARCHAR, never null; numbers DOUBLE. */
  readonly columns: ReadonlyMap<string, WaitingTexts | WaitingNumbers>;
  /** The rows to take, in this order. */
  readonly order: Uint32Array;
}

/** Makes `table` from rows. */
export async function createTableFrom(
  connection: DuckDBConnection,
  table: string,
  { columns, order }: WaitingRows,
): Promise<void> {
  const duckdb = await loadDuckDb();
  const setTexts = await textSetter();
  const types = [...columns.values()].map(({ kind }) => (kind === "text" ? duckdb.VARCHAR : duckdb.DOUBLE));
  const defined = [...columns.keys()].map((name, i) => `${quoteIdentifier(name)} ${String(types[i])}`);
  await connection.run(`create table ${quoteIdentifier(table)} (${defined.join(", ")})`);
  const appender = await connection.createAppender(table);
  // One chunk for all: what it holds is outside the heap, and would wait for a collection that has no reason to come.
  const chunk = duckdb.DuckDBDataChunk.create(types);
  try {
    for (let at = 0; at < order.length; at += chunkRows) {
      const rows = order.subarray(at, at + chunkRows);
      chunk.reset();
      chunk.rowCount = rows.length;
      [...columns.values()].forEach((column, i) => {
        if (column.kind === "text") setTexts(chunk, i, column, rows);
        else chunk.setColumnValues(i, numbersOf(column, rows));
      });
      appender.appendDataChunk(chunk);
    }
  } finally {
    appender.closeSync();
  }
}

const numbersOf = ({ values }: WaitingNumbers, rows: Uint32Array): (number | null)[] =>
  Array.from(rows, row => (Number.isNaN(values[row]) ? null : values[row]!));

/** Bytes of a text's slot in a vector (`duckdb_string_t`): short text itself, or the way to it. */
const slotBytes = 16;

type SetTexts = (chunk: DuckDBDataChunk, index: number, column: WaitingTexts, rows: Uint32Array) => void;

/**
 * Of 2,048 texts of a column some 250 are different. Each of those crosses into DuckDB once, and the others are copies
 * of its slot, which stay good because the vector owns all text that was assigned to it.
 */
async function textSetter(): Promise<SetTexts> {
  const bindings = await loadDuckDbBindings();
  const slots = new BigUint64Array((chunkRows * slotBytes) / 8);
  const places = new Uint16Array(chunkRows);
  return (chunk, index, { ids, texts }, rows) => {
    const vector = bindings.data_chunk_get_vector(chunk.chunk, index);
    const seen = new Map<number, number>();
    rows.forEach((row, i) => {
      const id = ids[row]!;
      let place = seen.get(id);
      if (place === undefined) {
        seen.set(id, (place = seen.size));
        bindings.vector_assign_string_element(vector, place, texts[id]!);
      }
      places[i] = place;
    });
    if (seen.size === rows.length) return;
    const data = bindings.vector_get_data(vector, seen.size * slotBytes);
    const distinct = new BigUint64Array(data.buffer, data.byteOffset, seen.size * 2);
    for (let i = 0; i < rows.length; i++) {
      const place = places[i]!;
      slots[2 * i] = distinct[2 * place]!;
      slots[2 * i + 1] = distinct[2 * place + 1]!;
    }
    bindings.copy_data_to_vector(vector, 0, slots.buffer, 0, rows.length * slotBytes);
  };
}
