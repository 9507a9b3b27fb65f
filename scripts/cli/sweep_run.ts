/** What the commands `sweep` and `sweep:worker` share. */

import {
  DEVICE_CHOICES,
  InputError,
  type SweepOutcome,
  type SweepPlan,
  type SweepRun,
  type Trial,
} from "../../engine/mod.ts";
import { choice, real, text } from "./flags.ts";
import { startProgress } from "./progress.ts";
import { formatNumber } from "./table.ts";

export const sweepFlags = {
  device: choice(DEVICE_CHOICES, {
    default: "auto",
    doc: "Where to train; auto: webgpu on a GPU (the seeds of a work together), else wasm",
  }),
  filter: text({
    placeholder: "TEXT,...",
    doc: "Only trials whose id contains one of these",
    otherwise: "all trials",
  }),
  checkpoint: real({
    default: 10,
    min: 0,
    max: 1e6,
    doc: "Longest time between checkpoints of a training (0: one after every iteration)",
    unit: "seconds",
  }),
};

/** @throws InputError where there is none */
export function chosenTrials(plan: SweepPlan, filter: string | undefined): Trial[] {
  const parts = filter?.split(",") ?? [""];
  const trials = plan.trials.filter(({ id }) => parts.some((part) => id.includes(part)));
  if (trials.length === 0) {
    throw new InputError("--filter", `no trial's id contains ${filter}; ids look like ${plan.trials[0]!.id}`);
  }
  return trials;
}

/** Draws the progress, and says on stderr what fails. */
export async function followSweep(
  sweep: SweepRun,
  label: string,
  trials: number,
  signal: AbortSignal,
): Promise<SweepOutcome> {
  const progress = startProgress(label, trials, "trials");
  signal.addEventListener("abort", () => progress.stop());
  try {
    for await (const { done, failed, share, note, ended } of sweep) {
      if (ended?.status === "failed") console.error(`${ended.trial.id}: ${ended.error}`);
      const notes = [...(failed === 0 ? [] : [`${failed} failed`]), ...(note === undefined ? [] : [note])];
      if (!signal.aborted) progress.update(done, notes.join(" | "), share);
    }
  } finally {
    progress.stop();
  }
  return await sweep.result;
}

/** In a line. */
export function outcomeText({ total, before, done, failed, left, seconds, busyShare }: SweepOutcome): string {
  const remaining = left === 0 ? "" : `, ${left} left`;
  const share = done === 0 || busyShare === undefined
    ? ""
    : `, ${(100 * busyShare).toFixed(1)}% of the cores' time in trials`;
  return `${total} trials: ${before} finished before, ${done} now, ${failed.length} failed${remaining}; ${
    formatNumber(seconds, 3)
  } s${share}.`;
}
