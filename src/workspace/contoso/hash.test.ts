import fc from "fast-check";
import { expect, test } from "vitest";
import { draw, hashText, weighted } from "./hash.js";

test("a stream depends on its key alone", () => {
  fc.assert(
    fc.property(fc.integer(), fc.string(), fc.integer(), (seed, topic, key) => {
      const [a, b] = [draw(seed, topic, key), draw(seed, topic, key)];
      return a.next() === b.next() && a.guid() === b.guid() && a.hex(40) === b.hex(40);
    }),
  );
});

test("neighbouring keys, topics and seeds give unrelated streams", () => {
  const first = [0, 1, 2, 3]
    .flatMap(key => [draw(7, "a", key), draw(7, "b", key), draw(8, "a", key)])
    .map(d => d.next());
  expect(new Set(first).size).toBe(first.length);
});

test("reals are uniform: every tenth holds about a tenth", () => {
  const d = draw(7, "uniform");
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 20_000; i++) counts[Math.floor(d.real() * 10)]!++;
  // 5 standard deviations of a binomial with n = 20,000 and p = 0.1 are 212.
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(212);
});

test.each([
  ["int stays below n", (seed: number) => draw(seed, "int").int(17) < 17],
  ["rank stays below n", (seed: number) => draw(seed, "rank").rank(100) < 100],
  ["rank is never negative", (seed: number) => draw(seed, "rank2").rank(3) >= 0],
  ["normal stays within 3.5 deviations", (seed: number) => Math.abs(draw(seed, "n").normal()) <= 3.5],
  ["hex has the digits asked for", (seed: number) => /^[0-9a-f]{40}$/.test(draw(seed, "hex").hex(40))],
  [
    "guid is a version 4 UUID (RFC 9562)",
    (seed: number) =>
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(draw(seed, "g").guid()),
  ],
])("%s", (_, holds) => {
  fc.assert(fc.property(fc.integer(), holds));
});

test("count keeps its mean, also for rates below one", () => {
  for (const mean of [0.05, 0.7, 3.2]) {
    const d = draw(7, "count");
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += d.count(mean);
    expect(sum / 20_000).toBeGreaterThan(mean * 0.93);
    expect(sum / 20_000).toBeLessThan(mean * 1.07);
  }
});

test("weighted follows its weights", () => {
  const pick = weighted([
    [9, "often"],
    [1, "seldom"],
  ]);
  const d = draw(7, "weights");
  const often = Array.from({ length: 10_000 }, () => pick(d)).filter(v => v === "often").length;
  expect(often).toBeGreaterThan(8800);
  expect(often).toBeLessThan(9200);
});

test("texts that differ in one letter hash apart", () => {
  expect(hashText("WKS-0041")).not.toBe(hashText("WKS-0042"));
});
