/** Methods held against each other: performance profiles, probability of improvement, paired differences. */

import { InputError } from "../errors.ts";
import { type Estimate, pairedDifference } from "../simulation/mod.ts";
import { requireNumbers, requireScores, type Scores } from "./statistics.ts";
import {
  type BootstrapOptions,
  type Interval,
  percentileInterval,
  Resampler,
  STATISTICS,
} from "./statistics_bootstrap.ts";

/** (thresholds) each; `low` and `high` hold for each threshold by itself. What `show.profiles` draws. */
export interface PerformanceProfile {
  thresholds: number[];
  /** Of runs above the threshold. */
  shares: number[];
  low: number[];
  high: number[];
}

/** Mean and standard error over episodes, and the bootstrap interval of the mean. */
export interface PairedDifferences extends Estimate {
  low: number;
  high: number;
}

/**
 * Performance profile: the share of runs whose score lies above a threshold, averaged over tasks (the run-score
 * distribution of Agarwal et al. 2021, section 4.2). Where one method's profile lies above another's everywhere, its
 * scores are stochastically larger.
 *
 * ```ts
 * const thresholds = Array.from({ length: 51 }, (_, k) => k / 50);
 * show.profiles({ ppo: performanceProfile(ppo, thresholds), mappo: performanceProfile(mappo, thresholds) });
 * ```
 *
 * @param scores [task][run]
 * @param thresholds at which the profile is wanted, in any order
 * @throws InputError where there is no run or threshold, a number is not finite, or an option is out of range
 */
export function performanceProfile(
  scores: Scores,
  thresholds: readonly number[],
  options: BootstrapOptions = {},
): PerformanceProfile {
  requireScores("scores", scores);
  requireNumbers("thresholds", thresholds, "threshold");
  const draws = new Resampler(scores, STATISTICS.profile, options);
  // Of a task, how many of its runs lie at or below each threshold.
  const below = draws.tasks.map((runs) =>
    Uint32Array.from(thresholds, (threshold) => countUpTo(runs, threshold))
  );
  const shares = thresholds.map(() => new Float64Array(draws.resamples));
  for (let resample = 0; resample < draws.resamples; resample++) {
    const counts = draws.counts(resample);
    for (let t = 0; t < thresholds.length; t++) shares[t]![resample] = shareAbove(counts, below, t);
  }
  const once = draws.once();
  const bands = shares.map((share) => percentileInterval(share, options));
  return {
    thresholds: [...thresholds],
    shares: thresholds.map((_, t) => shareAbove(once, below, t)),
    low: bands.map(({ low }) => low),
    high: bands.map(({ high }) => high),
  };
}

/**
 * Probability that a run of X scores higher than a run of Y on the same task, averaged over tasks: of each task the
 * Mann-Whitney U over the number of pairs, ties counting half (Agarwal et al. 2021, section 4.3). 0.5: neither is
 * better; it says nothing about by how much.
 *
 * @param x [task][run]
 * @param y [task][run]: the same tasks in the same order, any number of runs
 * @throws InputError where the tasks are not as many, there is no run, a score is not finite, or an option is out of
 *   range
 */
export function probabilityOfImprovement(x: Scores, y: Scores, options: BootstrapOptions = {}): Interval {
  requireScores("x", x);
  requireScores("y", y);
  if (x.length !== y.length) {
    throw new InputError("y", `expected ${x.length} tasks as x has, got ${y.length}`);
  }
  const ours = new Resampler(x, STATISTICS.improvementOf, options);
  const theirs = new Resampler(y, STATISTICS.improvementOver, options);
  // For each run of ours: how many of theirs it beats, and how many it beats or equals.
  const beaten = ours.tasks.map((runs, task) => ({
    less: Uint32Array.from(runs, (score) => countBelow(theirs.tasks[task]!, score)),
    lessOrEqual: Uint32Array.from(runs, (score) => countUpTo(theirs.tasks[task]!, score)),
  }));
  const probability = (our: readonly Uint32Array[], their: readonly Uint32Array[]): number => {
    let sum = 0;
    beaten.forEach(({ less, lessOrEqual }, task) => {
      const [a, b] = [our[task]!, their[task]!];
      let halves = 0;
      for (let run = 0; run < less.length; run++) {
        halves += (a[run + 1]! - a[run]!) * (b[less[run]!]! + b[lessOrEqual[run]!]!);
      }
      sum += halves / 2 / ((a.length - 1) * (b.length - 1));
    });
    return sum / beaten.length;
  };
  const figures = Float64Array.from(
    { length: ours.resamples },
    (_, resample) => probability(ours.counts(resample), theirs.counts(resample)),
  );
  return { estimate: probability(ours.once(), theirs.once()), ...percentileInterval(figures, options) };
}

/**
 * Mean of a[i] - b[i] over episodes that saw the same chance (common random numbers), as `pairedDifference`, with a
 * bootstrap interval: `episodeProfits` of two simulations with one seed.
 *
 * @throws InputError where the lengths differ, there is no value, one is not finite, or an option is out of range
 */
export function pairedDifferences(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions = {},
): PairedDifferences {
  requireNumbers("a", a);
  requireNumbers("b", b);
  if (a.length !== b.length) {
    throw new InputError(
      "b",
      `expected ${a.length} values as a has, got ${b.length}; pairs are of one episode`,
    );
  }
  const differences = Float64Array.from(a, (value, i) => value - b[i]!);
  const draws = new Resampler([differences], STATISTICS.pairedDifferences, options);
  const [sorted] = draws.tasks as readonly [Float64Array];
  const means = Float64Array.from({ length: draws.resamples }, (_, resample) => {
    const picks = draws.picks(resample);
    let sum = 0;
    for (let i = 0; i < picks.length; i++) sum += sorted[picks[i]!]!;
    return sum / picks.length;
  });
  return { ...pairedDifference(a, b), ...percentileInterval(means, options) };
}

/** Mean over tasks of the share of draws that fell on runs above threshold `t`. */
function shareAbove(drawn: readonly Uint32Array[], below: readonly Uint32Array[], t: number): number {
  let sum = 0;
  for (let task = 0; task < drawn.length; task++) {
    const counts = drawn[task]!;
    sum += 1 - counts[below[task]![t]!]! / (counts.length - 1);
  }
  return sum / drawn.length;
}

/** How many of the ascending values are below `limit`. */
function countBelow(sorted: Float64Array, limit: number): number {
  const first = sorted.findIndex((value) => value >= limit);
  return first < 0 ? sorted.length : first;
}

/** How many of the ascending values are at most `limit`. */
function countUpTo(sorted: Float64Array, limit: number): number {
  const first = sorted.findIndex((value) => value > limit);
  return first < 0 ? sorted.length : first;
}
