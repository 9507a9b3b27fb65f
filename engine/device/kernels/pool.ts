/** The mean over agents (kernels/pool.as.ts). */

import { kernel, type Workgroups } from "../kernel.ts";
import { viewScalars } from "../view.ts";

const WORKGROUP = 64;

const shape = { seeds: "u32", agents: "u32", columns: "u32", rows: "u32" } as const;

const columnGroups = (columns: number) => Math.ceil(Math.ceil(columns / 8) * 8 / WORKGROUP);

/** y [rows] = mean over agents of x [agents][rows]. */
export const pool = kernel({
  name: "pool",
  source: "pool",
  libraries: ["math", "activation"],
  arrays: { x: "in", y: "out" },
  params: { ...shape, ...viewScalars("x"), ...viewScalars("y") },
  workgroups: ({ seeds, columns, rows }): Workgroups => [columnGroups(columns), rows, seeds],
});

/**
 * dx_a = dy / agents * act'(x_a), where x are the results of a layer with that activation (0 none, 1 relu, 2
 * tanh). dy has one agent.
 */
export const poolBackward = kernel({
  name: "pool_backward",
  source: "pool",
  libraries: ["math", "activation"],
  arrays: { dy: "in", x: "in", dx: "out" },
  params: { ...shape, activation: "u32", ...viewScalars("dy"), ...viewScalars("x"), ...viewScalars("dx") },
  workgroups: ({ seeds, agents, columns, rows }): Workgroups => [columnGroups(columns), agents * rows, seeds],
});
