/** A sweep: every trial that is not finished, by one of the executors. */

import { stopSignal } from "../../device/stop.ts";
import { Running } from "../running.ts";
import type { Ending, RunSweepOptions } from "./executor.ts";
import { executors } from "./executors.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import { type SweepProgress, Tally } from "./tally.ts";
import type { Trial } from "./trial.ts";

export interface SweepOutcome {
  readonly total: number;
  /** Finished before this run of the sweep. */
  readonly before: number;
  /** Finished now. */
  readonly done: number;
  readonly failed: readonly { readonly trial: Trial; readonly error: string }[];
  /** Neither finished nor failed. */
  readonly left: number;
  /** Where trials are left: why, and how they are done. */
  readonly next?: string;
  /** Whether the signal ended it. */
  readonly stopped: boolean;
  readonly seconds: number;
  /**
   * What the trials themselves took, summed, over the time of all jobs: the rest is bookkeeping, and waiting. Only
   * where this machine does them.
   */
  readonly busyShare?: number;
}

/**
 * @throws (from `result`) RunError where a device is lost, the disk refuses or a notebook's Stop ended it; a trial's own
 *   errors are recorded
 */
export class SweepRun extends Running<SweepProgress, SweepOutcome> {}

/** @param folder that of `SweepFolder.prepare`, or, for a part of the trials, of `SweepFolder.open` */
export function runSweep(folder: SweepFolder, options: RunSweepOptions = {}): SweepRun {
  return new SweepRun((report) => run(folder, options, report));
}

async function run(
  folder: SweepFolder,
  given: RunSweepOptions,
  report: (progress: SweepProgress) => void,
): Promise<SweepOutcome> {
  const started = performance.now();
  const stopping = stopSignal();
  const signals = given.signal === undefined ? [stopping] : [stopping, given.signal];
  const options = { ...given, signal: AbortSignal.any(signals) };
  const only = options.only ?? folder.plan.trials;
  const results = await folder.results(only);
  const undone = only.filter(({ id }) => !folder.isFinished(results.get(id)));
  const before = only.length - undone.length;
  const tally = new Tally(folder.plan, undone, before, report);
  const { execute } = executors[options.executor ?? "local"];
  const { jobs, next }: Ending = undone.length === 0
    ? {}
    : await execute(undone, { folder, only, options, tally });
  // Unlike what the caller's own signal ends, this is not what anybody waits for.
  stopping.throwIfAborted();
  const left = undone.length - tally.done - tally.failed.length;
  const seconds = (performance.now() - started) / 1000;
  return {
    total: only.length,
    before,
    done: tally.done,
    failed: tally.failed,
    left,
    stopped: left > 0 && options.signal.aborted,
    seconds,
    ...(left > 0 && next !== undefined ? { next } : {}),
    ...(jobs === undefined ? {} : { busyShare: tally.seconds / (seconds * jobs) }),
  };
}
