/** How far a sweep is. */

import type { SweepPlan } from "./expand.ts";
import type { TrialReply } from "./sweep_worker.ts";
import type { Trial } from "./trial.ts";
import { trialWeight } from "./trial_order.ts";

export interface SweepProgress {
  /** Trials that have ended, those of runs before included. */
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** Share of the work that is done, from 0 to 1, by an estimate. */
  readonly share: number;
  /** The trial that ended, where one did. */
  readonly ended?: { readonly trial: Trial; readonly status: "done" | "failed"; readonly error?: string };
}

/** Counts what ends and what is under way. */
export class Tally {
  done = 0;
  readonly failed: { trial: Trial; error: string }[] = [];
  /** Of work. */
  seconds = 0;
  readonly #plan: SweepPlan;
  readonly #total: number;
  readonly #weight: number;
  readonly #before: number;
  readonly #report: (progress: SweepProgress) => void;
  #ended = 0;
  readonly #underWay = new Map<Trial, number>();

  /**
   * @param left trials to do
   * @param before trials that are done
   */
  constructor(
    plan: SweepPlan,
    left: readonly Trial[],
    before: number,
    report: (progress: SweepProgress) => void,
  ) {
    this.#plan = plan;
    this.#total = left.length + before;
    this.#weight = left.reduce((sum, trial) => sum + trialWeight(trial, plan), 0);
    this.#before = before;
    this.#report = report;
  }

  /** News of a trial: the share of it that is done. */
  under(trial: Trial, share: number): void {
    this.#underWay.set(trial, share * trialWeight(trial, this.#plan));
    this.#tell();
  }

  ended(trial: Trial, { status, error, seconds }: TrialReply): void {
    this.#underWay.delete(trial);
    this.seconds += seconds;
    if (status === "stopped") return;
    this.#ended += trialWeight(trial, this.#plan);
    if (status === "done") this.done++;
    else this.failed.push({ trial, error: error ?? "" });
    this.#tell({ trial, status, ...(error === undefined ? {} : { error }) });
  }

  #tell(ended?: SweepProgress["ended"]): void {
    const underWay = [...this.#underWay.values()].reduce((sum, one) => sum + one, 0);
    this.#report({
      done: this.#before + this.done + this.failed.length,
      failed: this.failed.length,
      total: this.#total,
      share: this.#weight === 0 ? 1 : (this.#ended + underWay) / this.#weight,
      ...(ended === undefined ? {} : { ended }),
    });
  }
}
