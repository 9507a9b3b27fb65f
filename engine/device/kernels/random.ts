/** Rows of random numbers (kernels/random.as.ts); engine/random has the same draws in TypeScript. */

import { kernel, type Workgroups } from "../kernel.ts";

const WORKGROUP = 64;

/** out[j], j < columns, is drawn at the address (k0, k1, c0, c1 + j); columns is a multiple of 8. */
const row = {
  source: "random",
  libraries: ["math", "random"],
  arrays: { out: "out" },
  params: { columns: "u32", k0: "u32", k1: "u32", c0: "u32", c1: "u32" },
  workgroups: ({ columns }: { columns: number }): Workgroups => [Math.ceil(columns / WORKGROUP), 1, 1],
} as const;

/** u32 words. */
export const drawWords = kernel({ ...row, name: "draw_words" });
/** f32, uniform on (0, 1). */
export const drawUniforms = kernel({ ...row, name: "draw_uniforms" });
/** f32, standard normal; the same bits as in TypeScript on WebAssembly, within 1e-6 (1 + abs(x)) on a GPU. */
export const drawNormals = kernel({ ...row, name: "draw_normals" });
