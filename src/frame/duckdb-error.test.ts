import { expect, test } from "vitest";
import { HuntError } from "../base/error.js";
import { toHuntError } from "./duckdb-error.js";

/** Messages as DuckDB 1.5.5 wrote them when each was provoked. */
test.each([
  ["INTERRUPT Error: Interrupted!", "query/cancelled"],
  [
    "Out of Memory Error: failed to allocate data of size 16.0 MiB (86.3 MiB/95.3 MiB used)\n\nPossible solutions: …",
    "frame/out-of-memory",
  ],
  [
    "Out of Memory Error: failed to offload data block of size 256.0 KiB (15.8 MiB/16.0 MiB used).\nThis limit was set by the 'max_temp_directory_size' setting.",
    "frame/spill-limit",
  ],
  [
    'IO Error: Could not write file "spill/duckdb_temp_storage_DEFAULT-0.tmp": No space left on device',
    "frame/disk-full",
  ],
  [
    'Permission Error: Cannot access file "a.csv" - file system operations are disabled by configuration\n\nLINE 1: …',
    "frame/folder-not-readable",
  ],
  ['IO Error: No files found that match the pattern "x.parquet"', "frame/file-missing"],
  ["Conversion Error: Could not convert string 'x' to INT64\n\nLINE 1: select …", "query/failed"],
])("%s", (message, code) => {
  const error = toHuntError(new Error(message));
  expect(error.code).toBe(code);
  expect(error.message).not.toMatch(/\n|LINE 1|SET /);
  if (code !== "query/failed") expect(error.hint).toBeDefined();
});

test("a HuntError stays what it is", () => {
  const error = new HuntError("frame/closed", "closed");
  expect(toHuntError(error)).toBe(error);
});
