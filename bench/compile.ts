/**
 * What compiling costs beside running: warm compilations of different texts against the full catalogue with the functions of
 * every workspace, answers from the plan cache, and what an editor waits for while a text is written. In this thread, so that the figure is the compiler's and not the messenger's.
 */
import { SchemaCache } from "../src/kql/environment.js";
import { compileKql } from "../src/kql/compile.js";
import { createInlineCompiler } from "../src/kql/compiler.js";
import type { KqlEnvironment } from "../src/kql/api.js";
import { editKql } from "../src/kql/editor.js";
import { loadShippedFunctions } from "../src/query/load-queries.js";
import { loadAsim, loadCatalogue } from "../src/workspace/index.js";
import { median, quantile, saveResult, timed } from "./measure.js";
import { fillDays, questions } from "./questions.js";

const tables = (await loadCatalogue()).all().map(table => ({ ...table, relation: { path: ["main", table.name] } }));
const functions = [...(await loadAsim(tables)), ...loadShippedFunctions()];
const environment: KqlEnvironment = { schemaId: "catalogue", tables, functions, now: "2026-01-15T00:00:00Z" };
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

/** Each text as it is after each of its words, as a hunter writes it. */
const completions: number[] = [];
for (const text of texts(0))
  for (const { index } of text.matchAll(/\b\w/g)) {
    const request = { kind: "complete", text: text.slice(0, index + 1), offset: index + 1 } as const;
    completions.push(await timed(() => editKql(request, environment, schemas)));
  }

const figures = {
  tables: tables.length,
  functions: functions.length,
  completions: completions.length,
  completionMedianMs: median(completions),
  completionP95Ms: quantile(completions, 0.95),
  firstMs,
  warmMedianMs: median(warm),
  warmP95Ms: quantile(warm, 0.95),
  cacheHitMs: median(cached),
};
saveResult("compile", figures);
console.log(`${figures.tables} tables, ${figures.functions} functions; the first ten texts ${firstMs.toFixed(0)} ms`);
console.log(`warm: median ${figures.warmMedianMs.toFixed(1)} ms, 95 % under ${figures.warmP95Ms.toFixed(1)} ms`);
console.log(`from the plan cache: ${figures.cacheHitMs.toFixed(3)} ms`);
console.log(
  `completion at ${figures.completions} places: median ${figures.completionMedianMs.toFixed(1)} ms, 95 % under ${figures.completionP95Ms.toFixed(1)} ms`,
);
