/** Methods held against each other: performance profiles, probability of improvement, paired differences. */

import { InputError } from "../errors.ts";
import { type Estimate, pairedDifference } from "../simulation/mod.ts";
import { requireRuns, requireScores, type Scores } from "./statistics.ts";
import {
  type BootstrapOptions,
  forEachResample,
  type Interval,
  percentileInterval,
  resolveResamples,
  sortedRuns,
  STATISTICS,
} from "./statistics_bootstrap.ts";

/** A point of a performance profile; `low` and `high` hold for each threshold by itself. */
export interface ProfilePoint extends Interval {
  threshold: number;
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
 * @param scores [task][run]
 * @param thresholds at which the profile is wanted, in any order
 * @returns a point a threshold, in their order
 * @throws InputError where there is no run or threshold, a number is not finite, or an option is out of range
 */
export function performanceProfile(
  scores: Scores,
  thresholds: readonly number[],
  options: BootstrapOptions = {},
): ProfilePoint[] {
  requireScores("scores", scores);
  requireRuns("thresholds", thresholds);
  const tasks = sortedRuns(scores);
  // Of a task, how many of its runs lie at or below each threshold.
  const below = tasks.map((runs) => Uint32Array.from(thresholds, (threshold) => countUpTo(runs, threshold)));
  const shares = thresholds.map(() => new Float64Array(resolveResamples(options)));
  forEachDrawing(tasks, STATISTICS.profile, options, (drawn, resample) => {
    for (let t = 0; t < thresholds.length; t++) {
      shares[t]![resample] = shareAbove(drawn, below, t);
    }
  });
  const once = tasks.map((runs) => Uint32Array.from({ length: runs.length + 1 }, (_, k) => k));
  return thresholds.map((threshold, t) => ({
    threshold,
    estimate: shareAbove(once, below, t),
    ...percentileInterval(shares[t]!, options),
  }));
}

/**
 * Probability that a run of X scores higher than a run of Y on the same task, averaged over tasks: of each task the
 * Mann-Whitney U over the number of pairs, ties counting half (Agarwal et al. 2021, section 4.3). 0.5: neither is
 * better; it says nothing about by how much.
 *
 * @param x [task][run]
 * @param y [task][run]: the same tasks in the same order, any number of runs
 * @throws InputError where the tasks are not as many, there is no run, a score is not finite, or an option is out of range
 */
export function probabilityOfImprovement(x: Scores, y: Scores, options: BootstrapOptions = {}): Interval {
  requireScores("x", x);
  requireScores("y", y);
  if (x.length !== y.length) {
    throw new InputError("y", `expected ${x.length} tasks as x has, got ${y.length}`);
  }
  const [ours, theirs] = [sortedRuns(x), sortedRuns(y)];
  // For each run of ours: how many of theirs it beats, and how many it beats or equals.
  const ranks = ours.map((runs, task) => ({
    beats: Uint32Array.from(runs, (score) => countBelow(theirs[task]!, score)),
    equals: Uint32Array.from(runs, (score) => countUpTo(theirs[task]!, score)),
  }));
  const probability = (drawnOfX: readonly Uint32Array[], drawnOfY: readonly Uint32Array[]): number => {
    let sum = 0;
    for (let task = 0; task < ranks.length; task++) {
      const { beats, equals } = ranks[task]!;
      const [our, their] = [drawnOfX[task]!, drawnOfY[task]!];
      let halves = 0;
      for (let run = 0; run < beats.length; run++) {
        halves += (our[run + 1]! - our[run]!) * (their[beats[run]!]! + their[equals[run]!]!);
      }
      sum += halves / 2 / (beats.length * (their.length - 1));
    }
    return sum / ranks.length;
  };

  const resamples = resolveResamples(options);
  const oursDrawn: Uint32Array[][] = [];
  forEachDrawing(ours, STATISTICS.improvementOf, options, (drawn) => {
    oursDrawn.push(drawn.map((counts) => counts.slice()));
  });
  const figures = new Float64Array(resamples);
  forEachDrawing(theirs, STATISTICS.improvementOver, options, (drawn, resample) => {
    figures[resample] = probability(oursDrawn[resample]!, drawn);
  });
  const once = (runs: Float64Array) => Uint32Array.from({ length: runs.length + 1 }, (_, k) => k);
  return {
    estimate: probability(ours.map(once), theirs.map(once)),
    ...percentileInterval(figures, options),
  };
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
  requireRuns("a", a);
  requireRuns("b", b);
  if (a.length !== b.length) {
    throw new InputError("b", `expected ${a.length} values as a has, got ${b.length}; pairs are of one episode`);
  }
  const differences = Float64Array.from(a, (value, i) => value - b[i]!).sort();
  const means = new Float64Array(resolveResamples(options));
  forEachResample([differences], STATISTICS.pairedDifferences, options, (picks, resample) => {
    let sum = 0;
    for (const pick of picks) sum += differences[pick]!;
    means[resample] = sum / picks.length;
  });
  return { ...pairedDifference(a, b), ...percentileInterval(means, options) };
}

/**
 * As `forEachResample`, but says of each task how often its runs were drawn: element k is how many draws fell on runs
 * 0..k-1. The arrays are the same each time.
 */
function forEachDrawing(
  tasks: readonly Float64Array[],
  statistic: number,
  options: BootstrapOptions,
  visit: (drawn: readonly Uint32Array[], resample: number) => void,
): void {
  const drawn = tasks.map((runs) => new Uint32Array(runs.length + 1));
  forEachResample(tasks, statistic, options, (picks, resample) => {
    let position = 0;
    for (const counts of drawn) {
      counts.fill(0);
      for (let run = 1; run < counts.length; run++) counts[picks[position++]! + 1]!++;
      for (let run = 1; run < counts.length; run++) counts[run]! += counts[run - 1]!;
    }
    visit(drawn, resample);
  });
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
