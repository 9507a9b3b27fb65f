import { expect, test } from "vitest";
import { estimate, median, pairedDifference, ratio } from "../../../engine/simulation/mod.ts";
import { loadNetwork, parsePolicy, simulate } from "../../../engine/mod.ts";

test("estimate: the mean, and the standard deviation over the square root of n", () => {
  const { mean, stderr } = estimate([2, 4, 4, 4, 5, 5, 7, 9]);
  expect(mean).toBe(5);
  expect(stderr).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
  expect(estimate([3])).toEqual({ mean: 3, stderr: NaN });
});

test("median: the middle of the sorted values, or the mean of the two there", () => {
  expect(median([5])).toBe(5);
  expect(median([9, -1, 10, 2, 3])).toBe(3);
  expect(median(Float64Array.of(10, 9, 1, 2))).toBe(5.5);
});

test("ratio: of the sums, with no error where numerators are proportional", () => {
  expect(ratio([1, 2, 3], [2, 4, 6], 0)).toEqual({ mean: 0.5, stderr: 0 });
  expect(ratio([0, 0], [0, 0], 1)).toEqual({ mean: 1, stderr: 0 });
  const { mean, stderr } = ratio([1, 3], [2, 2], 0);
  expect(mean).toBe(1);
  // Residuals -1 and 1: standard deviation sqrt(2), over sqrt(2) episodes and a mean denominator of 2.
  expect(stderr).toBeCloseTo(0.5, 12);
});

test("pairedDifference: what is common to both cancels", () => {
  const { mean, stderr } = pairedDifference([11, 102, 1003], [10, 100, 1000]);
  expect(mean).toBe(2);
  expect(stderr).toBeCloseTo(1 / Math.sqrt(3), 12);
  expect(() => pairedDifference([1, 2], [1])).toThrow(RangeError);
});

test("profits of episodes are those that the mean is of, by replication number", async () => {
  const network = await loadNetwork("kotecha-6");
  const policy = parsePolicy({ kind: "base-stock", levels: 30 }, network);
  const [long, short] = await Promise.all(
    [1500, 200].map((episodes) => simulate(network, policy, { episodes, periods: 8, seed: 3 })),
  );
  expect(long!.episodeProfits.length).toBe(1500);
  expect(estimate(long!.episodeProfits)).toEqual(long!.profitPerEpisode);
  expect(long!.episodeProfits.slice(0, 200)).toEqual(short!.episodeProfits);
});
