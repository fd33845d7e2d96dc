/** For tests of this folder: a compiler that records what it is asked, and selects everything from the first table. */
import type { CompiledQuery, CompileResult, KqlCompiler, KqlEnvironment } from "../kql/api.js";
import { quoteIdentifier } from "./duckdb.js";

export interface FakeCompiler extends KqlCompiler {
  readonly calls: { readonly text: string; readonly environment: KqlEnvironment }[];
  /** What to answer instead, once. */
  next: CompileResult | Partial<CompiledQuery> | undefined;
}

export function fakeCompiler(): FakeCompiler {
  const fake: FakeCompiler = {
    calls: [],
    next: undefined,
    compile: async (text, environment) => {
      fake.calls.push({ text, environment });
      const answer = fake.next ?? {};
      fake.next = undefined;
      if ("state" in answer) return answer;
      return { state: "ready", query: { ...selectAll(environment), ...answer } };
    },
    edit: () => Promise.reject(new Error("the fake compiler has no editor")),
    close: async () => undefined,
  };
  return fake;
}

function selectAll(environment: KqlEnvironment): CompiledQuery {
  const table = environment.tables[0];
  const physical = table?.relation?.physical ?? {};
  const columns = (table?.columns ?? []).map((c, i) => ({ ...c, slot: `s${i}` }));
  const list = columns.map(c => `${quoteIdentifier(physical[c.name] ?? c.name)} as ${c.slot}`);
  const from = (table?.relation?.path ?? []).map(quoteIdentifier).join(".");
  return {
    sql: `select ${list.join(", ")} from ${from}`,
    parameters: [],
    columns,
    tables: environment.tables.map(t => ({ name: t.name, affects: "rows" })),
    ordered: false,
    clockDependent: false,
    udfs: [],
    diagnostics: [],
  };
}
