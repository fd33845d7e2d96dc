import fc from "fast-check";
import { expect, test } from "vitest";
import { CsvSplitter, detectDialect } from "./csv.js";
import type { Delimiter } from "./csv.js";

function split(text: string, delimiter: Delimiter = ",") {
  const splitter = new CsvSplitter(delimiter);
  const items = text.split("\n").flatMap((line, i) => splitter.take({ number: i + 1, text: line }));
  return [...items, ...splitter.end()];
}
const fields = (text: string, delimiter: Delimiter = ",") =>
  split(text, delimiter).map(item => (item.kind === "record" ? item.fields : `${item.line}: ${item.reason}`));

test.each<[string, string, readonly (readonly string[] | string)[]]>([
  [
    "plain",
    "a,b\nc,d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "empty fields",
    "a,,\n,b,",
    [
      ["a", "", ""],
      ["", "b", ""],
    ],
  ],
  [
    "empty lines are no records",
    "a,b\n\nc,d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ["quotes", '"a,b","c ""d""",e', [["a,b", 'c "d"', "e"]]],
  [
    "a line end in quotes",
    'a,"b\nc",d\ne,f,g',
    [
      ["a", "b\nc", "d"],
      ["e", "f", "g"],
    ],
  ],
  [
    "doubled quotes over lines",
    'a,"b""\n""c"\nd,e',
    [
      ["a", 'b"\n"c'],
      ["d", "e"],
    ],
  ],
  ["an empty quoted field", '"",x', [["", "x"]]],
  [
    "a quote inside a bare field",
    'a"b,c\nd,e',
    [
      ['a"b', "c"],
      ["d", "e"],
    ],
  ],
  ["text after a quoted field", '"a"b,c\nd,e', ["1: text stands after a closing quote", ["d", "e"]]],
  [
    "a quote never closed costs its line",
    'a,"b\nc,d\ne,f',
    ["1: a quote is opened and not closed", ["c", "d"], ["e", "f"]],
  ],
])("%s", (_, text, expected) => {
  expect(fields(text)).toEqual(expected);
});

test("a quote that stays open for 500 lines is given up before the file ends", () => {
  const rest = Array.from({ length: 1200 }, (_, i) => `${i},x`);
  const items = split(['a,"b', ...rest].join("\n"));
  expect(items[0]).toMatchObject({ kind: "reject", line: 1 });
  expect(items.length).toBe(1201);
});

test("whatever is written by RFC 4180 is read back", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", ";", "é", " "), maxLength: 6 });
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(rows, written => {
      const text = written.map(r => r.map(c => `"${c.replaceAll('"', '""')}"`).join(",")).join("\n");
      expect(fields(text)).toEqual(written);
    }),
  );
});

test.each<[string, readonly string[], object | undefined]>([
  ["commas", ["time,host", "2021-01-01,a"], { delimiter: ",", header: true }],
  ["semicolons with decimal commas", ["a;b;c", "1,5;2,5;3,5"], { delimiter: ";", header: true }],
  ["tabs", ["a\tb", "1\t2"], { delimiter: "\t", header: true }],
  ["bars", ["a|b|c", "1|2|3"], { delimiter: "|", header: true }],
  ["a first line of data", ["10.0.0.1,443,x", "10.0.0.2,80,y"], { delimiter: ",", header: false }],
  ["repeated names are data", ["x,x", "y,y"], { delimiter: ",", header: false }],
  ["one ragged line in ten", ["a,b", ...Array.from({ length: 9 }, () => "1,2"), "1"], { delimiter: ",", header: true }],
  ["prose", ["Hello, world.", "This is a text", "and no table, is it, no"], undefined],
])("the dialect of %s", (_, lines, expected) => {
  expect(detectDialect(lines)).toEqual(expected);
});
