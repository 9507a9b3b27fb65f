/** Training as a stream of metrics: seeds over cores on the CPU, together in one program on a GPU. */

import { join } from "node:path";
import { openDevice } from "../device/choose.ts";
import { kernelModule } from "../device/wasm.ts";
import { WorkerPool } from "../device/worker.ts";
import { workerCount } from "../simulation/mod.ts";
import { resolveConfigs, type RunConfig, type TrainingOptions } from "./config.ts";
import { RunFolder } from "./run_folder.ts";
import { type Progress, runSeeds, STOPPED } from "./run_seeds.ts";
import type { TrainingResult, TrainingTask } from "./training_worker.ts";

export interface TrainOptions extends TrainingOptions {
  /** A folder for the runs, each in `seed-N` within it. Without, nothing is written. */
  out?: string;
  /** Threads on the CPU. Default: all cores. A run takes one; results do not depend on it. */
  workers?: number;
  /** Stops after the iteration under way, with a checkpoint where there is a folder. */
  signal?: AbortSignal;
}

/**
 * A training under way: iterate over it for the metrics of every seed and iteration, then await `result`.
 *
 * ```ts
 * const training = train({ network: "kotecha-6", method: "mappo", seeds: [0, 1] });
 * for await (const { seed, metrics } of training) console.log(seed, metrics["charts/episodicReturn"]);
 * const runs = await training.result;
 * ```
 */
export class Training implements AsyncIterable<Progress> {
  /** The trained runs in the order of the seeds; "stopped" in the place of one that the signal ended. */
  readonly result: Promise<TrainingResult[]>;
  readonly #news: Progress[] = [];
  #wake = (): void => {};
  #ended = false;

  constructor(work: (report: (progress: Progress) => void) => Promise<TrainingResult[]>) {
    this.result = work((progress) => {
      this.#news.push(progress);
      this.#wake();
    }).finally(() => {
      this.#ended = true;
      this.#wake();
    });
    // Whoever iterates meets the error there.
    this.result.catch(() => {});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Progress, void> {
    while (true) {
      yield* this.#news.splice(0);
      if (this.#news.length > 0) continue;
      if (this.#ended) break;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    await this.result;
  }
}

/**
 * Starts a training of every seed; what is not given has the preset's value. With a folder, a training that was
 * interrupted goes on where its last checkpoint stands, and ends with the same bits.
 *
 * @throws (while iterating, or from `result`) InputError for options, or a folder that holds another run; RunError
 *   where a loss or a gradient is not finite, or the device is lost
 */
export function train(options: TrainOptions): Training {
  return new Training(async (report) => {
    const configs = await resolveConfigs(options);
    const folders = configs.map(({ seed }) =>
      options.out === undefined ? undefined : join(options.out, `seed-${seed}`)
    );
    // Before any work: a folder of another run is refused at once.
    for (const [s, folder] of folders.entries()) {
      if (folder !== undefined) (await RunFolder.prepare(folder, configs[s]!)).close();
    }
    const stops = () => options.signal?.aborted === true;
    if (configs[0]!.device === "webgpu") {
      const device = await openDevice("webgpu");
      return await runTogether(device, configs, folders, { report, stops });
    }
    // In a worker even where it is one: whoever started it stays free to draw, to plan, to stop it.
    const workers = workerCount(configs.length, options.workers);
    return await runInWorkers(configs, folders, { report, workers, signal: options.signal });
  });
}

interface Context {
  report(progress: Progress): void;
  stops(): boolean;
}

/** All seeds in one program, or, where their checkpoints stand at different iterations, in one for each of these. */
async function runTogether(
  device: Parameters<typeof runSeeds>[0],
  configs: readonly RunConfig[],
  paths: readonly (string | undefined)[],
  { report, stops }: Context,
): Promise<TrainingResult[]> {
  const folders = await Promise.all(
    paths.flatMap((path, s) => path === undefined ? [] : [RunFolder.prepare(path, configs[s]!)]),
  );
  const options = folders.length === 0 ? { stops } : { stops, folders };
  const training = runSeeds(device, configs, options);
  while (true) {
    const { done, value } = await training.next();
    if (!done) report(value);
    else return value === STOPPED ? configs.map(() => STOPPED) : value;
  }
}

async function runInWorkers(
  configs: readonly RunConfig[],
  folders: readonly (string | undefined)[],
  { report, workers, signal }: {
    report: (progress: Progress) => void;
    workers: number;
    signal: AbortSignal | undefined;
  },
): Promise<TrainingResult[]> {
  const url = new URL("./training_worker.ts", import.meta.url);
  const pool = new WorkerPool<TrainingTask, TrainingResult, Progress>(url, workers, {
    module: await kernelModule(),
  });
  const windUp = () => pool.windUp();
  signal?.addEventListener("abort", windUp);
  if (signal?.aborted === true) windUp();
  try {
    return await pool.run(configs.map((config, s) => ({ config, folder: folders[s] })), report);
  } finally {
    signal?.removeEventListener("abort", windUp);
    pool.close();
  }
}
