/** The tables of one product, closed: for checking queries that are to run there. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { KqlType, TableSchema } from "../../base/column.js";
import { isKqlType } from "../../base/column.js";
import { amended, loadCatalogue } from "./catalogue.js";

/** `Sentinel`: a Log Analytics workspace; `M365D`: advanced hunting in Defender; `Local`: everything Huntbook knows. */
export type CheckTarget = "Sentinel" | "M365D" | "Local";
export const checkTargets: readonly CheckTarget[] = ["Sentinel", "M365D", "Local"];

/** Tables under the name that the service has, where the documentation writes another. */
const servedAs: Readonly<Record<string, string>> = { GraphApiAuditEvents: "GraphAPIAuditEvents" };

/**
 * The tables of a product with the columns they have there: Sentinel's have `TimeGenerated`, Defender's `Timestamp`.
 *
 * Source: `schemas/README.md`
 */
export async function loadTargetTables(target: CheckTarget): Promise<readonly TableSchema[]> {
  const catalogue = await loadCatalogue();
  if (target === "Local") return catalogue.all();
  if (target === "M365D") return readTables("xdr-tables.json");
  const sentinel = await readTables("sentinel-tables.json");
  const known = new Set(sentinel.map(t => t.name));
  return [...sentinel, ...catalogue.all().filter(t => t.origin === "legacy" && !known.has(t.name))];
}

async function readTables(file: string): Promise<readonly TableSchema[]> {
  const text = await readFile(join(import.meta.dirname, "../../../schemas", file), "utf8");
  const raw = JSON.parse(text) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  return Object.entries(amended(raw)).map(([name, columns]) => ({
    name: servedAs[name] ?? name,
    columns: Object.entries(columns).flatMap(([column, type]): readonly { name: string; type: KqlType }[] =>
      isKqlType(type) ? [{ name: column, type }] : [],
    ),
  }));
}
