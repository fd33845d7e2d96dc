import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Notice } from "../base/port.js";
import { loadDefinitions, loadQueryFolder } from "./load-queries.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "huntbook-queries-"));
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

const file = (name: string, query: string) =>
  `metadata: { data_environments: [MSSentinel], data_families: [Mine] }\nsources:\n  ${name}:\n    args:\n      query: ${query}\n`;

async function put(path: string, text: string): Promise<void> {
  await mkdir(join(dir, path, ".."), { recursive: true });
  await writeFile(join(dir, path), text);
}

test("a folder is read with its subfolders, in order, YAML only", async () => {
  await put("b.yaml", file("b", "T"));
  await put("a/c.yml", file("c", "T"));
  await put("notes.md", "not a query");
  expect(loadQueryFolder(dir).flatMap(f => f.definitions.map(d => d.name))).toEqual(["c", "b"]);
});

test("the user's queries come after the shipped ones; what is wrong with them is told", async () => {
  await put("shipped/a.yaml", file("same", "Shipped"));
  await put("mine/a.yaml", file("same", "Mine"));
  await put("mine/bad.yaml", file("bad", "T | take {n}"));
  const notices: Notice[] = [];
  const definitions = loadDefinitions({
    shipped: join(dir, "shipped"),
    custom: [join(dir, "mine"), join(dir, "absent")],
    notify: n => notices.push(n),
  });
  expect(definitions.map(d => d.query)).toEqual(["Shipped", "Mine"]);
  expect(notices.map(n => n.code)).toEqual(["query/file-unreadable", "query/undeclared-parameter"]);
  expect(notices[1]?.message).toMatch(/bad\.yaml:5:7: error/);
});
