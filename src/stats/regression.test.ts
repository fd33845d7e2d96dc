import fc from "fast-check";
import { expect, test } from "vitest";
import { mean, median, quantile, variance } from "./describe.js";
import { fitLine, fitPolynomial, fitTwoLines } from "./regression.js";

test("a line through the example of Kusto's page on series_fit_line", () => {
  // https://learn.microsoft.com/kusto/query/series-fit-line-function#example
  // Its x begins at 1, as its intercept shows.
  const fit = fitLine([2, 5, 6, 8, 11, 15, 17, 18, 25, 26, 30, 30], 1);
  expect(fit.rSquare).toBeCloseTo(0.982, 2);
  expect(fit.slope).toBeCloseTo(2.73, 2);
  expect(fit.variance).toBeCloseTo(98.628, 2);
  expect(fit.residualVariance).toBeCloseTo(1.686, 2);
  expect(fit.intercept).toBeCloseTo(-1.666, 2);
  expect(fit.fitted[0]).toBeCloseTo(1.064, 2);
  expect(fit.fitted[11]).toBeCloseTo(31.102, 2);
});

test("a constant has no slope and nothing to explain", () => {
  expect(fitLine([3, 3, 3])).toMatchObject({ slope: 0, intercept: 3, rSquare: 0, variance: 0 });
});

test("two lines break where the data does", () => {
  const fit = fitTwoLines([0, 1, 2, 3, 10, 8, 6, 4]);
  expect(fit?.splitIndex).toBe(3);
  expect(fit?.left.slope).toBeCloseTo(1, 12);
  expect(fit?.right.slope).toBeCloseTo(-2, 12);
  expect(fit?.rSquare).toBeCloseTo(1, 12);
  expect(fitTwoLines([1, 2, 3])).toBeUndefined();
});

test("the break that is found is the best of all", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 30 }), values => {
      const error = (split: number) =>
        [fitLine(values.slice(0, split + 1)), fitLine(values.slice(split + 1), split + 1)].reduce(
          (sum, l, side) =>
            sum + l.fitted.reduce((e, f, i) => e + (f - (values[side === 0 ? i : split + 1 + i] ?? 0)) ** 2, 0),
          0,
        );
      const best = Math.min(...values.slice(1, -2).map((_, i) => error(i + 1)));
      expect(error(fitTwoLines(values)?.splitIndex ?? -1)).toBeCloseTo(best, 6);
    }),
  );
});

test("a polynomial of the data's degree passes through the data", () => {
  const x = [0, 1, 2, 3, 4, 5];
  const fit = fitPolynomial(
    x,
    x.map(v => 2 * v ** 3 - v + 7),
    3,
  );
  expect(fit?.coefficients.map(c => Math.round(c * 1e9) / 1e9 + 0)).toEqual([2, 0, -1, 7]);
  expect(fit?.rSquare).toBeCloseTo(1, 12);
  expect(fitPolynomial([1, 1, 1], [1, 2, 3], 1)).toBeUndefined();
});

test("a polynomial of degree 1 is the line", () => {
  const y = [2, 5, 6, 8, 11, 15];
  const [slope, intercept] =
    fitPolynomial(
      y.map((_, i) => i),
      y,
      1,
    )?.coefficients ?? [];
  expect(slope).toBeCloseTo(fitLine(y).slope, 12);
  expect(intercept).toBeCloseTo(fitLine(y).intercept, 12);
});

test("moments and quantiles", () => {
  expect(mean([1, 2, 3, 4])).toBe(2.5);
  expect(variance([1, 2, 3, 4], "population")).toBe(1.25);
  expect(variance([1, 2, 3, 4], "sample")).toBeCloseTo(5 / 3, 15);
  expect(variance([7], "sample")).toBe(0);
  // R: quantile(c(1, 2, 3, 4), c(.1, .5, .9)) gives 1.3 2.5 3.7
  expect([0.1, 0.5, 0.9].map(q => quantile([4, 1, 3, 2], q))).toEqual([1.3, 2.5, 3.7]);
  expect(median([5, 1, 3])).toBe(3);
});
