import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Completeness } from "../base/completeness.js";
import { complete, partial } from "../base/completeness.js";
import { HuntError } from "../base/error.js";
import { runNotebook } from "../notebook/runner/index.js";
import { toView } from "../view/index.js";
import { searchOutput } from "../../test/leaks/watch.js";
import type { CheckedFileQuery, CliFrame, CliHost, CliIngestPlan, ServeRequest } from "./host.js";
import type { Io } from "./io.js";
import { loadCommands, main } from "./main.js";

const commands = await loadCommands();

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "huntbook-cli-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Fake extends CliHost {
  readonly calls: unknown[];
}

function frame(completeness: Completeness, name?: string, further: readonly CliFrame[] = []): CliFrame {
  const made: CliFrame = {
    name,
    get results() {
      return [made, ...further];
    },
    columns: [{ name: "Host", type: "string" }],
    rowCount: 1,
    completeness,
    view: async () =>
      toView({ kind: "table", columns: [{ name: "Host", type: "string" }], rows: [[`${name ?? "dc01"}\u001b[2J`]] }),
    text: async function* (format) {
      yield `${format}:`;
      yield `${name ?? "dc01"}\n`;
    },
    write: async (format, path) => writeFileSync(path, format),
    close: async () => undefined,
  };
  return made;
}

const plan: CliIngestPlan = {
  rows: [
    {
      file: "a.csv",
      format: "csv",
      table: "A",
      time: "t",
      zone: "UTC",
      from: "2026",
      to: "2026",
      rows: "3",
      rejects: 0,
    },
  ],
  skipped: [{ name: "b.bin", reason: "not text" }],
  questions: [],
};

function fakeHost(changes: Partial<CliHost> = {}, completeness: Completeness = complete): Fake {
  const calls: unknown[] = [];
  return {
    calls,
    dataDir: join(dir, "data"),
    openWorkspace: async options => {
      calls.push(["open", options]);
      return {
        name: "W",
        clock: { kind: "pinned", now: "2026-01-13T00:00:00.000Z" },
        query: async (text, { limit }) => {
          calls.push(["query", text, limit]);
          return frame(completeness);
        },
        close: async () => void calls.push(["close"]),
      };
    },
    openTi: async ({ offline, providers }) => {
      calls.push(["ti", offline, providers]);
      const view = toView({ kind: "table", columns: [{ name: "Severity" }], rows: [["high"]] });
      return {
        lookup: async observables => {
          calls.push(["lookup", ...observables]);
          return frame(completeness);
        },
        browse: async () => view,
        plan: async observables => {
          calls.push(["dry", ...observables]);
          return view;
        },
        close: async () => void calls.push(["close"]),
      };
    },
    findIocs: async text => ({ ipv4: text.split(" ").filter(w => /^[\d.]+$/.test(w)), dns: undefined }),
    planIngest: async request => {
      calls.push(["plan", request]);
      return plan;
    },
    runIngest: async (request, progress) => {
      calls.push(["ingest", request]);
      progress({ label: "a.csv", done: 1, total: 2, unit: "files" });
      return { generation: 4, rows: 3, rejects: 0, files: [{ name: "a.csv", state: "ingested", rows: 3, rejects: 0 }] };
    },
    generateDemo: async request => {
      calls.push(["demo", request]);
      return { dir: "/demo", rows: request.rows, tables: 40, reused: request.reuse };
    },
    checkQueries: async ({ name, text: given, fix, lint }) => {
      const text = fix ? given.replaceAll("poor", "good") : given;
      calls.push(["check", { name, fix, lint }]);
      if (!/\.(kql|md)$/.test(name)) return undefined;
      const queries = text
        .trim()
        .split("\n")
        .map((row, i): CheckedFileQuery => {
          const start = text.indexOf(row);
          const finding = { code: "kql/x", message: "no\u001b[2J", span: { start, end: start + row.length } };
          if (row === "bad")
            return { line: i + 1, status: "refused", reason: "no", findings: [{ ...finding, severity: "error" }] };
          return {
            line: i + 1,
            status: "ok",
            reason: "",
            findings: row === "poor" ? [{ ...finding, severity: "warning" }] : [],
          };
        });
      return { text, fixed: fix ? 1 : 0, skipped: [], queries };
    },
    resolveWorkspace: async known => ({
      WorkspaceId: "11111111-2222-4333-8444-555555555555",
      TenantId: "99999999-2222-4333-8444-555555555555",
      SubscriptionId: known.SubscriptionId ?? "",
      ResourceGroup: known.ResourceGroup ?? "",
      WorkspaceName: known.WorkspaceName ?? "",
    }),
    findWorkspaces: async () => ({ workspaces: [], failed: [] }),
    authStatus: async () => ({ cloud: "global", tenantId: "t", signedIn: false, attempts: [] }),
    doctor: async () => [],
    notebookHost: async () => ({}),
    runNotebook,
    prepareLab: async progress => {
      calls.push(["prepareLab"]);
      progress({ label: "JupyterLab", done: 1, total: 3, unit: "steps" });
    },
    preparePlaces: async () => undefined,
    serveSettings: async request => {
      calls.push(["settings", request.port, request.file]);
      return { address: `http://127.0.0.1:${request.port}/?token=t`, close: async () => void calls.push(["closed"]) };
    },
    serveNotebooks: async request => {
      calls.push(["serve", request]);
      return {
        address: `http://127.0.0.1:${request.port}/?token=t0ken`,
        shutdown: Promise.resolve(),
        close: async () => void calls.push(["close server"]),
      };
    },
    ...changes,
  };
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function huntbook(argv: readonly string[], host: CliHost = fakeHost(), io: Partial<Io> = {}): Promise<Ran> {
  let [out, err] = ["", ""];
  const own: Io = {
    stdout: text => void (out += text),
    stderr: text => void (err += text),
    isTty: false,
    columns: 100,
    env: {},
    cwd: dir,
    signal: new AbortController().signal,
    ...io,
  };
  const code = await main(argv, { io: own, openHost: async () => host, galleryDir: join(dir, "gallery") });
  searchOutput(`huntbook ${argv.join(" ")}`, out, err);
  return { code, out, err };
}

function writeNotebook(name: string, ...sources: readonly (string | readonly [string, string])[]): void {
  const cells = sources.map((s, i) => ({
    cell_type: "code",
    id: `c${i}`,
    source: typeof s === "string" ? s : s[1],
    metadata: typeof s === "string" ? {} : { tags: [s[0]] },
    outputs: [],
    execution_count: null,
  }));
  mkdirSync(join(dir, "gallery"), { recursive: true });
  writeFileSync(join(dir, name), JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
}

describe("help", () => {
  test("without arguments, the commands are listed", async () => {
    const { code, out } = await huntbook([]);
    expect(code).toBe(0);
    for (const command of commands) expect(out).toContain(`  ${command.name} `);
  });

  test.each(commands.map(c => [c.name, c] as const))(
    "%s --help shows usage, every option and examples",
    async (name, command) => {
      const ran = await huntbook([name, "--help"]);
      expect(ran).toMatchObject({ code: 0, err: "" });
      expect(ran.out).toContain(`Usage: huntbook ${name}`);
      for (const option of Object.keys(command.options)) expect(ran.out).toContain(`--${option}`);
      for (const example of command.examples) expect(ran.out).toContain(example);
      expect(ran.out).toBe((await huntbook(["help", name])).out);
    },
  );

  test("examples use only options that exist", () => {
    for (const command of commands)
      for (const [, option = ""] of command.examples.join(" ").matchAll(/ --([a-z-]+)/g))
        expect(Object.keys(command.options), command.name).toContain(option);
  });

  test("the version is the package's", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect((await huntbook(["--version"])).out).toContain(`huntbook ${version},`);
  });
});

describe("usage errors end with 2 and say what was meant", () => {
  test.each([
    [["qury"], "there is no command 'qury'; did you mean 'query'?"],
    [["help", "rum"], "there is no command 'rum'; did you mean 'run'?"],
    [["query", "T", "--formt", "csv"], "'huntbook query' has no option '--formt'; did you mean '--format'?"],
    [["query", "T", "--format", "cs"], "there is no format 'cs'; did you mean 'csv'?"],
    [["query"], "'huntbook query' needs a query, either as an argument or by '--file'"],
    [["query", " "], "the query is empty"],
    [["query", "T", "--limit", "0"], "'--limit 0' is not a positive whole number"],
    [["query", "T", "--format", "parquet"], "'--format parquet' needs '--out FILE'"],
    [["query", "T", "U"], "'huntbook query' does not take 'U'"],
    [["query", "T", "--limit"], "Option '-n, --limit <value>' argument missing"],
    [["run"], "'huntbook run' needs the notebook to run"],
    [["run", "a.ipynb", "--timeout", "soon"], "'--timeout soon' is not a positive number of seconds"],
    [["run", "a.ipynb", "-p", "host"], "'-p host' is not NAME=VALUE"],
    [["run", "a.ipynb", "--allow-partial", "--fail-on-partial"], "contradict each other"],
    [["ingest", "logs"], "'huntbook ingest' needs '--workspace W'"],
    [["demo", "--rows", "many"], "'--rows many' is not a number of rows such as 300k or 1m"],
    [["demo", "--end", "2026-02-30"], "'--end 2026-02-30' is not a date"],
    [["demo", "--seed", "x"], "'--seed x' is not a whole number"],
    [["kql", "chek", "a.kql"], "'huntbook kql' has no 'chek'; did you mean 'check'?"],
    [["kql", "check"], "'huntbook kql check' needs files"],
    [["kql", "fmt", "a.kql", "--fix"], "'huntbook kql fmt' has no option '--fix'"],
    [
      ["kql", "check", "a.kql", "--format", "sariff"],
      "'--format sariff' is not one of text, json, sarif; did you mean 'sarif'?",
    ],
    [["new", "hunt"], "'hunt' is not the name of a notebook"],
    [["new", "hunt.ipynb", "-t", "blnk"], "there is no template 'blnk'; did you mean 'blank'?"],
  ])("%j", async (argv, message) => {
    writeNotebook("a.ipynb", "1");
    const { code, out, err } = await huntbook(argv);
    expect(err).toContain(`error cli/usage: `);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});

describe("errors", () => {
  const failing = (error: Error) => fakeHost({ openWorkspace: async () => Promise.reject(error) });

  test("a HuntError is shown as designed, without control sequences", async () => {
    const error = new HuntError("kql/invalid", "no column 'Fo\u001b[2Jo'", { where: "query:1:5", hint: "try Foo" });
    const { code, err } = await huntbook(["query", "T"], failing(error));
    expect(code).toBe(1);
    expect(err).toBe("error kql/invalid: no column 'Fo\u241B[2Jo'\n  where: query:1:5\n  hint: try Foo\n");
  });

  test("anything else is a bug; its stack is shown on request only", async () => {
    const ran = await huntbook(["query", "T"], failing(new TypeError("x is not a function")));
    expect(ran.err).toContain("error internal/bug: x is not a function");
    expect(ran.err).not.toContain("at ");
    const debug = await huntbook(["query", "T"], failing(new TypeError("x")), { env: { HUNTBOOK_DEBUG: "1" } });
    expect(debug.err).toContain("main.test.ts");
  });

  test("an interrupt ends with 130", async () => {
    const controller = new AbortController();
    const host = fakeHost({
      openWorkspace: async () => {
        controller.abort();
        throw new HuntError("query/cancelled", "cancelled");
      },
    });
    expect(await huntbook(["query", "T"], host, { signal: controller.signal })).toMatchObject({ code: 130 });
  });
});

describe("config edit", () => {
  test("prints the address alone on a line, and ends with the interrupt", async () => {
    const controller = new AbortController();
    const host = fakeHost();
    const running = huntbook(["config", "edit", "--file", "x.yaml", "--no-open", "--port", "8899"], host, {
      signal: controller.signal,
    });
    while (!host.calls.some(c => Array.isArray(c) && c[0] === "settings")) await new Promise(r => setTimeout(r, 5));
    controller.abort();
    const { code, out } = await running;
    expect([code, out]).toEqual([0, "http://127.0.0.1:8899/?token=t\n"]);
    expect(host.calls).toEqual([["settings", 8899, join(dir, "x.yaml")], ["closed"]]);
  });

  test("what it cannot do is refused", async () => {
    expect(await huntbook(["config", "edit", "--json"])).toMatchObject({ code: 2 });
    expect(await huntbook(["config", "edit", "--port", "x"])).toMatchObject({ code: 2 });
  });
});

describe("query", () => {
  test("shows a table, and nothing of the data is obeyed", async () => {
    const host = fakeHost();
    const { code, out } = await huntbook(["query", "T | take 1", "-w", "W", "--now", "2026-01-01", "-n", "5"], host);
    expect(code).toBe(0);
    expect(out).toContain("dc01\u241B[2J");
    expect(host.calls).toEqual([
      ["open", { workspace: "W", now: "2026-01-01", query: "T | take 1" }],
      ["query", "T | take 1", 5],
      ["close"],
    ]);
  });

  test.each(["json", "csv", "ndjson"])("prints %s as it is", async format => {
    expect((await huntbook(["query", "T", "--format", format])).out).toBe(`${format}:dc01\n`);
  });

  test("writes files, and reads the query from one", async () => {
    writeFileSync(join(dir, "q.kql"), "T\n| count");
    const host = fakeHost();
    const ran = await huntbook(["query", "--file", "q.kql", "-f", "parquet", "-o", "x.parquet"], host);
    expect(ran).toMatchObject({ code: 0, out: "" });
    expect(readFileSync(join(dir, "x.parquet"), "utf8")).toBe("parquet");
    expect(host.calls).toContainEqual(["query", "T\n| count", undefined]);
  });

  test("of several results one is chosen by its number or name where only one has room", async () => {
    const cut = partial({ kind: "row-limit", affects: "rows", message: "stopped at 5 rows" });
    const host = fakeHost({
      openWorkspace: async () => ({
        name: "W",
        clock: { kind: "pinned", now: "2026-01-13T00:00:00.000Z" },
        query: async () => frame(complete, "a", [frame(cut, "b")]),
        close: async () => undefined,
      }),
    });
    const all = await huntbook(["query", "T", "-f", "csv"], host);
    expect(all).toMatchObject({ code: 2, out: "" });
    expect(all.err).toContain("the query has 2 results, and csv holds one");
    expect(await huntbook(["query", "T", "-f", "csv", "--result", "1"], host)).toMatchObject({
      code: 0,
      out: "csv:a\n",
    });
    expect(await huntbook(["query", "T", "-f", "csv", "--result", "b"], host)).toMatchObject({
      code: 1,
      out: "csv:b\n",
    });
    expect((await huntbook(["query", "T", "--result", "c"], host)).err).toContain("results: a, b");
    // The one that is not whole counts, also when it is not the first.
    expect(await huntbook(["query", "T"], host)).toMatchObject({ code: 1 });
  });

  test("a result that is not whole says so on stderr and ends with 1, unless allowed", async () => {
    const host = () => fakeHost({}, partial({ kind: "row-limit", affects: "rows", message: "stopped at 5 rows" }));
    const ran = await huntbook(["query", "T", "-f", "csv"], host());
    expect(ran).toMatchObject({ code: 1, out: "csv:dc01\n", err: "Partial result: stopped at 5 rows\n" });
    expect((await huntbook(["query", "T", "-f", "csv", "--allow-partial"], host())).code).toBe(0);
  });
});

describe("ingest", () => {
  test("a dry run shows the plan and reads nothing", async () => {
    const host = fakeHost();
    const { code, out, err } = await huntbook(["ingest", "logs", "-w", "case", "--dry-run"], host);
    expect(code).toBe(0);
    expect(out).toContain("a.csv");
    expect(err).toContain("skipped b.bin: not text");
    expect(host.calls).toEqual([["plan", { dir: join(dir, "logs"), workspace: join(dir, "case"), force: false }]]);
  });

  test("reads, with progress in lines where there is no terminal", async () => {
    const { code, out, err } = await huntbook(["ingest", "logs", "-w", "case"]);
    expect(code).toBe(0);
    expect(err).toContain("a.csv  1 of 2 files\n");
    expect(out).toContain("3 rows from 1 files");
  });

  test("on a terminal, progress redraws one line", async () => {
    const { err } = await huntbook(["ingest", "logs", "-w", "case"], fakeHost(), { isTty: true });
    expect(err).toContain("\r\u001b[K[############------------]  50%  a.csv  1 of 2 files\r\u001b[K");
  });

  test("an open question stops it", async () => {
    const host = fakeHost({
      planIngest: async () => ({ ...plan, questions: [{ file: "a.csv", message: "is 01/02 in January?" }] }),
    });
    const { code, err } = await huntbook(["ingest", "logs", "-w", "case"], host);
    expect(code).toBe(1);
    expect(err).toContain("question about a.csv: is 01/02 in January?");
    expect(host.calls).toEqual([]);
  });

  test("--json gives plan and result", async () => {
    const { out } = await huntbook(["ingest", "logs", "-w", "case", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ plan, result: { generation: 4, rows: 3 } });
  });
});

describe("demo and doctor", () => {
  test("demo passes rows, seed, end and folder", async () => {
    const host = fakeHost();
    const argv = ["demo", "--rows", "1m", "--seed", "7", "--end", "2026-01-13", "--dir", "D", "--json"];
    const { out } = await huntbook(argv, host);
    expect(host.calls).toEqual([
      ["demo", { rows: 1_000_000, seed: 7, end: "2026-01-13", dir: join(dir, "D"), reuse: false }],
    ]);
    expect(JSON.parse(out)).toMatchObject({ rows: 1_000_000, tables: 40 });
  });

  test("doctor's own checks pass here, and a failed one ends with 1", async () => {
    expect((await huntbook(["doctor"])).code).toBe(0);
    const host = fakeHost({ doctor: async () => [{ name: "X", state: "failed", detail: "no", hint: "do" }] });
    const { code, out } = await huntbook(["doctor", "--json"], host);
    expect(code).toBe(1);
    const { checks } = JSON.parse(out) as { checks: { name: string }[] };
    expect(checks.map(c => c.name)).toContain("X");
  });
});

describe("kql check", () => {
  test("its JSON has file, line, status, reason and findings of every query", async () => {
    writeFileSync(join(dir, "a.kql"), "good\nbad\n");
    const { code, out } = await huntbook(["kql", "check", "a.kql", "--json"]);
    expect(code).toBe(1);
    const place = { line: 2, column: 1, endLine: 2, endColumn: 4 };
    const findings = [{ code: "kql/x", severity: "error", message: "no\u001b[2J", ...place }];
    expect(JSON.parse(out)).toEqual({
      queries: [
        { file: "a.kql", line: 1, status: "ok", reason: "", findings: [] },
        { file: "a.kql", line: 2, status: "refused", reason: "no", findings },
      ],
    });
  });

  test("its text has place, line and marker, and obeys nothing", async () => {
    writeFileSync(join(dir, "a.kql"), "good\nbad\n");
    const { out, err } = await huntbook(["kql", "check", "a.kql"]);
    expect(out).toBe("a.kql:2:1: error kql/x: no\u241B[2J\n  bad\n  ^^^\n");
    expect(err).toBe("2 queries: 1 ok, 1 refused, 0 with errors; 0 warnings\n");
  });

  test("folders are searched; files named must be of a kind that holds queries", async () => {
    mkdirSync(join(dir, "q", "node_modules"), { recursive: true });
    writeFileSync(join(dir, "q", "a.kql"), "good");
    writeFileSync(join(dir, "q", "b.txt"), "x");
    writeFileSync(join(dir, "q", "node_modules", "c.kql"), "bad");
    expect(await huntbook(["kql", "check", "q"])).toMatchObject({
      code: 0,
      out: "",
      err: "1 queries: 1 ok, 0 refused, 0 with errors; 0 warnings\n",
    });
    expect(await huntbook(["kql", "check", join("q", "b.txt")])).toMatchObject({ code: 2 });
    expect(await huntbook(["kql", "check", "missing.kql"])).toMatchObject({ code: 1 });
  });

  test("warnings do not fail, unless --strict; --level hides; --fix writes", async () => {
    writeFileSync(join(dir, "a.kql"), "poor");
    expect(await huntbook(["kql", "check", "a.kql"])).toMatchObject({ code: 0 });
    expect(await huntbook(["kql", "check", "a.kql", "--strict"])).toMatchObject({ code: 1 });
    expect(await huntbook(["kql", "check", "a.kql", "--level", "error"])).toMatchObject({ code: 0, out: "" });
    const fixed = await huntbook(["kql", "check", "a.kql", "--fix", "--strict"]);
    expect(fixed).toMatchObject({ code: 0, err: expect.stringContaining("1 fixes written") as string });
    expect(readFileSync(join(dir, "a.kql"), "utf8")).toBe("good");
  });

  test("reads the standard input, and writes nothing for it", async () => {
    const host = fakeHost();
    const ran = await huntbook(["kql", "check", "-", "--fix", "--no-lint"], host, { readStdin: async () => "bad" });
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining("stdin.kql:1:1: error kql/x") as string });
    expect(host.calls).toEqual([["check", { name: "stdin.kql", fix: false, lint: false }]]);
  });

  test("SARIF names tool, rules and places", async () => {
    writeFileSync(join(dir, "a.kql"), "good\nbad\n");
    const { code, out } = await huntbook(["kql", "check", "a.kql", "--format", "sarif"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "huntbook kql check", rules: [{ id: "kql/x" }] } },
          results: [{ ruleId: "kql/x", ruleIndex: 0, level: "error" }],
        },
      ],
    });
  });
});

describe("kql fmt", () => {
  test("writes files, or says what it would write", async () => {
    writeFileSync(join(dir, "a.kql"), "T|where a==1|count\n\nT | take 1\n");
    const check = await huntbook(["kql", "fmt", "a.kql", "--check"]);
    expect(check).toEqual({ code: 1, out: "a.kql:1: laid out otherwise\n", err: "2 queries, 1 to be laid out\n" });
    expect(readFileSync(join(dir, "a.kql"), "utf8")).toContain("a==1");
    expect(await huntbook(["kql", "fmt", "a.kql"])).toMatchObject({ code: 0 });
    expect(readFileSync(join(dir, "a.kql"), "utf8")).toBe("T\n| where a == 1\n| count\n\nT | take 1\n");
    expect(await huntbook(["kql", "fmt", "a.kql", "--check"])).toMatchObject({ code: 0 });
  });

  test("passes the standard input on", async () => {
    const ran = await huntbook(["kql", "fmt", "-"], fakeHost(), { readStdin: async () => "T|count\n" });
    expect(ran).toMatchObject({ code: 0, out: "T | count\n" });
  });
});

describe("new and templates", () => {
  test("a new notebook is valid, has no outputs, and is not overwritten by accident", async () => {
    writeNotebook(join("gallery", "tour.ipynb"), ["parameters", "const host = 'a'"]);
    expect((await huntbook(["new", "h.ipynb"])).code).toBe(0);
    expect(JSON.parse(readFileSync(join(dir, "h.ipynb"), "utf8"))).toMatchObject({ nbformat: 4, nbformat_minor: 5 });
    expect(await huntbook(["new", "h.ipynb"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("cli/file-exists") as string,
    });
    expect((await huntbook(["new", "h.ipynb", "-t", "tour", "--force"])).code).toBe(0);
    expect(readFileSync(join(dir, "h.ipynb"), "utf8")).toContain("const host");
    const { out } = await huntbook(["templates", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      templates: [
        { name: "blank", title: "New hunt", parameters: ["host"] },
        { name: "tour", parameters: ["host"] },
      ],
    });
  });
});

describe("run", () => {
  test("executes with parameters and writes notebook and report", async () => {
    writeNotebook("a.ipynb", ["parameters", "const host = 'x'"], "console.log(`on ${host}`)");
    const argv = ["run", "a.ipynb", "-p", "host=dc01", "--out", "deep/out.ipynb", "--html", "r.html"];
    const { code, out, err } = await huntbook(argv);
    expect({ code, err: err.split("\n").length }).toEqual({ code: 0, err: 4 });
    expect(err).toMatch(/^\[1\/3\] ok .*\n\[2\/3\] ok .*\n\[3\/3\] ok .* {2}console\.log/);
    expect(out).toContain("a.ipynb ran: 3 of 3 cells");
    expect(readFileSync(join(dir, "deep/out.ipynb"), "utf8")).toContain("on dc01");
    expect(readFileSync(join(dir, "r.html"), "utf8")).toContain("on dc01");
  });

  test("a failing cell ends with 1; what there is, is written", async () => {
    writeNotebook("a.ipynb", "throw new Error('no luck')", "2");
    const { code, out } = await huntbook(["run", "a.ipynb", "--out", "o.ipynb", "--junit", "ci/j.xml", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      status: "failed",
      executed: 1,
      total: 2,
      failures: [{ cell: 1, message: "no luck" }],
    });
    expect(existsSync(join(dir, "o.ipynb"))).toBe(true);
    const junit = readFileSync(join(dir, "ci/j.xml"), "utf8");
    expect(junit).toContain('<testsuite name="a.ipynb" tests="2" failures="1" errors="0" skipped="1"');
    expect(junit).toContain('<failure message="no luck" type="Error">');
  });

  test.each([
    [["run", "missing.ipynb"], "error cli/file: ", "it does not exist"],
    [["run", "broken.ipynb"], "error notebook/invalid: ", "broken.ipynb:1:2"],
    [["run", "a.ipynb", "-p", "hst=1"], "error notebook/unknown-parameter: ", "did you mean 'host'?"],
  ])("%j", async (argv, start, text) => {
    writeNotebook("a.ipynb", ["parameters", "const host = 'x'"]);
    writeFileSync(join(dir, "broken.ipynb"), "{x");
    const { code, err } = await huntbook(argv);
    expect(code).toBe(1);
    expect(err.startsWith(start)).toBe(true);
    expect(err).toContain(text);
  });

  test("a result that is not whole fails the run unless allowed", async () => {
    writeNotebook(
      "a.ipynb",
      "({ completeness: { state: 'partial', causes: [{ kind: 'timeout', affects: 'rows', message: 'slow' }] } })",
    );
    const ran = await huntbook(["run", "a.ipynb"]);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain("Partial result: slow");
    expect((await huntbook(["run", "a.ipynb", "--allow-partial"])).code).toBe(0);
  });
});

describe("convert and diff", () => {
  test("a notebook becomes Markdown, runs as such, and comes back with its outputs", async () => {
    writeNotebook("a.ipynb", ["parameters", "const host = 'x'"], "console.log(`on ${host}`)");
    await huntbook(["run", "a.ipynb", "--out", "ran.ipynb"]);
    const made = await huntbook(["convert", "ran.ipynb", "a.hunt.md"]);
    expect(made.out).toBe("Wrote a.hunt.md: 2 cells; the outputs of 1 cells are in ran.ipynb only\n");
    const text = readFileSync(join(dir, "a.hunt.md"), "utf8");
    expect(text).toContain("console.log(`on ${host}`)\n```");
    expect(text).not.toContain("on x");
    expect((await huntbook(["convert", "ran.ipynb", "a.hunt.md"])).err).toContain("cli/file-exists");
    const ran = await huntbook(["run", "a.hunt.md", "-p", "host=dc01", "--out", "out.ipynb"]);
    expect(ran.code).toBe(0);
    expect(readFileSync(join(dir, "out.ipynb"), "utf8")).toContain("on dc01");
    expect(await huntbook(["run", "a.hunt.md", "--out", "b.hunt.md"])).toMatchObject({ code: 2 });
    const back = await huntbook(["convert", "a.hunt.md", "ran.ipynb", "--force"]);
    expect(back.out).toBe("Wrote ran.ipynb: 2 cells; kept the outputs of 1 cells\n");
    expect(readFileSync(join(dir, "ran.ipynb"), "utf8")).toContain("on x");
    expect(await huntbook(["convert", "a.txt", "b.ipynb"])).toMatchObject({ code: 2 });
  });

  test("two runs that differ end with 1 and say where", async () => {
    writeNotebook("a.ipynb", ["parameters", "const host = 'x'"], "console.log(`on ${host}`)");
    await huntbook(["run", "a.ipynb", "--out", "one.ipynb"]);
    await huntbook(["run", "a.ipynb", "--out", "two.ipynb"]);
    await huntbook(["run", "a.ipynb", "-p", "host=y", "--out", "three.ipynb"]);
    const same = await huntbook(["diff", "one.ipynb", "two.ipynb"]);
    expect([same.code, same.out.trim()]).toEqual([0, expect.stringContaining("No difference in 2 cells")]);
    const differs = await huntbook(["diff", "one.ipynb", "three.ipynb", "--html", "d.html"]);
    expect(differs.code).toBe(1);
    expect(readFileSync(join(dir, "d.html"), "utf8")).toContain("+ on y");
    expect((await huntbook(["diff", "one.ipynb", "three.ipynb"])).out).toContain("− on x");
  });
});

describe("start", () => {
  const request = (host: Fake) => host.calls.find(c => Array.isArray(c) && c[0] === "serve") as [string, ServeRequest];

  test("makes the demo and the Lab, copies Getting started, prints the address alone on a line", async () => {
    writeNotebook(join("gallery", "getting-started.ipynb"), "1 + 1");
    const host = fakeHost();
    const { code, out } = await huntbook(["start", "--no-open", "--port", "0"], host);
    expect(code).toBe(0);
    expect(host.calls).toContainEqual(["demo", { rows: 300_000, seed: 7, reuse: true }]);
    expect(host.calls).toContainEqual(["prepareLab"]);
    const root = join(host.dataDir, "notebooks");
    expect(request(host)[1]).toMatchObject({ root, port: 0, opens: "getting-started.ipynb", cullAfterMs: 86_400_000 });
    expect(existsSync(join(root, "getting-started.ipynb"))).toBe(true);
    expect(out.split("\n")).toEqual(["http://127.0.0.1:0/?token=t0ken", ""]);
    expect(host.calls.at(-1)).toEqual(["close server"]);
  });

  test("does not replace the user's copy of Getting started", async () => {
    writeNotebook(join("gallery", "getting-started.ipynb"), "1 + 1");
    const host = fakeHost();
    const copy = join(host.dataDir, "notebooks", "getting-started.ipynb");
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, "mine");
    await huntbook(["start", "--no-open"], host);
    expect(readFileSync(copy, "utf8")).toBe("mine");
  });

  test("a port in use is not the end, unless it was asked for", async () => {
    writeNotebook(join("gallery", "getting-started.ipynb"), "1 + 1");
    const base = fakeHost();
    const taken = new Set([8888, 8889]);
    const serveNotebooks: CliHost["serveNotebooks"] = r => {
      if (taken.has(r.port)) throw new HuntError("server/port", `port ${r.port} cannot be used`);
      return base.serveNotebooks(r);
    };
    expect((await huntbook(["start", "--no-open"], { ...base, serveNotebooks })).out).toContain(":8890/");
    const asked = await huntbook(["start", "--no-open", "--port", "8888"], { ...base, serveNotebooks });
    expect(asked.code).toBe(1);
    expect(asked.err).toContain("server/port");
  });

  test("a folder of notebooks is served where it is; a workspace's folder is also what they run on", async () => {
    const host = fakeHost();
    mkdirSync(join(dir, "hunts"));
    writeNotebook(join("hunts", "a.ipynb"), "1");
    await huntbook(["start", "hunts", "--no-open"], host);
    expect(request(host)[1]).toMatchObject({ root: join(dir, "hunts") });
    expect(request(host)[1].workspace).toBeUndefined();
    expect(host.calls.some(c => Array.isArray(c) && c[0] === "demo")).toBe(false);
    mkdirSync(join(dir, "case"));
    writeNotebook(join("case", "b.ipynb"), "1");
    writeFileSync(join(dir, "case", "manifest.json"), "{}");
    const second = fakeHost();
    await huntbook(["start", "case", "--no-open"], second);
    expect(request(second)[1]).toMatchObject({ root: join(dir, "case"), workspace: join(dir, "case") });
  });

  test.each([
    [["start", "--port", "x"], "is not a port number"],
    [["start", "--port", "70000"], "is not a port number"],
    [["start", "--cull-after=-1"], "is not a number of hours"],
  ])("%j is wrong usage", async (argv, text) => {
    writeNotebook(join("gallery", "getting-started.ipynb"), "1 + 1");
    const { code, err } = await huntbook(argv);
    expect(code).toBe(2);
    expect(err).toContain(text);
  });

  beforeEach(() => mkdirSync(join(dir, "logs")));
  const ingests = (host: Fake) => host.calls.filter(c => (c as unknown[])[0] === "ingest");

  test("with a folder and nobody to ask, shows what it makes of it, reads nothing, and says how to go on", async () => {
    const host = fakeHost();
    const { code, out } = await huntbook(["start", "logs"], host);
    expect(code).toBe(0);
    expect(out).toContain("a.csv");
    expect(out).toContain("--yes");
    expect(ingests(host)).toEqual([]);
  });

  test.each<[string, readonly string[], string | undefined, boolean]>([
    ["--yes", ["--yes"], undefined, true],
    ["the answer is yes", [], "Y\n", true],
    ["the answer is empty", [], "", true],
    ["the answer is no", [], "n", false],
  ])("%s: the logs are read, or not, and First look opens on them", async (_, more, answer, reads) => {
    writeNotebook(join("gallery", "first-look.ipynb"), "1 + 1");
    const host = fakeHost();
    const asked: string[] = [];
    const ask = async (question: string): Promise<string> => {
      asked.push(question);
      return answer ?? "";
    };
    const argv = ["start", "logs", "--no-open", "--workspace", "case", ...more];
    const { code, out } = await huntbook(argv, host, answer === undefined ? {} : { ask });
    expect(code).toBe(0);
    expect(asked).toHaveLength(answer === undefined ? 0 : 1);
    expect(ingests(host)).toHaveLength(reads ? 1 : 0);
    if (!reads) return void expect(out).toContain("Nothing was read.");
    expect(out).toContain("3 rows from 1 files");
    expect(out).toContain("/?token=t0ken\n");
    const workspace = join(dir, "case");
    expect(request(host)[1]).toMatchObject({
      root: join(workspace, "notebooks"),
      opens: "first-look.ipynb",
      workspace,
    });
    expect(existsSync(join(workspace, "notebooks", "first-look.ipynb"))).toBe(true);
  });

  test("with --out the first look is run without a browser", async () => {
    writeNotebook(join("gallery", "first-look.ipynb"), "1 + 1");
    const host = fakeHost();
    const { code, out } = await huntbook(["start", "logs", "--yes", "--out", "results"], host);
    expect(code).toBe(0);
    expect(out).toMatch(/3 rows from 1 files[\s\S]*first-look\.html[\s\S]*What to try next/);
    expect(existsSync(join(dir, "results", "first-look.html"))).toBe(true);
    expect(host.calls.some(c => Array.isArray(c) && c[0] === "serve")).toBe(false);
  });

  test("a question about the logs is never answered by --yes", async () => {
    const host = fakeHost({
      planIngest: async () => ({ ...plan, questions: [{ file: "a.csv", message: "which zone?" }] }),
    });
    const { code, out, err } = await huntbook(["start", "logs", "--yes"], host);
    expect([code, ingests(host)]).toEqual([1, []]);
    expect(out + err).toContain("which zone?");
    expect(out).toContain("ingest.yaml");
  });

  test("a folder that is a workspace is opened, not read; what the user made of First look is kept", async () => {
    writeNotebook(join("gallery", "first-look.ipynb"), "1 + 1");
    const workspace = join(dir, "case");
    mkdirSync(join(workspace, "notebooks"), { recursive: true });
    writeFileSync(join(workspace, "manifest.json"), "{}");
    writeFileSync(join(workspace, "notebooks", "first-look.ipynb"), "mine");
    const host = fakeHost();
    expect((await huntbook(["start", "case", "--no-open"], host)).code).toBe(0);
    expect(ingests(host)).toEqual([]);
    expect(request(host)[1]).toMatchObject({
      root: join(workspace, "notebooks"),
      opens: "first-look.ipynb",
      workspace,
    });
    expect(readFileSync(join(workspace, "notebooks", "first-look.ipynb"), "utf8")).toBe("mine");
  });

  test("a notebook is opened in its folder", async () => {
    mkdirSync(join(dir, "hunts"));
    writeNotebook(join("hunts", "a.ipynb"), "1");
    const host = fakeHost();
    await huntbook(["start", "hunts/a.ipynb", "--no-open"], host);
    expect(request(host)[1]).toMatchObject({ root: join(dir, "hunts"), opens: "a.ipynb" });
  });

  test("places that cannot be had do not keep the notebooks closed", async () => {
    writeNotebook(join("gallery", "getting-started.ipynb"), "1 + 1");
    const host = fakeHost({
      preparePlaces: () => Promise.reject(new HuntError("geo/no-pack", "npm is not reachable")),
    });
    const { code, out, err } = await huntbook(["start", "--no-open"], host);
    expect([code, out]).toEqual([0, "http://127.0.0.1:8888/?token=t0ken\n"]);
    expect(err).toContain("npm is not reachable");
  });

  test("a folder that is not there is said so, before anything is built", async () => {
    const host = fakeHost();
    const { code, err } = await huntbook(["start", "nowhere"], host);
    expect([code, host.calls]).toEqual([1, []]);
    expect(err).toContain("it does not exist");
  });
});

describe("config", () => {
  const config = (name: string) => join(dir, name);

  test("init writes a file once, with local workspaces; validate is content with it", async () => {
    const made = await huntbook(["config", "init", "--local", "Case42=./case-042"]);
    expect(made).toMatchObject({ code: 0, err: "" });
    const text = readFileSync(config("msticpyconfig.yaml"), "utf8");
    expect(text).toContain("Case42:\n      local: ./case-042");
    const again = await huntbook(["config", "init"]);
    expect(again.code).toBe(2);
    expect(again.err).toContain("is there already");
    const checked = await huntbook(["config", "validate", "--file", "msticpyconfig.yaml", "--json"]);
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.out)).toMatchObject({ errors: 0, warnings: 1 });
  });

  test("show masks secrets; validate names line and fix and ends with 1", async () => {
    writeFileSync(
      config("c.yaml"),
      "TIProviders:\n  OTX: { Args: { AuthKey: hunter2 } }\n  XForce: { Args: { ApiID: i } }\n",
    );
    const shown = await huntbook(["config", "show", "-f", "c.yaml"]);
    expect(shown.out).toContain("TIProviders.OTX.Args.AuthKey");
    expect(shown.out).not.toContain("hunter2");
    const checked = await huntbook(["config", "validate", "-f", "c.yaml"]);
    expect(checked.code).toBe(1);
    expect(checked.out).toMatch(/c\.yaml:3:\d+: error config\/key: .*XForce: Missing or invalid AuthKey/);
  });

  test("a file that cannot be read as YAML is a finding with its line", async () => {
    writeFileSync(config("c.yaml"), "a:\n\tb: 1\n");
    const checked = await huntbook(["config", "validate", "-f", "c.yaml", "--json"]);
    expect(checked.code).toBe(1);
    expect(JSON.parse(checked.out)).toMatchObject({ findings: [{ code: "yaml/invalid", line: 2 }] });
  });

  test("a workspace is imported from an address of the portal", async () => {
    const id = "33333333-2222-4333-8444-555555555555";
    const url = `https://portal.azure.us/#/subscriptions/${id}/resourceGroups/rg/providers/x/workspaces/soc`;
    const ran = await huntbook(["config", "import", url, "-f", "c.yaml"]);
    expect(ran).toMatchObject({ code: 0, err: "" });
    const text = readFileSync(config("c.yaml"), "utf8");
    expect(text).toContain(`SubscriptionId: ${id}`);
    expect(text).toContain("Default:");
    expect(text).toContain("cloud: usgov");
  });

  test.each([
    [["config", "shw"], "did you mean 'show'"],
    [["config", "show", "x"], "does not take 'x'"],
    [["config", "validate", "-f", "none.yaml"], "there is no"],
    [["config", "import"], "needs a config.json, an address"],
    [["auth", "stauts"], "did you mean 'status'"],
  ])("%j is wrong usage", async (argv, message) => {
    const ran = await huntbook(argv);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(message);
  });

  test("auth status says for each way what it said, and ends with 1 when none works", async () => {
    const attempts = [
      { method: "cli", state: "failed", detail: "the Azure CLI (az) is not installed", hint: "install it" },
    ] as const;
    const host = fakeHost({ authStatus: async () => ({ cloud: "global", tenantId: "t", signedIn: false, attempts }) });
    const ran = await huntbook(["auth", "status"], host);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain("not signed in");
    expect(ran.out).toContain("install it");
  });
});

describe("ti lookup and ioc", () => {
  test("observables come from arguments and a file; the table is shown, other formats are written", async () => {
    writeFileSync(join(dir, "list.txt"), "# mine\n1.1.1.1\n\n evil[.]com \n");
    const host = fakeHost();
    const table = await huntbook(["ti", "lookup", "8.8.8.8", "--file", "list.txt", "-p", "OTX", "--offline"], host);
    expect(table).toMatchObject({ code: 0, out: expect.stringContaining("high") as string });
    expect(host.calls).toEqual([["ti", true, ["OTX"]], ["lookup", "8.8.8.8", "1.1.1.1", "evil[.]com"], ["close"]]);
    expect(await huntbook(["ti", "lookup", "8.8.8.8", "-f", "csv"])).toMatchObject({ code: 0, out: "csv:dc01\n" });
  });

  test("--dry-run looks nothing up", async () => {
    const host = fakeHost();
    expect((await huntbook(["ti", "lookup", "8.8.8.8", "--dry-run"], host)).code).toBe(0);
    expect(host.calls).toEqual([["ti", false, []], ["dry", "8.8.8.8"], ["close"]]);
  });

  test("a provider that did not answer is told, and is exit code 1", async () => {
    const cause = {
      kind: "source-unavailable",
      affects: "rows",
      source: "OTX",
      message: "OTX did not answer",
    } as const;
    const ran = await huntbook(["ti", "lookup", "8.8.8.8"], fakeHost({}, partial(cause)));
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining("OTX did not answer") as string });
  });

  test.each([
    [["ti", "look", "8.8.8.8"], /has no 'look'; did you mean 'lookup'/],
    [["ti", "lookup"], /needs observables/],
    [["ti", "lookup", "8.8.8.8", "-f", "xml"], /no format 'xml'/],
    [["ioc"], /needs files/],
  ])("%j is refused", async (argv, message) => {
    expect(await huntbook(argv)).toMatchObject({ code: 2, err: expect.stringMatching(message) as string });
  });

  test("observables of files, each once", async () => {
    writeFileSync(join(dir, "a.txt"), "from 1.1.1.1 to 8.8.8.8");
    writeFileSync(join(dir, "b.txt"), "8.8.8.8 again");
    const ran = await huntbook(["ioc", "a.txt", "b.txt", "--json"]);
    expect(JSON.parse(ran.out)).toEqual({ ipv4: ["1.1.1.1", "8.8.8.8"], dns: [] });
    expect((await huntbook(["ioc", "a.txt"])).out).toMatch(/ipv4\s+.*1\.1\.1\.1/);
  });
});

test("states are never cut off: long details and hints wrap behind their names", async () => {
  const detail = `nothing is kept: there is no key ring, and HUNTBOOK_CACHE_PASSPHRASE (8 characters or more) is not set`;
  const hint = "set HUNTBOOK_CACHE_PASSPHRASE to a sentence that you remember, or Huntbook.SecretCache to none";
  const host = fakeHost({ doctor: async () => [{ name: "Secrets\u001b[2J", state: "warning", detail, hint }] });
  const { out } = await huntbook(["doctor"], host, { columns: 70 });
  const lines = out.split("\n");
  const from = lines.findIndex(l => l.startsWith("warning"));
  expect(lines.slice(from).join(" ").replaceAll(/\s+/g, " ")).toContain(`${detail} -> ${hint}`);
  expect(out).not.toMatch(/…|""|\u001b/);
  expect(Math.max(...lines.slice(from).map(l => l.length))).toBeLessThanOrEqual(72);
});

test("auth status without a tenant says so, and what to do", async () => {
  const attempts = [{ method: "cli", state: "ok", detail: "az login" }] as const;
  const host = fakeHost({
    authStatus: async () => ({ cloud: "global", tenantId: "organizations", signedIn: true, attempts }),
  });
  const { code, out, err } = await huntbook(["auth", "status"], host);
  expect([code, out.split("\n")[0]]).toEqual([0, "cloud global, no tenant configured: signed in"]);
  expect(err).toContain("--tenant");
});
