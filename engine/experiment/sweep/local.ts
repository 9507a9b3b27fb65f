/** Trials on this machine: over all cores, and in groups on a GPU. */

import { openDevice } from "../../device/choose.ts";
import { kernelModule } from "../../device/wasm.ts";
import { WorkerPool } from "../../device/worker.ts";
import { workerCount } from "../../simulation/mod.ts";
import { deviceKind } from "../config.ts";
import { CHECKPOINT_SECONDS, STOPPED } from "../run_seeds.ts";
import type { Ending, ExecutorContext, RunSweepOptions } from "./executor.ts";
import { ResultWriter } from "./result_writer.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import type { BatchNews, BatchTask, SweepOpening } from "./sweep_worker.ts";
import type { Tally } from "./tally.ts";
import type { Trial } from "./trial.ts";
import { batches, gpuGroups } from "./trial_order.ts";
import { trainGroup } from "./train_group.ts";

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
  // What a GPU trains is no core's work.
  return { next, ...(device === "wasm" ? { jobs: workerCount(trials.length, options.jobs) } : {}) };
}

async function runAll(
  folder: SweepFolder,
  trials: readonly Trial[],
  { device, jobs, checkpointSeconds = CHECKPOINT_SECONDS, signal: given }: RunSweepOptions & {
    device: "wasm" | "webgpu";
  },
  tally: Tally,
): Promise<void> {
  // Where the disk refuses or a worker is lost, what a GPU still trains is for nothing.
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, ...(given === undefined ? [] : [given])]);
  const { plan: { evaluation, networks } } = folder;
  const module = await kernelModule();
  const opening: SweepOpening = {
    module,
    networks,
    evaluation,
    evaluationName: folder.evaluation,
    device,
    checkpointSeconds,
  };
  const workers = workerCount(trials.length, jobs);
  const url = new URL("./sweep_worker.ts", import.meta.url);
  const pool = new WorkerPool<BatchTask, void, BatchNews>(url, workers, opening);
  const writer = new ResultWriter(folder.trialsPath);
  const windUp = () => pool.windUp();
  signal.addEventListener("abort", windUp);
  if (signal.aborted) windUp();
  const stops = () => signal.aborted;
  const onPool = async (batch: readonly Trial[]): Promise<void> => {
    const task = { batch: batch.map((trial) => ({ trial, runPath: folder.runPath(trial) })) };
    await pool.do(task, (news) => {
      const trial = batch[news.k]!;
      if ("share" in news) return tally.under(trial, news.share);
      const { result, seconds } = news;
      if (result === STOPPED) return tally.ended(trial, { status: result, seconds });
      const error = result.status === "failed" ? { error: result.error } : {};
      writer.add(result, () => tally.ended(trial, { status: result.status, seconds, ...error }));
    });
  };
  try {
    const groups = device === "webgpu" ? gpuGroups(trials) : [];
    const grouped = new Set(groups.flat());
    const open = () => openDevice("webgpu");
    const onGpu = async () => {
      const judged: Promise<void>[] = [];
      for (const group of groups) {
        if (stops()) break;
        const trained = await trainGroup(folder, group, { open, checkpointSeconds, signal }, tally);
        if (trained.length === 0) continue;
        const judging = onPool(trained);
        // An error is met once all groups are trained.
        judging.catch(() => {});
        judged.push(judging);
      }
      await Promise.all(judged);
    };
    const alone = trials.filter((trial) => !grouped.has(trial));
    const all = Promise.all([...batches(alone, folder.plan, workers).map(onPool), onGpu()]);
    await Promise.race([all, writer.failure]);
  } finally {
    signal.removeEventListener("abort", windUp);
    ending.abort();
    pool.close();
    await writer.finish();
  }
}
