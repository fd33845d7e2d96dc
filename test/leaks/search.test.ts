/** The search that watches all tests finds what is planted. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { HuntError } from "../../src/base/error.js";
import { Secret } from "../../src/base/secret.js";
import { leakSearch, searchOutput } from "./watch.js";

const search = leakSearch();
/** In pieces, so that this file holds it nowhere. */
const planted = ["hunter", "2-planted"].join("");
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "leak-"));
  expect(search.take()).toEqual([]);
});

async function found(): Promise<string[]> {
  rmSync(dir, { recursive: true, force: true });
  await Promise.resolve();
  return search.take().map(({ where, hit }) => `${where.replace(dir, "").replaceAll("\\", "/")} ${hit.form}`);
}
const notebook = (cell: object) => JSON.stringify({ cells: [cell], nbformat: 4 });

test.each<[string, string, string]>([
  ["an HTML report", "report.html", `<td>${planted}</td>`],
  ["a log", "logs/run.log", `GET /?key=${planted}\n`],
  ["an audit file", "audit.jsonl", JSON.stringify({ url: planted })],
  ["a cache without a suffix", "cache/ab12", planted],
  [
    "a notebook's output",
    "out.ipynb",
    notebook({ source: "1", outputs: [{ text: [planted.slice(0, 4), planted.slice(4)] }] }),
  ],
  ["base64 in a page", "b.html", Buffer.from(planted).toString("base64")],
])("in %s, before the folder is removed", async (_, name, text) => {
  mkdirSync(join(dir, name, ".."), { recursive: true });
  writeFileSync(join(dir, name), text);
  expect(await found()).toEqual([expect.stringMatching(new RegExp(`^/${name} (?:plain|encoded)$`))]);
});

test("also when it is removed by promise", async () => {
  writeFileSync(join(dir, "a.txt"), planted);
  await rm(dir, { recursive: true });
  expect(await found()).toEqual(["/a.txt plain"]);
});

test("in an error's message and in its hint", async () => {
  const made = [new HuntError("net/test", `no ${planted}`), new HuntError("net/test", "no", { hint: planted })];
  expect(made.every(e => e instanceof Error)).toBe(true);
  expect(await found()).toEqual(["error net/test plain", "error net/test plain"]);
});

test("in what is printed and in what a test captures", async () => {
  const write = process.stderr.write.bind(process.stderr);
  searchOutput("stdout of huntbook", planted);
  expect(await found()).toEqual(["stdout of huntbook plain"]);
  expect(typeof write).toBe("function");
  console.log(`${planted} is planted here by the test of the search itself`);
  expect((await found())[0]).toBe("console.log plain");
});

test("a configured secret without a mark is looked for once it was used", async () => {
  const value = ["Zq8", "rV2-kP9w"].join("-");
  searchOutput("before", value);
  new Secret(value, "env:OTX_KEY").reveal();
  searchOutput("after", JSON.stringify({ value }));
  expect(await found()).toEqual(["after plain"]);
});

test("what tests write for the product to read is no leak: configurations, certificates, sources of cells", async () => {
  writeFileSync(join(dir, "msticpyconfig.yaml"), planted);
  writeFileSync(join(dir, "msticpyconfig.yaml.save_2026"), planted);
  writeFileSync(join(dir, "app.pem"), planted);
  writeFileSync(join(dir, "in.ipynb"), notebook({ source: planted, outputs: [] }));
  expect(await found()).toEqual([]);
});
