import { expect, test } from "vitest";
import { autocorrelation, decompose, detectPeriods, fenceScores, periodScore, seasonalMedians } from "./seasonality.js";

/** Half-daily counts with a weekly pattern, of Kusto's pages on series_periods_detect and series_periods_validate. */
const weekly = [
  ...[80, 139, 87, 110, 68, 54, 50, 51, 53, 133, 86, 141, 97, 156, 94, 149, 95, 140, 77, 61],
  ...[50, 54, 47, 133, 72, 152, 94, 148, 105, 162, 101, 160, 87, 63, 53, 55, 54, 151, 103, 189],
  ...[108, 183, 113, 175, 113, 178, 90, 71, 62, 62, 65, 165, 109, 181, 115, 182, 121, 178, 114, 170],
];

test("the documented week is found, and only it", () => {
  const found = detectPeriods(weekly, { min: 0, max: 50, count: 2 });
  expect(found[0]?.length).toBe(14);
  expect(found.filter(p => p.score >= 0.6)).toHaveLength(1);
});

test("the documented week is confirmed, five days are not", () => {
  expect(periodScore(weekly, 14)).toBeGreaterThan(0.8);
  expect(periodScore(weekly, 10)).toBe(0);
  expect(periodScore(weekly, 3)).toBe(0);
  expect(periodScore(weekly, 31)).toBe(0);
});

test("constants and lines have no period", () => {
  expect(autocorrelation([5, 5, 5, 5, 5, 5, 5, 5]).every(a => a === 0)).toBe(true);
  expect(
    detectPeriods(
      Array.from({ length: 40 }, (_, i) => i * 0.1),
      { min: 0, max: 20, count: 5 },
    ),
  ).toEqual([]);
});

test("a season is the median of its phase", () => {
  // https://learn.microsoft.com/kusto/query/series-seasonal-function#force-a-period
  expect(seasonalMedians([1, 3, 5, 2, 4, 6, 1, 3, 5, 2, 4, 6], 3, 12).slice(0, 3)).toEqual([1.5, 3.5, 5.5]);
});

test("season, trend and rest add up to the series; an outlier stands in the rest", () => {
  const values = Array.from({ length: 48 }, (_, i) => [0, 5, 9, 2, 0, 1][i % 6]! + i * 0.5 + (i === 20 ? 30 : 0));
  const d = decompose(values, { period: -1, trend: "linefit", testPoints: 0, threshold: 0.3 });
  values.forEach((y, i) => expect((d.baseline[i] ?? 0) + (d.residual[i] ?? 0)).toBeCloseTo(y, 9));
  expect(d.residual.indexOf(Math.max(...d.residual))).toBe(20);
});

test("test points are predicted, not learned", () => {
  const d = decompose([0, 1, 2, 3, 900, 900], { period: 0, trend: "linefit", testPoints: 2, threshold: 0.6 });
  expect(d.baseline.map(x => Math.round(x))).toEqual([0, 1, 2, 3, 4, 5]);
});

test("scores count distances between the quantiles beyond them", () => {
  // Quartiles of 1..5 are 2 and 4: 1 is half a distance below, 5 half a distance above.
  expect(fenceScores([1, 2, 3, 4, 5, undefined], { low: 0.25, high: 0.75 })).toEqual([-0.5, 0, 0, 0, 0.5, 0]);
  expect(fenceScores([undefined], { low: 0.25, high: 0.75 })).toEqual([0]);
  const [, spike] = fenceScores([0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], { low: 0.1, high: 0.9 });
  expect(spike).toBeGreaterThan(1000);
});
