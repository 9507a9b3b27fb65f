/** A worker that does trials, one after another. */

import { Turns } from "../../device/turns.ts";
import { serveTasks } from "../../device/worker.ts";
import { BusyError } from "../../errors.ts";
import type { Network } from "../../network/mod.ts";
import { STOPPED } from "../run_seeds.ts";
import { runTrial, type TrialSettings } from "./run_trial.ts";
import type { Trial } from "./trial.ts";
import { failedTrial, type TrialResult } from "./trial_result.ts";

export interface SweepOpening extends TrialSettings {
  readonly module: WebAssembly.Module;
  readonly networks: Readonly<Record<string, Network>>;
}

/** Trials that one worker does, one after another. */
export interface BatchTask {
  readonly batch: readonly { readonly trial: Trial; readonly runPath: string }[];
}

/** Of the batch's k-th trial: the share of it that is done, or what came of it and its seconds of work here. */
export type BatchNews =
  & { readonly k: number }
  & ({ readonly share: number } | {
    readonly result: TrialResult | typeof STOPPED;
    readonly seconds: number;
  });

serveTasks<SweepOpening, BatchTask, void, BatchNews>(
  ({ networks, module, ...settings }) =>
    Promise.resolve(async ({ batch }, context) => {
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
        const ended = performance.now();
        context.report({ k, result, seconds: (ended - started) / 1000 });
        // A request to stop comes as a message.
        if (turns.isDue(ended)) await turns.take();
      }
    }),
  () => [],
);
