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
 * of one task a 95% interval of the mean holds the true one about 84 times in 100. A single run does not vary at all.
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
  const draws = new Resampler(scores, STATISTICS.aggregate, options);
  const resampled = draws.tasks.map((runs) => new Float64Array(runs.length));
  const figures = Float64Array.from({ length: draws.resamples }, (_, resample) => {
    const picks = draws.picks(resample);
    let position = 0;
    draws.tasks.forEach((runs, task) => {
      const into = resampled[task]!;
      for (let run = 0; run < into.length; run++) into[run] = runs[picks[position++]!]!;
    });
    return statistic(resampled);
  });
  return { estimate: statistic(draws.tasks), ...percentileInterval(figures, options) };
}

/** Which runs every resample of a statistic draws: a function of the seed and the resample's number alone. */
export class Resampler {
  /** The runs of each task in ascending order, so that no interval depends on the order in which they were given. */
  readonly tasks: readonly Float64Array[];
  readonly resamples: number;
  readonly #key0: number;
  readonly #key1: number;
  /** Of each position the number of runs of its task. */
  readonly #sizes: Uint32Array;
  readonly #picks: Uint32Array;
  readonly #counts: readonly Uint32Array[];
  readonly #words = new Uint32Array(2);

  /**
   * @param statistic one of STATISTICS
   * @throws InputError for options out of range
   */
  constructor(scores: Scores, statistic: number, options: BootstrapOptions) {
    const { seed = 0, resamples = 2000 } = options;
    if (!(Number.isInteger(resamples) && resamples >= 1 && resamples <= MOST_RESAMPLES)) {
      throw new InputError(
        "resamples",
        `expected a whole number from 1 to ${MOST_RESAMPLES}, got ${resamples}`,
      );
    }
    confidenceOf(options);
    this.tasks = scores.map((runs) => Float64Array.from(runs).sort());
    this.resamples = resamples;
    this.#key0 = key0(seed);
    this.#key1 = key1(PHASES.statistics, STREAMS.bootstrap, statistic);
    const sizes = this.tasks.flatMap(({ length }) => new Array<number>(length).fill(length));
    this.#sizes = Uint32Array.from(sizes);
    this.#picks = new Uint32Array(sizes.length);
    this.#counts = this.tasks.map((runs) => new Uint32Array(runs.length + 1));
  }

  /** Task after task, for each place of a task with n runs one of 0..n-1. Overwritten by the next call. */
  picks(resample: number): Uint32Array {
    const c0 = counter0(resample);
    for (let position = 0; position < this.#sizes.length; position++) {
      threefryInto(this.#words, this.#key0, this.#key1, c0, position);
      // The high half of word * runs: as even as 32 bits allow.
      this.#picks[position] = this.#words[0]! * this.#sizes[position]! / WORDS;
    }
    return this.#picks;
  }

  /** The same by task as counts: element k says how many picks fell on runs 0..k-1. Overwritten by the next call. */
  counts(resample: number): readonly Uint32Array[] {
    const picks = this.picks(resample);
    let position = 0;
    for (const counts of this.#counts) {
      counts.fill(0);
      for (let run = 1; run < counts.length; run++) counts[picks[position++]! + 1]!++;
      for (let run = 1; run < counts.length; run++) counts[run]! += counts[run - 1]!;
    }
    return this.#counts;
  }

  /** Counts of the runs as they are, each once. */
  once(): readonly Uint32Array[] {
    return this.tasks.map((runs) => Uint32Array.from({ length: runs.length + 1 }, (_, k) => k));
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
  const tail = (1 - confidenceOf(options)) / 2;
  figures.sort();
  return { low: quantile(figures, tail), high: quantile(figures, 1 - tail) };
}

function confidenceOf({ confidence = 0.95 }: BootstrapOptions): number {
  if (confidence > 0 && confidence < 1) return confidence;
  throw new InputError("confidence", `expected a number between 0 and 1, got ${confidence}`);
}
