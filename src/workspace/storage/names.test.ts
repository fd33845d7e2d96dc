import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeDirectoryName, directoryFor, encodeDirectoryName, physicalNames } from "./names.js";

test.each([
  ["SecurityEvent", "SecurityEvent"],
  ["AzureNetworkAnalytics_CL", "AzureNetworkAnalytics_CL"],
  ["a/b\\c", "a%2Fb%5Cc"],
  ["..", "%2E%2E"],
  ["con", "%63on"],
  ["LPT1", "%4CPT1"],
  ["name. ", "name%2E%20"],
  ["ünï", "%C3%BCn%C3%AF"],
  ["100%", "100%25"],
  ["", "%"],
])("the folder of table %j is %j", (name, directory) => {
  expect(encodeDirectoryName(name)).toBe(directory);
  expect(decodeDirectoryName(directory)).toBe(name);
});

test("any name gives a folder name that every system takes, and short ones can be read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), name => {
      const directory = encodeDirectoryName(name);
      expect(directory).toMatch(/^[A-Za-z0-9_%~-]{1,96}$/);
      expect(directory).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/i);
      if (!directory.includes("~")) expect(decodeDirectoryName(directory)).toBe(name);
    }),
  );
});

test("different names give different folders, also where case does not count", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: "binary", maxLength: 60 }), { maxLength: 12 }), names => {
      const taken: string[] = [];
      for (const name of names) taken.push(directoryFor(name, taken));
      expect(new Set(taken.map(t => t.toLowerCase())).size).toBe(names.length);
    }),
  );
  expect(directoryFor("syslog", ["Syslog"])).toBe("syslog%~2");
});

test("names too long for a folder keep their beginning and stay different", () => {
  const [a, b] = ["x".repeat(300) + "a", "x".repeat(300) + "b"];
  expect(encodeDirectoryName(a)).toMatch(/^x{70}%~[0-9a-f]{24}$/);
  expect(encodeDirectoryName(a)).not.toBe(encodeDirectoryName(b));
});

test("columns that differ only in case get DuckDB names that differ", () => {
  const columns = [{ name: "Type" }, { name: "type" }, { name: "TYPE" }, { name: "type~2" }];
  expect([...physicalNames(columns)]).toEqual([
    ["Type", "Type"],
    ["type", "type~2"],
    ["TYPE", "TYPE~3"],
    ["type~2", "type~2~2"],
  ]);
});

test("DuckDB names once given stay", () => {
  const given = new Map([["type", "type"]]);
  expect(physicalNames([{ name: "Type" }, { name: "type" }], given).get("type")).toBe("type");
  expect(physicalNames([{ name: "Type" }, { name: "type" }], given).get("Type")).toBe("Type~2");
});
