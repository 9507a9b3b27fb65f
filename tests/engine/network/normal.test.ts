import { expect, test } from "vitest";
import { normalCdf, normalDensity, normalQuantile } from "../../../engine/network/normal.ts";

// Python 3.11: 0.5 * math.erfc(-x / math.sqrt(2))
test.each([
  [-38, 2.88542835e-316],
  [-8, 6.220960574271819e-16],
  [-6, 9.865876450377012e-10],
  [-3.5, 0.00023262907903552504],
  [-3, 0.0013498980316300957],
  [-2.999, 0.0013543365337271066],
  [-1, 0.15865525393145707],
  [-0.5, 0.3085375387259869],
  [0, 0.5],
  [0.1, 0.539827837277029],
  [1, 0.8413447460685429],
  [2.5, 0.9937903346742238],
  [3, 0.9986501019683699],
  [5, 0.9999997133484281],
  [8, 0.9999999999999993],
  [Infinity, 1],
  [-Infinity, 0],
  [NaN, NaN],
])("normalCdf(%d)", (x, expected) => {
  const cdf = normalCdf(x);
  expect(Math.abs(cdf - expected) <= 1e-15 || Object.is(cdf, expected)).toBe(true);
  if (x > -38) expect(Math.abs(cdf / expected - 1) <= 1e-12 || !(expected > 0)).toBe(true);
});

// Python 3.11: statistics.NormalDist().inv_cdf(p)
test.each([
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798405],
  [2 ** -24, -5.294704084854597],
  [0.001, -3.090232306167813],
  [0.075, -1.4395314709384557],
  [0.2, -0.8416212335729142],
  [0.5, 0],
  [0.7, 0.5244005127080407],
  [0.925, 1.439531470938456],
  [0.975, 1.9599639845400536],
  [1 - 2 ** -24, 5.294704084854597],
  [0, -Infinity],
  [1, Infinity],
  [-0.1, NaN],
  [1.1, NaN],
])("normalQuantile(%d)", (probability, expected) => {
  const x = normalQuantile(probability);
  expect(Math.abs(x - expected) <= 4e-15 * Math.abs(expected) || Object.is(x, expected)).toBe(true);
});

test("the quantile inverts the distribution function, in the tails too", () => {
  for (let x = -8; x <= 6; x += 0.0625) {
    // What x can be known to from a probability near 1, where doubles are 1.1e-16 apart.
    const resolution = 2.3e-16 / normalDensity(x) * normalCdf(x) + 1e-12;
    expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThan(resolution);
  }
});

test("the distribution function rises everywhere, across the seams of its parts too", () => {
  let before = 0;
  for (let x = -8; x <= 6; x += 1 / 512) {
    const cdf = normalCdf(x);
    expect(cdf).toBeGreaterThan(before);
    before = cdf;
  }
});
