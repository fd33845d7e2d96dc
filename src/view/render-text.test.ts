import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayWidth, fitWidth, renderText } from "./index.js";
import type { TableNode, ViewNode } from "./index.js";

const table = (rows: TableNode["rows"], more: Partial<TableNode> = {}): TableNode => ({
  kind: "table",
  columns: [
    { name: "Name", type: "string" },
    { name: "N", type: "long" },
  ],
  rows,
  ...more,
});

test("a table in text: types under the names, numbers right, null and '' apart, how many rows there are", () => {
  const text = renderText(
    table(
      [
        ["dc01", "12"],
        ["東京", null],
        ["", "7"],
      ],
      { total: 12_431, caption: "Hosts" },
    ),
  );
  expect(text.split("\n")).toEqual([
    "Name       N",
    "string  long",
    "──────  ────",
    "dc01      12",
    "東京       ∅",
    '""         7',
    "Hosts · showing 3 of 12,431 rows",
  ]);
});

test("no line is wider than the terminal", () => {
  const wide: TableNode = {
    kind: "table",
    columns: Array.from({ length: 5 }, (_, i) => ({ name: `Column${i}`, type: "string" as const })),
    rows: [Array.from({ length: 5 }, () => "語".repeat(50))],
  };
  for (const line of renderText(wide, { width: 70 }).split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(70);
});

describe("terminal sequences and hidden characters of data never get through", () => {
  const nodes = (text: string): ViewNode => ({
    kind: "group",
    children: [
      text,
      { kind: "text", text, look: "strong" },
      { kind: "link", text, href: `https://example.org/${text}` },
      { kind: "badge", text, tone: "bad" },
      { kind: "heading", level: 1, text },
      { kind: "paragraph", children: [text] },
      { kind: "banner", tone: "bad", title: text, lines: [text] },
      { kind: "list", ordered: true, items: [text] },
      { kind: "code", text },
      { kind: "details", summary: text, children: [text] },
      { kind: "keyValue", entries: [{ key: text, value: text }] },
      { kind: "table", columns: [{ name: text }], rows: [[text]], caption: text },
      { kind: "image", mime: "image/png", base64: "", alt: text },
    ],
  });
  test("any text in any node", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), text => {
        expect(renderText(nodes(text))).not.toMatch(
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });
  test("colours are ours alone, and every one is closed", () => {
    const text = renderText(nodes("\u001b]0;title\u0007\u001b[31mred"), { colour: true });
    const sequences = text.match(/\u001b\[\d+m/g) ?? [];
    expect(text.replaceAll(/\u001b\[\d+m/g, "")).not.toContain("\u001b");
    expect(sequences.filter(s => s === "\u001b[0m").length * 2).toBe(sequences.length);
    expect(text).toContain("␛]0;title␇␛[31mred");
  });
});

test("lists, key-values, banners and headings read well", () => {
  const node: ViewNode = {
    kind: "group",
    children: [
      { kind: "heading", level: 2, text: "Hosts" },
      { kind: "banner", tone: "warning", title: "Partial result", lines: ["slice 3 failed"] },
      { kind: "list", items: ["one\ntwo", { kind: "badge", text: "high", tone: "bad" }] },
      {
        kind: "keyValue",
        entries: [
          { key: "Host", value: "dc01" },
          { key: "OS", value: null },
        ],
      },
    ],
  };
  expect(renderText(node)).toBe(
    [
      "Hosts",
      "-----",
      "! Partial result",
      "  - slice 3 failed",
      "- one",
      "  two",
      "- [x high]",
      "Host  dc01",
      "OS    ∅",
    ].join("\n"),
  );
});

test.each([
  ["abc", 3],
  ["東京", 4],
  ["e\u0301", 1],
  ["👩‍💻", 2],
  ["한글", 4],
  ["ｆｕｌｌ", 8],
  ["é", 1],
])("the display width of %s is %d", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test("fitting never exceeds the width and marks what is missing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      const fitted = fitWidth(text, width);
      expect(displayWidth(fitted)).toBeLessThanOrEqual(width);
      if (displayWidth(text) <= width) expect(fitted).toBe(text);
      else expect(fitted.endsWith("…")).toBe(true);
    }),
  );
});
