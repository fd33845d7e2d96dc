import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { correctionFor, parseCorrections, readCorrections, writeCorrections } from "./corrections.js";
import { globToRegExp } from "./glob.js";

test("everything that can be said", () => {
  const text = `
files:
  - match: "fw/*.csv"
    table: CommonSecurityLog
    format: csv
    delimiter: semicolon
    header: false
    time: { field: date, format: "%d/%m/%Y", zone: Europe/Paris, shift: -1d2h }
    columns: { src: SourceIP }
  - match: junk/**
    skip: true
`;
  expect(parseCorrections(text, "ingest.yaml")).toEqual([
    {
      ...{ match: "fw/*.csv", table: "CommonSecurityLog", format: "csv", delimiter: ";", header: false },
      ...{ timeField: "date", timeFormat: "%d/%m/%Y", timeZone: "Europe/Paris", timeShiftMs: -93_600_000 },
      columns: { src: "SourceIP" },
    },
    { match: "junk/**", skip: true },
  ]);
});

test("all slips are named with their places", () => {
  const text = `
files:
  - match: a
    tables: X
    format: xml
    time: { zone: Mars/Base, format: later, shift: soon }
  - table: X
`;
  expect(() => parseCorrections(text, "ingest.yaml")).toThrow(
    expect.objectContaining({
      code: "ingest/invalid-corrections",
      where: "ingest.yaml:4:5",
      message: [
        "ingest.yaml:4:5: unknown setting 'tables'; did you mean 'table'?",
        "ingest.yaml:5:13: 'format' must be one of csv, json, jsonl, zeek, parquet",
        "ingest.yaml:6:19: 'Mars/Base' is not a time zone; write UTC, +02:00 or a name like Europe/Paris",
        "ingest.yaml:6:38: format must be iso, epoch-s, epoch-ms, epoch-us, epoch-ns or a pattern like %d/%m/%Y",
        "ingest.yaml:6:52: 'soon' is no shift; write what to add to the times: 19h, -5d or 1d2h30m",
        "ingest.yaml:7:5: an entry of 'files' needs 'match', a pattern for file names",
      ].join("\n"),
    }),
  );
});

test("of several entries for a file the first that says a thing wins", () => {
  const corrections = [
    { match: "a.csv", table: "First" },
    { match: "*.csv", table: "Second", header: true },
  ];
  expect(correctionFor(corrections, "a.csv")).toMatchObject({ table: "First", header: true });
  expect(correctionFor(corrections, "b/a.csv")).toEqual({});
});

test("what is written is read back", async () => {
  const dir = await mkdtemp(join(tmpdir(), "huntbook-corrections-"));
  try {
    expect(await readCorrections(dir)).toEqual([]);
    const corrections = [{ match: "**", timeZone: "+02:00", timeShiftMs: 68_400_000, delimiter: "\t" as const }];
    await writeCorrections(dir, corrections);
    expect(await readCorrections(dir)).toEqual(corrections);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test.each([
  ["*.csv", "a.csv", true],
  ["*.csv", "x/a.csv", false],
  ["**/*.csv", "a.csv", true],
  ["**/*.csv", "x/y/a.csv", true],
  ["x/**", "x/y/a.csv", true],
  ["a?c", "abc", true],
  ["a.c", "abc", false],
  ["a(b", "a(b", true],
])("the pattern %j and %j", (pattern, name, matches) => {
  expect(globToRegExp(pattern).test(name)).toBe(matches);
});
