/**
 * The distributions that actors give: sampled, evaluated and differentiated (kernels/policy_head/).
 *
 * A Gaussian policy's distribution rows are `actions` means, then `actions` log standard deviations, which
 * are clamped to [`log_low`, `log_high`]; its action rows are independent normals. A categorical policy's are
 * `choices` logits; its action is one row that holds the chosen index as f32. Log-probabilities (natural),
 * entropies and divergences (nats) are one row an agent: sums over the action rows.
 */

import { kernel, type Workgroups } from "../kernel.ts";
import { viewScalars } from "../view.ts";

const WORKGROUP = 64;

/** A thread for each column, padding included, of each agent and seed. */
function workgroups({ seeds, agents, columns }: Record<"seeds" | "agents" | "columns", number>): Workgroups {
  return [Math.ceil(columns / WORKGROUP), agents, seeds];
}

const libraries = ["control", "math", "random", "policy_head/columns"];
const gaussian = { source: "policy_head/gaussian", libraries: [...libraries, "excess"], workgroups };
const categorical = { source: "policy_head/categorical", libraries, workgroups };

const shape = { seeds: "u32", agents: "u32", columns: "u32" } as const;
const bounds = { log_low: "f32", log_high: "f32" } as const;

const sampleArrays = {
  control: "in",
  distribution: "in",
  action: "out",
  log_probability: "out",
} as const;
const sampleViews = {
  ...viewScalars("distribution"),
  ...viewScalars("action"),
  ...viewScalars("log_probability"),
};

/**
 * action = mean + exp(log standard deviation) * noise, and its log-probability; with `deterministic` 1 the
 * mean.
 *
 * The noise of agent a's action row i is the normal of stream actionNoise (engine/random/address.ts): k0 =
 * SEED, k1 = `phase` | stream | ITERATION, member = the column's number within its seed, period = STEP,
 * entity = a * `actions` + i.
 */
export const gaussianSample = kernel({
  name: "gaussian_sample",
  ...gaussian,
  arrays: sampleArrays,
  params: { ...shape, actions: "u32", phase: "u32", ...bounds, deterministic: "u32", ...sampleViews },
});

/**
 * The choice at which the cumulated probabilities pass a uniform number, and its log-probability; with
 * `deterministic` 1 the lowest index of the largest logit. The uniform number's address is that of a
 * Gaussian's noise with entity = the agent.
 */
export const categoricalSample = kernel({
  name: "categorical_sample",
  ...categorical,
  arrays: sampleArrays,
  params: { ...shape, choices: "u32", phase: "u32", deterministic: "u32", ...sampleViews },
});

const forwardArrays = {
  distribution: "in",
  old_distribution: "in",
  action: "in",
  log_probability: "out",
  entropy: "out",
  divergence: "out",
} as const;
const forwardViews = {
  ...viewScalars("distribution"),
  ...viewScalars("old_distribution"),
  ...viewScalars("action"),
  ...viewScalars("log_probability"),
  ...viewScalars("entropy"),
  ...viewScalars("divergence"),
};

/** Log-probability of the action, entropy, and the exact divergence KL(old || new). */
export const gaussianForward = kernel({
  name: "gaussian_forward",
  ...gaussian,
  arrays: forwardArrays,
  params: { ...shape, actions: "u32", ...bounds, ...forwardViews },
});

/** Like `gaussianForward`, of logits. */
export const categoricalForward = kernel({
  name: "categorical_forward",
  ...categorical,
  arrays: forwardArrays,
  params: { ...shape, choices: "u32", ...forwardViews },
});

const backwardArrays = {
  control: "in",
  distribution: "in",
  old_distribution: "in",
  action: "in",
  d_log_probability: "in",
  d_distribution: "out",
} as const;
const backwardViews = {
  ...viewScalars("distribution"),
  ...viewScalars("old_distribution"),
  ...viewScalars("action"),
  ...viewScalars("d_log_probability"),
  ...viewScalars("d_distribution"),
};

/**
 * Gradient with respect to the distribution rows of
 *
 *   d_log_probability * log-probability + (KL_COEFFICIENT * divergence - ENTROPY_COEFFICIENT * entropy) / columns
 *
 * added over agents and columns. It is 0 where a log standard deviation lies outside its bounds, and in the padding
 * columns.
 */
export const gaussianBackward = kernel({
  name: "gaussian_backward",
  ...gaussian,
  arrays: backwardArrays,
  params: { ...shape, actions: "u32", ...bounds, ...backwardViews },
});

/** Like `gaussianBackward`, with respect to logits. */
export const categoricalBackward = kernel({
  name: "categorical_backward",
  ...categorical,
  arrays: backwardArrays,
  params: { ...shape, choices: "u32", ...backwardViews },
});
