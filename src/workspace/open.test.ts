import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pinnedClock } from "../base/clock.js";
import type { Column } from "../base/column.js";
import { displaySymbol } from "../base/port.js";
import { FrameStore } from "../frame/store.js";
import { installPrelude, registerUdfs } from "../frame/udf-host.js";
import type { KqlCompiler } from "../kql/api.js";
import { createInlineCompiler } from "../kql/compiler.js";
import type { WorkspaceQueryOptions } from "./api.js";
import { openWorkspace } from "./open.js";
import type { OpenWorkspaceOptions } from "./open.js";
import { createCatalogue } from "./schema/catalogue.js";
import { createWorkspace, openWriter } from "./storage/writer.js";
import type { WorkspaceWriter } from "./storage/writer.js";

/** A part of the real catalogue: declaring all of it to the binder for each new folder would take most of the time. */
const catalogue = createCatalogue(
  {
    SigninLogs: {
      ...{ TimeGenerated: "datetime", CreatedDateTime: "datetime", Identity: "string", UserAgent: "string" },
      ...{ ResultType: "string", Type: "string" },
    },
  },
  {},
);
let compiler: KqlCompiler;
let store: FrameStore;
let [base, dir, number] = ["", "", 0];
beforeAll(async () => {
  // The store may read this folder from the start; to add one later costs it a new database.
  base = await mkdtemp(join(tmpdir(), "huntbook-open-"));
  compiler = createInlineCompiler();
  const clock = pinnedClock(Date.parse("2021-01-10T00:00:00Z"));
  store = await FrameStore.open({ compiler, clock, readable: [base], prepare: [registerUdfs, installPrelude] });
});
afterAll(async () => {
  await store.close();
  await rm(base, { recursive: true, force: true });
});
beforeEach(async () => {
  dir = join(base, `case [${++number}]*? it's`);
  await createWorkspace(dir);
});

const columns: readonly Column[] = [
  { name: "TimeGenerated", type: "datetime" },
  { name: "Account", type: "string" },
  { name: "Size", type: "long" },
];
const rows = (...batch: readonly (readonly unknown[])[]) => ({ kind: "batches", batches: [batch] }) as const;

async function write(work: (writer: WorkspaceWriter) => Promise<unknown>): Promise<void> {
  await using writer = await openWriter(dir);
  await work(writer);
  await writer.commit();
}
const fill = () =>
  write(w =>
    w.addTable("Logons_CL", columns, rows(["2021-01-01", "a", 1], ["2021-01-02", "b", 2], ["2021-01-03", "c", 3])),
  );

const open = (options: Partial<OpenWorkspaceOptions> = {}) =>
  openWorkspace(dir, { name: "Case", store, compiler, catalogue, ...options });

async function ask(text: string, options: WorkspaceQueryOptions = {}, how: Partial<OpenWorkspaceOptions> = {}) {
  await using workspace = await open(how);
  const frame = await workspace.query(text, options);
  return { rows: await frame.rows(), completeness: frame.completeness, provenance: frame.provenance };
}
const answer = async (text: string, options: WorkspaceQueryOptions = {}) => (await ask(text, options)).rows;

describe("tables", () => {
  test("KQL runs on what was written", async () => {
    await fill();
    expect(await answer("Logons_CL | where Size >= 2 | project Account, Size | order by Size asc")).toEqual([
      { Account: "b", Size: 2 },
      { Account: "c", Size: 3 },
    ]);
    await using workspace = await open();
    expect(workspace.tables).toMatchObject([
      {
        name: "Logons_CL",
        rowCount: 3,
        span: { startMs: Date.parse("2021-01-01"), endMs: Date.parse("2021-01-03") + 1 },
      },
    ]);
  });

  test("a table of the catalogue without data is empty, not unknown; another one is unknown", async () => {
    await fill();
    expect(await answer("SigninLogs | where ResultType == '0' | summarize n = count()")).toEqual([{ n: 0 }]);
    await expect(ask("SigninLog | take 1")).rejects.toMatchObject({ code: "kql/invalid" });
  });

  test("columns of the catalogue that the data lacks are empty, and others are unknown", async () => {
    await write(w =>
      w.addTable(
        "SigninLogs",
        [...columns.slice(0, 1), { name: "Identity", type: "string" }],
        rows(["2021-01-01", "dana"]),
      ),
    );
    const text = "SigninLogs | project Identity, UserAgent, isempty(UserAgent), isnull(CreatedDateTime), Type";
    expect(await answer(text)).toEqual([{ Identity: "dana", UserAgent: "", Column1: true, Column2: true, Type: "" }]);
    await expect(ask("SigninLogs | project Identitty")).rejects.toMatchObject({ code: "kql/invalid" });
  });

  test("files from before a column existed have it empty", async () => {
    await fill();
    await write(w =>
      w.addTable("Logons_CL", [...columns, { name: "Host", type: "string" }], rows(["2021-01-04", "d", 4, "h"])),
    );
    expect(
      await answer(
        "Logons_CL | where TimeGenerated >= datetime(2021-01-03) | project Account, Host, isempty(Host) | order by Account asc",
      ),
    ).toEqual([
      { Account: "c", Host: "", Column1: true },
      { Account: "d", Host: "h", Column1: false },
    ]);
  });

  test("columns that differ in case are different columns", async () => {
    const two: readonly Column[] = [
      { name: "Type", type: "string" },
      { name: "type", type: "string" },
    ];
    await write(w => w.addTable("T_CL", two, rows(["upper", "lower"])));
    expect(await answer("T_CL | project Type, type")).toEqual([{ Type: "upper", type: "lower" }]);
  });

  test("a table of any name can be queried by its quoted name", async () => {
    await write(w => w.addTable('we"ird; drop', columns, rows(["2021-01-01", "a", 1])));
    expect(await answer(`['we"ird; drop'] | project Account`)).toEqual([{ Account: "a" }]);
  });

  test("a table whose rows were all taken out is still known", async () => {
    await fill();
    await write(async w => expect(await w.removeRows("Logons_CL", "Account", new Set(["a", "b", "c"]))).toBe(3));
    expect(await answer("Logons_CL | count")).toEqual([{ Count: 0 }]);
  });
});

describe("completeness", () => {
  const reject = (part: object) =>
    write(async w => {
      await w.addTable("Logons_CL", columns, rows(["2021-01-01", "a", 1], [null, "b", 2]));
      w.addRejects("Logons_CL", {
        source: "x.json",
        count: 2,
        reason: "2 lines of 'x.json' could not be read",
        ...part,
      });
    });
  const within = (from: string, to: string) =>
    `Logons_CL | where TimeGenerated >= datetime(${from}) and TimeGenerated < datetime(${to})`;

  test("unreadable lines count inside the queried time only", async () => {
    await reject({ from: "2021-01-05T00:00:00Z", to: "2021-01-06T00:00:00Z" });
    const messages = async (text: string) => (await ask(text)).completeness.causes.map(c => c.message);
    expect(await messages(within("2021-01-05", "2021-01-07"))).toContain("2 lines of 'x.json' could not be read");
    expect(await messages(within("2021-01-06", "2021-01-07"))).toContain("2 lines of 'x.json' could not be read");
    expect(await messages(within("2021-01-07", "2021-01-08"))).not.toContain("2 lines of 'x.json' could not be read");
    expect(await messages("Logons_CL")).toEqual(["2 lines of 'x.json' could not be read"]);
  });

  test("lines of unknown time always count, and a count over them may be wrong", async () => {
    await reject({});
    const { completeness } = await ask(`${within("2022-01-01", "2022-01-02")} | count`);
    expect(completeness.state).toBe("partial");
    expect(completeness.causes).toContainEqual(
      expect.objectContaining({ kind: "lines-skipped", affects: "values", missing: 2, source: "Logons_CL" }),
    );
  });

  test("rows without a time are missed by every time range, and that is said", async () => {
    await reject({ from: "2020-01-01T00:00:00Z", to: "2020-01-01T00:00:00Z" });
    const { completeness } = await ask(within("2021-01-01", "2021-01-02"));
    expect(completeness.causes.map(c => c.message)).toEqual([
      "1 rows of 'Logons_CL' have no readable time and are in no time range",
    ]);
  });

  test("other tables do not care", async () => {
    await reject({});
    expect((await ask("SigninLogs | take 1")).completeness.state).toBe("complete");
  });
});

describe("options", () => {
  test("at most 30,000 rows unless more are asked for, and the cut is said", async () => {
    const many = Array.from({ length: 30_001 }, (_, i) => [new Date(1.6e12 + i), "a", i]);
    await write(w => w.addTable("Logons_CL", columns, rows(...many)));
    const cut = await ask("Logons_CL | project Size");
    expect([cut.rows.length, cut.completeness.causes.map(c => c.kind)]).toEqual([30_000, ["row-limit"]]);
    expect((await answer("Logons_CL | project Size", { maxRows: Infinity })).length).toBe(30_001);
    expect((await answer("Logons_CL | project Size", { maxRows: 3 })).length).toBe(3);
  });

  test("the window holds where the text does not speak of time", async () => {
    await fill();
    const window = { startMs: Date.parse("2021-01-02"), endMs: Date.parse("2021-01-03"), from: "hunt-window" } as const;
    expect(await answer("Logons_CL | project Account", { window })).toEqual([{ Account: "b" }]);
    expect(await answer("Logons_CL | where TimeGenerated > ago(30d) | count", { window })).toEqual([{ Count: 3 }]);
    expect((await ask("Logons_CL", { window })).provenance).toMatchObject({ source: "workspace Case", range: window });
  });

  test("answers over files whose times were moved say so, and no others", async () => {
    await fill();
    await write(async w => {
      await w.addTable("Other_CL", columns, rows(["2021-01-01", "a", 1]));
      const file = { path: "dc01.json", sha256: "0", sizeBytes: 1, rows: 3, rejects: 0, ingestedAt: "" };
      w.addSource({ ...file, tables: ["Logons_CL"], timeShift: "+19h" });
    });
    const { provenance } = await ask("Logons_CL | take 1");
    expect(provenance.source).toBe("workspace Case (times of dc01.json moved by +19h)");
    expect((await ask("Other_CL")).provenance.source).toBe("workspace Case");
  });

  test("notebook values and frames are used by name", async () => {
    await fill();
    const wanted = await store.fromRows([{ Account: "a" }, { Account: "c" }]);
    const text = "Logons_CL | where Account in (Wanted) and Size > least | project Account";
    const scalars = [{ name: "least", type: "long", value: 1 }] as const;
    expect(await answer(text, { frames: { Wanted: wanted }, scalars })).toEqual([{ Account: "c" }]);
  });

  test("a text of several results gives the first, which carries the others, shows them all and closes them", async () => {
    await fill();
    await using workspace = await open();
    const frame = await workspace.query(
      "Logons_CL | sort by Size asc | fork Small = (take 1 | project Account) (project Size) (count)",
      { maxRows: 2 },
    );
    const { results } = frame;
    expect(results.map(r => r.name)).toEqual(["Small", undefined, undefined]);
    expect(await Promise.all(results.map(r => r.rows()))).toEqual([
      [{ Account: "a" }],
      [{ Size: 1 }, { Size: 2 }],
      [{ Count: 3 }],
    ]);
    // The limit cut the second alone.
    expect(results.map(r => r.completeness.state)).toEqual(["complete", "partial", "complete"]);
    const shown = String((await frame[displaySymbol]())["text/plain"]);
    for (const part of ["Result 1 of 3: Small", "Result 2 of 3", "Result 3 of 3", "Partial"])
      expect(shown).toContain(part);
    expect(JSON.stringify(await frame.view({ alone: true }))).not.toContain("Result");
    await frame.close();
    expect(results.every(r => r.closed)).toBe(true);
  });

  test("when one of several results fails, none stays", async () => {
    await fill();
    await using workspace = await open();
    const before = store.frameCount;
    const text = "Logons_CL | take 1; Logons_CL | extend x = assert(Size > 1, 'too small') | summarize max(x)";
    await expect(workspace.query(text)).rejects.toThrow();
    expect(store.frameCount).toBe(before);
  });

  test("a cancelled query does not run", async () => {
    await fill();
    const signal = AbortSignal.abort();
    await expect(ask("Logons_CL | count", { signal })).rejects.toThrow();
  });
});

describe("the clock", () => {
  test.each<[string, Partial<OpenWorkspaceOptions>, boolean, string]>([
    ["the one given", { clock: pinnedClock(Date.parse("2023-01-01")) }, true, "2023-01-01T00:00:00.000Z"],
    ["the workspace's", {}, true, "2022-02-02T00:00:00.000Z"],
    ["the store's", {}, false, "2021-01-10T00:00:00.000Z"],
  ])("now is %s", async (_, options, pinned, expected) => {
    if (pinned) await write(async w => w.setClock({ kind: "pinned", now: "2022-02-02T00:00:00Z" }));
    const { rows: found, provenance } = await ask("print t = now()", {}, options);
    expect(found).toEqual([{ t: new Date(expected) }]);
    expect(provenance).toMatchObject({ clock: "pinned", clockDependent: true });
  });
});

describe("beside the tables", () => {
  test("stored functions are called by name, with parameters", async () => {
    await fill();
    await mkdir(join(dir, "functions"));
    await writeFile(
      join(dir, "functions", "large.kql"),
      "let Large = (least: long) { Logons_CL | where Size >= least };",
    );
    await writeFile(join(dir, "functions", "Everyone.kql"), "Logons_CL | distinct Account");
    expect(await answer("Large(3) | project Account")).toEqual([{ Account: "c" }]);
    expect(await answer("Everyone | count")).toEqual([{ Count: 3 }]);
  });

  test("sites are found by address", async () => {
    await writeFile(join(dir, "sites.yaml"), "sites:\n  - { cidr: 10.0.0.0/8, site: HQ }\n");
    await using workspace = await open();
    expect(workspace.sites.find("10.1.2.3")?.site).toBe("HQ");
  });

  test("a broken sites file is refused with its place, and nothing stays held", async () => {
    await writeFile(join(dir, "sites.yaml"), "sites: 1\n");
    await expect(open()).rejects.toMatchObject({ code: "workspace/invalid-sites" });
    expect(await readdir(join(dir, "readers"))).toEqual([]);
  });
});

describe("a workspace that is written to while it is open", () => {
  test("keeps answering from its generation; opening it again shows the new one", async () => {
    await fill();
    await using workspace = await open();
    await write(async w => w.replaceTable("Logons_CL", columns, rows(["2021-02-01", "new", 9])));
    const frame = await workspace.query("Logons_CL | project Account");
    expect((await frame.rows()).length).toBe(3);
    expect(await answer("Logons_CL | project Account")).toEqual([{ Account: "new" }]);
  });

  test("says so when its files were deleted all the same", async () => {
    await fill();
    await using workspace = await open();
    await write(async w => w.replaceTable("Logons_CL", columns, rows(["2021-02-01", "new", 9])));
    const folder = join(dir, "tables", "Logons_CL");
    for (const name of await readdir(folder)) await rm(join(folder, name));
    await expect(workspace.query("Logons_CL")).rejects.toMatchObject({
      code: "workspace/changed",
      hint: "open it again",
    });
  });

  test("says so when a file is missing from a copy", async () => {
    await fill();
    const folder = join(dir, "tables", "Logons_CL");
    for (const name of await readdir(folder)) await rm(join(folder, name));
    await expect(ask("Logons_CL")).rejects.toMatchObject({ code: "workspace/file-missing" });
  });
});

describe("in one store", () => {
  test("a workspace opened twice shares its views; closing one does not disturb the other", async () => {
    await fill();
    const [first, second] = [await open(), await open()];
    await first.query("Logons_CL | count");
    await first.close();
    expect(await (await second.query("Logons_CL | count")).rows()).toEqual([{ Count: 3 }]);
    await second.close();
    expect(await answer("Logons_CL | count")).toEqual([{ Count: 3 }]);
  });

  test("a second workspace, whose folder the store could not read yet, leaves the first one working", async () => {
    await fill();
    await using first = await open();
    const frame = await first.query("Logons_CL | project Account");
    const other = await mkdtemp(join(tmpdir(), "huntbook-other-"));
    await createWorkspace(other);
    await using writer = await openWriter(other);
    await writer.addTable("Logons_CL", columns, rows(["2022-01-01", "z", 1]));
    await writer.commit();
    await using second = await openWorkspace(other, { name: "Other", store, compiler, catalogue });
    const accounts = async (f: { rows(): Promise<object[]> }) => (await f.rows()).length;
    expect(await accounts(await second.query("Logons_CL"))).toBe(1);
    expect(await accounts(await first.query("Logons_CL"))).toBe(3);
    expect(await accounts(frame)).toBe(3);
    await rm(other, { recursive: true });
  });
});

test("after close nothing is held, and queries are refused", async () => {
  await fill();
  const workspace = await open();
  expect((await readdir(join(dir, "readers"))).length).toBe(1);
  await workspace.query("Logons_CL | count");
  await workspace.close();
  expect(await readdir(join(dir, "readers"))).toEqual([]);
  await expect(workspace.query("Logons_CL")).rejects.toMatchObject({ code: "workspace/closed" });
});

describe("beyond the tables", () => {
  test("a watchlist is a CSV file: every column text, SearchKey the first, read again when it changes", async () => {
    await fill();
    await mkdir(join(dir, "watchlists"));
    await writeFile(join(dir, "watchlists", "Vip.csv"), "Account,Level\na,007\nc,2\n");
    const text =
      "_GetWatchlist('Vip') | join kind=inner Logons_CL on Account | project SearchKey, Level, Size | order by Size asc";
    expect(await answer(text)).toEqual([
      { SearchKey: "a", Level: "007", Size: 1 },
      { SearchKey: "c", Level: "2", Size: 3 },
    ]);
    await using workspace = await open();
    const count = async () => (await workspace.query("_GetWatchlist('Vip') | count")).rows();
    expect(await count()).toEqual([{ Count: 2 }]);
    await writeFile(join(dir, "watchlists", "Vip.csv"), "Account,Level\na,007\nc,2\nd,3\n");
    expect(await count()).toEqual([{ Count: 3 }]);
    await expect(ask("_GetWatchlist('Vips') | count")).rejects.toThrow("no watchlist 'Vips'; did you mean 'Vip'?");
  });

  test("without a folder of watchlists the message says where to put them", async () => {
    await fill();
    await expect(ask("_GetWatchlist('Vip')")).rejects.toThrow("no watchlist 'Vip'");
  });

  test("tables of another local workspace by its name, with what they lack", async () => {
    await fill();
    const other = join(base, `other ${++number}`);
    await createWorkspace(other);
    {
      await using writer = await openWriter(other);
      await writer.addTable("Logons_CL", columns, rows(["2021-01-01", "z", 9]));
      await writer.commit();
    }
    await using second = await openWorkspace(other, { name: "Other", store, compiler, catalogue });
    const others = { names: () => ["Other"], open: async () => second };
    const text = "union Logons_CL, workspace('Other').Logons_CL | summarize n = count(), Most = max(Size)";
    expect((await ask(text, {}, { others })).rows).toEqual([{ n: 4, Most: 9 }]);
    const direct = "database('Other').table('Logons_CL') | project Account";
    expect((await ask(direct, {}, { others })).rows).toEqual([{ Account: "z" }]);
    await expect(ask("workspace('Othr').Logons_CL", {}, { others })).rejects.toThrow("no local workspace 'Othr'");
    await expect(ask("workspace('Other').Logins_CL", {}, { others })).rejects.toThrow("did you mean 'Logons_CL'?");
  });
});
