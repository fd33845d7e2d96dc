/**
 * The kernel as a client sees it: ready, a cell's overhead, a comm's round trip, an interrupt, memory; beside ipykernel in the same
 * run, alternating, when a Python that has it is given (`HUNTBOOK_JUPYTER_PYTHON`); also beside Deno's kernel and tslab where they are
 * installed (on the PATH, or named by `HUNTBOOK_DENO` and `HUNTBOOK_TSLAB`). Needs `npm run build`.
 *
 * With `starts N`: N starts and stops, and what they leave behind (processes, files and sockets, handles of this process).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type * as kernelHandle from "../src/notebook/client/kernel-handle.js";
import type * as kernelSpec from "../src/notebook/client/kernel-spec.js";
import type { JsonObject } from "../src/notebook/protocol/message.js";
import { median, quantile, saveResult } from "./measure.js";

const dist = join(import.meta.dirname, "../dist/notebook/client");
const { KernelHandle } = (await import(join(dist, "kernel-handle.js"))) as typeof kernelHandle;
const { ownKernelSpec } = (await import(join(dist, "kernel-spec.js"))) as typeof kernelSpec;

const python = process.env["HUNTBOOK_JUPYTER_PYTHON"] ?? "python3";
const answers = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore", env: { ...process.env, NO_COLOR: "1" } }).status === 0;
const deno = process.env["HUNTBOOK_DENO"] ?? "deno";
const tslab = process.env["HUNTBOOK_TSLAB"] ?? "tslab";
const dir = mkdtempSync(join(tmpdir(), "huntbook-bench-"));
const env = { ...process.env, HUNTBOOK_HOME: join(dir, "home"), JUPYTER_RUNTIME_DIR: join(dir, "runtime") };

interface Subject {
  readonly spec: kernelSpec.KernelSpec;
  readonly cell: (n: number) => string;
  /** Registers a comm that answers; a kernel without two-way comms has none. */
  readonly echo?: string;
  readonly busy: string;
  /** What a session has loaded after its first minute. */
  readonly warm: readonly string[];
}
const ours: Subject = {
  spec: ownKernelSpec(),
  cell: n => `const v${n}: number = ${n}; v${n}`,
  echo: 'globalThis[Symbol.for("huntbook.kernel")].widgets.comms.register("echo", c => ({ onMessage: m => c.send(m.data) })); 1',
  busy: "while (true) {}",
  warm: [
    'import { initNotebook, frameFrom } from "huntbook"; await initNotebook(); const f = await frameFrom([{ a: 1 }]); 1',
    "%%kql\nf | summarize count() by a",
  ],
};
const ipykernel: Subject = {
  spec: {
    ...ours.spec,
    name: "python3",
    displayName: "ipykernel",
    language: "python",
    argv: [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    interruptMode: "signal",
  },
  cell: n => `v${n} = ${n}\nv${n}`,
  echo: [
    "def _echo(comm, opened):",
    "    @comm.on_msg",
    "    def _(m):",
    "        comm.send(m['content']['data'])",
    "get_ipython().kernel.comm_manager.register_target('echo', _echo)",
  ].join("\n"),
  busy: "while True: pass",
  warm: ["import json, sqlite3", "1"],
};
const typescript = (
  name: string,
  interruptMode: kernelSpec.KernelSpec["interruptMode"],
  argv: readonly string[],
): Subject => ({
  spec: { ...ours.spec, name, displayName: name, argv, interruptMode },
  cell: ours.cell,
  busy: ours.busy,
  warm: ["import 'node:fs'; 1"],
});
/** By name: what there is to compare with, and whether it is here. */
const peers = {
  ipykernel: { subject: ipykernel, isHere: answers(python, "-c", "import ipykernel") },
  deno: {
    subject: typescript("deno", "message", [deno, "jupyter", "--kernel", "--conn", "{connection_file}"]),
    isHere: answers(deno, "--version"),
  },
  tslab: {
    subject: typescript("tslab", "signal", [tslab, "kernel", "--config-path", "{connection_file}"]),
    isHere: answers(tslab, "--version"),
  },
} as const;
type PeerName = keyof typeof peers;

/** Of a process, MiB; and seconds of processor time so far. */
function usage(pid: number | undefined): { readonly rssMiB: number; readonly cpuMs: number } {
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return { rssMiB: Math.round(Number(rss) / 1024), cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 };
}

const cells = 100;
const trips = 100;
const interrupts = 5;
/** NaN: the kernel cannot do this. */
type Figures = Record<
  "readyMs" | "readyCpuMs" | "cellMs" | "cellP10Ms" | "commMs" | "commP10Ms" | "interruptMs" | "readyMiB" | "warmMiB",
  number
>;

async function measure({ spec, cell, echo, busy, warm }: Subject): Promise<Figures> {
  const startedMs = performance.now();
  const kernel = await KernelHandle.start({ spec, cwd: dir, env, transport: "tcp" });
  const readyMs = performance.now() - startedMs;
  const ready = usage(kernel.pid);
  try {
    // The first cell loads what cells need; it is not a cell's overhead.
    await kernel.channels.execute(cell(0));
    const cellTimes: number[] = [];
    for (let n = 1; n <= cells; n += 1) {
      const from = performance.now();
      const reply = await kernel.channels.execute(cell(n));
      if (reply.status !== "ok") throw new Error(`${spec.displayName}: a cell failed`);
      cellTimes.push(performance.now() - from);
    }
    const commTimes = echo === undefined ? [] : await roundTrips(kernel, echo);
    for (const code of warm) await kernel.channels.execute(code);
    const code = "JSON.";
    await kernel.channels.request("shell", "complete_request", { code, cursor_pos: code.length });
    await new Promise(resolve => setTimeout(resolve, 500));
    const { rssMiB: warmMiB } = usage(kernel.pid);
    // Last, because not every kernel survives it.
    const interruptTimes = await interruptLoops(kernel, busy);
    return {
      readyMs,
      readyCpuMs: ready.cpuMs,
      cellMs: median(cellTimes),
      cellP10Ms: quantile(cellTimes, 0.1),
      commMs: median(commTimes),
      commP10Ms: quantile(commTimes, 0.1),
      interruptMs: median(interruptTimes),
      readyMiB: ready.rssMiB,
      warmMiB,
    };
  } finally {
    await kernel.shutdown();
  }
}

/** Empty when the kernel ends, or has not come back after half a minute. */
async function interruptLoops(kernel: kernelHandle.KernelHandle, busy: string): Promise<number[]> {
  const times: number[] = [];
  try {
    for (let i = 0; i < interrupts; i += 1) {
      const running = kernel.channels.execute(busy, { timeoutMs: 30_000 });
      running.catch(() => undefined);
      await new Promise(resolve => setTimeout(resolve, 200));
      const from = performance.now();
      await kernel.interrupt();
      await running;
      times.push(performance.now() - from);
    }
  } catch (error) {
    console.log(`${kernel.spec.displayName}: an endless loop cannot be interrupted (${String(error)})`);
    return [];
  }
  return times;
}

async function roundTrips(kernel: kernelHandle.KernelHandle, echo: string): Promise<number[]> {
  await kernel.channels.execute(echo);
  let heard: (data: JsonObject) => void = () => undefined;
  const off = kernel.channels.onMessage((channel, message) => {
    if (channel === "iopub" && message.header.msg_type === "comm_msg" && message.content["comm_id"] === "e1")
      heard(message.content["data"] as JsonObject);
  });
  kernel.channels.send("shell", "comm_open", { comm_id: "e1", target_name: "echo", data: {} });
  const times: number[] = [];
  for (let n = 0; n < trips; n += 1) {
    const from = performance.now();
    const back = new Promise<JsonObject>(resolve => (heard = resolve));
    kernel.channels.send("shell", "comm_msg", { comm_id: "e1", data: { n } });
    if ((await back)["n"] !== n) throw new Error("an echo of another message");
    times.push(performance.now() - from);
  }
  off();
  return times;
}

const limits: Partial<Figures> = { readyMs: 400, cellMs: 6, commMs: 3, interruptMs: 250, readyMiB: 150, warmMiB: 450 };

async function compare(rounds: number): Promise<void> {
  const here = (Object.keys(peers) as PeerName[]).filter(name => peers[name].isHere);
  for (const name of Object.keys(peers) as PeerName[])
    if (!here.includes(name)) console.log(`${name}: SKIPPED, it is not installed here`);
  const own: Figures[] = [];
  const others = Object.fromEntries(here.map(name => [name, [] as Figures[]])) as Record<PeerName, Figures[]>;
  for (let round = 0; round < rounds; round += 1) {
    own.push(await measure(ours));
    for (const name of here) others[name].push(await measure(peers[name].subject));
  }
  const rows = (Object.keys(own[0] ?? {}) as (keyof Figures)[]).map(figure => {
    const middle = median(own.map(f => f[figure]));
    const best = Math.min(...own.map(f => f[figure]));
    const theirs = here.map(name => [name, median(others[name].map(f => f[figure]))] as const);
    const limit = limits[figure];
    const verdict = limit === undefined ? "" : `limit ${limit}: ${middle <= limit ? "kept" : "NOT KEPT"}`;
    const beside = theirs.map(([name, value]) =>
      Number.isNaN(value) ? `${name}: cannot` : `${(middle / value).toFixed(2)} × ${name}'s ${value.toFixed(1)}`,
    );
    console.log(
      `${figure.padEnd(12)} ${middle.toFixed(1).padStart(8)} (best ${best.toFixed(1)})  ${verdict.padEnd(20)}  ${beside.join("; ")}`,
    );
    return [figure, { median: middle, best, ...Object.fromEntries(theirs) }] as const;
  });
  saveResult("kernel", { rounds, figures: Object.fromEntries(rows) });
}

/** Processes that name this bench's folder, files in it, and handles of this process. */
function leftovers(): { readonly processes: number; readonly files: number; readonly handles: number } {
  const processes = readdirSync("/proc").filter(pid => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(dir);
    } catch {
      return false;
    }
  });
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter(f => f.startsWith("runtime"));
  return { processes: processes.length, files: files.length, handles: readdirSync("/proc/self/fd").length };
}

async function startAndStop(times: number): Promise<void> {
  const own = await KernelHandle.start({ spec: ours.spec, cwd: dir, env });
  await own.shutdown();
  const before = leftovers();
  const sockets = readdirSync(tmpdir()).filter(f => f.startsWith("huntbook")).length;
  for (let i = 0; i < times; i += 1) {
    const kernel = await KernelHandle.start({ spec: ours.spec, cwd: dir, env });
    if (i % 3 === 0) await kernel.channels.execute("1 + 1");
    await kernel.shutdown();
  }
  await new Promise(resolve => setTimeout(resolve, 500));
  const after = leftovers();
  const left = {
    processes: after.processes - before.processes,
    files: after.files - before.files,
    folders: readdirSync(tmpdir()).filter(f => f.startsWith("huntbook")).length - sockets,
    handles: after.handles - before.handles,
  };
  console.log(`${times} starts and stops leave ${JSON.stringify(left)}`);
  if (left.processes !== 0 || left.files !== 0) process.exitCode = 1;
  saveResult("kernel-starts", { times, left });
}

try {
  const [what, count] = process.argv.slice(2);
  if (what === "starts") await startAndStop(Number(count ?? 100));
  else await compare(Number(what ?? 5));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
