import fc from "fast-check";
import { expect, test } from "vitest";
import { fourier, inverseFourier } from "./fourier.js";

/** The definition, term by term. */
function slow(real: readonly number[], imaginary: readonly number[]) {
  const n = real.length;
  return real.map((_, k) =>
    real.reduce(
      ([re, im], x, t) => {
        const angle = (-2 * Math.PI * k * t) / n;
        const [c, s, y] = [Math.cos(angle), Math.sin(angle), imaginary[t] ?? 0];
        return [re + x * c - y * s, im + x * s + y * c] as const;
      },
      [0, 0] as readonly [number, number],
    ),
  );
}

test("the fast transform is the definition, for every length", () => {
  for (const n of [1, 2, 3, 4, 5, 7, 8, 12, 17, 32, 45]) {
    const real = Array.from({ length: n }, (_, i) => Math.sin(i * 1.7) + i / 10);
    const imaginary = real.map((_, i) => Math.cos(i * 0.3));
    const fast = fourier({ real, imaginary });
    slow(real, imaginary).forEach(([re, im], k) => {
      expect(fast.real[k]).toBeCloseTo(re, 9);
      expect(fast.imaginary[k]).toBeCloseTo(im, 9);
    });
  }
});

test("there and back is where it began", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 70 }), real => {
      const back = inverseFourier(fourier({ real, imaginary: real.map(() => 0) }));
      real.forEach((x, i) => expect(back.real[i]).toBeCloseTo(x, 7));
    }),
  );
});
