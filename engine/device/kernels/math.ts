/** The functions of kernels/lib/math on rows (kernels/math.as.ts). */

import { kernel, type Workgroups } from "../kernel.ts";

const WORKGROUP = 64;

/** out[j] = f(input[j]) for j < columns, f32; columns is a multiple of 8. */
const row = {
  source: "math",
  libraries: ["math"],
  arrays: { input: "in", out: "out" },
  params: { columns: "u32" },
  workgroups: ({ columns }: { columns: number }): Workgroups => [Math.ceil(columns / WORKGROUP), 1, 1],
} as const;

/** Within 1e-6 relative; 0 below -87.336, the largest number above 88.722. */
export const expRow = kernel({ ...row, name: "exp_row" });
/** Within 1e-6 (1 + abs(log)); subnormal numbers count as 0. */
export const logRow = kernel({ ...row, name: "log_row" });
/** Within 5e-7, absolute and relative. */
export const tanhRow = kernel({ ...row, name: "tanh_row" });
/** Within 1e-6 (1 + abs(x)), from 2^-24 to 1 - 2^-24. */
export const inverseNormalRow = kernel({ ...row, name: "inverse_normal_row" });
