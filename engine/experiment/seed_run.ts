/** A seed's run as it stands before a training goes on with it. */

import type { RunConfig } from "./config.ts";
import { checkpointPolicy } from "./load_run.ts";
import { RunFolder } from "./run_folder.ts";
import type { SeedProgress } from "./run_seeds.ts";
import type { TrainingResult } from "./train_seed.ts";

export interface SeedRun {
  readonly config: RunConfig;
  /** Its folder; without, nothing is kept. */
  readonly path: string | undefined;
  /** Iterations in its checkpoint; 0 where there is none. */
  readonly iteration: number;
  /** Its outcome, once there is one. */
  result?: TrainingResult;
}

/** What goes with the training of every run. */
export interface TrainingContext {
  report(progress: SeedProgress): void;
  readonly checkpointSeconds: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes the folder where there is none.
 *
 * @throws InputError where it holds another run, or a damaged checkpoint
 * @throws RunError where a training is under way in it
 */
export async function examineRun(config: RunConfig, path: string | undefined): Promise<SeedRun> {
  if (path === undefined) return { config, path, iteration: 0 };
  const folder = await RunFolder.prepare(path, config);
  try {
    const checkpoint = await folder.peekCheckpoint();
    if (checkpoint === undefined) return { config, path, iteration: 0 };
    const { iteration } = checkpoint;
    const done = iteration === config.hyperparameters.iterations;
    const summary = done ? await folder.readSummary() : undefined;
    if (summary === undefined) return { config, path, iteration };
    const policy = checkpointPolicy(folder, checkpoint);
    return { config, path, iteration, result: { config, policy, summary, resumedFrom: iteration } };
  } finally {
    folder.close();
  }
}
