/**
 * `npx tsx tools/hunting-corpus.ts FOLDER… [--rows 20000 | --dir WORKSPACE] [--seconds 30] [--json OUT]`: runs every query
 * of a collection of hunting queries over the demo, each with a time limit, and counts what happened by kind.
 *
 * The collections are public repositories, kept outside of this one: clone them and give their folders.
 * Exit code 1 when a query failed by a fault of ours: `internal/…`, an error of the engine below, or too slow.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { isHuntError, messageOf } from "../src/base/error.js";
import { KqlError } from "../src/frame/kql-error.js";
import { createSession } from "../src/index.js";
import { createInlineCompiler } from "../src/kql/compiler.js";
import { findQueries, queryFileKind } from "../src/kql/check/find.js";
import { generateDemo } from "../src/session/demo.js";
import type { LocalWorkspace } from "../src/workspace/index.js";

/** What became of a query. `refused` names what does not run here; `wrong` is not valid KQL over the tables that are known. */
type Outcome = "ran" | "partial" | "outside" | "refused" | "wrong" | "slow" | "fault";

interface Ran {
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

async function run(text: string, workspace: LocalWorkspace, limitMs: number): Promise<Omit<Ran, "file" | "line">> {
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
  },
});
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
try {
  const workspace = await session.workspace();
  await workspace.query("print 1");
  for (const root of positionals) {
    for (const path of filesOf(root)) {
      const kind = queryFileKind(path);
      if (kind === undefined || kind === "typescript" || kind === "notebook") continue;
      for (const { text, line } of findQueries(readFileSync(path, "utf8"), kind)) {
        const file = relative(root, path);
        const done: Ran = { file, line, ...(await run(text, workspace, Number(values.seconds) * 1000)) };
        ran.push(done);
        if (done.outcome !== "ran" && done.outcome !== "partial")
          console.log(`${done.outcome}  ${file}:${line}  ${done.reason}`);
        else if (done.ms > 5000) console.log(`${Math.round(done.ms)} ms  ${file}:${line}`);
      }
    }
  }
} finally {
  await session.close();
  rmSync(scratch, { recursive: true, force: true });
}
const order: readonly Outcome[] = ["ran", "partial", "outside", "refused", "wrong", "slow", "fault"];
const count = (outcome: Outcome): number => ran.filter(r => r.outcome === outcome).length;
const times = ran.map(r => r.ms).sort((a, b) => a - b);
const at = (share: number): number => Math.round(times[Math.floor(times.length * share)] ?? 0);
console.log(`${ran.length} queries: ${order.map(o => `${count(o)} ${o}`).join(", ")}`);
console.log(
  `with rows: ${ran.filter(r => r.rows > 0).length}; time p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(0.999)} ms`,
);
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(ran, undefined, 1));
process.exitCode = count("fault") + count("slow") === 0 ? 0 : 1;
