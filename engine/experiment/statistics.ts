/**
 * Aggregates of scores over tasks (networks) and runs (seeds): Agarwal, Schwarzer, Castro, Courville and Bellemare
 * (2021), "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS, sections 3 and 4, which
 * their library rliable computes. Scores of different tasks must be comparable: profit over that of a reference policy.
 */

import { InputError } from "../errors.ts";

/** [task][run]; tasks may have different numbers of runs. */
export type Scores = readonly ArrayLike<number>[];

/** A figure of all scores together. It may read the arrays that it gets while it runs, not keep them. */
export type Statistic = (scores: Scores) => number;

/** Share of the values that the interquartile mean leaves out at either end. */
const CUT = 0.25;

/**
 * Mean of the middle half: the lowest and the highest floor(n / 4) of n values are left out, as
 * `scipy.stats.trim_mean(values, 0.25)` does. A single odd run moves it less than the mean, and it varies less than
 * the median.
 *
 * @throws InputError where there is no value, or one is not finite
 */
export function interquartileMean(values: ArrayLike<number>): number {
  requireNumbers("values", values);
  return middleMean(Float64Array.from(values));
}

/**
 * What a comparison of methods sums up by; each takes scores and gives one figure.
 *
 * ```ts
 * stratifiedBootstrap(scores, aggregates.iqm); // { estimate, low, high }
 * ```
 */
export const aggregates = {
  /** Interquartile mean of all runs of all tasks, pooled. */
  iqm(scores: Scores): number {
    requireScores("scores", scores);
    const pooled = new Float64Array(scores.reduce((sum, runs) => sum + runs.length, 0));
    let at = 0;
    for (const runs of scores) {
      pooled.set(runs, at);
      at += runs.length;
    }
    return middleMean(pooled);
  },

  /** Mean over tasks of their mean runs. */
  mean(scores: Scores): number {
    requireScores("scores", scores);
    return meanOf(scores.map(meanOf));
  },

  /** Median over tasks of their mean runs. */
  median(scores: Scores): number {
    requireScores("scores", scores);
    return quantile(Float64Array.from(scores, meanOf).sort(), 0.5);
  },

  /** How far runs fall short of `target` on average; being above it counts as reaching it. The less, the better. */
  optimalityGap(scores: Scores, target = 1): number {
    requireScores("scores", scores);
    const reached = (runs: ArrayLike<number>) => meanOf(Float64Array.from(runs, (x) => Math.min(x, target)));
    return target - meanOf(scores.map(reached));
  },
};

/**
 * @param name of the argument, for the message
 * @throws InputError where there is no task, a task has no run, or a score is not finite
 */
export function requireScores(name: string, scores: Scores): void {
  if (scores.length === 0) throw new InputError(name, "expected at least one task, got none");
  for (let task = 0; task < scores.length; task++) requireNumbers(`${name}[${task}]`, scores[task]!, "run");
}

/**
 * @param what the values are, for the message
 * @throws InputError where there is no value, or one is not finite
 */
export function requireNumbers(name: string, values: ArrayLike<number>, what = "number"): void {
  if (values.length === 0) throw new InputError(name, `expected at least one ${what}, got none`);
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new InputError(`${name}[${i}]`, `expected a finite number, got ${values[i]}`);
  }
}

/**
 * Linear between the values on either side, as numpy.percentile; NaN where one of the values is.
 *
 * @param sorted ascending, NaN last
 * @param share from 0 to 1
 */
export function quantile(sorted: Float64Array, share: number): number {
  if (Number.isNaN(sorted[sorted.length - 1]!)) return NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  return low + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - low);
}

/** Sorts its argument. */
function middleMean(values: Float64Array): number {
  const cut = Math.floor(CUT * values.length);
  return meanOf(values.sort().subarray(cut, values.length - cut));
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
