/**
 * What compiling costs beside running: warm compilations of different texts against the full catalogue, and answers from
 * the plan cache. In this thread, so that the figure is the compiler's and not the messenger's.
 */
import { SchemaCache } from "../src/kql/environment.js";
import { compileKql } from "../src/kql/compile.js";
import { createInlineCompiler } from "../src/kql/compiler.js";
import type { KqlEnvironment } from "../src/kql/api.js";
import { loadCatalogue } from "../src/workspace/index.js";
import { median, quantile, saveResult, timed } from "./measure.js";
import { fillDays, questions } from "./questions.js";

const tables = (await loadCatalogue()).all().map(table => ({ ...table, relation: { path: ["main", table.name] } }));
const environment: KqlEnvironment = { schemaId: "catalogue", tables, now: "2026-01-15T00:00:00Z" };
const schemas = new SchemaCache();

const texts = (round: number): readonly string[] =>
  questions.map(q => `${fillDays(q.kql, Date.parse(environment.now))} | extend round = ${round}`);
const compileAll = async (round: number): Promise<readonly number[]> => {
  const times: number[] = [];
  for (const text of texts(round)) {
    const result = { state: "" };
    times.push(await timed(() => Object.assign(result, compileKql(text, environment, schemas))));
    if (result.state !== "ready") throw new Error(`does not compile: ${text}`);
  }
  return times;
};

const firstMs = (await compileAll(0)).reduce((a, b) => a + b, 0);
for (let round = 1; round <= 5; round += 1) await compileAll(round);
const warm: number[] = [];
for (let round = 6; round <= 25; round += 1) warm.push(...(await compileAll(round)));

const compiler = createInlineCompiler();
for (const text of texts(0)) await compiler.compile(text, environment);
const cached: number[] = [];
for (let round = 0; round < 50; round += 1)
  for (const text of texts(0)) cached.push(await timed(() => compiler.compile(text, environment)));

const figures = {
  tables: tables.length,
  firstMs,
  warmMedianMs: median(warm),
  warmP95Ms: quantile(warm, 0.95),
  cacheHitMs: median(cached),
};
saveResult("compile", figures);
console.log(`${figures.tables} tables; the first ten texts ${firstMs.toFixed(0)} ms`);
console.log(`warm: median ${figures.warmMedianMs.toFixed(1)} ms, 95 % under ${figures.warmP95Ms.toFixed(1)} ms`);
console.log(`from the plan cache: ${figures.cacheHitMs.toFixed(3)} ms`);
