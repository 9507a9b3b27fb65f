/** What does a sweep's trials: this machine, a cluster, or workers that someone else starts. */

import type { DeviceChoice } from "../../device/choose.ts";
import type { SlurmOptions } from "./slurm_options.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import type { Tally } from "./tally.ts";
import type { Trial } from "./trial.ts";

export interface RunSweepOptions {
  /** Who does the trials. Default "local". */
  executor?: ExecutorName;
  /** Trials at a time on the CPU, of a task on a cluster. Default: all cores, on a cluster 1. Results do not depend on it. */
  jobs?: number;
  /** Of trainings. Default "auto": a GPU where there is one. */
  device?: DeviceChoice;
  /** Longest time between two checkpoints of a training. Default 10. */
  checkpointSeconds?: number;
  /** Stops after the simulations and iterations under way, with checkpoints; leaves a job on a cluster to itself. */
  signal?: AbortSignal;
  /** Only these trials. Default: all. */
  only?: readonly Trial[];
  /** What the executor "slurm" needs. */
  slurm?: SlurmOptions;
}

export type ExecutorName = "local" | "slurm" | "none";

export interface ExecutorContext {
  readonly folder: SweepFolder;
  /** All trials that the sweep was asked for, those that are finished included. */
  readonly only: readonly Trial[];
  readonly options: RunSweepOptions;
  /** Hears of every trial that ends, and how far the others are. */
  readonly tally: Tally;
}

export interface Ending {
  /** Trials at a time, where this process does them. */
  readonly jobs?: number;
  /** Where trials are left: why, and how they are done. */
  readonly next?: string;
}

export interface Executor {
  /** For people, a line. */
  readonly doc: string;
  /** What it does once its signal is aborted. */
  readonly stopping: string;
  /** Whether it is right that trials are left when it is done. */
  readonly leavesTrials: boolean;
  /**
   * Does trials, or has them done, and tells the tally.
   *
   * @param left those that are not finished, at least one
   */
  execute(left: readonly Trial[], context: ExecutorContext): Promise<Ending>;
}
