import { describe, expect, test } from "vitest";
import { maximum, mean, moments, type Pmf, pmf, variance } from "../../../engine/network/distributions.ts";
import { normalCdf, normalDensity, normalQuantile } from "../../../engine/network/normal.ts";
import type { Distribution } from "../../../engine/network/types.ts";
import { messageOf } from "../../setup/messages.ts";

const WHOLE = { integer: true };

function at(mass: Pmf, value: number): number {
  const index = mass.values === undefined ? value - mass.low : mass.values.indexOf(value);
  return mass.probabilities[index] ?? 0;
}

function sum(values: Iterable<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

function momentsOf(mass: Pmf): { mean: number; variance: number } {
  const value = (k: number) => mass.values?.[k] ?? mass.low + k;
  const mean = sum(mass.probabilities.map((p, k) => p * value(k)));
  return { mean, variance: sum(mass.probabilities.map((p, k) => p * (value(k) - mean) ** 2)) };
}

function expectClose(actual: number, expected: number, relative: number) {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`)
    .toBeLessThanOrEqual(relative * Math.abs(expected));
}

describe("pmf", () => {
  test("constant", () => {
    expect(pmf({ kind: "constant", value: 2.5 }, { integer: false }))
      .toEqual({ low: 2.5, probabilities: Float64Array.of(1) });
  });

  test("Poisson is e^-m m^k / k!", () => {
    const mass = pmf({ kind: "poisson", mean: 5 }, WHOLE);
    let expected = Math.exp(-5);
    for (let k = 0; k < 25; expected *= 5 / ++k) expectClose(at(mass, k), expected, 1e-13);
  });

  test("Poisson of a large mean, and where its tails are cut", () => {
    const mass = pmf({ kind: "poisson", mean: 100_000 }, WHOLE);
    // Python, decimal with 50 digits: exp(-m) m^k / k!, and its sums
    expectClose(at(mass, 99_000), 8.401271933936813e-6, 1e-12);
    expectClose(at(mass, 100_000), 0.0012615652097053005, 1e-12);
    expectClose(at(mass, 101_500), 1.7223096939008793e-8, 1e-12);
    // P(X <= 98001) 2^33 = 0.984, P(X <= 98002) 2^33 = 1.004; P(X > 102010) 2^33 = 1.005, P(X > 102011) 2^33 = 0.985
    expect(mass.low).toBe(98_002);
    expect(mass.low + mass.probabilities.length - 1).toBe(102_011);
    // The tail joins the last outcome that is kept: P(X <= 98002).
    expectClose(at(mass, 98_002), 1.1689275951429768e-10, 1e-8);
    expectClose(sum(mass.probabilities.subarray(0, 100_000 - 98_002 + 1)), 0.5008410430993401, 1e-12);
  });

  test("Poisson of mean 0 is always 0", () => {
    expect(pmf({ kind: "poisson", mean: 0 }, WHOLE)).toEqual({ low: 0, probabilities: Float64Array.of(1) });
  });

  test("Poisson with a uniform mean is the mean of the mass functions", () => {
    // Python, decimal with 50 digits
    const low = pmf({ kind: "poisson-uniform", low: 0, high: 10 }, WHOLE);
    expectClose(at(low, 0), 0.14381366228797374, 1e-13);
    expectClose(at(low, 5), 0.08638530281973072, 1e-13);
    expectClose(at(low, 20), 0.00024324175507799565, 1e-13);
    const high = pmf({ kind: "poisson-uniform", low: 40, high: 60 }, WHOLE);
    expectClose(at(high, 20), 2.2489040622925292e-5, 1e-12);
    expectClose(at(high, 50), 0.0409281347178849, 1e-13);
    expectClose(at(high, 80), 0.00032311723101080244, 1e-12);
    const one = pmf({ kind: "poisson-uniform", low: 3, high: 3 }, WHOLE);
    expect(one).toEqual(pmf({ kind: "poisson", mean: 3 }, WHOLE));
  });

  test("uniform", () => {
    expect(pmf({ kind: "uniform-integer", low: 3, high: 6 }, WHOLE))
      .toEqual({ low: 3, probabilities: Float64Array.of(0.25, 0.25, 0.25, 0.25) });
  });

  test("negative binomial", () => {
    // Python, decimal with 50 digits: p(0) = (r / (m + r))^r, p(k + 1) = p(k) (k + r) / (k + 1) m / (m + r)
    const mass = pmf({ kind: "negative-binomial", mean: 10, dispersion: 3.5 }, WHOLE);
    expectClose(at(mass, 0), 0.008872989457173156, 1e-13);
    expectClose(at(mass, 5), 0.06963662983152041, 1e-13);
    expectClose(at(mass, 50), 1.5649213752620014e-5, 1e-12);
    const skewed = pmf({ kind: "negative-binomial", mean: 1000, dispersion: 0.5 }, WHOLE);
    expectClose(at(skewed, 0), 0.022355091700494795, 1e-12);
    expectClose(at(skewed, 1000), 0.0002419102444387657, 1e-12);
    expectClose(at(skewed, 20_000), 4.059049640185247e-9, 1e-12);
  });

  test("negative binomial of dispersion 1 is geometric, of a huge dispersion Poisson, of mean 0 always 0", () => {
    const geometric = pmf({ kind: "negative-binomial", mean: 4, dispersion: 1 }, WHOLE);
    for (let k = 0; k < 50; k++) expectClose(at(geometric, k), 0.2 * 0.8 ** k, 1e-13);
    const poisson = pmf({ kind: "poisson", mean: 7 }, WHOLE);
    const limit = pmf({ kind: "negative-binomial", mean: 7, dispersion: 1e12 }, WHOLE);
    for (let k = 0; k < 25; k++) expectClose(at(limit, k), at(poisson, k), 1e-9);
    expect(pmf({ kind: "negative-binomial", mean: 0, dispersion: 1 }, WHOLE).probabilities).toHaveLength(1);
  });

  test("a normal in whole numbers: everything below 0.5 is 0, ties have no weight", () => {
    const mass = pmf({ kind: "normal", mean: 5.3, stdDev: 1.7 }, WHOLE);
    // Python: differences of 0.5 * math.erfc(-x / math.sqrt(2))
    expectClose(at(mass, 0), 0.002374903384609396, 1e-12);
    expectClose(at(mass, 1), 0.010324119615158866, 1e-12);
    expectClose(at(mass, 5), 0.22785893656342504, 1e-12);
    expectClose(at(mass, 12), 0.00012121697000111453, 1e-10);
    const far = pmf({ kind: "normal", mean: 1000, stdDev: 3 }, WHOLE);
    // Python: NormalDist().cdf(-18.5 / 3) * 2**33 = 2.99, cdf(-19.5 / 3) * 2**33 = 0.34
    expect([far.low, far.low + far.probabilities.length - 1]).toEqual([981, 1019]);
    expect(pmf({ kind: "normal", mean: 2.5, stdDev: 0 }, WHOLE))
      .toEqual({ low: 2, probabilities: Float64Array.of(1) });
  });

  test("empirical: ascending, equal values merged, impossible ones left out, sum 1", () => {
    const values = [5, 2, 5, 9, 0.5];
    const probabilities = [0.1, 0.5, 0.2, 0, 0.2000005];
    const mass = pmf({ kind: "empirical", values, probabilities }, WHOLE);
    expect(mass.low).toBe(0.5);
    expect(Array.from(mass.values ?? [])).toEqual([0.5, 2, 5]);
    expectClose(at(mass, 5), 0.3 / 1.0000005, 1e-14);
    expectClose(sum(mass.probabilities), 1, 1e-15);
  });

  const kinds: Distribution[] = [
    { kind: "poisson", mean: 0.001 },
    { kind: "poisson", mean: 0.7 },
    { kind: "poisson", mean: 1 },
    { kind: "poisson", mean: 5 },
    { kind: "poisson", mean: 33.3 },
    { kind: "poisson", mean: 1000 },
    { kind: "poisson", mean: 100_000 },
    { kind: "poisson-uniform", low: 0, high: 10 },
    { kind: "poisson-uniform", low: 5, high: 20 },
    { kind: "uniform-integer", low: 0, high: 9 },
    { kind: "uniform-integer", low: 7, high: 7 },
    { kind: "negative-binomial", mean: 10, dispersion: 0.1 },
    { kind: "negative-binomial", mean: 10, dispersion: 1 },
    { kind: "negative-binomial", mean: 0.2, dispersion: 5 },
    { kind: "negative-binomial", mean: 500, dispersion: 40 },
    { kind: "negative-binomial", mean: 100_000, dispersion: 1000 },
  ];
  test.each(kinds)("sums to 1, with the mean and variance of the closed form: %j", (distribution) => {
    const mass = pmf(distribution, WHOLE);
    expectClose(sum(mass.probabilities), 1, 1e-12);
    expect(mass.probabilities.every((probability) => probability > 0)).toBe(true);
    const measured = momentsOf(mass);
    const closed = moments(distribution, WHOLE);
    expectClose(measured.mean, closed.mean, 1e-7);
    expectClose(measured.variance, closed.variance, 1e-6);
  });

  test("is the same in real networks, but for the normal, which has none there", async () => {
    for (const distribution of kinds.slice(3, 12)) {
      expect(pmf(distribution, { integer: false })).toEqual(pmf(distribution, WHOLE));
    }
    const normal: Distribution = { kind: "normal", mean: 5, stdDev: 1 };
    expect(await messageOf(() => pmf(normal, { integer: false })))
      .toBe("expected a distribution of whole numbers, got a real-valued normal");
  });

  test("refuses what has no table or one that is too large", async () => {
    const refused = (distribution: Distribution) => messageOf(() => pmf(distribution, WHOLE));
    expect(await refused({ kind: "trace", values: [1], repeat: true }))
      .toBe("expected a distribution with probabilities, got a trace");
    expect(await refused({ kind: "negative-binomial", mean: 100_000, dispersion: 0.01 }))
      .toBe("expected a larger dispersion: the tail is too long to draw from, got 0.01");
    expect(await refused({ kind: "uniform-integer", low: 0, high: 2 ** 22 }))
      .toBe("expected at most 4194304 outcomes from low to high, got 4194305");
    expect(await refused({ kind: "normal", mean: 1e30, stdDev: 1 })).toContain("got mean 1e+30 and stdDev 1");
    expect(await refused({ kind: "normal", mean: 0, stdDev: 1e6 })).toContain("a stdDev below 299000");
  });
});

describe("mean and variance", () => {
  test("closed forms", () => {
    const check = (distribution: Distribution, m: number, v: number) => {
      expectClose(mean(distribution), m, 1e-14);
      expectClose(variance(distribution), v, 1e-13);
    };
    check({ kind: "constant", value: 3.5 }, 3.5, 0);
    check({ kind: "poisson", mean: 4 }, 4, 4);
    check({ kind: "poisson-uniform", low: 0, high: 10 }, 5, 15);
    check({ kind: "uniform-integer", low: 1, high: 6 }, 3.5, 35 / 12);
    check({ kind: "negative-binomial", mean: 6, dispersion: 2 }, 6, 24);
    check({ kind: "empirical", values: [0, 10], probabilities: [0.75, 0.25] }, 2.5, 18.75);
    check({ kind: "trace", values: [1, 2, 6], repeat: false }, 3, 14 / 3);
  });

  test("a normal is clamped at 0", () => {
    // max(0, N(0, s)): mean s / sqrt(2 pi), variance s^2 (1/2 - 1/(2 pi))
    expectClose(mean({ kind: "normal", mean: 0, stdDev: 3 }), 3 / Math.sqrt(2 * Math.PI), 1e-14);
    expectClose(variance({ kind: "normal", mean: 0, stdDev: 3 }), 9 * (0.5 - 0.5 / Math.PI), 1e-14);
    expectClose(
      mean({ kind: "normal", mean: 5, stdDev: 1 }),
      5 + normalDensity(5) - 5 * normalCdf(-5),
      1e-15,
    );
    // Far from 0 nothing is clamped, and no digits cancel.
    expectClose(variance({ kind: "normal", mean: 1e8, stdDev: 1e-3 }), 1e-6, 1e-12);
    expect(moments({ kind: "normal", mean: 5, stdDev: 0 })).toEqual({ mean: 5, variance: 0 });
  });

  test("a normal in whole numbers has the variance of rounding too", () => {
    const whole = moments({ kind: "normal", mean: 100, stdDev: 4 }, WHOLE);
    expectClose(whole.mean, 100, 1e-9);
    expectClose(whole.variance, 16 + 1 / 12, 1e-6);
  });

  test("a profile multiplies, and its phases add to the variance", () => {
    const distribution: Distribution = { kind: "poisson", mean: 4, profile: [0.5, 1, 1.5] };
    // Means 2, 4, 6 and variances 1, 4, 9 by phase
    expectClose(mean(distribution), 4, 1e-14);
    expectClose(variance(distribution), (1 + 4 + 9) / 3 + 8 / 3, 1e-14);
  });

  test("profile multipliers are ten-thousandths", () => {
    expect(mean({ kind: "constant", value: 30_000, profile: [1 / 3] })).toBe(9999);
  });

  test("whole draws are rounded half to even after the profile", () => {
    // 1, 2, 3 halved: 0.5 -> 0, 1, 1.5 -> 2
    const distribution: Distribution = { kind: "uniform-integer", low: 1, high: 3, profile: [0.5] };
    expectClose(mean(distribution, WHOLE), 1, 1e-15);
    expectClose(variance(distribution, WHOLE), 2 / 3, 1e-15);
    expectClose(variance(distribution), 1 / 6, 1e-15);
  });

  test("a trace meets its profile period by period, until both start anew if it repeats", () => {
    const once: Distribution = { kind: "trace", values: [1, 2, 3], repeat: false, profile: [1, 0] };
    expectClose(mean(once), 4 / 3, 1e-15);
    expectClose(mean({ ...once, repeat: true }), (1 + 0 + 3 + 0 + 2 + 0) / 6, 1e-15);
    expectClose(mean({ kind: "trace", values: [0.5, 1.5, 2.4], repeat: true }, WHOLE), 4 / 3, 1e-15);
  });
});

describe("maximum", () => {
  test.each<[Distribution, number]>([
    [{ kind: "constant", value: 3 }, 3],
    [{ kind: "poisson", mean: 5 }, 25],
    [{ kind: "poisson", mean: 5, profile: [0.5, 1.5] }, 38],
    [{ kind: "poisson", mean: 5, profile: [0] }, 0],
    [{ kind: "uniform-integer", low: 1, high: 3, profile: [0.5] }, 2],
    [{ kind: "empirical", values: [7, 2, 9], probabilities: [0.5, 0.5, 0] }, 7],
    [{ kind: "trace", values: [1, 5, 2], repeat: false, profile: [1, 0] }, 2],
    [{ kind: "trace", values: [1, 5, 2], repeat: true, profile: [1, 0] }, 5],
    [{ kind: "trace", values: [2.5], repeat: true }, 2],
    [{ kind: "normal", mean: 10, stdDev: 1 }, 16],
  ])("in whole numbers: %j", (distribution, expected) => {
    expect(maximum(distribution, WHOLE)).toBe(expected);
  });

  test("Poisson 5: 25 is the last outcome with a tail of 2^-33 or more before it", () => {
    // P(X > 24) = 2.2e-10 and P(X > 25) = 3.9e-11, 2^-33 = 1.2e-10
    let [term, below] = [Math.exp(-5), 0];
    const above = [];
    for (let k = 0; k < 40; term *= 5 / ++k) above.push(1 - (below += term));
    expect([above[24] > 2 ** -33, above[25] > 2 ** -33]).toEqual([true, false]);
  });

  test("in real numbers", () => {
    expect(maximum({ kind: "constant", value: 2.5, profile: [1, 3] })).toBe(7.5);
    // The largest uniform is 1 - 2^-24.
    expectClose(maximum({ kind: "normal", mean: 5, stdDev: 2 }), 5 + 2 * normalQuantile(1 - 2 ** -24), 1e-15);
    expect(maximum({ kind: "trace", values: [2.5, 1], repeat: true })).toBe(2.5);
  });
});
