/**
 * Every kernel's descriptor, and the layouts that kernels share with TypeScript. A new kernel gets one file in
 * `kernels/` beside this one, and one line here.
 */

export * as control from "../../kernels/control.ts";
export * as envStep from "../../kernels/env_step/layout.ts";
export { envReset, envStep as envStepKernel } from "./kernels/env_step.ts";

/** What the .wasm exports for calls outside a program: arguments are words at a pointer. */
export interface Kernels {
  env_reset(args: number): void;
  env_step(args: number): void;
}
