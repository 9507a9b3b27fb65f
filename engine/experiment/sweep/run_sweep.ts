/** A sweep on this machine: every trial that is not finished, over all cores, and in groups on a GPU. */

import { type DeviceChoice, openDevice } from "../../device/choose.ts";
import { kernelModule } from "../../device/wasm.ts";
import { WorkerPool } from "../../device/worker.ts";
import { BullwhipError } from "../../errors.ts";
import { workerCount } from "../../simulation/mod.ts";
import { deviceKind } from "../config.ts";
import { Running } from "../running.ts";
import { CHECKPOINT_SECONDS, STOPPED } from "../run_seeds.ts";
import { runTogether } from "../run_together.ts";
import { examineRun, type SeedRun } from "../seed_run.ts";
import { configOf } from "./run_trial.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import type { BatchNews, BatchTask, SweepOpening } from "./sweep_worker.ts";
import type { Trial } from "./trial.ts";
import { failedTrial, writeTrialResult } from "./trial_result.ts";
import { type SweepProgress, Tally } from "./tally.ts";
import { batches, gpuGroups } from "./trial_order.ts";

export interface RunSweepOptions {
  /** Trials at a time on the CPU. Default: all cores. Results do not depend on it. */
  jobs?: number;
  /** Of trainings. Default "auto": a GPU where there is one. */
  device?: DeviceChoice;
  /** Longest time between two checkpoints of a training. Default 10. */
  checkpointSeconds?: number;
  /** Stops after the simulations and iterations under way, with checkpoints. */
  signal?: AbortSignal;
  /** Only these trials. Default: all. */
  only?: readonly Trial[];
}

export interface SweepOutcome {
  readonly total: number;
  /** Finished before this run of the sweep. */
  readonly before: number;
  /** Finished now. */
  readonly done: number;
  readonly failed: readonly { readonly trial: Trial; readonly error: string }[];
  /** Whether the signal ended it. */
  readonly stopped: boolean;
  readonly seconds: number;
  /** What the trials themselves took, summed, over the time of all jobs: the rest is bookkeeping, and waiting. */
  readonly busyShare: number;
}

/** @throws (from `result`) RunError where a device is lost or the disk refuses; a trial's own errors are recorded */
export class SweepRun extends Running<SweepProgress, SweepOutcome> {}

/** @param folder that of `SweepFolder.prepare`, or, for a part of the trials, of `SweepFolder.open` */
export function runSweep(folder: SweepFolder, options: RunSweepOptions = {}): SweepRun {
  return new SweepRun((report) => run(folder, options, report));
}

async function run(
  folder: SweepFolder,
  options: RunSweepOptions,
  report: (progress: SweepProgress) => void,
): Promise<SweepOutcome> {
  const started = performance.now();
  const { plan } = folder;
  const trials = options.only ?? plan.trials;
  const results = await folder.results();
  const left = trials.filter(({ id }) => !folder.isFinished(results.get(id)));
  const before = trials.length - left.length;
  const tally = new Tally(plan, left, before, report);
  if (left.length > 0) {
    const trains = left.some(({ work }) => work.kind === "train");
    const device = trains ? await deviceKind(options.device ?? "auto") : "wasm";
    await runAll(folder, left, { ...options, device }, tally);
  }
  const seconds = (performance.now() - started) / 1000;
  const jobs = workerCount(left.length, options.jobs);
  return {
    total: trials.length,
    before,
    done: tally.done,
    failed: tally.failed,
    stopped: tally.done + tally.failed.length < left.length,
    seconds,
    busyShare: left.length === 0 ? 0 : tally.seconds / (seconds * jobs),
  };
}

async function runAll(
  folder: SweepFolder,
  trials: readonly Trial[],
  { device, jobs, checkpointSeconds = CHECKPOINT_SECONDS, signal }: RunSweepOptions & {
    device: "wasm" | "webgpu";
  },
  tally: Tally,
): Promise<void> {
  const { plan: { evaluation, networks }, trialsPath } = folder;
  const module = await kernelModule();
  const opening: SweepOpening = {
    module,
    networks,
    trialsPath,
    evaluation,
    evaluationName: folder.evaluation,
    device,
    checkpointSeconds,
  };
  const workers = workerCount(trials.length, jobs);
  const url = new URL("./sweep_worker.ts", import.meta.url);
  const pool = new WorkerPool<BatchTask, void, BatchNews>(url, workers, opening);
  const windUp = () => pool.windUp();
  signal?.addEventListener("abort", windUp);
  if (signal?.aborted === true) windUp();
  const stops = () => signal?.aborted === true;
  const onPool = async (batch: readonly Trial[]): Promise<void> => {
    const task = { batch: batch.map((trial) => ({ trial, runPath: folder.runPath(trial) })) };
    await pool.do(task, (news) => {
      if ("share" in news) tally.under(batch[news.k]!, news.share);
      else tally.ended(batch[news.k]!, news.reply);
    });
  };
  try {
    const groups = device === "webgpu" ? gpuGroups(trials) : [];
    const grouped = new Set(groups.flat());
    const onGpu = async () => {
      const judged: Promise<void>[] = [];
      for (const group of groups) {
        if (stops()) break;
        const trained = await trainGroup(folder, group, { checkpointSeconds, signal }, tally);
        if (trained.length > 0) judged.push(onPool(trained));
      }
      await Promise.all(judged);
    };
    const alone = trials.filter((trial) => !grouped.has(trial));
    await Promise.all([...batches(alone, folder.plan, workers).map(onPool), onGpu()]);
  } finally {
    signal?.removeEventListener("abort", windUp);
    pool.close();
  }
}

/**
 * Trains the seeds of one work in one program; what faults is recorded.
 *
 * @returns the trials whose runs are at their end
 */
async function trainGroup(
  folder: SweepFolder,
  group: readonly Trial[],
  context: { checkpointSeconds: number; signal: AbortSignal | undefined },
  tally: Tally,
): Promise<Trial[]> {
  const started = performance.now();
  const bySeed = new Map(group.map((trial) => [trial.seed, trial]));
  try {
    const runs: SeedRun[] = [];
    for (const trial of group) {
      runs.push(await examineRun(configOf(trial, folder.networkOf(trial), "webgpu"), folder.runPath(trial)));
    }
    const left = runs.filter(({ result }) => result === undefined);
    await runTogether(left, () => openDevice("webgpu"), {
      ...context,
      report: ({ seed, iterations, metrics }) =>
        tally.under(bySeed.get(seed)!, metrics.iteration / iterations),
    });
    return group.filter((_, k) => runs[k]!.result !== STOPPED);
  } catch (error) {
    if (!(error instanceof BullwhipError)) throw error;
    if (group.length > 1) {
      // A fault of one seed stops the program: alone, the others go on from their checkpoints.
      const alone = [];
      for (const trial of group) alone.push(...await trainGroup(folder, [trial], context, tally));
      return alone;
    }
    const failed = failedTrial(group[0]!.id, error, (performance.now() - started) / 1000);
    await writeTrialResult(folder.trialsPath, failed);
    tally.ended(group[0]!, { status: "failed", error: error.message, seconds: failed.seconds });
    return [];
  }
}
