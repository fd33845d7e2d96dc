/** Binds KQL against the shipped table schemas with Microsoft's language service: what columns a query gives. For tools and tests. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isKqlType, type Column, type TableSchema } from "../src/base/column.js";

type New = new (...args: readonly unknown[]) => unknown;
type SymbolClass = New & Record<string, New>;
interface LanguageService {
  readonly KustoCode: { ParseAndAnalyze(text: string, globals: unknown): BoundCode };
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
  readonly Symbols: Record<"ColumnSymbol" | "TableSymbol" | "DatabaseSymbol", SymbolClass> & {
    readonly ScalarTypes: { GetSymbol(name: string): unknown };
  };
}
interface BoundCode {
  readonly ResultType: { readonly Columns?: unknown; readonly IsOpen?: boolean } | null;
  GetDiagnostics(): unknown;
}

export interface BoundText {
  readonly columns: readonly Column[];
  /** `KS142: message`, errors only. */
  readonly errors: readonly string[];
}

export interface TableBinder {
  readonly tables: readonly TableSchema[];
  bind(text: string): BoundText;
}

function loadService(): LanguageService {
  const require = createRequire(import.meta.url);
  const globals = globalThis as { Kusto?: { readonly Language: LanguageService } };
  if (globals.Kusto === undefined) {
    require("@kusto/language-service-next/bridge.min.js");
    require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
  }
  if (globals.Kusto === undefined) throw new Error("the language service did not load");
  return globals.Kusto.Language;
}

function toArray(list: unknown): readonly unknown[] {
  if (list === null || list === undefined) return [];
  if (Array.isArray(list)) return list;
  return (globalThis as unknown as { Bridge: { toArray(l: unknown): unknown[] } }).Bridge.toArray(list);
}

/** Tables of the shipped catalogue, and legacy ones that the references do not list. */
export function loadTables(): TableSchema[] {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(import.meta.dirname, "../schemas", name), "utf8")) as Record<
      string,
      Record<string, string>
    >;
  const all: Record<string, Record<string, string>> = { ...read("xdr-tables.json"), AuditLog_CL: auditLog };
  // Defender's tables carry both time columns, as in a workspace that receives them.
  for (const [name, columns] of Object.entries(read("sentinel-tables.json"))) all[name] = { ...all[name], ...columns };
  return Object.entries(all).map(([name, columns]) => ({
    name,
    columns: Object.entries(columns).flatMap(([column, type]) => (isKqlType(type) ? [{ name: column, type }] : [])),
  }));
}

const auditLog = {
  TimeGenerated: "datetime",
  Computer: "string",
  RawData: "string",
  Type: "string",
  TenantId: "string",
};

export function createTableBinder(tables: readonly TableSchema[] = loadTables()): TableBinder {
  const service = loadService();
  const { ColumnSymbol, TableSymbol, DatabaseSymbol, ScalarTypes } = service.Symbols;
  const symbols = tables.map(t => {
    const columns = t.columns.map(c => new ColumnSymbol(c.name, ScalarTypes.GetSymbol(c.type)));
    const make = TableSymbol["$ctor4"];
    if (make === undefined) throw new Error("the language service has changed");
    return new make(t.name, columns);
  });
  const makeDatabase = DatabaseSymbol["$ctor1"];
  if (makeDatabase === undefined) throw new Error("the language service has changed");
  const globals = service.GlobalState.Default.WithDatabase(new makeDatabase("default", symbols, false));
  const bind = (text: string): BoundText => {
    const code = service.KustoCode.ParseAndAnalyze(text, globals);
    const errors = toArray(code.GetDiagnostics()).flatMap(d => {
      const { Code, Severity, Message } = d as Record<"Code" | "Severity" | "Message", string>;
      return Severity === "Error" ? [`${Code}: ${Message}`] : [];
    });
    const columns = toArray(code.ResultType?.Columns).flatMap(c => {
      const { Name, Type } = c as { Name: string; Type: { Name: string } };
      return isKqlType(Type.Name) ? [{ name: Name, type: Type.Name }] : [];
    });
    return { columns, errors };
  };
  return { tables, bind };
}
