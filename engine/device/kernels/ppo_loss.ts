/** The losses of proximal policy optimisation, and what adapts to them (kernels/ppo_loss.as.ts). */

import { kernel } from "../kernel.ts";
import { viewScalars } from "../view.ts";

/** Values of value_loss's parameter `mode`. */
export const VALUE_LOSSES = {
  /** The squared error. */
  plain: 0,
  /** The larger of the squared errors of the output and of the output within `clip` of the old one: PPO2. */
  clipped: 1,
  /** The squared error, `clip` at most, with gradient 0 beyond: RLlib's vf_clip_param. */
  capped: 2,
} as const;
export type ValueLoss = keyof typeof VALUE_LOSSES;

/**
 * The clipped surrogate of Schulman et al. (2017), eq. 7: with r = exp(log-probability - old log-probability)
 * and advantage A, an agent's loss is the mean over columns of -min(r A, clip(r, 1 - `clip`, 1 + `clip`) A),
 * and losses of agents are added. d_log_probability is its gradient, 0 in the padding columns.
 *
 * The log-probabilities, entropy and divergence have one row an agent; advantage has `values` rows and one
 * agent, and agent a uses row value_of[a] (u32, agents).
 *
 * Unless ACTIVE is 0, control gets MINIBATCHES += 1 and, as means over agents and columns, SUM_POLICY_LOSS
 * (the surrogate alone), SUM_ENTROPY, SUM_KL, SUM_APPROX_KL (r - 1 - log r) with LAST_APPROX_KL, and
 * SUM_CLIP_FRACTION (the share with |r - 1| > `clip`); where UPDATE >= `last_epoch_from`, LAST_KL and
 * LAST_MINIBATCHES, too.
 */
export const policyLoss = kernel({
  name: "policy_loss",
  source: "ppo_loss",
  libraries: ["control", "math", "excess"],
  arrays: {
    control: "in-out",
    log_probability: "in",
    old_log_probability: "in",
    advantage: "in",
    entropy: "in",
    divergence: "in",
    value_of: "in",
    d_log_probability: "out",
  },
  params: {
    seeds: "u32",
    agents: "u32",
    columns: "u32",
    values: "u32",
    clip: "f32",
    last_epoch_from: "u32",
    ...viewScalars("log_probability"),
    ...viewScalars("old_log_probability"),
    ...viewScalars("advantage"),
    ...viewScalars("entropy"),
    ...viewScalars("divergence"),
    ...viewScalars("d_log_probability"),
  },
  workgroups: ({ seeds }) => [seeds, 1, 1],
});

/**
 * Half the squared error of the critic's output v against t = (target - VALUE_MEAN) / VALUE_SCALE, as `mode`
 * (`VALUE_LOSSES`) says. The loss is `coefficient` times its mean over columns, added over `rows` value rows;
 * d_value is its gradient, 0 in the padding columns. `clip` and old_value are in output units.
 *
 * All views have one agent and `rows` rows. Unless ACTIVE is 0, SUM_VALUE_LOSS gets the mean over rows and
 * columns, without the coefficient.
 */
export const valueLoss = kernel({
  name: "value_loss",
  source: "ppo_loss",
  libraries: ["control", "math", "excess"],
  arrays: { control: "in-out", value: "in", old_value: "in", target: "in", d_value: "out" },
  params: {
    seeds: "u32",
    rows: "u32",
    columns: "u32",
    mode: "u32",
    clip: "f32",
    coefficient: "f32",
    ...viewScalars("value"),
    ...viewScalars("old_value"),
    ...viewScalars("target"),
    ...viewScalars("d_value"),
  },
  workgroups: ({ seeds }) => [seeds, 1, 1],
});

/**
 * RLlib's update_kl, with the last epoch's mean divergence d = LAST_KL / LAST_MINIBATCHES: KL_COEFFICIENT
 * grows by half where d > 2 `target` and halves where d < `target` / 2. Nothing where the last epoch had no
 * minibatch.
 */
export const ppoAdapt = kernel({
  name: "ppo_adapt",
  source: "ppo_loss",
  libraries: ["control", "math", "excess"],
  arrays: { control: "in-out" },
  params: { seeds: "u32", target: "f32" },
  workgroups: ({ seeds }) => [seeds, 1, 1],
});

/** Clears ACTIVE where the last minibatch's approximate divergence (LAST_APPROX_KL) is above `limit`. */
export const earlyStop = kernel({
  name: "early_stop",
  source: "ppo_loss",
  libraries: ["control", "math", "excess"],
  arrays: { control: "in-out" },
  params: { seeds: "u32", limit: "f32" },
  workgroups: ({ seeds }) => [seeds, 1, 1],
});
