/** Contoso tenants to measure on: made once for a size and kept in the temporary folder, because ten million rows take minutes. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RowSize } from "../src/workspace/contoso/size.js";
import { rowSizes } from "../src/workspace/contoso/size.js";
import { generateDemo } from "../src/session/demo.js";

export const toRowSize = (text: string): RowSize => (text in rowSizes ? (text as RowSize) : Number(text));

/** Every tenant ends on this day, so that questions may name dates. */
export const benchNowMs = Date.UTC(2026, 0, 15);

/** The folder of a tenant of this size. Delete the folder to have it made again. */
export async function benchTenant(rows: RowSize): Promise<string> {
  const dir = join(tmpdir(), "huntbook-bench", `contoso-${rows}`);
  if (!existsSync(join(dir, "manifest.json")))
    await generateDemo({ dir, rows, nowMs: benchNowMs, onProgress: () => undefined });
  return dir;
}
