/**
 * Process trees beside MSTICPy's, without Python: its numbers and parents for two sets of made-up events are recorded in
 * `golden/msticpy-trees.json` by `bench/peers/process-tree-golden.ts`; the true parents are known. Where both are right they
 * agree; each difference is named here and explained in docs/design-views.md.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProcesses, processColumns, type Processes } from "../../bench/processes.js";
import type { Frame } from "../../src/frame/frame.js";
import { FrameStore } from "../../src/frame/store.js";
import { buildForest, readProcesses, type ProcessForest } from "../../src/transform/process-tree/index.js";

interface Recorded {
  readonly msticpy: string;
  readonly count: number;
  readonly hosts: number;
  readonly summary: Readonly<Record<string, number>>;
  readonly parents: string;
}
const file = join(import.meta.dirname, "golden/msticpy-trees.json");
const recorded = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<"one host" | "five hosts", Recorded>>;

describe("process trees beside MSTICPy's", () => {
  let store: FrameStore;
  beforeAll(async () => void (store = await FrameStore.open()));
  afterAll(() => store?.close());

  async function both(name: keyof typeof recorded) {
    const theirs = recorded[name];
    const made: Processes = makeProcesses(theirs.count, theirs.hosts);
    const columns = processColumns.map(
      n => ({ name: n, type: n === "TimeGenerated" ? "datetime" : "string" }) as const,
    );
    const rows = made.rows.map(row => Object.fromEntries(columns.map((c, i) => [c.name, row[i]])));
    const frame = (await store.fromRows(rows, { columns })) as unknown as Frame;
    const forest: ProcessForest = buildForest(await readProcesses(frame));
    const { parent, count } = forest.links;
    const ours = made.truth.map((_, row) => ((parent[row] ?? -1) < count ? (parent[row] ?? -1) : -1));
    return { theirs, their: theirs.parents.split(" ").map(Number), ours, truth: made.truth, forest };
  }

  test("on one host every parent is the same, and the true one", async () => {
    const { their, ours, truth } = await both("one host");
    expect(ours).toEqual(truth);
    expect(their).toEqual(truth);
  });

  test("on one host processes, roots, leaves, branches and depth agree, but for what MSTICPy counts besides", async () => {
    const { theirs, forest } = await both("one host");
    const { summary } = forest;
    expect({
      // It counts the parent that is not in the log as a process, and levels from 1.
      Processes: summary.processes + summary.ghosts,
      RootProcesses: summary.roots,
      LeafProcesses: summary.leaves,
      BranchProcesses: summary.branches,
      IsolatedProcesses: summary.isolated,
      LargestTreeDepth: summary.depth + 1,
    }).toEqual(theirs.summary);
  });

  test("on five hosts ours are the true parents; MSTICPy links across hosts, because it looks up ids and names alone", async () => {
    const { theirs, their, ours, truth, forest } = await both("five hosts");
    expect(ours).toEqual(truth);
    const rows = makeProcesses(theirs.count, theirs.hosts).rows;
    const host = (row: number): string => rows[row]?.[2] ?? "";
    const wrong = their.flatMap((parent, row) => (parent === truth[row] ? [] : [row]));
    expect(wrong.length).toBeGreaterThan(0);
    // Each wrong parent is a process of another host, or one that is not in the log of its own.
    expect(wrong.filter(row => (their[row] ?? -1) >= 0 && host(their[row] ?? -1) === host(row))).toEqual([]);
    expect([forest.summary.roots, theirs.summary["RootProcesses"]]).toEqual([5, 1]);
  });
});
