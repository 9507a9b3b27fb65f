import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { discretizedNormal, poisson } from "../../../engine/planning/demand.ts";
import {
  cdf,
  clampAtZero,
  convolve,
  convolvePower,
  expectedExcess,
  expectedShortage,
  interpolatedQuantile,
  lattice,
  mean,
  mixture,
  point,
  quantile,
  scale,
  thin,
  variance,
} from "../../../engine/planning/lattice.ts";

/** Masses in sixteenths on a few integers. */
const pmfs = fc.record({
  first: fc.integer({ min: -3, max: 4 }),
  weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
}).map(({ first, weights }) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return lattice(first, weights.map((weight) => weight / total));
});
const seeded = { seed: 20241, numRuns: 200, verbose: 1 };

describe("sums", () => {
  test("of Poisson variables are Poisson", () => {
    const sum = convolve(poisson(3), poisson(4.5));
    const direct = poisson(7.5);
    for (let x = 0; x < 30; x++) expect(cdf(sum, x)).toBeCloseTo(cdf(direct, x), 9);
  });

  test("have the sum of the moments", () => {
    fc.assert(
      fc.property(pmfs, pmfs, (a, b) => {
        const sum = convolve(a, b);
        expect(mean(sum)).toBeCloseTo(mean(a) + mean(b), 10);
        expect(variance(sum)).toBeCloseTo(variance(a) + variance(b), 10);
      }),
      seeded,
    );
  });

  test("of n copies are the n-fold sum", () => {
    fc.assert(
      fc.property(pmfs, fc.nat(6), (pmf, count) => {
        const power = convolvePower(pmf, count);
        const repeated = Array.from({ length: count }, () => pmf).reduce(convolve, point(0));
        expect(power.first).toBe(repeated.first);
        power.probabilities.forEach((p, i) => expect(p).toBeCloseTo(repeated.probabilities[i], 12));
      }),
      seeded,
    );
  });

  test("refuse different steps", () => {
    expect(() => convolve(point(1, 1), point(1, 0.5))).toThrow("steps 1 and 0.5");
  });
});

describe("loss functions", () => {
  test("differ by the distance from the mean", () => {
    fc.assert(
      fc.property(pmfs, fc.double({ min: -5, max: 12, noNaN: true }), (pmf, x) => {
        expect(expectedExcess(pmf, x) - expectedShortage(pmf, x)).toBeCloseTo(x - mean(pmf), 10);
      }),
      seeded,
    );
  });

  test("by hand: 0 or 10 with equal probability, at 4", () => {
    const coin = lattice(0, [0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5]);
    expect(expectedShortage(coin, 4)).toBeCloseTo(3, 12);
    expect(expectedExcess(coin, 4)).toBeCloseTo(2, 12);
  });
});

describe("quantiles", () => {
  test("are the smallest points at which the distribution function is high enough", () => {
    fc.assert(
      fc.property(pmfs, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (pmf, p) => {
        const x = quantile(pmf, p);
        expect(cdf(pmf, x)).toBeGreaterThanOrEqual(p - 1e-12);
        expect(cdf(pmf, x - 1)).toBeLessThan(p);
      }),
      seeded,
    );
  });

  test("do not slip by a unit where a sum of masses misses a round probability", () => {
    const tenths = lattice(1, new Array<number>(10).fill(0.1));
    for (let k = 1; k <= 10; k++) expect(quantile(tenths, k / 10)).toBe(k);
  });

  test("interpolated: half a unit around the points, in proportion to the mass", () => {
    const uniform = lattice(0, [0.25, 0.25, 0.25, 0.25]);
    expect(interpolatedQuantile(uniform, 0.25)).toBeCloseTo(0.5, 12);
    expect(interpolatedQuantile(uniform, 0.375)).toBeCloseTo(1, 12);
    expect(interpolatedQuantile(uniform, 1)).toBeCloseTo(3.5, 12);
  });

  test("of a discretised normal are the normal's", () => {
    const normal = discretizedNormal(5, 2, 0.04);
    expect(quantile(normal, 0.5)).toBeCloseTo(5, 6);
    expect(quantile(normal, 0.975)).toBeCloseTo(5 + 2 * 1.959964, 3);
    expect(variance(normal)).toBeCloseTo(4 + 0.04 ** 2 / 12, 6);
  });
});

describe("parts of a demand", () => {
  test("thinned: all or nothing", () => {
    const part = thin(poisson(6), 0.3);
    expect(mean(part)).toBeCloseTo(1.8, 8);
    expect(variance(part)).toBeCloseTo(0.3 * 6 + 0.3 * 0.7 * 36, 6);
  });

  test("scaled: exact mean, and exact where the points allow it", () => {
    expect(mean(scale(poisson(5), 1 / 3))).toBeCloseTo(5 / 3, 8);
    const even = lattice(0, [0.5, 0, 0, 0, 0.5]);
    const half = scale(even, 0.5);
    expect([cdf(half, 0), cdf(half, 1), cdf(half, 2)]).toEqual([0.5, 0.5, 1]);
  });

  test("mixed", () => {
    const mix = mixture([{ weight: 0.25, pmf: point(2) }, { weight: 0.75, pmf: point(6) }]);
    expect(mean(mix)).toBe(5);
    expect(cdf(mix, 5)).toBe(0.25);
  });

  test("clamped at 0", () => {
    const clamped = clampAtZero(lattice(-2, [0.125, 0.25, 0.25, 0.375]));
    expect([cdf(clamped, -1), cdf(clamped, 0), cdf(clamped, 1)]).toEqual([0, 0.625, 1]);
    expect(clampAtZero(lattice(-5, [0.5, 0.5]))).toMatchObject({
      first: 0,
      probabilities: Float64Array.of(1),
    });
  });
});

test("masses that are no probabilities are refused", () => {
  expect(() => lattice(0, [0.5, 0.4])).toThrow("add up to 1, got a sum of 0.9");
  expect(() => lattice(0, [1.5, -0.5])).toThrow("at least 0, got -0.5");
});
