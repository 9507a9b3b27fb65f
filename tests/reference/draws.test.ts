import { describe, expect, test } from "vitest";
import { threefry2x32 } from "../../engine/random/threefry.ts";
import type { Distribution, NetworkNode } from "../../engine/network/types.ts";
import { drawsFor, inverseNormal, massFunction, normalCdf, thresholds } from "./draws.ts";
import { sum } from "./arithmetic.ts";
import { arcOf, networkOf, nodeOf } from "./examples.ts";

const EPISODE = { seed: 3, phase: 5, episode: 2, member: 9 };

/** Demand draws of a lone node in periods 0, 1, ... */
function demands(
  demand: Distribution,
  periods: number,
  { quantities = "integer" as "integer" | "real", ...fields }: Partial<NetworkNode> & {
    quantities?: "integer" | "real";
  } = {},
): number[] {
  const draws = drawsFor(
    networkOf([nodeOf("a", { demand, ...fields })], [arcOf("supply", "a")], quantities),
    EPISODE,
  );
  return Array.from({ length: periods }, (_, period) => draws.demand(0, period));
}

function moments(values: number[], weights: number[]): { mean: number; variance: number } {
  const mean = sum(values.map((value, i) => value * weights[i]));
  return { mean, variance: sum(values.map((value, i) => (value - mean) ** 2 * weights[i])) };
}

test("the normal distribution function and its inverse", () => {
  // Abramowitz and Stegun, table 26.1
  expect(normalCdf(1)).toBeCloseTo(0.841344746068543, 14);
  expect(normalCdf(-3)).toBeCloseTo(0.001349898031630, 14);
  expect(inverseNormal(0.975)).toBeCloseTo(1.959963984540054, 12);
  expect(inverseNormal(0.5)).toBe(0);
  for (const p of [2 ** -24, 1e-4, 0.2, 0.7, 1 - 2 ** -24]) {
    expect(normalCdf(inverseNormal(p))).toBeCloseTo(p, 14);
  }
});

describe("mass functions", () => {
  test.each<{ distribution: Distribution; mean: number; variance: number }>([
    { distribution: { kind: "poisson", mean: 6.5 }, mean: 6.5, variance: 6.5 },
    { distribution: { kind: "poisson-uniform", low: 2, high: 6 }, mean: 4, variance: 4 + 2 },
    { distribution: { kind: "uniform-integer", low: 2, high: 6 }, mean: 4, variance: 2 },
    { distribution: { kind: "negative-binomial", mean: 6, dispersion: 3 }, mean: 6, variance: 18 },
    // far from 0 rounding adds 1/12
    { distribution: { kind: "normal", mean: 20, stdDev: 2 }, mean: 20, variance: 4 + 1 / 12 },
    {
      distribution: { kind: "empirical", values: [8, 2], probabilities: [0.25, 0.75] },
      mean: 3.5,
      variance: 6.75,
    },
  ])("$distribution has mean $mean and variance $variance", ({ distribution, mean, variance }) => {
    const { values, probabilities } = massFunction(distribution);
    const found = moments(values, probabilities);
    expect(found.mean).toBeCloseTo(mean, 6);
    expect(found.variance).toBeCloseTo(variance, 5);
    expect(Math.abs(1 - sum(probabilities))).toBeLessThan(2 ** -32);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  test("the normal is clamped at 0 after rounding", () => {
    const { values, probabilities } = massFunction({ kind: "normal", mean: 0, stdDev: 1 });
    expect(values[0]).toBe(0);
    expect(probabilities[0]).toBeCloseTo(normalCdf(0.5), 14);
    expect(probabilities[1]).toBeCloseTo(normalCdf(1.5) - normalCdf(0.5), 14);
  });
});

test("thresholds are the cumulative masses in units of 2^-32", () => {
  expect(thresholds([0.5, 0.25, 0.25])).toEqual([2 ** 31, 3 * 2 ** 30]);
  expect(thresholds([1, 2], 3)).toEqual([1431655765]);
});

test("demand, lead time and sourcing are drawn from words at their addresses", () => {
  const [member, period] = [9, 41];
  const words = [0, 1, 2].map((stream) => {
    const key = 5 * 2 ** 29 + stream * 2 ** 24 + 2;
    return threefry2x32(3, key, member * 256, period * 4096 + 1)[0] >>> 0;
  });
  const die = { kind: "uniform-integer", low: 0, high: 999 } as const;
  const network = networkOf(
    [nodeOf("w"), nodeOf("a", { demand: die, demandLeadTime: 2 })],
    [
      arcOf("supply", "w"),
      { ...arcOf("supply", "a", { share: 0.5 }), leadTime: die },
      arcOf("w", "a", { share: 1 }),
    ],
  );
  const draws = drawsFor(network, EPISODE);
  expect(draws.demand(1, period)).toBe(Math.floor((words[0] * 1000) / 2 ** 32));
  expect(draws.leadTime(1, period)).toBe(Math.floor((words[1] * 1000) / 2 ** 32));
  expect(draws.sourcing(1, period)).toBe(words[2] >= 1431655765 ? 1 : 0);
});

test("draws have the frequencies of their distribution", () => {
  const values = demands({ kind: "poisson", mean: 4 }, 20_000);
  const found = moments(values, values.map(() => 1 / values.length));
  expect(Math.abs(found.mean - 4)).toBeLessThan(0.06);
  expect(Math.abs(found.variance - 4)).toBeLessThan(0.2);
  const real = demands({ kind: "normal", mean: 10, stdDev: 2 }, 20_000, { quantities: "real" });
  const spread = moments(real, real.map(() => 1 / real.length));
  expect(Math.abs(spread.mean - 10)).toBeLessThan(0.06);
  expect(Math.abs(spread.variance - 4)).toBeLessThan(0.2);
});

describe("what is indexed by the period in which it falls due", () => {
  test("traces, once or again and again", () => {
    const values = [5, 6, 7];
    expect(demands({ kind: "trace", values, repeat: true }, 5)).toEqual([5, 6, 7, 5, 6]);
    expect(demands({ kind: "trace", values, repeat: true }, 3, { demandLeadTime: 1 })).toEqual([6, 7, 5]);
    expect(() => demands({ kind: "trace", values, repeat: false }, 4)).toThrow("ends before period 3");
  });

  test("profiles of traces, multiplied before they are rounded", () => {
    // 2.5 * 1.4 = 3.5; rounded first it would be 2 * 1.4 = 2.8
    const trace: Distribution = { kind: "trace", values: [2.5, 3.5], repeat: true, profile: [1.4, 1] };
    expect(demands(trace, 4)).toEqual([4, 4, 4, 4]);
    expect(demands(trace, 2, { quantities: "real" })).toEqual([3.5, 3.5]);
  });

  test("profiles, rounded half to even in integer networks only", () => {
    const constant: Distribution = { kind: "constant", value: 5, profile: [1, 0.5, 0.7] };
    expect(demands(constant, 4)).toEqual([5, 2, 4, 5]);
    expect(demands(constant, 4, { demandLeadTime: 1 })).toEqual([2, 4, 5, 2]);
    expect(demands(constant, 3, { quantities: "real" })).toEqual([5, 2.5, 3.5]);
  });

  test("lead times by the period of shipping, always whole", () => {
    const leadTime: Distribution = {
      kind: "trace",
      values: [1.5, 2.5, 4],
      repeat: true,
      profile: [1, 1, 0.75],
    };
    const network = networkOf([nodeOf("a")], [{ ...arcOf("supply", "a"), leadTime }], "real");
    const draws = drawsFor(network, EPISODE);
    expect([0, 1, 2, 3].map((period) => draws.leadTime(0, period))).toEqual([2, 2, 3, 2]);
  });
});
