/** Our side of `kql-peers.ts`, in a process of its own. Usage: `node --import tsx kql-peers-run.ts FILE` (as `peers/kql.py`). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createSession } from "../src/session/session.js";
import { median, peakMiB, timed } from "./measure.js";

export interface PeerAnswer {
  /** Middle of the runs; absent when the query is refused. */
  readonly ms?: number;
  readonly rows?: number;
  readonly refused?: string;
}
export interface PeerRun {
  readonly peakMiB: number;
  readonly answers: Readonly<Record<string, PeerAnswer>>;
}
export interface PeerTask {
  readonly dir: string;
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly questions: readonly { readonly name: string; readonly kql: string }[];
  readonly runs: number;
}

const { dir, questions, runs } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as PeerTask;
const session = createSession({ dataDir: join(dir, ".."), workspace: dir });
const workspace = await session.workspace();
const answers: Record<string, PeerAnswer> = {};
for (const { name, kql } of questions) {
  const times: number[] = [];
  let rows = 0;
  for (let i = 0; i < runs; i += 1)
    times.push(
      await timed(async () => {
        const frame = await workspace.query(kql, { maxRows: Infinity });
        rows = (await frame.rows({ bigint: true })).length;
        await frame.close();
      }),
    );
  answers[name] = { ms: median(times), rows };
}
await session.close();
console.log(`BENCH ${JSON.stringify({ peakMiB: peakMiB(), answers } satisfies PeerRun)}`);
