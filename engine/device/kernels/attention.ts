/**
 * Scaled dot-product attention over agents (Vaswani et al. 2017) with several heads
 * (kernels/attention.as.ts).
 *
 * Forward: `attentionWeights`, then `attentionSum` of the values. Backward: `attentionBackwardWeights`, then
 * `attentionSum` of the keys under `d_attention` for dq, and `attentionSumBack` of dy under `attention` for
 * dv and of q under `d_attention` for dk. engine/learning/attention.ts has both as calls.
 */

import { kernel, type Workgroups } from "../kernel.ts";
import { viewScalars } from "../view.ts";

const WORKGROUP = 64;
/** Features that a GPU thread sums at once. */
const FEATURES = 4;

/**
 * `graph` (2 agents + 3 edges + 2) as in engine/learning/graph.ts, the same for all seeds; agents attend to
 * the listed ones only. Operands are [agents][heads * features]; `attention` and `d_attention` have one agent
 * and heads * edges
 * rows: entry e of head h is row h * edges + e.
 */
const shape = {
  seeds: "u32",
  agents: "u32",
  columns: "u32",
  heads: "u32",
  features: "u32",
  edges: "u32",
} as const;

type Shape = Readonly<Record<keyof typeof shape, number>>;

const columnGroups = (columns: number) => Math.ceil(Math.ceil(columns / 8) * 8 / WORKGROUP);

const byHead = (
  { seeds, agents, columns, heads }: Shape,
): Workgroups => [columnGroups(columns), agents * heads, seeds];

const byFeature = (
  { seeds, agents, columns, heads, features }: Shape,
): Workgroups => [columnGroups(columns), agents * heads * Math.ceil(features / FEATURES), seeds];

/** attention_ij = softmax over the neighbours j of q_i . k_j / sqrt(features). */
export const attentionWeights = kernel({
  name: "attention_weights",
  source: "attention",
  libraries: ["math"],
  arrays: { graph: "in", q: "in", k: "in", attention: "out" },
  params: { ...shape, ...viewScalars("q"), ...viewScalars("k"), ...viewScalars("attention") },
  workgroups: byHead,
});

/** d_attention: the gradients for the products q_i . k_j, given dy for the sums of v. */
export const attentionBackwardWeights = kernel({
  name: "attention_backward_weights",
  source: "attention",
  libraries: ["math"],
  arrays: { graph: "in", dy: "in", v: "in", attention: "in", d_attention: "out" },
  params: {
    ...shape,
    ...viewScalars("dy"),
    ...viewScalars("v"),
    ...viewScalars("attention"),
    ...viewScalars("d_attention"),
  },
  workgroups: byHead,
});

const sums = {
  source: "attention",
  libraries: ["math"],
  arrays: { graph: "in", attention: "in", x: "in", y: "out" },
  params: { ...shape, ...viewScalars("attention"), ...viewScalars("x"), ...viewScalars("y") },
  workgroups: byFeature,
} as const;

/** y_i = sum over neighbours j of attention_ij x_j, head by head; 0 for an agent without neighbours. */
export const attentionSum = kernel({ name: "attention_sum", ...sums });

/** y_j = sum over the agents i that attend to j of attention_ij x_i, head by head. */
export const attentionSumBack = kernel({ name: "attention_sum_back", ...sums });
