/**
 * `npx tsx tools/hunting-corpus.ts FOLDER… [--rows 20000 | --dir WORKSPACE] [--seconds 30] [--json OUT] [--known FILE]`: runs
 * every query of collections of hunting queries over the demo, each with a time limit, and counts what happened by kind.
 *
 * The collections are public repositories, kept outside of this one: clone them and give their folders. `--known` (default
 * `tools/hunting-corpus.yaml`) lists queries that are wrong where they were published, with a reason each.
 * Exit code 1 when a query failed by a fault of ours (`internal/…`, an error of the engine below, too slow), or when one
 * that is listed as wrong compiles after all.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { isHuntError, messageOf } from "../src/base/error.js";
import { KqlError } from "../src/frame/kql-error.js";
import { createSession } from "../src/index.js";
import { createInlineCompiler } from "../src/kql/compiler.js";
import { queriesOf, type CorpusQuery } from "./corpus-queries.js";
import { generateDemo } from "../src/session/demo.js";
import type { LocalWorkspace } from "../src/workspace/index.js";

/**
 * What became of a query. `refused` names what does not run here; `wrong` is not valid KQL over the tables that are known;
 * `listed` is wrong too, and `--known` says why that is no fault of ours.
 */
const outcomes = ["ran", "partial", "outside", "refused", "listed", "wrong", "slow", "fault"] as const;
type Outcome = (typeof outcomes)[number];
/** Those that compile. */
const compiles: ReadonlySet<Outcome> = new Set<Outcome>(["ran", "partial", "outside", "slow"]);

interface Ran {
  readonly collection: string;
  readonly file: string;
  readonly line: number;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly ms: number;
  readonly rows: number;
}

/** What needs a service, a file of elsewhere or a pack of places that this machine does not have: no fault of the query or of ours. */
const outside = /^(external|geo|enrich|net|ti|whois)\/|^kql\/(no-geoip|external)/;
const ofTheQuery = new Map<string, Outcome>([
  ["kql/invalid", "wrong"],
  ["kql/not-supported", "refused"],
]);

function outcomeOf(error: unknown, late: boolean): { readonly outcome: Outcome; readonly reason: string } {
  if (late) return { outcome: "slow", reason: "too slow" };
  const code = isHuntError(error) ? error.code : "?";
  const [first = "", second = ""] = messageOf(error).split("\n");
  const reason = `${code}: ${first} ${second}`.trim();
  const errors = error instanceof KqlError ? error.diagnostics.filter(d => d.severity === "error") : [];
  const files = errors.length > 0 && errors.every(d => d.code === "kql/external-data");
  if (outside.test(code) || files) return { outcome: "outside", reason };
  // A text of definitions alone is a library, with nothing to run.
  if (errors.some(d => d.code === "kql/no-query")) return { outcome: "ran", reason: "" };
  return { outcome: ofTheQuery.get(code) ?? "fault", reason };
}

/** The reading of a file that counts: as a whole, unless that is no KQL and in blocks more of it is. */
async function read({ readings }: CorpusQuery, workspace: LocalWorkspace): Promise<readonly string[]> {
  const [first = [], ...others] = readings;
  const wrongs = async (texts: readonly string[]): Promise<number> => {
    const results = await Promise.all(texts.map(t => workspace.compile(t)));
    return results.filter(r => r.state === "failed" && r.diagnostics.some(d => /^kusto\/KS0/.test(d.code))).length;
  };
  if (others.length === 0 || (await wrongs(first)) === 0) return first;
  for (const texts of others) if (texts.length > 1 && (await wrongs(texts)) < texts.length) return texts;
  return first;
}

/** A query that is wrong where it was published. `line` may be left out where a file holds one. */
interface Known {
  readonly in: string;
  readonly file: string;
  readonly line?: number;
  readonly why: string;
}

const isKnown = (known: Known, at: Pick<Ran, "collection" | "file" | "line">): boolean =>
  known.in === at.collection && known.file === at.file && (known.line === undefined || known.line === at.line);

async function run(
  text: string,
  workspace: LocalWorkspace,
  limitMs: number,
): Promise<Pick<Ran, "outcome" | "reason" | "ms" | "rows">> {
  const start = performance.now();
  const stop = new AbortController();
  const timer = setTimeout(() => {
    stop.abort();
  }, limitMs);
  try {
    const frame = await workspace.query(text, { signal: stop.signal });
    const rows = frame.rowCount;
    const { state } = frame.completeness;
    await frame.rows({ limit: 20, bigint: true });
    await frame.close();
    return { outcome: state === "complete" ? "ran" : "partial", reason: "", ms: performance.now() - start, rows };
  } catch (error) {
    return { ...outcomeOf(error, stop.signal.aborted), ms: performance.now() - start, rows: 0 };
  } finally {
    clearTimeout(timer);
  }
}

function filesOf(path: string): readonly string[] {
  if (statSync(path).isFile()) return [path];
  const found = readdirSync(path, { recursive: true, withFileTypes: true });
  return found
    .filter(f => f.isFile())
    .map(f => join(f.parentPath, f.name))
    .filter(name => !/[\\/](\.git|node_modules)[\\/]/.test(name))
    .sort();
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: "string", default: "20000" },
    dir: { type: "string" },
    seconds: { type: "string", default: "30" },
    json: { type: "string" },
    known: { type: "string", default: join(import.meta.dirname, "hunting-corpus.yaml") },
  },
});
const known = parse(readFileSync(values.known, "utf8")) as readonly Known[];
const scratch = mkdtempSync(join(tmpdir(), "hunting-corpus-"));
const dir = values.dir ?? join(scratch, "demo");
if (values.dir === undefined)
  await generateDemo({ dir, rows: Number(values.rows), nowMs: Date.now(), onProgress: () => undefined });
const session = createSession({
  dataDir: join(scratch, "data"),
  workspace: dir,
  offline: true,
  createCompiler: createInlineCompiler,
});
const ran: Ran[] = [];
const seen = new Map<string, number>();

async function runFile(collection: string, file: string, text: string, workspace: LocalWorkspace): Promise<void> {
  for (const query of queriesOf(file, text)) {
    for (const one of await read(query, workspace)) {
      seen.set(one.trim(), (seen.get(one.trim()) ?? 0) + 1);
      const at = { collection, file, line: query.line };
      const result = await run(one, workspace, Number(values.seconds) * 1000);
      const listed = result.outcome === "wrong" && known.some(k => isKnown(k, at));
      const done: Ran = { ...at, ...result, ...(listed ? { outcome: "listed" } : {}) };
      ran.push(done);
      if (done.outcome !== "ran" && done.outcome !== "partial" && done.outcome !== "listed")
        console.log(`${done.outcome}  ${collection}/${file}:${query.line}  ${done.reason}`);
      else if (done.ms > 5000) console.log(`${Math.round(done.ms)} ms  ${collection}/${file}:${query.line}`);
    }
  }
}

try {
  const workspace = await session.workspace();
  await workspace.query("print 1");
  for (const root of positionals)
    for (const path of filesOf(root))
      await runFile(basename(root), relative(root, path), readFileSync(path, "utf8"), workspace);
} finally {
  await session.close();
  rmSync(scratch, { recursive: true, force: true });
}
const count = (outcome: Outcome, of: readonly Ran[] = ran): number => of.filter(r => r.outcome === outcome).length;
const share = (of: readonly Ran[]): string => {
  const judged = of.filter(r => r.outcome !== "listed");
  const good = judged.filter(r => compiles.has(r.outcome)).length;
  return `${good} of ${judged.length} compile (${((100 * good) / Math.max(1, judged.length)).toFixed(1)} %)`;
};
for (const collection of new Set(ran.map(r => r.collection))) {
  const of = ran.filter(r => r.collection === collection);
  console.log(`${collection}: ${of.length} queries, ${share(of)}`);
}
const times = ran.map(r => r.ms).sort((a, b) => a - b);
const at = (part: number): number => Math.round(times[Math.floor(times.length * part)] ?? 0);
console.log(
  `${ran.length} queries (${seen.size} different): ${outcomes.map(o => `${count(o)} ${o}`).join(", ")}; ${share(ran)}`,
);
console.log(
  `with rows: ${ran.filter(r => r.rows > 0).length}; time p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(0.999)} ms`,
);
const idle = known.filter(k => !ran.some(r => r.outcome === "listed" && isKnown(k, r)) && ran.some(r => isKnown(k, r)));
for (const k of idle) console.log(`listed as wrong, and is not: ${k.in}/${k.file}`);
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(ran, undefined, 1));
process.exitCode = count("fault") + count("slow") + idle.length === 0 ? 0 : 1;
