import fc from "fast-check";
import { expect, test } from "vitest";
import type { CountedText } from "./reduce.js";
import { reduceTexts, reduceUdfs } from "./reduce.js";

const word = fc.constantFrom("a", "b", "c", "1", "22");
const gap = fc.constantFrom(" ", "-", ", ");
const text = fc.array(fc.tuple(word, gap), { maxLength: 4 }).map(parts =>
  parts
    .map(([w, g]) => w + g)
    .join("")
    .trimEnd(),
);
const texts = fc.uniqueArray(fc.tuple(text, fc.integer({ min: 1, max: 4 })), { maxLength: 15, selector: t => t[0] });
const settings = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom("", " ", "-, "));

const escape = (part: string): string => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** A pattern as an expression: `*` stands for anything. */
const matches = (pattern: string, value: string): boolean =>
  new RegExp(`^${pattern.split("*").map(escape).join("[^]*")}$`).test(value);
const rowsOf = (all: readonly CountedText[]): number => all.reduce((sum, [, count]) => sum + count, 0);

test("every text is in one group, whose count is its rows, whose pattern fits it and whose representative is one of them", () => {
  fc.assert(
    fc.property(texts, settings, (all, [threshold, characters]) => {
      const groups = reduceTexts(all, threshold, characters);
      expect(groups.flatMap(g => g.texts).sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
      for (const { pattern, count, representative, texts: members } of groups) {
        const own = members.flatMap(i => (all[i] === undefined ? [] : [all[i]]));
        expect(count).toBe(rowsOf(own));
        if (representative === "" && pattern === "others") continue;
        expect(count).toBeGreaterThanOrEqual(threshold * rowsOf(all));
        expect(own.map(([t]) => t)).toContain(representative);
        for (const [t] of own) expect(matches(pattern, t), `${pattern} of ${t}`).toBe(true);
      }
    }),
  );
});

test("the largest groups come first, what fits none comes last", () => {
  fc.assert(
    fc.property(texts, settings, (all, [threshold, characters]) => {
      const counts = reduceTexts(all, threshold, characters)
        .filter(g => g.representative !== "")
        .map(g => g.count);
      expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    }),
  );
});

test("a text whose own combination is rare joins the most specific group that it fits", () => {
  const all: readonly CountedText[] = [
    ["login ok ada", 5],
    ["login ok bob", 5],
    ["login failed eve", 1],
    ["logout", 4],
    ["login", 6],
  ];
  expect(reduceTexts(all, 0.25, "").map(g => [g.pattern, g.count])).toEqual([
    ["login ok *", 10],
    ["login*", 7],
    ["others", 4],
  ]);
});

test("more texts than are held are an error that says what to do", () => {
  const call = (): unknown => reduceUdfs[0]?.call("[]", 1_048_577n, 0.1, "");
  expect(call).toThrow(expect.objectContaining({ code: "kql/too-many-patterns" }) as Error);
});
