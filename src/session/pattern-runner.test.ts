import { afterEach, expect, test } from "vitest";
import { complete } from "../base/completeness.js";
import { createPatternRunner } from "./pattern-runner.js";
import { IocExtractor } from "../transform/ioc/ioc-extract.js";
import { FrameStore } from "../frame/store.js";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function open(timeLimitMs?: number) {
  const patterns = createPatternRunner(timeLimitMs === undefined ? {} : { timeLimitMs });
  let store: Promise<FrameStore> | undefined;
  closers.push(
    () => patterns.close(),
    async () => (await store)?.close(),
  );
  const frames = () => (store ??= FrameStore.open());
  return { ioc: new IocExtractor({ patterns, frames }), frames };
}

test("a type of one's own is found beside the others, by its group", async () => {
  const { ioc } = open();
  ioc.addIocType("ticket", /INC-(\d+)/, { group: 1 });
  expect(await ioc.extract("INC-17 and INC-18 from 10.0.0.1")).toEqual({ ipv4: ["10.0.0.1"], ticket: ["17", "18"] });
  expect(await ioc.extract("INC-17 10.0.0.1", { iocTypes: ["ticket"] })).toEqual({ ticket: ["17"] });
  expect(await ioc.validate("INC-17", "ticket")).toBe(false);
  expect(Object.keys(ioc.iocTypes)).toContain("ticket");
});

test("a string that is two things is what comes first by priority", async () => {
  const { ioc } = open();
  ioc.addIocType("ours", "[a-z]+\\.contoso\\.example", { priority: -1 }).addIocType("late", "bob", { priority: 9 });
  expect(await ioc.extract("dc.contoso.example bob")).toEqual({ ours: ["dc.contoso.example"], late: ["bob"] });
});

test("a pattern that never ends is stopped, and the next call works", async () => {
  const { ioc } = open(200);
  ioc.addIocType("slow", "^(a+)+$");
  await expect(ioc.extract("a".repeat(40) + "!")).rejects.toMatchObject({
    code: "transform/pattern-timeout",
    message: expect.stringContaining("'slow'") as string,
  });
  expect(await ioc.extract("aaa")).toEqual({ slow: ["aaa"] });
});

test.each([
  ["a b", "x"],
  ["ipv4", "x"],
  ["mine", "("],
])("the type %j with pattern %j is refused", (name, pattern) => {
  expect(() => open().ioc.addIocType(name, pattern)).toThrow(
    expect.objectContaining({ code: "transform/bad-pattern" }),
  );
});

test("an array gives a row for each observable, with its index", async () => {
  const { ioc } = open();
  expect(await ioc.extract(["10.0.0.1 10.0.0.1", "", "x@y.example"])).toEqual([
    { IoCType: "ipv4", Observable: "10.0.0.1", SourceIndex: 0, Input: "10.0.0.1 10.0.0.1" },
    { IoCType: "email", Observable: "x@y.example", SourceIndex: 2, Input: "x@y.example" },
    { IoCType: "dns", Observable: "y.example", SourceIndex: 2, Input: "x@y.example" },
  ]);
});

test("a frame gives a frame: as whole as it was, one row for each observable of a cell", async () => {
  const { ioc, frames } = open();
  const store = await frames();
  const texts = [
    "ping 192.0.2.7",
    String.raw`C:\a\b.exe`,
    "hxxp://evil[.]example/x /etc/passwd.d/y",
    "<b>__proto__</b>",
  ];
  const info = { source: "a test", ranAtMs: 0, tookMs: 0, clock: "system", clockDependent: false } as const;
  const cause = { kind: "row-limit", affects: "rows", message: "cut" } as const;
  const frame = await store.fromBatches(
    [
      { name: "CommandLine", type: "string" },
      { name: "Number", type: "long" },
    ],
    [texts.map((t, i) => [t, i])],
    { completeness: { state: "partial", causes: [cause] }, provenance: info },
  );
  const found = await ioc.extract(frame, { columns: "CommandLine" });
  expect(await found.rows()).toEqual([
    {
      IoCType: "ipv4",
      Observable: "192.0.2.7",
      SourceIndex: 0,
      Input: texts[0],
      SourceColumn: "CommandLine",
      Note: "documentation (RFC 5737)",
    },
    {
      IoCType: "url",
      Observable: "http://evil.example/x",
      SourceIndex: 2,
      Input: texts[2],
      SourceColumn: "CommandLine",
      Note: "defanged in the text",
    },
    {
      IoCType: "dns",
      Observable: "evil.example",
      SourceIndex: 2,
      Input: texts[2],
      SourceColumn: "CommandLine",
      Note: "reserved name (RFC 2606); defanged in the text",
    },
  ]);
  expect(found.completeness).toEqual(frame.completeness);
  expect(found.provenance.source).toBe("observables of a test");
  const paths = await ioc.extractDf(frame, ["CommandLine"], { includePaths: true });
  expect((await paths.rows()).map(r => r["IoCType"])).toEqual(["ipv4", "windows_path", "url", "dns"]);
  const linux = await ioc.extractDf(frame, "CommandLine", { iocTypes: ["linux_path"] });
  expect((await linux.rows()).map(r => r["Observable"])).toEqual(["/etc/passwd.d/y"]);
  await expect(ioc.extractDf(frame, "Command")).rejects.toMatchObject({ code: "transform/unknown-column" });
  await expect(ioc.extract(frame, {})).rejects.toMatchObject({ code: "transform/no-column" });
});

test("complete input gives complete output", async () => {
  const { ioc, frames } = open();
  const frame = await (await frames()).fromRows([{ A: "10.0.0.1", B: "b@c.example" }]);
  const found = await ioc.extract(frame as never, { columns: ["B", "A"] });
  expect(found.completeness).toEqual(complete);
  expect((await found.rows()).map(r => [r["SourceColumn"], r["Observable"]])).toEqual([
    ["B", "b@c.example"],
    ["B", "c.example"],
    ["A", "10.0.0.1"],
  ]);
});
