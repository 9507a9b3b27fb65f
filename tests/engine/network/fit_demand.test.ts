import { expect, test } from "vitest";
import { mean, pmf, variance } from "../../../engine/network/mod.ts";
import { fitDemand } from "../../../engine/network/fit_demand.ts";

test("whole numbers that vary more than Poisson: negative binomial", () => {
  // Mean 5, variance 20 / 3, so 5^2 / (20 / 3 - 5) = 15.
  const fitted = fitDemand([2, 4, 6, 8]);
  expect(fitted).toEqual({ kind: "negative-binomial", mean: 5, dispersion: expect.closeTo(15, 10) });
  expect([mean(fitted), variance(fitted)]).toEqual([expect.closeTo(5, 10), expect.closeTo(20 / 3, 10)]);
});

test("whole numbers that vary no more: Poisson", () => {
  expect(fitDemand([4, 5, 6, 5])).toEqual({ kind: "poisson", mean: 5 });
});

test("amounts that are not whole: normal", () => {
  // Deviations of -0.75, -0.25, 0.25 and 0.75 from 1.25: 1.25 / 3.
  expect(fitDemand([0.5, 1, 1.5, 2])).toEqual({
    kind: "normal",
    mean: 1.25,
    stdDev: expect.closeTo(Math.sqrt(1.25 / 3), 12),
  });
});

test("a season: multipliers of the mean, and the variance of what is left", () => {
  // Means 4 and 12 of 8; without them 4, 12, 20 / 3, 28 / 3.
  const fitted = fitDemand([2, 10, 6, 14], { season: 2 });
  const left = [4, 20 / 3, 12, 28 / 3].map((value) => (value - 8) ** 2).reduce((a, b) => a + b) / 2;
  expect(fitted).toEqual({
    kind: "negative-binomial",
    mean: 8,
    dispersion: expect.closeTo(64 / (left - 8), 10),
    profile: [0.5, 1.5],
  });
});

test("a period without demand in every season stays without", () => {
  expect(fitDemand([3, 0, 5, 0, 4, 0], { season: 2 })).toEqual({ kind: "poisson", mean: 2, profile: [2, 0] });
  expect(fitDemand([0, 0, 0])).toEqual({ kind: "constant", value: 0 });
});

test("it finds the distribution that a history was drawn from", () => {
  const truth = { kind: "negative-binomial", mean: 6, dispersion: 3 } as const;
  // Every value as often as it is likely, of 100,000.
  const { low, probabilities } = pmf(truth, { integer: true });
  const history = [...probabilities].flatMap((share, k) => new Array(Math.round(share * 1e5)).fill(low + k));
  const fitted = fitDemand(history);
  expect(fitted).toEqual({
    kind: "negative-binomial",
    mean: expect.closeTo(6, 2),
    dispersion: expect.closeTo(3, 1),
  });
});

test.each([
  [[], {}, "history: expected two seasons or more (2 periods), got 0"],
  [[1, 2, 3], { season: 2 }, "history: expected two seasons or more (4 periods), got 3"],
  [[1, 2], { season: 0.5 }, "season: expected a whole number of periods from 1, got 0.5"],
  [[1, -2], {}, "history: period 1: expected an amount from 0, got -2"],
  [[NaN, 2], {}, "history: period 0: expected an amount from 0, got NaN"],
])("fitDemand(%j, %j) is refused", (history, options, expected) => {
  expect(() => fitDemand(history, options)).toThrow(expected);
});
