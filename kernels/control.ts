/**
 * The words that a training keeps on the device, 64 a seed: `control[seed * CONTROL_STRIDE + word]`. Shared by the
 * AssemblyScript kernels, by their WGSL twins (as constants of the same names) and by the TypeScript that fills them.
 * Plain constants only. u32 unless marked f32.
 */

export const CONTROL_STRIDE = 64;

/** The seed of the run (address word k0 of every draw). */
export const SEED = 0;
/** Iterations completed. */
export const ITERATION = 1;
/** Period of the rollout, from 0 in each iteration. */
export const STEP = 2;
/** Minibatches done in this iteration. */
export const UPDATE = 3;
/** 0: early stopping has ended the updates of this iteration. */
export const ACTIVE = 4;
/** Number of the first faulty check (a non-finite loss or gradient), 0 while there is none. */
export const FAULT = 5;
/** Optimiser steps done. */
export const ADAM_STEP = 6;
/** f32 */
export const LEARNING_RATE = 7;
/** f32: coefficient of the KL penalty. */
export const KL_COEFFICIENT = 8;
/** f32: coefficient of the entropy bonus. */
export const ENTROPY_COEFFICIENT = 9;
/** f32: beta1 and beta2 to the power of ADAM_STEP. */
export const BETA1_POWER = 10;
export const BETA2_POWER = 11;
/** f32: a critic's output v stands for the value VALUE_MEAN + VALUE_SCALE * v. */
export const VALUE_MEAN = 12;
export const VALUE_SCALE = 13;
/** f32: running sums behind the two: weight, weighted mean, weighted mean of squares. */
export const VALUE_WEIGHT = 14;
export const VALUE_FIRST = 15;
export const VALUE_SECOND = 16;

// Statistics, f32: sums over the minibatches of an iteration, each minibatch's value a mean over its samples.
export const MINIBATCHES = 32;
export const SUM_POLICY_LOSS = 33;
export const SUM_VALUE_LOSS = 34;
export const SUM_ENTROPY = 35;
/** Mean of r - 1 - log r, r = new / old probability: Schulman's k3 estimator of the divergence, always >= 0. */
export const SUM_APPROX_KL = 36;
export const SUM_CLIP_FRACTION = 37;
/** Exact KL divergence of the old policy from the new one, for the adaptive penalty and early stopping. */
export const SUM_KL = 38;
/** The same over the last epoch alone, and its minibatches. */
export const LAST_KL = 39;
export const LAST_MINIBATCHES = 40;
/** Sums over minibatches of the gradient's norm before clipping, of all networks together. */
export const SUM_GRADIENT_NORM = 41;
/** What the last minibatch added to SUM_APPROX_KL. */
export const LAST_APPROX_KL = 42;
// Statistics of the rollout, f32.
/** Profit of all nodes and environments over the rollout. */
export const ROLLOUT_PROFIT = 48;
/** Mean and variance of the value targets and of target - value over the rollout. */
export const TARGET_MEAN = 49;
export const TARGET_VARIANCE = 50;
export const RESIDUAL_VARIANCE = 51;
