/** Training as a stream of metrics: seeds over cores on the CPU, together in one program on a GPU. */

import { join } from "node:path";
import { openDevice } from "../device/choose.ts";
import { stopSignal } from "../device/stop.ts";
import { kernelModule } from "../device/wasm.ts";
import { WorkerPool } from "../device/worker.ts";
import { InputError } from "../errors.ts";
import { workerCount } from "../simulation/mod.ts";
import { resolveConfigs, type TrainingOptions } from "./config.ts";
import { CHECKPOINT_SECONDS, type SeedProgress } from "./run_seeds.ts";
import { Running } from "./running.ts";
import { runTogether } from "./run_together.ts";
import { examineRun, type SeedRun, type TrainingContext } from "./seed_run.ts";
import type { TrainingResult, TrainingTask } from "./train_seed.ts";

export interface TrainOptions extends TrainingOptions {
  /** A folder for the runs, each in `seed-N` within it. Without, nothing is written. */
  out?: string;
  /** Threads on the CPU. Default: all cores. A run takes one; results do not depend on it. */
  workers?: number;
  /** Longest time between two checkpoints; 0: one after every iteration. Default 10. Results do not depend on it. */
  checkpointSeconds?: number;
  /** Stops after the iteration under way, with a checkpoint where there is a folder. */
  signal?: AbortSignal;
}

/** News of a training: an iteration of a seed, and how far all seeds together are. */
export interface Progress extends SeedProgress {
  /** Iterations of all seeds that are done, those of runs before included. */
  readonly done: number;
  /** Iterations of all seeds. */
  readonly total: number;
}

/**
 * A training under way: iterate over it for the metrics of every seed and iteration, then await `result`.
 *
 * ```ts
 * const training = train({ network: "kotecha-6", method: "mappo", seeds: [0, 1] });
 * for await (const { seed, metrics } of training) console.log(seed, metrics["charts/episodicReturn"]);
 * const runs = await training.result;
 * ```
 *
 * Leaving the loop does not end the training; the option `signal` does. The results are the trained runs in the order of
 * the seeds; "stopped" in the place of one that the signal ended.
 */
export class Training extends Running<Progress, TrainingResult[]> {}

/**
 * Starts a training of every seed; what is not given has the preset's value. With a folder, a training that was
 * interrupted goes on where its last checkpoint stands, and ends with the same bits; a run that is done is not
 * trained again.
 *
 * @throws (while iterating, or from `result`) InputError for options, or a folder that holds another run; RunError
 *   where a loss or a gradient is not finite, a training is under way in a folder, or the device is lost. The other
 *   seeds then stop, too, with a checkpoint. RunError as well where a notebook's Stop ended it, with a checkpoint
 */
export function train(options: TrainOptions): Training {
  return new Training(async (report) => {
    const stopping = stopSignal();
    const { checkpointSeconds = CHECKPOINT_SECONDS } = options;
    if (!(checkpointSeconds >= 0)) {
      throw new InputError("checkpointSeconds", `expected a number from 0, got ${checkpointSeconds}`);
    }
    const configs = await resolveConfigs(options);
    // Before any work: a folder of another run is refused at once.
    const runs: SeedRun[] = [];
    for (const config of configs) {
      const path = options.out === undefined ? undefined : join(options.out, `seed-${config.seed}`);
      runs.push(await examineRun(config, path));
    }
    const left = runs.filter(({ result }) => result === undefined);
    const signals = options.signal === undefined ? [stopping] : [stopping, options.signal];
    const signal = AbortSignal.any(signals);
    const context = { report: counted(runs, report), checkpointSeconds, signal };
    if (left.length > 0) {
      if (configs[0]!.device === "webgpu") await runTogether(left, () => openDevice("webgpu"), context);
      else await runInWorkers(left, options.workers, context);
    }
    // Unlike what the caller's own signal ends, this is not what anybody waits for.
    stopping.throwIfAborted();
    return runs.map(({ result }) => result!);
  });
}

/** Adds to a seed's news how far all are. */
function counted(runs: readonly SeedRun[], report: (progress: Progress) => void) {
  const iterations = new Map(runs.map(({ config, iteration }) => [config.seed, iteration]));
  const total = runs.reduce((sum, { config }) => sum + config.hyperparameters.iterations, 0);
  return (progress: SeedProgress): void => {
    iterations.set(progress.seed, progress.metrics.iteration);
    const done = [...iterations.values()].reduce((sum, one) => sum + one, 0);
    report({ ...progress, done, total });
  };
}

/** In workers even where it is one: whoever started it stays free to draw, to plan, to stop it. */
async function runInWorkers(
  runs: readonly SeedRun[],
  wanted: number | undefined,
  { report, checkpointSeconds, signal }: TrainingContext,
): Promise<void> {
  const url = new URL("./training_worker.ts", import.meta.url);
  const workers = workerCount(runs.length, wanted);
  const pool = new WorkerPool<TrainingTask, TrainingResult, SeedProgress>(url, workers, {
    module: await kernelModule(),
  });
  const windUp = () => pool.windUp();
  signal?.addEventListener("abort", windUp);
  if (signal?.aborted === true) windUp();
  let failed: { error: unknown } | undefined;
  try {
    await Promise.all(runs.map(async (run) => {
      const { config, path: folder } = run;
      try {
        run.result = await pool.do({ config, folder, checkpointSeconds }, report);
      } catch (error) {
        failed ??= { error };
        windUp();
      }
    }));
  } finally {
    signal?.removeEventListener("abort", windUp);
    pool.close();
  }
  if (failed !== undefined) throw failed.error;
}
