/** A worker that does trials, one a task, and writes their results. */

import { Turns } from "../../device/turns.ts";
import { serveTasks } from "../../device/worker.ts";
import { BusyError } from "../../errors.ts";
import type { Network } from "../../network/mod.ts";
import { STOPPED } from "../run_seeds.ts";
import { failedTrial, writeTrialResult } from "./trial_result.ts";
import { runTrial, type TrialSettings } from "./run_trial.ts";
import type { Trial } from "./trial.ts";

export interface SweepOpening extends TrialSettings {
  readonly module: WebAssembly.Module;
  readonly networks: Readonly<Record<string, Network>>;
  readonly trialsPath: string;
}

/** Trials that one worker does, one after another. */
export interface BatchTask {
  readonly batch: readonly { readonly trial: Trial; readonly runPath: string }[];
}

/** How a trial ended, and its seconds of work in this process. */
export interface TrialReply {
  readonly status: "done" | "failed" | typeof STOPPED;
  readonly error?: string;
  readonly seconds: number;
}

/** Of the batch's k-th trial: the share of it that is done, or how it ended. */
export type BatchNews =
  & { readonly k: number }
  & ({ readonly share: number } | { readonly reply: TrialReply });

serveTasks<SweepOpening, BatchTask, void, BatchNews>(
  ({ networks, trialsPath, module, ...settings }) =>
    Promise.resolve(async ({ batch }, context) => {
      const writes: Promise<void>[] = [];
      const turns = new Turns();
      for (const [k, { trial, runPath }] of batch.entries()) {
        const started = performance.now();
        const result = await runTrial(trial, networks[trial.network]!, { ...settings, runPath, module }, {
          report: (share) => context.report({ k, share }),
          stops: context.stops,
        }).catch((error: unknown) =>
          // Whoever is at it will write its result.
          error instanceof BusyError
            ? STOPPED
            : failedTrial(trial.id, error, (performance.now() - started) / 1000)
        );
        const seconds = (performance.now() - started) / 1000;
        if (result === STOPPED) {
          context.report({ k, reply: { status: STOPPED, seconds } });
          continue;
        }
        const error = result.status === "failed" ? { error: result.error } : {};
        // The disk writes one result while the next is worked out.
        const writing = writeTrialResult(trialsPath, result)
          .then(() => context.report({ k, reply: { status: result.status, seconds, ...error } }));
        // What the disk refuses is met at the end of the batch.
        writing.catch(() => {});
        writes.push(writing);
        // A write is several steps, each of which waits for the event loop, as does a request to stop.
        await turns.take();
      }
      await Promise.all(writes);
    }),
  () => [],
);
