/**
 * `huntbook start` as the user's own process, and what is left when it, its kernels, or everything at once is killed (SIGKILL):
 * no process, no file, and every saved notebook. Also two starts at once. Linux, because /proc tells who is there.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { smallPack } from "../../src/enrich/geo/small-pack.js";

const bin = join(import.meta.dirname, "../../bin/huntbook.js");
let base: string;
let root: string;
let temporary: string;
let env: NodeJS.ProcessEnv;
let started: ChildProcess[];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "huntbook-killed-"));
  [root, temporary] = [join(base, "notebooks"), join(base, "tmp")];
  for (const dir of [root, temporary, join(base, "home", "geo")]) mkdirSync(dir, { recursive: true });
  // A few places, so that no database is fetched.
  writeFileSync(join(base, "home/geo/places-1.pack"), smallPack());
  env = { ...process.env, HUNTBOOK_HOME: join(base, "home"), TMPDIR: temporary, CI: "true" };
  started = [];
  writeFileSync(join(root, "a.ipynb"), notebook("1 + 1"));
});
afterEach(async () => {
  for (const child of started) killGroup(child);
  await expect.poll(ours, { timeout: 20_000 }).toEqual([]);
  rmSync(base, { recursive: true, force: true });
});

const notebook = (source: string): string => {
  const cell = { cell_type: "code", id: "c1", source, metadata: {}, outputs: [], execution_count: null };
  const kernelspec = { name: "huntbook", display_name: "TypeScript (Huntbook)", language: "typescript" };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: [cell] });
};

interface Running {
  readonly child: ChildProcess;
  readonly ask: (method: string, path: string, body?: object) => Promise<Response>;
  readonly address: URL;
}

/** In a process group of its own, as a terminal starts it. Resolves with the printed address. */
async function start(...args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [bin, "start", ...args, "--no-open", "--port", "0"], {
    ...{ env, cwd: base, detached: true, stdio: ["ignore", "pipe", "pipe"] },
  });
  started.push(child);
  let [out, err] = ["", ""];
  child.stderr?.on("data", (d: Buffer) => (err += d.toString()));
  const address = await new Promise<URL>((resolve, reject) => {
    child.stdout?.on("data", (d: Buffer) => {
      out += d.toString();
      if (out.includes("\n")) resolve(new URL(out.trim()));
    });
    child.once("exit", code => reject(new Error(`start ended with ${code}: ${err}`)));
  });
  const headers = {
    authorization: `token ${address.searchParams.get("token") ?? ""}`,
    "content-type": "application/json",
  };
  const ask = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(new URL(path, address.origin), {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { child, ask, address };
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Processes that were started here, whoever their parent is now. */
function ours(): readonly string[] {
  return readdirSync("/proc").filter(pid => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`HUNTBOOK_HOME=${join(base, "home")}`);
    } catch {
      return false;
    }
  });
}
const kernels = (): readonly string[] =>
  ours().filter(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("kernel-main");
    } catch {
      return false;
    }
  });
const openSession = (server: Running, path: string) =>
  server.ask("POST", "/api/sessions", { path, type: "notebook", kernel: { name: "huntbook" } });
const sourceOnDisk = (name: string): string =>
  (JSON.parse(readFileSync(join(root, name), "utf8")) as { cells: { source: string | string[] }[] }).cells
    .map(c => [c.source].flat().join(""))
    .join();
const save = async (server: Running, name: string, source: string): Promise<number> =>
  (
    await server.ask("PUT", `/api/contents/${name}`, {
      type: "notebook",
      content: JSON.parse(notebook(source)) as object,
    })
  ).status;

describe.skipIf(process.platform !== "linux")("killed", () => {
  test.each([
    ["the server alone", (child: ChildProcess) => child.kill("SIGKILL")],
    ["the whole process group", killGroup],
  ])(
    "%s: kernels leave by themselves, with their files; the notebook is what was saved, and opens again",
    async (_, kill) => {
      const server = await start(root);
      expect((await openSession(server, "a.ipynb")).status).toBe(201);
      expect(kernels()).toHaveLength(1);
      expect(await save(server, "a.ipynb", "'saved'")).toBe(200);
      // Killed while it saves, again and again.
      const saving = (async () => {
        for (let n = 0; ; n += 1) await save(server, "a.ipynb", `'saved ${n}'`);
      })();
      saving.catch(() => undefined);
      await delay(300);
      kill(server.child);
      await expect.poll(ours, { timeout: 20_000 }).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
      // Whole.
      expect(sourceOnDisk("a.ipynb")).toMatch(/^'saved(?: \d+)?'$/);
      const again = await start(root);
      const opened = (await (await again.ask("GET", "/api/contents/a.ipynb?content=1")).json()) as { type: string };
      expect(opened.type).toBe("notebook");
      expect((await openSession(again, "a.ipynb")).status).toBe(201);
      again.child.kill("SIGINT");
      await expect.poll(ours, { timeout: 20_000 }).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
    },
    90_000,
  );

  test("a kernel is started anew; its notebook and its session stay", async () => {
    const server = await start(root);
    await openSession(server, "a.ipynb");
    const [first] = kernels();
    process.kill(Number(first), "SIGKILL");
    const [model] = (await (await server.ask("GET", "/api/kernels")).json()) as { id: string }[];
    // It answers again, which "starting" does not say.
    const answers = async () => {
      const found = (await (await server.ask("GET", `/api/kernels/${model?.id}`)).json()) as {
        execution_state: string;
      };
      return kernels().length === 1 && kernels()[0] !== first && found.execution_state === "idle";
    };
    await expect.poll(answers, { timeout: 30_000 }).toBe(true);
    await delay(1500);
    expect(await answers()).toBe(true);
    const sessions = (await (await server.ask("GET", "/api/sessions")).json()) as { path: string }[];
    expect([sessions.map(s => s.path), sourceOnDisk("a.ipynb")]).toEqual([["a.ipynb"], "1 + 1"]);
  }, 60_000);

  test("Ctrl-C ends server and kernels, and leaves nothing", async () => {
    const server = await start(root);
    await openSession(server, "a.ipynb");
    const ended = new Promise<number | null>(resolve => server.child.once("exit", resolve));
    server.child.kill("SIGINT");
    expect(await ended).not.toBeNull();
    expect(ours()).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  }, 60_000);
});

describe.skipIf(process.platform !== "linux")("two starts at once", () => {
  test("on one folder: two addresses, each with its own key; what one saves the other reads", async () => {
    const [one, two] = await Promise.all([start(root), start(root)]);
    expect(one.address.port).not.toBe(two.address.port);
    expect(await save(one, "a.ipynb", "'one'")).toBe(200);
    const read = (await (await two.ask("GET", "/api/contents/a.ipynb?content=1")).json()) as {
      content: { cells: { source: string }[] };
    };
    expect(read.content.cells[0]?.source).toBe("'one'");
    // Both at the same time, many times: always one of the two, whole.
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => save(n % 2 === 0 ? one : two, "a.ipynb", `'${"x".repeat(50_000)}${n}'`)),
    );
    expect(sourceOnDisk("a.ipynb")).toMatch(/^'x{50000}\d+'$/);
    expect(readdirSync(root)).toEqual(["a.ipynb"]);
    const stranger = await fetch(new URL("/api/contents", one.address.origin), {
      headers: { authorization: `token ${two.address.searchParams.get("token") ?? ""}` },
    });
    expect(stranger.status).toBe(403);
  }, 60_000);

  test("the first ones on a machine, and on two folders: the demo is made once and whole for both", async () => {
    const other = join(base, "other");
    mkdirSync(other);
    writeFileSync(join(other, "b.ipynb"), notebook("2"));
    const [one, two, three] = await Promise.all([start("--rows", "20000"), start("--rows", "20000"), start(other)]);
    const names = async (server: Running) =>
      ((await (await server.ask("GET", "/api/contents?content=1")).json()) as { content: { name: string }[] }).content
        .map(c => c.name)
        .join();
    expect(await Promise.all([one, two, three].map(names))).toEqual([
      "getting-started.ipynb",
      "getting-started.ipynb",
      "b.ipynb",
    ]);
    const catalog = async (server: Running) =>
      ((await (await server.ask("GET", "/huntbook/api/catalog")).json()) as { tables: unknown[] }).tables.length;
    expect(await catalog(one)).toBe(await catalog(two));
    expect(await catalog(one)).toBeGreaterThan(10);
  }, 120_000);
});
