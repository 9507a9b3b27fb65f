/** Batched environments and simulation: what the layers above import. */

export { type Controller, functionController, isPolicy, policyController } from "./controller.ts";
export { BatchEnvironment, type EnvironmentOptions } from "./environment.ts";
export {
  EnvironmentArrays,
  type EnvironmentArraysOptions,
  type EnvironmentView,
  type MetricLevel,
} from "./environment_arrays.ts";
export { type Estimate, estimate, median, pairedDifference, ratio } from "./estimates.ts";
export { DEFAULT_OBSERVATION, explicitObservation, type ObservationRow } from "./observations.ts";
export { actionRows } from "./order_rules.ts";
export { type CompiledNetwork, compileNetwork } from "./tables.ts";
export { type KernelRule, type NodeRule, rulesOfControl, rulesOfPolicy } from "./order_rules.ts";
export { openRollouts, type ParallelRollouts, workerCount } from "./parallel.ts";
export { rewardMatrix } from "./rewards.ts";
export type { RolloutResult, RolloutSpec, RolloutTask } from "./rollout.ts";
export { resolveSimulateOptions, simulate, type SimulateOptions, type SimulationResult } from "./simulate.ts";
export { type ArcView, type NodeView, readState, type StateView } from "./state.ts";
export type { EchelonSummary, NodeSummary, Summary } from "./summary.ts";
export { trace, TRACE_COLUMNS, type TraceOptions, type TraceRow } from "./trace.ts";
