/** Sums over samples, weights and environments, in an order that one seed's shape fixes. */

import { kernel, type Workgroups } from "../kernel.ts";

/** Rows that a GPU workgroup of `row_moments` sums. */
const MOMENT_ROWS = 8;

/** Words of a segment in the array `segments`. */
export const SEGMENT_WORDS = 4;

/**
 * Running mean and variance of each of `rows` words from word `first` of a sample on, over all `samples`
 * samples (Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance"). Counts end at 1e7,
 * so that what is new keeps counting. The factor is 1 / sqrt(max(variance, 1e-6)), the variance M2 / weight.
 *
 * state: (seeds, rows, 4): weight, mean, M2, unused; zeros at first
 * moments: (seeds, rows, 2): mean, factor; what `select` takes
 * samples: (seeds, sample, width)
 */
export const rowMoments = kernel({
  name: "row_moments",
  source: "reduce",
  libraries: ["control", "layout"],
  arrays: { state: "in-out", moments: "out", samples: "in" },
  params: {
    seeds: "u32",
    samples: "u32",
    rows: "u32",
    samples_seed: "u32",
    width: "u32",
    first: "u32",
    state_seed: "u32",
    moments_seed: "u32",
  },
  workgroups: ({ seeds, rows }): Workgroups => [Math.ceil(rows / MOMENT_ROWS), seeds, 1],
});

/**
 * Sums of squares of the segments of the gradients, one a network; what `adam` clips by. Unless ACTIVE is 0,
 * the first segment whose sum is not finite sets FAULT to its fault number if FAULT is 0, and the root of the
 * sum over all segments, if finite, is added to SUM_GRADIENT_NORM.
 *
 * gradients: (seeds, w_seed)
 * segments: u32 (count, 4): first word, words, learning-rate factor (f32 bits), fault number; for all seeds
 * norms: (seeds, count): the sums, not their roots
 */
export const squaredNorms = kernel({
  name: "squared_norms",
  source: "reduce",
  libraries: ["control", "layout"],
  arrays: { gradients: "in", segments: "in", control: "in-out", norms: "out" },
  params: { seeds: "u32", count: "u32", w_seed: "u32" },
  workgroups: ({ seeds }): Workgroups => [seeds, 1, 1],
});

/**
 * ROLLOUT_PROFIT = the sum of the environments' M_PROFIT rows; these rows become 0.
 *
 * metrics: (seeds, blocks, nodes * METRIC_ROWS, 272) of `env_step`
 */
export const rolloutProfit = kernel({
  name: "rollout_profit",
  source: "reduce",
  libraries: ["control", "layout"],
  arrays: { metrics: "in-out", control: "in-out" },
  params: { seeds: "u32", columns: "u32", nodes: "u32" },
  workgroups: ({ seeds }): Workgroups => [seeds, 1, 1],
});

/**
 * FAULT = `policy_fault` where SUM_POLICY_LOSS is not finite, else `value_fault` where SUM_VALUE_LOSS is not;
 * a FAULT that is set stays.
 */
export const checkLosses = kernel({
  name: "check_losses",
  source: "reduce",
  libraries: ["control", "layout"],
  arrays: { control: "in-out" },
  params: { seeds: "u32", policy_fault: "u32", value_fault: "u32" },
  workgroups: ({ seeds }): Workgroups => [seeds, 1, 1],
});
