/** The optimiser (kernels/adam.as.ts). */

import { kernel, type Workgroups } from "../kernel.ts";

const WORKGROUP = 256;

/**
 * One step of Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019,
 * algorithm 2, with the decay times lr): w -= lr * (m' / (sqrt(v') + epsilon) + decay * w), where m' and v'
 * are the means corrected by BETA1_POWER * beta1 and BETA2_POWER * beta2, and lr is LEARNING_RATE times the
 * segment's factor. With `clip` > 0 the gradient of a segment with a greater norm is scaled down to the norm
 * `clip` first. Weights outside the segments stay. Nothing happens where ACTIVE is 0 or FAULT is not.
 *
 * weights, gradients, first, second: (seeds, w_seed); first and second (m and v) zeros at first
 * segments: u32 (count, 4), as for `squared_norms`; they do not overlap
 * norms: (seeds, count): sums of squares, by `squared_norms`
 */
export const adam = kernel({
  name: "adam",
  source: "adam",
  libraries: ["control"],
  arrays: {
    control: "in",
    weights: "in-out",
    gradients: "in",
    first: "in-out",
    second: "in-out",
    segments: "in",
    norms: "in",
  },
  params: {
    seeds: "u32",
    count: "u32",
    w_seed: "u32",
    beta1: "f32",
    beta2: "f32",
    epsilon: "f32",
    decay: "f32",
    clip: "f32",
  },
  workgroups: ({ seeds, w_seed }): Workgroups => [Math.ceil(w_seed / WORKGROUP), seeds, 1],
});

/**
 * control[word] += 1. With `adam` 1 (after `adam`), unless ACTIVE is 0 or FAULT is not: ADAM_STEP += 1, and
 * BETA1_POWER and BETA2_POWER are multiplied by the betas. A training starts with ADAM_STEP 0, powers 1.
 */
export const advance = kernel({
  name: "advance",
  source: "adam",
  libraries: ["control"],
  arrays: { control: "in-out" },
  params: { seeds: "u32", word: "u32", adam: "u32", beta1: "f32", beta2: "f32" },
  workgroups: ({ seeds }): Workgroups => [seeds, 1, 1],
});
