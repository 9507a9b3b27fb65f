/**
 * Bullwhip: multi-echelon inventory control, simulated fast.
 *
 * ```ts
 * import { loadNetwork, parsePolicy, simulate } from "bullwhip";
 * const network = await loadNetwork("kotecha-6");
 * const policy = parsePolicy({ kind: "base-stock", levels: 20 }, network);
 * console.log((await simulate(network, policy)).profitPerEpisode);
 * ```
 */

import { heedStopButton } from "./report/mod.ts";

export { BullwhipError, InputError, RunError } from "./errors.ts";
export { type CsvTable, formatCsv, numericColumn, readCsvFile } from "./files/csv.ts";
export { parseJson, readJsonFile } from "./files/json.ts";
export { writeWhole } from "./files/atomic.ts";
export {
  type Distribution,
  fitDemand,
  type FitOptions,
  type Network,
  type NetworkInput,
  parseNetwork,
  parseNetworkSync,
  type Topology,
  topology,
  withDemandTraces,
} from "./network/mod.ts";
export {
  parsePolicy,
  type Policy,
  POLICY_KINDS,
  type PolicyInput,
  policyKinds,
  policyToJson,
} from "./policies/mod.ts";
export {
  findScenario,
  loadNetwork,
  type Scenario,
  type ScenarioOptions,
  scenarios,
} from "./scenarios/registry.ts";
export {
  BatchEnvironment,
  type Controller,
  type EnvironmentOptions,
  type Estimate,
  estimate,
  functionController,
  isPolicy,
  median,
  pairedDifference,
  policyController,
  readState,
  resolveSimulateOptions,
  simulate,
  type SimulateOptions,
  type SimulationResult,
  trace,
  TRACE_COLUMNS,
  type TraceRow,
} from "./simulation/mod.ts";
export * from "./planning/mod.ts";
export { knownOptima, type KnownOptimum } from "./scenarios/textbook.ts";
export { DEVICE_CHOICES, type DeviceChoice } from "./device/choose.ts";
export {
  actorCard,
  type ActorNetwork,
  actorToOnnx,
  applyActor,
  findMethod,
  findPreset,
  type Hyperparameter,
  HYPERPARAMETERS,
  type Hyperparameters,
  learnedController,
  type Method,
  methods,
  type Preset,
  presets,
  presetValues,
  type TrainedPolicy,
} from "./learning/mod.ts";
export {
  aggregates,
  type BootstrapOptions,
  changedNetwork,
  collectSweep,
  type Comparison,
  type Contender,
  type CurveShape,
  curveShape,
  curveShapes,
  dealTrials,
  evaluate,
  type Executor,
  type ExecutorName,
  executors,
  expandSweep,
  findings,
  type GroupInterval,
  type GroupOptions,
  interquartileMean,
  type Interval,
  intervalsBy,
  type LoadedRun,
  loadPolicy,
  loadRun,
  loadRuns,
  loadSweepFile,
  methodOf,
  type MetricRow,
  type PairedDifferences,
  pairedDifferences,
  parseSweep,
  type PerformanceProfile,
  performanceProfile,
  probabilityOfImprovement,
  type Progress,
  readMetrics,
  readSweep,
  type RunConfig,
  type RunSummary,
  runSweep,
  type RunSweepOptions,
  type Scores,
  scoresBy,
  seedList,
  type SlurmOptions,
  type Statistic,
  stratifiedBootstrap,
  type SweepFile,
  SweepFolder,
  type SweepInput,
  type SweepOutcome,
  type SweepPlan,
  type SweepProgress,
  type SweepRow,
  SweepRun,
  type SweepTables,
  train,
  type TrainedRun,
  Training,
  trainingBytes,
  type TrainOptions,
  type Trial,
  type TrialWork,
} from "./experiment/mod.ts";
export { type Picture, reportHtml, type Rows, type RunReport, runReport, show } from "./report/mod.ts";
export { VERSION } from "./version.ts";

heedStopButton();
