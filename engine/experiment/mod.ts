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
export * from "./sweep/mod.ts";
