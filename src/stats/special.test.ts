import { expect, test } from "vitest";
import { finiteResponse, infiniteResponse } from "./filter.js";
import { erf, erfc, incompleteBeta, logGamma, studentTwoSided } from "./special.js";

// Abramowitz and Stegun, tables 7.1 and 7.3
test.each([
  [0, 0],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
])("erf(%d)", (x, value) => {
  expect(erf(x)).toBeCloseTo(value, 14);
  expect(erf(-x)).toBeCloseTo(-value, 14);
  expect(erf(x) + erfc(x)).toBeCloseTo(1, 14);
});

test("erfc keeps its digits far out", () => {
  expect(erfc(5) / 1.5374597944280347e-12).toBeCloseTo(1, 12);
  expect(erfc(10) / 2.088487583762545e-45).toBeCloseTo(1, 12);
  expect(erfc(-1)).toBeCloseTo(1.842700792949715, 14);
});

test("log gamma", () => {
  expect(logGamma(5)).toBeCloseTo(Math.log(24), 13);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
});

test("the incomplete beta function", () => {
  expect(incompleteBeta(0.5, 1, 1)).toBeCloseTo(0.5, 14);
  // I_x(2, 3) = 6x² - 8x³ + 3x⁴
  expect(incompleteBeta(0.3, 2, 3)).toBeCloseTo(6 * 0.09 - 8 * 0.027 + 3 * 0.0081, 13);
  // https://learn.microsoft.com/kusto/query/beta-cdf-function#examples
  expect(incompleteBeta(0.9, 10, 20)).toBeCloseTo(0.999999999999959, 13);
});

test("Student's t, both tails", () => {
  expect(studentTwoSided(0, 10)).toBeCloseTo(1, 14);
  // Student's table: the 97.5 % point for 10 degrees of freedom is 2.228.
  expect(studentTwoSided(2.2281388519649385, 10)).toBeCloseTo(0.05, 10);
});

test("a moving average and a difference", () => {
  const average = finiteResponse([0, 0, 10, 20], [1, 1], { normalize: true, center: false });
  expect(average).toEqual([0, 0, 5, 15]);
  expect(finiteResponse([2, 2, 3], [1, -1], { normalize: false, center: false })).toEqual([2, 0, 1]);
  expect(finiteResponse([0, 3, 0, 0], [1, 1, 1], { normalize: true, center: true })).toEqual([1, 1, 1, 0]);
});

test("a running sum, and no filter without its first coefficient", () => {
  expect(infiniteResponse([1, 2, 3, 4], [1], [1, -1])).toEqual([1, 3, 6, 10]);
  expect(infiniteResponse([1], [1], [0, 1])).toBeUndefined();
});
