/** Weighted sums over the neighbours in a graph (kernels/graph_convolution.as.ts). */

import { kernel, type Workgroups } from "../kernel.ts";
import { viewScalars } from "../view.ts";

const WORKGROUP = 64;

/**
 * `graph` (2 * edges + agents + 1) as in engine/learning/graph.ts, symmetric and the same for all seeds;
 * x and y [agents][rows].
 */
const shape = { seeds: "u32", agents: "u32", columns: "u32", rows: "u32", edges: "u32" } as const;

const workgroups = (
  { seeds, agents, columns, rows }: { seeds: number; agents: number; columns: number; rows: number },
): Workgroups => [Math.ceil(Math.ceil(columns / 8) * 8 / WORKGROUP), agents * rows, seeds];

/**
 * y_i = sum over neighbours j of w_ij x_j: D^-1/2 (A + I) D^-1/2 X of Kipf and Welling (2017), Kotecha's eq.
 * 24.
 */
export const graphConvolution = kernel({
  name: "graph_convolution",
  source: "graph_convolution",
  libraries: ["math", "activation"],
  arrays: { graph: "in", x: "in", y: "out" },
  params: { ...shape, ...viewScalars("x"), ...viewScalars("y") },
  workgroups,
});

/**
 * dx_j = (sum over neighbours i of w_ij dy_i) * act'(x_j), where x are the results of a layer with that
 * activation (0 none, 1 relu, 2 tanh).
 */
export const graphConvolutionBackward = kernel({
  name: "graph_convolution_backward",
  source: "graph_convolution",
  libraries: ["math", "activation"],
  arrays: { graph: "in", dy: "in", x: "in", dx: "out" },
  params: { ...shape, activation: "u32", ...viewScalars("dy"), ...viewScalars("x"), ...viewScalars("dx") },
  workgroups,
});
