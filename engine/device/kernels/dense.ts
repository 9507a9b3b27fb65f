/** Fully connected layers, forward and backward; agents use their groups' weights (kernels/dense.as.ts). */

import { kernel } from "../kernel.ts";
import { viewScalars } from "../view.ts";

/** Values of the parameter `activation`, for every kernel that has one. */
export const ACTIVATIONS = { none: 0, relu: 1, tanh: 2 } as const;
export type Activation = keyof typeof ACTIVATIONS;

/** Rows and columns of results that a GPU workgroup computes. */
const TILE = 64;
/** The same for gradients of weights. */
const WEIGHT_TILE = 16;
/** Threads of an elementwise workgroup. */
const LANES = 64;

/** GPU workgroups of `size` columns each; whole vectors of 8 are computed. */
function along(columns: number, size: number): number {
  return Math.ceil(Math.ceil(columns / 8) * 8 / size);
}

/** `w_*`: group g's weights of seed s start at word `w_at + s * w_seed + g * w_group`. */
const weights = { w_at: "u32", w_seed: "u32", w_group: "u32" } as const;

/**
 * y = act(W x + b); with no inputs, act(b) in every column. W is (outputs, inputs) row-major, b (outputs)
 * follows it. x and y have `inputs` and `outputs` rows an agent; `groups[agent]` is whose weights it uses.
 */
export const denseForward = kernel({
  name: "dense_forward",
  source: "dense",
  libraries: ["math", "activation"],
  arrays: { x: "in", weights: "in", groups: "in", y: "out" },
  params: {
    seeds: "u32",
    agents: "u32",
    columns: "u32",
    inputs: "u32",
    outputs: "u32",
    activation: "u32",
    ...weights,
    ...viewScalars("x"),
    ...viewScalars("y"),
  },
  workgroups: ({ seeds, agents, columns, outputs }) =>
    [along(columns, TILE), Math.ceil(outputs / TILE), seeds * agents] as const,
});

/**
 * dx = (W^T dy) * act'(x), where x is what the layer below gave and `activation` is that layer's; added to dx
 * where `accumulate` is 1. x and dx have `inputs` rows an agent, dy `outputs`.
 */
export const denseBackwardInput = kernel({
  name: "dense_backward_input",
  source: "dense",
  libraries: ["math", "activation"],
  arrays: { dy: "in", weights: "in", groups: "in", x: "in", dx: "in-out" },
  params: {
    seeds: "u32",
    agents: "u32",
    columns: "u32",
    inputs: "u32",
    outputs: "u32",
    activation: "u32",
    accumulate: "u32",
    ...weights,
    ...viewScalars("dy"),
    ...viewScalars("x"),
    ...viewScalars("dx"),
  },
  workgroups: ({ seeds, agents, columns, inputs }) =>
    [along(columns, TILE), Math.ceil(inputs / TILE), seeds * agents] as const,
});

/**
 * dW and db of every group, laid out as its weights: sums over its agents, ascending, and all columns.
 * Overwrites what was there.
 */
export const denseBackwardWeights = kernel({
  name: "dense_backward_weights",
  source: "dense",
  libraries: ["math", "activation"],
  arrays: { dy: "in", x: "in", groups: "in", gradients: "out" },
  params: {
    seeds: "u32",
    agents: "u32",
    columns: "u32",
    inputs: "u32",
    outputs: "u32",
    group_count: "u32",
    ...weights,
    ...viewScalars("dy"),
    ...viewScalars("x"),
  },
  workgroups: ({ seeds, inputs, outputs, group_count }) =>
    [
      Math.max(1, Math.ceil(inputs / WEIGHT_TILE)),
      Math.ceil(outputs / WEIGHT_TILE),
      seeds * group_count,
    ] as const,
});

/** dy *= act'(y), in place. */
export const denseActivationGradient = kernel({
  name: "dense_activation_gradient",
  source: "dense",
  libraries: ["math", "activation"],
  arrays: { y: "in", dy: "in-out" },
  params: {
    seeds: "u32",
    agents: "u32",
    columns: "u32",
    rows: "u32",
    activation: "u32",
    ...viewScalars("y"),
    ...viewScalars("dy"),
  },
  workgroups: ({ seeds, agents, columns, rows }) => [along(columns, LANES), rows, seeds * agents] as const,
});
