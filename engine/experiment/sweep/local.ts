/** Trials on this machine: over all cores, and in groups on a GPU. */

import { openDevice } from "../../device/choose.ts";
import { kernelModule } from "../../device/wasm.ts";
import { WorkerPool } from "../../device/worker.ts";
import { BullwhipError, BusyError } from "../../errors.ts";
import { workerCount } from "../../simulation/mod.ts";
import { deviceKind } from "../config.ts";
import { CHECKPOINT_SECONDS, STOPPED } from "../run_seeds.ts";
import { runTogether } from "../run_together.ts";
import { examineRun, type SeedRun } from "../seed_run.ts";
import type { Ending, ExecutorContext, RunSweepOptions } from "./executor.ts";
import { configOf } from "./run_trial.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import type { BatchNews, BatchTask, SweepOpening } from "./sweep_worker.ts";
import type { Tally } from "./tally.ts";
import type { Trial } from "./trial.ts";
import { batches, gpuGroups } from "./trial_order.ts";
import { failedTrial, writeTrialResult } from "./trial_result.ts";

/** @throws RunError where a device is lost or the disk refuses; a trial's own errors are recorded */
export async function executeLocally(
  trials: readonly Trial[],
  { folder, options, tally }: ExecutorContext,
): Promise<Ending> {
  const trains = trials.some(({ work }) => work.kind === "train");
  const device = trains ? await deviceKind(options.device ?? "auto") : "wasm";
  await runAll(folder, trials, { ...options, device }, tally);
  const next = options.signal?.aborted === true
    ? `stopped; the same command goes on from what is kept in ${folder.path}`
    : "other processes are at work on trials that are left; the same command does those that they do not finish";
  return { jobs: workerCount(trials.length, options.jobs), next };
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
    if (error instanceof BusyError) return [];
    const failed = failedTrial(group[0]!.id, error, (performance.now() - started) / 1000);
    await writeTrialResult(folder.trialsPath, failed);
    tally.ended(group[0]!, { status: "failed", error: error.message, seconds: failed.seconds });
    return [];
  }
}
