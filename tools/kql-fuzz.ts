/**
 * `tsx tools/kql-fuzz.ts [COUNT] [SEED] [SECONDS]`: generates and checks queries, for so many seconds at most; prints each
 * kind of fault once, the functions and operators that no query used, and a summary.
 */
import { connectDuckDb, openDuckDb } from "../src/frame/duckdb.js";
import { installPrelude, registerUdfs } from "../src/frame/udf-host.js";
import { checkQuery } from "../test/kql-fuzz/check.js";
import { Choices } from "../test/kql-fuzz/choices.js";
import { createTables } from "../test/kql-fuzz/data.js";
import { readGrammar } from "../test/kql-fuzz/grammar.js";
import type { Query } from "../test/kql-fuzz/query.js";
import { makeCall, makeOpenQuery, makeQuery } from "../test/kql-fuzz/query.js";
import { makeUse, useNames } from "../test/kql-fuzz/uses.js";

const [most = 1000, seed = 1, seconds = Infinity] = process.argv.slice(2).map(Number);
const end = Date.now() + seconds * 1000;
const connection = await connectDuckDb(await openDuckDb());
await registerUdfs(connection);
await installPrelude(connection);
await createTables(connection);
const grammar = readGrammar();

/** mulberry32. */
let state = seed >>> 0;
const random = (): number => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const totals = { ready: 0, refused: 0, failed: 0, compared: 0, faults: 0 };
const seen = new Map<string, number>();
const everything = [...grammar.functions, ...grammar.aggregates].map(f => f.name);
const turns = seed * 97;
const called = new Set<string>();
const used = new Set<string>();

/** Of eight queries two call a function and one uses an operator or a plug-in, each in its turn. */
function make(i: number, choices: Choices): Query {
  if (i % 8 === 5) return makeUse(choices, grammar, useAt(i));
  if (i % 4 !== 3) return (i % 2 === 0 ? makeQuery : makeOpenQuery)(choices, grammar);
  const turn = (turns + Math.floor(i / 4)) % everything.length;
  const aggregate = turn - grammar.functions.length;
  const fn = aggregate < 0 ? grammar.functions[turn] : grammar.aggregates[aggregate];
  return fn === undefined ? makeQuery(choices, grammar) : makeCall(choices, fn, aggregate >= 0);
}
const useAt = (i: number): string => useNames[(turns + Math.floor(i / 8)) % useNames.length] ?? "";

let count = 0;
for (let i = 0; i < most && Date.now() < end; i++) {
  count++;
  const numbers = Array.from({ length: 4 + Math.floor(random() * 56) }, () => Math.floor(random() * 10_000));
  const query = make(i, new Choices(numbers));
  const outcome = await checkQuery(query, connection);
  totals[outcome.state]++;
  if (outcome.state === "ready" && i % 8 === 5) used.add(useAt(i));
  if (outcome.state === "ready") for (const [, name = ""] of query.text.matchAll(/\b(\w+)\(/g)) called.add(name);
  if (outcome.compared) totals.compared++;
  if (outcome.fault === undefined) continue;
  totals.faults++;
  const kind = outcome.fault.replace(/'[^']*'|"[^"]*"|\d+/g, "…").slice(0, 90);
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
  if (seen.get(kind) === 1) console.log(`--- ${outcome.fault}\n${query.text}\n`);
}
for (const [kind, times] of [...seen].sort((a, b) => b[1] - a[1])) console.log(`${times} × ${kind}`);
/** How much of a list ran, and what did not. */
function report(what: string, names: readonly string[], ran: ReadonlySet<string>): void {
  const never = names.filter(name => !ran.has(name));
  const rest = never.length === 0 ? "" : `; never: ${never.join(", ")}`;
  console.log(`${names.length - never.length} of ${names.length} ${what} ran${rest}`);
}
report("functions", everything, called);
report("operators and plug-ins", useNames, used);
const { ready, refused, failed, compared, faults } = totals;
console.log(
  `${count} queries (seed ${seed}): ${ready} run, ${compared} of them with the reference's rows, ${refused} refused by name, ${failed} wrong by the binder; ${faults} faults`,
);
process.exitCode = faults === 0 ? 0 : 1;
