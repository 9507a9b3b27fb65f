/**
 * Advantages, value targets and their moments (kernels/advantage.as.ts). Samples are sample-major: seed s's
 * sample n starts at word s * `samples_seed` + n * `width`; `*_at` are the offsets of rows within a sample,
 * where `values` words, one for each output of the critic, lie side by side.
 */

import { kernel } from "../kernel.ts";

const WORKGROUP = 64;

/**
 * Generalised advantage estimation (Schulman et al. 2016, eq. 16), for the samples t * `environments` + e of
 * `periods` periods, backwards. A stored value v stands for VALUE_MEAN + VALUE_SCALE * v; `environments` is a
 * multiple of 8.
 *
 *   delta = reward + discount * next value - value
 *   advantage = delta + discount * lambda * next advantage      target = advantage + value
 *
 * `ends` (u32, periods) is the same for all seeds. 0: the episode goes on, or the rollout is over and sample
 * `last_from` + e holds the next value. k >= 1: the episode is truncated after this period; no advantage
 * follows, and the next value is that of sample `final_from` + (k - 1) * `environments` + e, or 0 unless
 * `bootstraps` is 1.
 */
export const advantage = kernel({
  name: "advantage",
  source: "advantage",
  libraries: ["control"],
  arrays: { control: "in", ends: "in", samples: "in-out" },
  params: {
    seeds: "u32",
    environments: "u32",
    periods: "u32",
    values: "u32",
    samples_seed: "u32",
    width: "u32",
    reward_at: "u32",
    value_at: "u32",
    advantage_at: "u32",
    target_at: "u32",
    last_from: "u32",
    final_from: "u32",
    discount: "f32",
    lambda: "f32",
    bootstraps: "u32",
  },
  workgroups: ({ seeds, environments, values }) => [Math.ceil(environments / WORKGROUP), values, seeds],
});

/**
 * With `mode` 1, each value row's advantages are shifted and scaled to mean 0 and standard deviation 1 (of
 * the population; 1e-8 is added to it) over the first `samples` samples; with `mode` 0 they stay.
 */
export const advantageMoments = kernel({
  name: "advantage_moments",
  source: "advantage",
  libraries: ["control"],
  arrays: { samples: "in-out" },
  params: {
    seeds: "u32",
    samples: "u32",
    values: "u32",
    samples_seed: "u32",
    width: "u32",
    advantage_at: "u32",
    mode: "u32",
  },
  workgroups: ({ seeds, values }) => [values, seeds, 1],
});

/**
 * Moments over the first `samples` samples and all value rows together: TARGET_MEAN and TARGET_VARIANCE of
 * the targets, RESIDUAL_VARIANCE of target - (VALUE_MEAN + VALUE_SCALE * value).
 *
 * With `update` 1 the critic's scale follows afterwards (ValueNorm of Yu et al. 2022, "The Surprising
 * Effectiveness of PPO in Cooperative Multi-Agent Games"): VALUE_WEIGHT, VALUE_FIRST and VALUE_SECOND are
 * running sums, `decay` times the old one plus (1 - `decay`) times 1, the targets' mean and their mean
 * square; VALUE_MEAN = first / weight and VALUE_SCALE = sqrt(max(second / weight - VALUE_MEAN^2, 1e-4)).
 */
export const valueMoments = kernel({
  name: "value_moments",
  source: "advantage",
  libraries: ["control"],
  arrays: { control: "in-out", samples: "in" },
  params: {
    seeds: "u32",
    samples: "u32",
    values: "u32",
    samples_seed: "u32",
    width: "u32",
    value_at: "u32",
    target_at: "u32",
    update: "u32",
    decay: "f32",
  },
  workgroups: ({ seeds }) => [seeds, 1, 1],
});
