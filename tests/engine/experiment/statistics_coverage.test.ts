/** Whether intervals hold what they promise, on distributions whose figures are known. */

import { describe, expect, test } from "vitest";
import {
  aggregates,
  pairedDifferences,
  performanceProfile,
  probabilityOfImprovement,
  stratifiedBootstrap,
} from "../../../engine/mod.ts";
import {
  counter0,
  inverseNormal,
  key1,
  PHASES,
  STREAMS,
  threefryWord,
  uniform,
} from "../../../engine/random/mod.ts";

/** Uniform numbers of one trial of a simulation: the same in every run of the tests. */
function* draws(trial: number): Generator<number, never> {
  const k1 = key1(PHASES.tests, STREAMS.bootstrap, trial);
  for (let k = 0;; k++) yield uniform(threefryWord(20261122, k1, counter0(0), k));
}

/** The share of trials whose interval holds `truth`. */
function coverage(
  truth: number,
  interval: (next: () => number, seed: number) => { low: number; high: number },
): number {
  const trials = 300;
  let hits = 0;
  for (let trial = 0; trial < trials; trial++) {
    const stream = draws(trial);
    const { low, high } = interval(() => stream.next().value, trial);
    if (low <= truth && truth <= high) hits++;
  }
  return hits / trials;
}

/**
 * A percentile interval of 20 runs a task holds the truth a little less often than it says (93% instead of 95% for the
 * mean of normals); 300 trials tell this to 1.4 percentage points.
 */
describe("over many simulated experiments a 95% interval holds the truth about as often", () => {
  const options = (seed: number) => ({ resamples: 250, seed });
  const tasks = (one: (task: number) => number) =>
    [0, 1, 2].map((task) => Array.from({ length: 20 }, () => one(task)));
  const expectAbout95 = (share: number) => {
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.975);
  };

  test("mean of normals", () => {
    expectAbout95(
      coverage(1, (next, seed) =>
        stratifiedBootstrap(
          tasks((task) => task + inverseNormal(next())),
          aggregates.mean,
          options(seed),
        )),
    );
  });

  test("interquartile mean of a triangle", () => {
    expectAbout95(
      coverage(1, (next, seed) =>
        stratifiedBootstrap(
          tasks(() => next() + next()),
          aggregates.iqm,
          options(seed),
        )),
    );
  });

  test("a profile's band at each threshold", () => {
    // Uniform scores: above 0.3 lie 70%.
    expectAbout95(coverage(0.7, (next, seed) => {
      const { low, high } = performanceProfile(tasks(() => next()), [0.3], options(seed));
      return { low: low[0]!, high: high[0]! };
    }));
  });

  test("probability of improvement", () => {
    // Uniform on (0.2, 1.2) over uniform on (0, 1): 1 - 0.8^2 / 2.
    expectAbout95(
      coverage(0.68, (next, seed) =>
        probabilityOfImprovement(
          tasks(() => 0.2 + next()),
          tasks(() => next()),
          options(seed),
        )),
    );
  });

  test("paired differences, narrow where what is common is large", () => {
    expectAbout95(coverage(0.5, (next, seed) => {
      const common = Array.from({ length: 30 }, () => 100 * next());
      const better = common.map((value) => value + 0.5 + inverseNormal(next()));
      return pairedDifferences(better, common, options(seed));
    }));
  });
});
