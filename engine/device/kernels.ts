/**
 * What the compiled kernels export, as the devices call them: one typed signature a kernel. Pointers are byte
 * offsets in the module's memory, 16-byte aligned; layouts stand beside the kernels.
 */

/** `kernels/env_step.as.ts`: arguments are words at a pointer, in the order of the ARG_ constants. */
export interface EnvStepKernel {
  env_reset(args: number): void;
  env_step(args: number, periods: number): void;
}

export type Kernels = EnvStepKernel;

export * as envStep from "../../kernels/env_step/layout.ts";
