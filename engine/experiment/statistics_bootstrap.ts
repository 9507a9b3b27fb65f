/** Bootstrap intervals: what a statistic would have been had other runs of the same kind been seen. */

import { InputError } from "../errors.ts";
import { counter0, key0, key1, PHASES, STREAMS, threefryInto } from "../random/mod.ts";
import { quantile, requireScores, type Scores, type Statistic } from "./statistics.ts";

export interface BootstrapOptions {
  /** How often the runs are drawn again. Default 2000. */
  resamples?: number;
  /** Of the interval: 0.95 leaves out 2.5% of the resamples at either end. Default 0.95. */
  confidence?: number;
  /** u32. The same seed gives the same interval. Default 0. */
  seed?: number;
}

/** A figure with its bootstrap interval. */
export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

/** The statistics' numbers in the address of a draw: those of different ones are independent. */
export const STATISTICS = {
  aggregate: 0,
  profile: 1,
  improvementOf: 2,
  improvementOver: 3,
  pairedDifferences: 4,
} as const;

const WORDS = 2 ** 32;
/** The address of a draw has 24 bits for the resample. */
const MOST_RESAMPLES = 2 ** 24;

/**
 * Percentile interval of a statistic, with the runs of every task drawn again with replacement, task by task (Agarwal
 * et al. 2021, section 4.1). With fewer than about ten runs a task such intervals are too narrow: of five normal runs
 * of one task a 95% interval of the mean holds the true one 84% of the time. A task with one run does not vary at all.
 *
 * ```ts
 * const scores = networks.map(({ runs, best }) => runs.map((run) => run.profitPerEpisode / best));
 * stratifiedBootstrap(scores, aggregates.iqm); // { estimate: 0.93, low: 0.9, high: 0.95 }
 * stratifiedBootstrap(scores, (tasks) => aggregates.optimalityGap(tasks, 1.2), { seed: 1 });
 * ```
 *
 * @param scores [task][run]; their order within a task does not matter
 * @param statistic one of `aggregates`, or a function of scores; it may not keep the arrays that it gets
 * @throws InputError where there is no run, a score is not finite, or an option is out of range
 */
export function stratifiedBootstrap(
  scores: Scores,
  statistic: Statistic,
  options: BootstrapOptions = {},
): Interval {
  requireScores("scores", scores);
  const tasks = sortedRuns(scores);
  const resampled = tasks.map((runs) => new Float64Array(runs.length));
  const figures = new Float64Array(resolveResamples(options));
  forEachResample(tasks, STATISTICS.aggregate, options, (picks, resample) => {
    let position = 0;
    tasks.forEach((runs, task) => {
      const into = resampled[task]!;
      for (let run = 0; run < into.length; run++) into[run] = runs[picks[position++]!]!;
    });
    figures[resample] = statistic(resampled);
  });
  return { estimate: statistic(tasks), ...percentileInterval(figures, options) };
}

/** The runs of each task in ascending order, so that no interval depends on the order in which they were given. */
export function sortedRuns(scores: Scores): Float64Array[] {
  return scores.map((runs) => Float64Array.from(runs).sort());
}

/** @throws InputError where it is no whole number that the address of a draw holds */
export function resolveResamples({ resamples = 2000 }: BootstrapOptions): number {
  if (Number.isInteger(resamples) && resamples >= 1 && resamples <= MOST_RESAMPLES) return resamples;
  throw new InputError("resamples", `expected a whole number from 1 to ${MOST_RESAMPLES}, got ${resamples}`);
}

/**
 * Calls `visit` for every resample with the numbers of the runs that it drew, task after task: position p of a task with
 * n runs holds one of 0..n-1. The array is the same each time.
 *
 * @param statistic one of STATISTICS
 * @throws InputError for options out of range
 */
export function forEachResample(
  tasks: Scores,
  statistic: number,
  options: BootstrapOptions,
  visit: (picks: Uint32Array, resample: number) => void,
): void {
  const { seed = 0 } = options;
  const resamples = resolveResamples(options);
  requireConfidence(options);
  const k0 = key0(seed);
  const k1 = key1(PHASES.statistics, STREAMS.bootstrap, statistic);
  const sizes = Uint32Array.from(tasks.flatMap((runs) => new Array<number>(runs.length).fill(runs.length)));
  const picks = new Uint32Array(sizes.length);
  const words = new Uint32Array(2);
  for (let resample = 0; resample < resamples; resample++) {
    const c0 = counter0(resample);
    for (let position = 0; position < sizes.length; position++) {
      threefryInto(words, k0, k1, c0, position);
      // The high half of word * runs: as even as 32 bits allow.
      picks[position] = words[0]! * sizes[position]! / WORDS;
    }
    visit(picks, resample);
  }
}

/**
 * The middle `confidence` of the resamples' figures, which are sorted by this; NaN where one of them is.
 *
 * @throws InputError where the confidence is not between 0 and 1
 */
export function percentileInterval(
  figures: Float64Array,
  options: BootstrapOptions,
): { low: number; high: number } {
  const tail = (1 - requireConfidence(options)) / 2;
  figures.sort();
  return { low: quantile(figures, tail), high: quantile(figures, 1 - tail) };
}

function requireConfidence({ confidence = 0.95 }: BootstrapOptions): number {
  if (confidence > 0 && confidence < 1) return confidence;
  throw new InputError("confidence", `expected a number between 0 and 1, got ${confidence}`);
}
