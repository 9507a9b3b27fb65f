/** The seeds of a training together: what a GPU is for. */

import type { Device } from "../../device/device.ts";
import { BullwhipError, BusyError } from "../../errors.ts";
import { STOPPED } from "../run_seeds.ts";
import { runTogether } from "../run_together.ts";
import type { SeedRun } from "../seed_run.ts";
import { examineTrial } from "./run_trial.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import type { Tally } from "./tally.ts";
import type { Trial } from "./trial.ts";
import { failedTrial, writeTrialResults } from "./trial_result.ts";

export interface GroupContext {
  /** A device for a program. */
  readonly open: () => Promise<Device>;
  readonly checkpointSeconds: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Trains the seeds of one work in one program; what faults is recorded.
 *
 * @param group trainings that differ in nothing but the seed
 * @returns the trials whose runs are at their end
 */
export async function trainGroup(
  folder: SweepFolder,
  group: readonly Trial[],
  context: GroupContext,
  tally: Tally,
): Promise<Trial[]> {
  const started = performance.now();
  const bySeed = new Map(group.map((trial) => [trial.seed, trial]));
  try {
    const runs: SeedRun[] = [];
    for (const trial of group) {
      runs.push(await examineTrial(trial, folder.networkOf(trial), "webgpu", folder.runPath(trial)));
    }
    const left = runs.filter(({ result }) => result === undefined);
    await runTogether(left, context.open, {
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
    await writeTrialResults(folder.trialsPath, [failed]);
    tally.ended(group[0]!, { status: "failed", error: error.message, seconds: failed.seconds });
    return [];
  }
}
