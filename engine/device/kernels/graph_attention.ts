/**
 * Graph attention (GAT), Velickovic et al. (2018), eq. 1-4, with the heads concatenated
 * (kernels/graph_attention.as.ts). With h = W x made by dense_forward, per head:
 *
 *     e_ij = leaky_relu(a_own . h_i + a_neighbour . h_j, slope 0.2), alpha = softmax_j(e_ij)
 *     y_i = act(sum over neighbours j of alpha_ij h_j)
 *
 * Forward: `graphAttentionScores`, then `graphAttention`. Backward: `graphAttentionBackwardScores`, then
 * `graphAttentionBackwardInput`, then `graphAttentionBackwardWeights`. engine/learning/attention.ts has both
 * as calls.
 */

import { kernel, type Workgroups } from "../kernel.ts";
import { viewScalars } from "../view.ts";

const WORKGROUP = 64;
/** Features that a GPU thread sums at once. */
const FEATURES = 4;

/**
 * `graph` (2 agents + 3 edges + 2) as in engine/learning/graph.ts, the same for all seeds. x, y and their
 * gradients are [agents][heads * features]. `attention` and `d_attention` have one agent and heads * (edges +
 * 2 agents) rows: first alpha, entry e of head h in row h * edges + e, then the agents' own scores
 * [heads][agents], then their scores as neighbours [heads][agents]; `d_attention` has the gradients, those of
 * alpha's logits before leaky_relu.
 */
const shape = {
  seeds: "u32",
  agents: "u32",
  columns: "u32",
  heads: "u32",
  features: "u32",
  edges: "u32",
} as const;

/**
 * `weights` holds a at word `a_at + s * w_seed`: [heads][own, neighbour][features]; `gradients` has the same
 * layout.
 */
const weights = { a_at: "u32", w_seed: "u32" } as const;

type Shape = Readonly<Record<keyof typeof shape, number>>;

const columnGroups = (columns: number) => Math.ceil(Math.ceil(columns / 8) * 8 / WORKGROUP);

const byHead = (
  { seeds, agents, columns, heads }: Shape,
): Workgroups => [columnGroups(columns), agents * heads, seeds];

const byFeature = (
  { seeds, agents, columns, heads, features }: Shape,
): Workgroups => [columnGroups(columns), agents * heads * Math.ceil(features / FEATURES), seeds];

/** Rows of `attention` and `d_attention`. */
export function graphAttentionRows(
  { agents, heads, edges }: { agents: number; heads: number; edges: number },
): number {
  return heads * (edges + 2 * agents);
}

/** Both scores of every agent, into `attention`. */
export const graphAttentionScores = kernel({
  name: "graph_attention_scores",
  source: "graph_attention",
  libraries: ["math", "activation"],
  arrays: { x: "in", weights: "in", attention: "out" },
  params: { ...shape, ...weights, ...viewScalars("x"), ...viewScalars("attention") },
  workgroups: byHead,
});

/** alpha, from the scores in `attention`, and y. */
export const graphAttention = kernel({
  name: "graph_attention",
  source: "graph_attention",
  libraries: ["math", "activation"],
  arrays: { graph: "in", x: "in", attention: "in-out", y: "out" },
  params: {
    ...shape,
    activation: "u32",
    ...viewScalars("x"),
    ...viewScalars("attention"),
    ...viewScalars("y"),
  },
  workgroups: byFeature,
});

/**
 * The gradients of alpha's logits and of the agents' own scores, into `d_attention`; dy has gone through
 * act'.
 */
export const graphAttentionBackwardScores = kernel({
  name: "graph_attention_backward_scores",
  source: "graph_attention",
  libraries: ["math", "activation"],
  arrays: { graph: "in", dy: "in", x: "in", attention: "in", d_attention: "out" },
  params: {
    ...shape,
    ...viewScalars("dy"),
    ...viewScalars("x"),
    ...viewScalars("attention"),
    ...viewScalars("d_attention"),
  },
  workgroups: byHead,
});

/** The gradients of the scores as neighbours, into `d_attention`, and dx. */
export const graphAttentionBackwardInput = kernel({
  name: "graph_attention_backward_input",
  source: "graph_attention",
  libraries: ["math", "activation"],
  arrays: { graph: "in", dy: "in", weights: "in", attention: "in", d_attention: "in-out", dx: "out" },
  params: {
    ...shape,
    ...weights,
    ...viewScalars("dy"),
    ...viewScalars("attention"),
    ...viewScalars("d_attention"),
    ...viewScalars("dx"),
  },
  workgroups: byFeature,
});

/** da: sums over agents and columns in a fixed order; overwrites. */
export const graphAttentionBackwardWeights = kernel({
  name: "graph_attention_backward_weights",
  source: "graph_attention",
  libraries: ["math", "activation"],
  arrays: { x: "in", d_attention: "in", gradients: "out" },
  params: { ...shape, ...weights, ...viewScalars("x"), ...viewScalars("d_attention") },
  workgroups: ({ seeds, heads, features }): Workgroups => [heads * features, seeds, 1],
});
