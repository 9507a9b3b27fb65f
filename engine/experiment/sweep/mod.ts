/** Sweeps: what the layers above import. */

export { collectSweep } from "./collect.ts";
export { dealTrials } from "./deal.ts";
export { expandSweep, type SweepPlan } from "./expand.ts";
export { seedList } from "./grid.ts";
export { readSweep, type SweepRow, type SweepTables } from "./read_sweep.ts";
export { type Executor, type ExecutorName, type RunSweepOptions } from "./executor.ts";
export { executors } from "./executors.ts";
export { runSweep, type SweepOutcome, SweepRun } from "./run_sweep.ts";
export { loadSweepFile, parseSweep, type SweepFile, type SweepInput } from "./sweep_file.ts";
export type { SlurmOptions } from "./slurm_options.ts";
export { SweepFolder } from "./sweep_folder.ts";
export type { SweepProgress } from "./tally.ts";
export { methodOf, type SweepEvaluation, type Trial, type TrialWork } from "./trial.ts";
