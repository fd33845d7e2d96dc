/**
 * `npx tsx bench/peers/process-tree-golden.ts PYTHON`: what MSTICPy makes of two made-up sets of process creations, kept in
 * test/session/golden/msticpy-trees.json for `test/session/msticpy-trees.test.ts`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { makeProcesses, processColumns } from "../processes.js";

const python = process.argv[2] ?? "python3";
const root = mkdtempSync(join(tmpdir(), "huntbook-trees-"));
const sets = { "one host": [2000, 1], "five hosts": [2000, 5] } as const;
const golden: Record<string, unknown> = {};
for (const [name, [count, hosts]] of Object.entries(sets)) {
  const { rows } = makeProcesses(count, hosts);
  const [csv, json] = [join(root, "events.csv"), join(root, "numbers.json")];
  const line = (row: readonly string[]): string => row.map(v => `"${v.replaceAll('"', '""')}"`).join(",");
  writeFileSync(csv, `${[processColumns, ...rows].map(line).join("\n")}\n`);
  const child = spawnSync(python, [join(import.meta.dirname, "process_tree.py"), csv, json], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(child.stderr);
  const found = JSON.parse(readFileSync(json, "utf8")) as {
    msticpy: string;
    summary: object;
    parents: [string, string | null][];
  };
  // A row's number is shorter than its key: -1 is a parent that is not in the log.
  const keyOf = (time: string, id: string, host: string): string => `${Date.parse(time)}|${id}|${host}`;
  const at = new Map(rows.map((row, i) => [keyOf(row[0] ?? "", row[8] ?? "", row[2] ?? ""), i]));
  const numberOf = (key: string | null): number => {
    const [time = "", id = "", host = ""] = (key ?? "").split("|");
    return key === null ? -1 : (at.get(keyOf(time, id, host)) ?? -2);
  };
  const parents = new Array<number>(rows.length).fill(-2);
  for (const [child, parent] of found.parents) parents[numberOf(child)] = numberOf(parent);
  golden[name] = { msticpy: found.msticpy, count, hosts, summary: found.summary, parents: parents.join(" ") };
}
writeFileSync(
  join(import.meta.dirname, "../../test/session/golden/msticpy-trees.json"),
  `${JSON.stringify(golden, undefined, 1)}\n`,
);
rmSync(root, { recursive: true, force: true });
