/**
 * Ten hunting questions in KQL against hand-written DuckDB SQL that gives the same answer: `tsx bench/kql.ts [SIZE…]`
 * (default 1m; several sizes show how time grows with rows).
 *
 * What is timed is the whole way of a query, from text to a frame (the plan is in the cache after the first time), against
 * a bare `create temp table … as SELECT`. Best of five, alternating, in one process; answers are compared first.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { DuckDBConnection } from "@duckdb/node-api";
import { connectDuckDb, openDuckDb, quoteLiteral } from "../src/frame/duckdb.js";
import { createSession } from "../src/session/session.js";
import type { LocalWorkspace } from "../src/workspace/api.js";
import { geometricMean, peakMiB, saveResult, timed } from "./measure.js";
import { fillDays, questions, type Question } from "./questions.js";
import { benchTenant, toRowSize } from "./tenant.js";

interface Figure {
  readonly name: string;
  readonly kqlMs: number;
  readonly sqlMs: number;
  readonly ratio: number;
  readonly rows: number;
}

interface Sides {
  readonly workspace: LocalWorkspace;
  readonly connection: DuckDBConnection;
  readonly dir: string;
}

const runs = 5;

async function compare({ name, kql, sql }: Question, { workspace, connection, dir }: Sides): Promise<Figure> {
  const nowMs = workspace.clock.now();
  const byHand = fillDays(sql, nowMs).replaceAll(/\{(\w+)\}/g, (_, table: string) => filesOf(dir, table));
  const ask = () => workspace.query(fillDays(kql, nowMs), { maxRows: Infinity });
  const rows = await (await ask()).rows({ bigint: true });
  const [a, b] = [show(rows), show((await connection.runAndReadAll(byHand)).getRowsJS())];
  if (a !== b) throw new Error(`${name}: the answers differ\n${a.slice(0, 300)}\n${b.slice(0, 300)}`);
  let [kqlMs, sqlMs] = [Infinity, Infinity];
  for (let i = 0; i < runs; i += 1) {
    kqlMs = Math.min(kqlMs, await timed(async () => (await ask()).close()));
    sqlMs = Math.min(sqlMs, await timed(() => connection.run(`create or replace temp table answer as ${byHand}`)));
  }
  return { name, kqlMs, sqlMs, ratio: kqlMs / sqlMs, rows: rows.length };
}

function filesOf(dir: string, table: string): string {
  const folder = join(dir, "tables", table);
  return `read_parquet([${readdirSync(folder)
    .map(f => quoteLiteral(join(folder, f)))
    .join(", ")}])`;
}

/** Rows as text, types aside: numbers and bigints, dates and timestamps alike. */
function show(table: readonly object[]): string {
  const cell = (value: unknown): string =>
    value instanceof Date ? value.toISOString() : typeof value === "number" ? value.toPrecision(12) : String(value);
  const exact = (value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);
  return table
    .map(row =>
      Object.values(row)
        .map(v => cell(exact(v)))
        .join("|"),
    )
    .join("\n");
}

async function benchSize(size: string): Promise<readonly Figure[]> {
  const dir = await benchTenant(toRowSize(size));
  const session = createSession({ dataDir: join(dir, ".."), workspace: dir });
  const instance = await openDuckDb();
  const connection = await connectDuckDb(instance);
  try {
    const workspace = await session.workspace();
    const total = workspace.tables.reduce((sum, t) => sum + t.rowCount, 0);
    console.log(`${size}: ${total.toLocaleString("en-US")} rows`);
    const figures: Figure[] = [];
    for (const question of questions) {
      const figure = await compare(question, { workspace, connection, dir });
      figures.push(figure);
      const { name, kqlMs, sqlMs, ratio } = figure;
      console.log(`${name.padEnd(20)} ${ms(kqlMs)} KQL  ${ms(sqlMs)} SQL  ${ratio.toFixed(2)} ×`);
    }
    return figures;
  } finally {
    connection.closeSync();
    instance.closeSync();
    await session.close();
  }
}

const ms = (value: number): string => `${value.toFixed(1).padStart(8)} ms`;

const given = process.argv.slice(2);
for (const size of given.length === 0 ? ["1m"] : given) {
  const figures = await benchSize(size);
  const ratios = figures.map(f => f.ratio);
  const [mean, worst] = [geometricMean(ratios), Math.max(...ratios)];
  console.log(`geometric mean ${mean.toFixed(2)} ×, worst ${worst.toFixed(2)} ×, peak ${peakMiB()} MiB\n`);
  saveResult(`kql-${size}`, { mean, worst, figures });
}
