/** One value of a frame as a cell of a view. */
import type { DuckDBValue } from "@duckdb/node-api";
import type { Column } from "../base/column.js";
import { unreachable } from "../base/error.js";
import type { TableCell } from "../view/index.js";
import { exactText } from "./decode.js";

/** Cells of a display are no longer than this; whole values are in the frame. */
const cellLength = 4000;

export function toCell(column: Column, value: DuckDBValue): TableCell {
  if (value === null) return null;
  switch (column.type) {
    case "bool":
      return value as boolean;
    case "int":
      return value as number;
    case "real":
      return Number.isFinite(value) ? (value as number) : String(value);
    case "string":
    case "dynamic":
    case "guid":
    case "long":
    case "decimal":
    case "timespan":
    case "datetime": {
      const text = exactText(column.type, value);
      return text.length > cellLength
        ? `${text.slice(0, cellLength)}… (${(text.length - cellLength).toLocaleString("en-US")} more characters)`
        : text;
    }
    default:
      return unreachable(column.type, "toCell");
  }
}
