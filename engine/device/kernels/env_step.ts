/** Whole periods of every environment (kernels/env_step.as.ts). */

import { kernel } from "../kernel.ts";

const WORKGROUP = 64;

/** In the order of the ARG_ constants of kernels/env_step/layout.ts. */
const arrays = {
  control: "in-out",
  tables: "in-out",
  state: "in-out",
  actions: "in",
  observations: "out",
  finals: "out",
  rewards: "out",
  metrics: "in-out",
  scratch: "wasm",
  truncations: "wasm",
} as const;

/** `columns` environments a seed; `periods` of them run with the actions as they stand. */
const params = { seeds: "u32", columns: "u32", periods: "u32" } as const;

const workgroups = ({ seeds, columns }: { seeds: number; columns: number }) =>
  [Math.ceil(columns / WORKGROUP), seeds, 1] as const;

export const envReset = kernel({ name: "env_reset", source: "env_step", arrays, params, workgroups });
export const envStep = kernel({ name: "env_step", source: "env_step", arrays, params, workgroups });
