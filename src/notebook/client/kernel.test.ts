/** Our own kernel as any Jupyter client sees it: over its sockets, in a process of its own. */
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecuteReply, JsonObject, Message } from "../protocol/message.js";
import { KernelChannels, type ExecuteOptions } from "./channels.js";
import { KernelHandle } from "./kernel-handle.js";
import { getKernelSpec, ownKernelSpec, type KernelSpec } from "./kernel-spec.js";

const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
const home = mkdtempSync(join(tmpdir(), "huntbook-test-home-"));
const env = { ...process.env, HUNTBOOK_HOME: home };
let kernel: KernelHandle;
beforeAll(async () => {
  kernel = await KernelHandle.start({ spec: ownKernelSpec(), cwd: dir, env });
});
afterAll(async () => {
  await kernel.shutdown();
  rmSync(dir, { recursive: true });
  rmSync(home, { recursive: true });
});

interface Ran {
  readonly reply: ExecuteReply;
  readonly outputs: readonly (readonly [type: string, content: JsonObject])[];
  readonly messages: readonly Message[];
}
const plain = new Set(["status", "execute_input"]);

async function run(code: string, options: ExecuteOptions = {}, on = kernel.channels): Promise<Ran> {
  const messages: Message[] = [];
  const reply = await on.execute(code, { ...options, onOutput: m => messages.push(m) });
  const shown = messages.filter(m => !plain.has(m.header.msg_type));
  return { reply, messages, outputs: shown.map(m => [m.header.msg_type, m.content] as const) };
}
const textOf = (ran: Ran): unknown => (ran.outputs.at(-1)?.[1]["data"] as JsonObject | undefined)?.["text/plain"];

test("it says who it is", () => {
  expect(kernel.info).toMatchObject({ status: "ok", protocol_version: "5.4", language_info: { name: "typescript" } });
});

test("a cell's messages come in the protocol's order, all with its header as their parent", async () => {
  const { messages, reply } = await run('console.log("a"); console.error("b"); 6 * 7');
  const types = messages.map(m => m.header.msg_type);
  expect(types).toEqual(["status", "execute_input", "stream", "stream", "execute_result", "status"]);
  expect(messages.map(m => m.content["execution_state"]).filter(s => s !== undefined)).toEqual(["busy", "idle"]);
  expect(messages[4]?.content).toMatchObject({ data: { "text/plain": "42" }, execution_count: reply.execution_count });
  expect(reply).toMatchObject({ status: "ok", user_expressions: {} });
});

test("failures keep the state, and their stacks speak of cells", async () => {
  await run("const kept = 1");
  const failed = await run('function f() {\n  throw new RangeError("no")\n}\nf()');
  const count = failed.reply.execution_count;
  expect(failed.reply).toMatchObject({ status: "error", ename: "RangeError", evalue: "no" });
  expect(failed.outputs.map(o => o[0])).toEqual(["error"]);
  expect((failed.outputs[0]?.[1]["traceback"] as string[]).join("\n")).toContain(`cell ${count}, line 2`);
  expect(textOf(await run("kept"))).toBe("1");
});

test("what waits behind a failure is aborted; what comes after it runs", async () => {
  const before = (await run("0")).reply.execution_count;
  const [failed, waiting, told] = await Promise.all([
    run("await new Promise(r => setTimeout(r, 50)); throw 1"),
    run("1"),
    run("2", { stop_on_error: false }),
  ]);
  expect([failed, waiting, told].map(r => r.reply.status)).toEqual(["error", "aborted", "aborted"]);
  expect(await run("3")).toMatchObject({ reply: { status: "ok", execution_count: before + 2 } });
  const go = await Promise.all([run("throw 1", { stop_on_error: false }), run("4")]);
  expect(go.map(r => r.reply.status)).toEqual(["error", "ok"]);
});

test("silent code shows nothing and does not count", async () => {
  const before = (await run("0")).reply.execution_count;
  const silent = await run("const quiet = 5; quiet", { silent: true });
  expect(silent.messages.map(m => m.header.msg_type)).toEqual(["status", "status"]);
  expect((await run("quiet", { store_history: false })).reply.execution_count).toBe(before);
  expect((await run("quiet")).reply.execution_count).toBe(before + 1);
});

test("expressions come back with the answer", async () => {
  const { reply } = await run("const n = 2", {
    user_expressions: { twice: "n * 2", later: "Promise.resolve(n)", bad: "nope.x" },
  });
  expect(reply).toMatchObject({
    user_expressions: {
      twice: { status: "ok", data: { "text/plain": "4" } },
      later: { status: "ok", data: { "text/plain": "2" } },
      bad: { status: "error", ename: "ReferenceError" },
    },
  });
});

test("displays have ids, are updated in place, and clear", async () => {
  const { outputs } = await run(
    'const h = await display("a", { id: "d1" }); await h.update("b"); clearOutput({ wait: true }); ' +
      'await display({ "text/html": "<b>c</b>" }, { raw: true }); undefined',
  );
  expect(outputs).toEqual([
    ["display_data", { data: { "text/plain": "'a'" }, metadata: {}, transient: { display_id: "d1" } }],
    ["update_display_data", { data: { "text/plain": "'b'" }, metadata: {}, transient: { display_id: "d1" } }],
    ["clear_output", { wait: true }],
    ["display_data", { data: { "text/html": "<b>c</b>", "text/plain": "[text/html]" }, metadata: {}, transient: {} }],
  ]);
});

test("late output belongs to the cell that started it", async () => {
  const late: Message[] = [];
  let heard: () => void = () => undefined;
  const came = new Promise<void>(resolve => (heard = resolve));
  await kernel.channels.execute('setTimeout(() => { console.log("late") }, 60); undefined', {
    onOutput: m => {
      if (m.header.msg_type !== "stream") return;
      late.push(m);
      heard();
    },
  });
  const other = await run('await new Promise(r => setTimeout(r, 120)); "other"');
  await came;
  expect(late.map(m => m.content["text"])).toEqual(["late\n"]);
  expect(other.outputs.map(o => o[0])).toEqual(["execute_result"]);
});

test.each([
  ["a busy loop", "while (true) {}"],
  ["a pending await", "await new Promise(() => {})"],
])("%s is interrupted; names survive", async (_, code) => {
  await run("const before = 7");
  const running = run(code);
  await new Promise(resolve => setTimeout(resolve, 150));
  await kernel.interrupt();
  expect((await running).reply).toMatchObject({ status: "error", evalue: "the cell was interrupted" });
  expect(textOf(await run("before"))).toBe("7");
});

test("questions about the kernel are answered while a cell is busy", async () => {
  let done = false;
  const running = run("const end = Date.now() + 700; while (Date.now() < end) {} 1").then(() => (done = true));
  await new Promise(resolve => setTimeout(resolve, 100));
  const { content } = await kernel.channels.request("shell", "is_complete_request", { code: "function f() {" });
  expect([content["status"], done]).toEqual(["incomplete", false]);
  await running;
});

test("a cell asks its front end, and a password is not shown", async () => {
  const asked: [string, boolean][] = [];
  const onInput = async (prompt: string, password: boolean) => {
    asked.push([prompt, password]);
    return password ? "hunter2" : "bob";
  };
  const ran = await run('const who = await input("who? "); const key = await inputSecret("key? "); [who, key]', {
    onInput,
  });
  expect(asked).toEqual([
    ["who? ", false],
    ["key? ", true],
  ]);
  expect(textOf(ran)).toBe("[ 'bob', <secret typed in> ]");
});

test("asking where nobody answers fails with what to do", async () => {
  const { reply } = await run('await input("who? ")');
  expect(reply).toMatchObject({ status: "error", ename: "HuntError" });
  expect(JSON.stringify(reply)).toContain("notebook/no-input");
});

test("history is found by tail, range and pattern", async () => {
  const { reply } = await run("const findMe = 123");
  const ask = async (request: object) =>
    (await kernel.channels.request("shell", "history_request", { raw: true, output: false, ...request })).content[
      "history"
    ];
  const item = [0, reply.execution_count, "const findMe = 123"];
  expect(await ask({ hist_access_type: "tail", n: 1 })).toEqual([item]);
  expect(await ask({ hist_access_type: "search", pattern: "const find*" })).toEqual([item]);
  expect(await ask({ hist_access_type: "range", session: 0, start: item[1], stop: null })).toEqual([item]);
  expect(await ask({ hist_access_type: "range", session: 1, start: 1 })).toEqual([]);
});

test("requests that it does not know are refused by name", async () => {
  const { content } = await kernel.channels.request("control", "debug_request", {});
  expect(content).toMatchObject({ status: "error", evalue: "this kernel does not know 'debug_request'" });
});

test("a comm to a target that nobody registered is closed", async () => {
  const closed = new Promise<JsonObject>(resolve => {
    const off = kernel.channels.onMessage((_, m) => {
      if (m.header.msg_type !== "comm_close") return;
      off();
      resolve(m.content);
    });
  });
  kernel.channels.send("shell", "comm_open", { comm_id: "c9", target_name: "nobody", data: {} });
  expect(await closed).toMatchObject({ comm_id: "c9" });
  const { content } = await kernel.channels.request("shell", "comm_info_request", {});
  expect(content).toEqual({ status: "ok", comms: {} });
});

test("a second client sees the same kernel, and messages with another key are ignored", async () => {
  await run("const shared = 11");
  const second = new KernelChannels(kernel.connection);
  await second.ready();
  expect(textOf(await run("shared", {}, second))).toBe("11");
  await second.close();
  const { Secret } = await import("../../base/secret.js");
  const stranger = new KernelChannels({ ...kernel.connection, key: new Secret("guess", "test") });
  await expect(stranger.request("shell", "kernel_info_request", {}, { timeoutMs: 200 })).rejects.toMatchObject({
    code: "notebook/no-reply",
  });
  await stranger.close();
});

test("a restart forgets names and keeps connections; shutting down leaves nothing", async () => {
  const own = await KernelHandle.start({ spec: ownKernelSpec(), cwd: dir, env });
  const pid = own.pid ?? 0;
  await run("const gone = 1", {}, own.channels);
  await own.restart();
  expect(own.pid).not.toBe(pid);
  expect((await run("gone", {}, own.channels)).reply).toMatchObject({ status: "error", ename: "ReferenceError" });
  const folder = dirname(own.connectionFile);
  expect(existsSync(folder)).toBe(true);
  const last = own.pid ?? 0;
  await own.shutdown();
  expect(existsSync(folder)).toBe(false);
  expect(() => process.kill(last, 0)).toThrow();
});

test.each([
  ["process.exit(3)", "ended with exit code 3"],
  // What it leaves (socket files) is no obstacle: the system's memory killer ends kernels like this.
  ["process.kill(process.pid, 'SIGKILL')", "was ended by SIGKILL"],
])("a kernel that ends in a cell by %s says how, and starts again", async (code, how) => {
  const own = await KernelHandle.start({ spec: ownKernelSpec(), cwd: dir, env });
  const states: string[] = [];
  own.onState((state, why) => states.push(`${state}: ${why}`));
  await expect(own.channels.execute(code)).rejects.toMatchObject({ code: "notebook/kernel-died" });
  expect(own.state).toBe("dead");
  await own.restart();
  expect(textOf(await run("1 + 1", {}, own.channels))).toBe("2");
  expect(states).toEqual([`dead: ${how}`, "restarting: a restart was asked for", "running: is ready"]);
  await own.shutdown();
});

test.each([
  ["a program that is not there", ["/nonexistent/kernel"], "could not be started"],
  ["one that ends at once", [process.execPath, "-e", "console.error('no licence'); process.exit(4)"], "no licence"],
])("%s fails the start with what it said", async (_, argv, said) => {
  const spec: KernelSpec = { ...ownKernelSpec(), argv };
  await expect(KernelHandle.start({ spec, cwd: dir })).rejects.toMatchObject({
    code: "notebook/kernel-start",
    message: expect.stringContaining(said) as unknown,
  });
});

test("a kernel that nobody installed is refused with those that are there", () => {
  expect(() => getKernelSpec("huntbok")).toThrow(
    expect.objectContaining({ code: "notebook/no-kernel", message: expect.stringContaining("huntbook") as unknown }),
  );
});

test("works over ports too", async () => {
  const own = await KernelHandle.start({ spec: ownKernelSpec(), cwd: dir, env, transport: "tcp" });
  expect(own.connection.transport).toBe("tcp");
  expect(textOf(await run("2 ** 10", {}, own.channels))).toBe("1024");
  await own.shutdown();
});

test("TypeScript beside the notebook and huntbook itself can be imported", async () => {
  writeFileSync(join(dir, "helper.ts"), "export const twice = (n: number): number => n * 2;");
  const code =
    'import { twice } from "./helper.ts"; import { QueryProvider } from "huntbook"; [twice(21), typeof QueryProvider]';
  expect(textOf(await run(code))).toBe("[ 42, 'function' ]");
});

test("shell lines run in the notebook's folder, stream as they come, and fail their cell", async () => {
  writeFileSync(join(dir, "here.txt"), "");
  const ran = await run("const before = 1\n!ls here.txt && echo oops >&2\nbefore");
  expect(ran.outputs.filter(o => o[0] === "stream").map(o => [o[1]["name"], o[1]["text"]])).toEqual([
    ["stdout", "here.txt\n"],
    ["stderr", "oops\n"],
  ]);
  expect(textOf(ran)).toBe("1");
  const failed = await run("!exit 3");
  expect(JSON.stringify(failed.reply)).toContain("notebook/shell: the command 'exit 3' ended with exit code 3");
  const channel = new EventEmitter();
  const started = once(channel, "stream");
  const long = kernel.channels.execute("!echo started; sleep 60", {
    onOutput: m => channel.emit(m.header.msg_type, m.content),
  });
  expect(await started).toEqual([{ name: "stdout", text: "started\n" }]);
  await kernel.interrupt();
  expect(await long).toMatchObject({ status: "error", evalue: "the cell was interrupted" });
});

test("%lsmagic lists the magics; a line magic that is not there gets a suggestion", async () => {
  expect(textOf(await run("%lsmagic"))).toContain("%%kql [name]");
  const wrong = await run("%kql T");
  expect(JSON.stringify(wrong.reply)).toContain("'%kql' is a cell magic: write '%%kql' on the first line");
});

test.skipIf(process.platform === "win32")(
  "a kernel whose client was killed leaves by itself, with everything it made",
  async () => {
    const client = new URL("./kernel-handle.ts", import.meta.url).href;
    const spec = new URL("./kernel-spec.ts", import.meta.url).href;
    const script = `
    const { KernelHandle } = await import(${JSON.stringify(client)});
    const { ownKernelSpec } = await import(${JSON.stringify(spec)});
    const kernel = await KernelHandle.start({ spec: ownKernelSpec(), cwd: ${JSON.stringify(dir)} });
    void kernel.channels.execute("while (true) {}");
    console.log(JSON.stringify({ pid: kernel.pid, file: kernel.connectionFile }));`;
    const child = spawn(
      process.execPath,
      ["--import", createRequire(import.meta.url).resolve("tsx"), "--input-type=module", "-e", script],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env,
      },
    );
    const line = await new Promise<string>(resolve => child.stdout.once("data", (d: Buffer) => resolve(d.toString())));
    const { pid, file } = JSON.parse(line) as { pid: number; file: string };
    child.kill("SIGKILL");
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
    expect(existsSync(dirname(file))).toBe(false);
  },
);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a loop without end", () => {
  /** MiB of the kernel's process; the tests run it from sources, which takes more than the built one. */
  const rssMiB = (pid = kernel.pid): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  const isLinux = existsSync("/proc/self/status");
  const until = async (condition: () => boolean): Promise<void> => {
    for (const from = Date.now(); !condition() && Date.now() - from < 60_000;)
      await new Promise(resolve => setTimeout(resolve, 20));
  };

  test("that prints: the first 16 MB and the end are shown, lines say what is not, memory stays bounded, and it is interrupted", async () => {
    await run("1");
    const before = isLinux ? rssMiB() : 0;
    const said = { stdout: 0, stderr: "", last: "" };
    const running = kernel.channels.execute("let n = 0;\nwhile (true) console.log(`${(n += 1)} ${'x'.repeat(990)}`)", {
      onOutput: ({ header, content }) => {
        if (header.msg_type !== "stream") return;
        const text = String(content["text"]);
        if (content["name"] === "stderr") said.stderr += text;
        else {
          said.stdout += text.length;
          said.last = text;
        }
      },
    });
    await until(() => said.stderr.includes("as much as is shown"));
    await new Promise(resolve => setTimeout(resolve, 1000));
    const during = isLinux ? rssMiB() : 0;
    await kernel.interrupt();
    expect((await running).status).toBe("error");
    expect(said.stdout).toBeGreaterThan(15_900_000);
    expect(said.stdout).toBeLessThan(16_100_000);
    expect(said.stderr).toMatch(/left out here: [\d.]+ [kM]B \([\d,]+ lines?\)\. The end is:\n/);
    const count = Number(textOf(await run("n")));
    expect(count).toBeGreaterThan(16_000);
    // The last lines, whole.
    expect(said.last).toMatch(new RegExp(`^\\d+ x{990}\\n[^]*\\n(?:${count}|${count - 1}) x{990}\\n$`));
    expect(during - before).toBeLessThan(400);
    expect(textOf(await run("'still here'"))).toBe("'still here'");
  }, 90_000);

  test("that changes a display without a pause waits for its reader, and is interrupted", async () => {
    let updates = 0;
    const before = isLinux ? rssMiB() : 0;
    const running = kernel.channels.execute(
      "const shown = await display('start', { id: true });\nfor (let i = 0; ; i += 1) void shown.update(`${i} ${'y'.repeat(100_000)}`)",
      { onOutput: ({ header }) => void (updates += header.msg_type === "update_display_data" ? 1 : 0) },
    );
    await until(() => updates > 2000);
    const during = isLinux ? rssMiB() : 0;
    await kernel.interrupt();
    expect((await running).status).toBe("error");
    // Some 200 MB have passed by then.
    expect(updates).toBeGreaterThan(2000);
    expect(during - before).toBeLessThan(500);
    expect(textOf(await run("'still here'"))).toBe("'still here'");
  }, 90_000);
});
