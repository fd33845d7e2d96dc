/** The hostile corpus through what the grid copies and inserts: what a spreadsheet and the KQL parser would make of it. */
import { describe, expect, test } from "vitest";
import { FrameStore } from "../../src/frame/store.js";
import { createInlineCompiler } from "../../src/kql/index.js";
import { cellActions, kqlFilter, toCsv } from "../../src/notebook/web/cell-actions.js";
import type { TableColumn } from "../../src/view/index.js";
import { hostileTexts, longTexts } from "./hostile.js";

const texts = [...hostileTexts, ...longTexts.map(([part, times]) => part.repeat(times))];

describe("exports of hostile text", () => {
  test("CSV of the grid: one record per row, and nothing a spreadsheet computes", () => {
    for (const text of texts) {
      const csv = toCsv([{ name: text, type: "string" }], [[text], [text]]);
      const fields = [...csv.matchAll(/(?:^|\r\n)("(?:[^"]|"")*"|[^"\r\n]*)(?=\r\n|$)/g)].map(m => m[1] ?? "");
      expect(fields).toHaveLength(3);
      for (const field of fields) {
        const value = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
        expect(/^[=+\-@\t\r]/.test(value)).toBe(false);
        expect(value.replace(/^'(?=[=+\-@\t\r])/, "")).toBe(text);
      }
    }
  });

  test("KQL filters find the very value they were made of; new cells have one magic line", async () => {
    const compiler = createInlineCompiler();
    const store = await FrameStore.open({ compiler });
    const column: TableColumn = { name: "Value", type: "string" };
    try {
      for (const text of hostileTexts) {
        // A lone half of a pair cannot be stored: it is not Unicode text.
        if (/\p{Surrogate}/u.test(text)) continue;
        const rows = await store.fromRows([{ Value: text }, { Value: "other" }]);
        const found = await rows.kql(`| where ${kqlFilter(column, text)}`);
        const others = await rows.kql(`| where ${kqlFilter(column, text, true)}`);
        expect(await found.rows()).toEqual([{ Value: text }]);
        expect(await others.rows()).toEqual([{ Value: "other" }]);
        await rows.close();
        for (const { source } of cellActions({ columns: [column], cells: [text], query: "print Value = ''" }, 0))
          if (source.startsWith("%%kql")) expect(source.split("\n").filter(l => l.startsWith("%%"))).toHaveLength(1);
      }
    } finally {
      await store.close();
      await compiler.close();
    }
  });
});
