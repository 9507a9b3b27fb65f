/** Runs, their folders, and comparisons: what the layers above import. */

export { changedNetwork } from "./changed_network.ts";
export { resolveConfigs, type RunConfig, type TrainingOptions } from "./config.ts";
export { type Comparison, type Contender, evaluate } from "./evaluate.ts";
export { type LoadedRun, loadRun, loadRuns } from "./load_run.ts";
export { METRIC_COLUMNS, type MetricRow, readMetrics } from "./metric_rows.ts";
export { loadPolicy } from "./policy_files.ts";
export { type RunEvaluation, RunFolder, type RunSummary } from "./run_folder.ts";
export { type TrainedRun } from "./run_seeds.ts";
export { type Progress, train, Training, type TrainOptions } from "./train.ts";
export { trainingBytes } from "./training_memory.ts";
export { aggregates, interquartileMean, type Scores, type Statistic } from "./statistics.ts";
export { type BootstrapOptions, type Interval, stratifiedBootstrap } from "./statistics_bootstrap.ts";
export { type CurveShape, curveShape, curveShapes } from "./curve_shape.ts";
export * as findings from "./findings.ts";
export { type GroupInterval, type GroupOptions, intervalsBy, scoresBy } from "./statistics_by_group.ts";
export {
  type PairedDifferences,
  pairedDifferences,
  type PerformanceProfile,
  performanceProfile,
  probabilityOfImprovement,
} from "./statistics_comparison.ts";
export * from "./sweep/mod.ts";
