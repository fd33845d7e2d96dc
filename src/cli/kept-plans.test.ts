import process from "node:process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KqlCompiler, KqlEnvironment } from "../kql/api.js";
import { createInlineCompiler } from "../kql/compiler.js";
import { createKeepingCompiler, type KeptPlansOptions } from "./kept-plans.js";

let dir: string;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "huntbook-plans-")), "plans");
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

const environment: KqlEnvironment = {
  schemaId: "one",
  tables: [
    {
      name: "SigninLogs",
      columns: [
        { name: "TimeGenerated", type: "datetime" },
        { name: "ResultType", type: "string" },
      ],
    },
  ],
  now: "2026-01-13T18:00:00Z",
};
const text = 'SigninLogs | where ResultType == "50126" | take 9007199254740993';
const inner = createInlineCompiler();

/** What one command does; `compiled` are the texts that had to be compiled. */
async function command(query: string, env: KqlEnvironment = environment, options: Partial<KeptPlansOptions> = {}) {
  const compiled: string[] = [];
  let starts = 0;
  const start = (): KqlCompiler => {
    starts += 1;
    return {
      ...inner,
      compile: (t, e) => {
        compiled.push(t);
        return inner.compile(t, e);
      },
    };
  };
  const compiler = createKeepingCompiler({ dir, build: "1", start, expected: query, ...options });
  const result = await compiler.compile(query, env);
  await compiler.close();
  return { result, compiled, starts };
}

describe("plans of one-off commands", () => {
  test("the second command has the same plan, big integers and all, and starts no compiler", async () => {
    const first = await command(text);
    const second = await command(text);
    expect(first).toMatchObject({ compiled: [text], starts: 1 });
    expect(second).toMatchObject({ compiled: [], starts: 0 });
    expect(first.result.state).toBe("ready");
    expect(second.result).toEqual(first.result);
  });

  test.each<[string, string, KqlEnvironment, Partial<KeptPlansOptions>]>([
    ["another text", `${text} | count`, environment, {}],
    ["another schema", text, { ...environment, schemaId: "two" }, {}],
    ["another hunt window", text, { ...environment, window: { start: "2026-01-01", end: "2026-01-02" } }, {}],
    ["another build", text, environment, { build: "2" }],
  ])("%s is compiled", async (_what, query, env, options) => {
    await command(text);
    expect((await command(query, env, options)).compiled).toEqual([query]);
  });

  test("what depends on the clock holds at the same instant only", async () => {
    const recent = "SigninLogs | where TimeGenerated > ago(1h)";
    await command(recent);
    expect((await command(recent)).compiled).toEqual([]);
    expect((await command(recent, { ...environment, now: "2026-01-13T19:00:00Z" })).compiled).toEqual([recent]);
  });

  test.each<[string, string, KqlEnvironment]>([
    ["an obfuscated literal", 'SigninLogs | where ResultType == h"token"', environment],
    ["… of the verbatim form", "SigninLogs | where ResultType == h@'token'", environment],
    ["… of several lines", "SigninLogs | where ResultType == h~~~token~~~", environment],
    ["… between back quotes", "SigninLogs | where ResultType == h```token```", environment],
    [
      "a value bound from outside",
      text,
      { ...environment, scalars: [{ name: "key", type: "string", value: "token" }] },
    ],
    ["a wrong query", "SigninLogs | where NoSuchColumn == 1", environment],
  ])("%s reaches no file", async (_what, query, env) => {
    await command(query, env);
    expect(existsSync(dir) ? readdirSync(dir) : []).toEqual([]);
    expect((await command(query, env)).compiled).toEqual([query]);
  });

  test("a damaged file is written anew", async () => {
    const { result } = await command(text);
    const [name = ""] = readdirSync(dir);
    for (const damage of ["", "{", "null", '"x"', readFileSync(join(dir, name), "utf8").slice(0, 90)]) {
      writeFileSync(join(dir, name), damage);
      expect(await command(text)).toMatchObject({ compiled: [text], result });
      expect(await command(text)).toMatchObject({ compiled: [], result });
    }
  });

  test("only the user may read the folder; one that cannot be written costs nothing but time", async () => {
    await command(text);
    if (process.platform !== "win32") expect(statSync(dir).mode & 0o777).toBe(0o700);
    rmSync(dir, { recursive: true });
    writeFileSync(dir, "a file where the folder should be");
    expect((await command(text)).result.state).toBe("ready");
  });

  test("the number of files is limited; the ones not used for longest go", async () => {
    mkdirSync(dir);
    for (let i = 0; i < 250; i += 1) writeFileSync(join(dir, `${i}.plan`), "");
    await command(text);
    expect(readdirSync(dir)).toHaveLength(200);
    expect((await command(text)).compiled).toEqual([]);
  });
});
