/** Whole periods of every environment (kernels/env_step.as.ts, kernels/env_step.wgsl). */

import { kernel } from "../kernel.ts";

const WORKGROUP = 64;

/** Its parts in kernels/env_step/, and what they need. */
const libraries = [
  "layout",
  "sampler_table",
  "math",
  "random",
  ...["rows", "arithmetic", "draw", "decide", "receive", "allocate", "ship", "settle", "observe"]
    .map((part) => `env_step/${part}`),
];

/**
 * In the order of the ARG_ constants of kernels/env_step/layout.ts. The WebAssembly twin notes in `tables` which rows
 * belong to the current period, which no caller needs to know.
 */
const shared = { control: "in", tables: "in", state: "in-out", observations: "out" } as const;

/** Period and episode of every seed are those of `control`, which stays as it is until `env_advance`. */
export const envStep = kernel({
  name: "env_step",
  source: "env_step",
  libraries,
  arrays: {
    ...shared,
    actions: "in",
    finals: "out",
    rewards: "out",
    metrics: "in-out",
    scratch: "wasm",
    truncations: "wasm",
  },
  // `columns` environments a seed; `periods` of them run with the actions as they stand.
  params: { seeds: "u32", columns: "u32", periods: "u32" },
  workgroups: ({ seeds, columns }) => [Math.ceil(columns / WORKGROUP), seeds, 1],
});

/** After `env_step`, with the same `periods`. */
export const envAdvance = kernel({
  name: "env_advance",
  source: "env_step",
  libraries,
  arrays: { control: "in-out", tables: "in" },
  params: { seeds: "u32", periods: "u32" },
  workgroups: ({ seeds }) => [Math.ceil(seeds / WORKGROUP), 1, 1],
});

/** The first period of the episode that `control` names. */
export const envReset = kernel({
  name: "env_reset",
  source: "env_step",
  libraries,
  arrays: { ...shared, control: "in-out" },
  params: { seeds: "u32", columns: "u32" },
  workgroups: ({ seeds, columns }) => [Math.ceil(columns / WORKGROUP), seeds, 1],
});
