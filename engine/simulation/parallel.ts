/** Rollouts on all cores, with results that do not depend on how many there are. */

import { kernelModule } from "../device/wasm.ts";
import { InputError } from "../errors.ts";
import { stopSignal } from "../device/stop.ts";
import { WorkerPool } from "../device/worker.ts";
import { Rollout, type RolloutResult, type RolloutSpec, type RolloutTask } from "./rollout.ts";

export interface ParallelRollouts {
  /** Runs every task; results in the tasks' order. */
  run(tasks: readonly RolloutTask[]): Promise<RolloutResult[]>;
  close(): void;
}

const YIELD_MS = 50;

/**
 * All cores, but no more workers than there are tasks.
 *
 * @throws InputError where `wanted` is no whole number from 1
 */
export function workerCount(tasks: number, wanted?: number): number {
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1)) {
    throw new InputError("workers", `expected a whole number from 1, got ${wanted}`);
  }
  return Math.max(1, Math.min(wanted ?? navigator.hardwareConcurrency, tasks));
}

/**
 * @param workers 1 runs in this thread
 * @throws (from `run`) RunError when work is stopped from the outside
 */
export async function openRollouts(spec: RolloutSpec, workers: number): Promise<ParallelRollouts> {
  const signal = stopSignal();
  if (workers === 1) {
    const rollout = await Rollout.open(spec);
    return {
      async run(tasks) {
        const results: RolloutResult[] = [];
        let yielded = performance.now();
        for (const task of tasks) {
          results.push(rollout.run(task));
          // Ctrl-C and progress bars need the event loop now and then.
          if (performance.now() - yielded < YIELD_MS) continue;
          await new Promise((resolve) => setTimeout(resolve, 0));
          signal.throwIfAborted();
          yielded = performance.now();
        }
        return results;
      },
      close() {},
    };
  }
  const opening: RolloutSpec = { ...spec, module: await kernelModule() };
  const pool = new WorkerPool<RolloutTask, RolloutResult>(
    new URL("./rollout_worker.ts", import.meta.url),
    workers,
    opening,
  );
  const end = () => pool.close(signal.reason);
  signal.addEventListener("abort", end);
  return {
    run: (tasks) => pool.run(tasks),
    close() {
      signal.removeEventListener("abort", end);
      pool.close();
    },
  };
}
