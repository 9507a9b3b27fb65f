/**
 * Every kernel's descriptor, and the layouts that kernels share with TypeScript. A new kernel gets one file in
 * `kernels/` beside this one, and one line here.
 */

export * as control from "../../kernels/control.ts";
export * as envStep from "../../kernels/env_step/layout.ts";
export { adam, advance } from "./kernels/adam.ts";
export { advantage, advantageMoments, valueMoments } from "./kernels/advantage.ts";
export {
  attentionBackwardWeights,
  attentionSum,
  attentionSumBack,
  attentionWeights,
} from "./kernels/attention.ts";
export {
  type Activation,
  ACTIVATIONS,
  denseActivationGradient,
  denseBackwardInput,
  denseBackwardWeights,
  denseForward,
} from "./kernels/dense.ts";
export { envAdvance, envReset, envStep as envStepKernel } from "./kernels/env_step.ts";
export { copy, gather, NOWHERE, ONES, scatter, select, ZEROS } from "./kernels/gather.ts";
export {
  graphAttention,
  graphAttentionBackwardInput,
  graphAttentionBackwardScores,
  graphAttentionBackwardWeights,
  graphAttentionRows,
  graphAttentionScores,
} from "./kernels/graph_attention.ts";
export { graphConvolution, graphConvolutionBackward } from "./kernels/graph_convolution.ts";
export { expRow, inverseNormalRow, logRow, tanhRow } from "./kernels/math.ts";
export { valueNoise } from "./kernels/noise.ts";
export {
  categoricalBackward,
  categoricalForward,
  categoricalSample,
  gaussianBackward,
  gaussianForward,
  gaussianSample,
} from "./kernels/policy_head.ts";
export { pool, poolBackward } from "./kernels/pool.ts";
export {
  earlyStop,
  policyLoss,
  ppoAdapt,
  VALUE_LOSSES,
  type ValueLoss,
  valueLoss,
} from "./kernels/ppo_loss.ts";
export { drawNormals, drawUniforms, drawWords } from "./kernels/random.ts";
export { checkLosses, rolloutProfit, rowMoments, SEGMENT_WORDS, squaredNorms } from "./kernels/reduce.ts";

/** What the .wasm exports for calls outside a program: arguments are words at a pointer. */
export interface Kernels {
  env_reset(args: number): void;
  env_step(args: number): void;
  env_advance(args: number): void;
}
