/** Noise on stored values (kernels/noise.as.ts). */

import { kernel, type Workgroups } from "../kernel.ts";

const WORKGROUP = 64;

/**
 * Adds deviation * normal to the values of every sample, one draw a sample and the same for all its values
 * (Kotecha, eq. 30). In units of the critic's output as it is stored, before VALUE_SCALE. The draw's address:
 * stream valueNoise, episode ITERATION, c0 = 0, c1 = the sample's number.
 *
 * samples: (seeds, sample, width); `values` words from word `value_at` on
 */
export const valueNoise = kernel({
  name: "value_noise",
  source: "noise",
  libraries: ["control", "math", "random"],
  arrays: { control: "in", samples: "in-out" },
  params: {
    seeds: "u32",
    samples: "u32",
    values: "u32",
    samples_seed: "u32",
    width: "u32",
    value_at: "u32",
    deviation: "f32",
    phase: "u32",
  },
  workgroups: ({ seeds, samples }): Workgroups => [Math.ceil(samples / WORKGROUP), seeds, 1],
});
