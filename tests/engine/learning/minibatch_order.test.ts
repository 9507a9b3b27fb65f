import fc from "fast-check";
import { expect, test } from "vitest";
import { minibatchOrder } from "../../../engine/learning/minibatch_order.ts";

/** One row an epoch. */
function epochsOf(
  seed: number,
  iteration: number,
  count: number,
  epochs: number,
  perEpoch = count,
): number[][] {
  const order = minibatchOrder(seed, iteration, { count, epochs, perEpoch });
  expect(order.length).toBe(epochs * perEpoch);
  return Array.from({ length: epochs }, (_, k) => [...order.subarray(k * perEpoch, (k + 1) * perEpoch)]);
}

test("an epoch is a permutation, or the beginning of one", () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 32 - 1),
      fc.nat(1000),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(59),
      (seed, iteration, count, dropped) => {
        const perEpoch = Math.max(1, count - dropped);
        const whole = epochsOf(seed, iteration, count, 3);
        for (const epoch of whole) {
          expect(epoch.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, k) => k));
        }
        const parts = epochsOf(seed, iteration, count, 3, perEpoch);
        expect(parts).toEqual(whole.map((epoch) => epoch.slice(0, perEpoch)));
      },
    ),
    { seed: 20261130, numRuns: 100, endOnFailure: true },
  );
});

test("epochs, iterations and seeds have draws of their own", () => {
  const all = [3, 4].flatMap((seed) => [0, 1].flatMap((iteration) => epochsOf(seed, iteration, 50, 3)));
  expect(new Set(all.map((epoch) => epoch.join())).size).toBe(12);
});

test("every sample comes to every place equally often", () => {
  const [count, rounds] = [5, 4000];
  const seen = Array.from({ length: count }, () => new Float64Array(count));
  for (const epoch of epochsOf(9, 2, count, rounds)) {
    epoch.forEach((sample, place) => seen[place]![sample]!++);
  }
  // Chi-squared with 16 degrees of freedom; 1 in 10,000 are above 43.
  const expected = rounds / count;
  const distance = seen.flatMap((row) => [...row]).reduce(
    (sum, n) => sum + (n - expected) ** 2 / expected,
    0,
  );
  expect(distance).toBeLessThan(43);
});

test("the last of many samples can come first", () => {
  const count = 2 ** 18;
  const firsts = Array.from({ length: 40 }, (_, k) => epochsOf(k, 0, count, 1, 1)[0]![0]!);
  expect(Math.max(...firsts)).toBeGreaterThan(0.9 * count);
  expect(Math.max(...firsts)).toBeLessThan(count);
  expect(Math.min(...firsts)).toBeLessThan(0.1 * count);
});
