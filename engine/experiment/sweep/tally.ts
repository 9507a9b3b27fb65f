/** How far a sweep is. */

import type { SweepPlan } from "./expand.ts";
import type { Trial } from "./trial.ts";
import { trialWeight } from "./trial_order.ts";

export interface SweepProgress {
  /** Trials that have ended, those of runs before included. */
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** Share of the work that is done, from 0 to 1, by an estimate. */
  readonly share: number;
  /** What goes on elsewhere, in a few words. */
  readonly note?: string;
  /** The trial that ended, where one did. */
  readonly ended?: { readonly trial: Trial; readonly status: "done" | "failed"; readonly error?: string };
}

/** How a trial ended, and its seconds of work. */
export interface TrialEnd {
  readonly status: "done" | "failed" | "stopped";
  readonly error?: string;
  readonly seconds: number;
}

/** Counts what ends and what is under way. */
export class Tally {
  done = 0;
  /** Of work. */
  seconds = 0;
  readonly #plan: SweepPlan;
  readonly #total: number;
  readonly #weight: number;
  readonly #before: number;
  readonly #report: (progress: SweepProgress) => void;
  #ended = 0;
  #note: string | undefined;
  readonly #underWay = new Map<Trial, number>();
  readonly #failed = new Map<Trial, string>();

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

  /** What goes on elsewhere, in a few words. */
  note(text: string): void {
    if (text === this.#note) return;
    this.#note = text;
    this.#tell();
  }

  /** Share of the work that is done, from 0 to 1, by an estimate. */
  get share(): number {
    const underWay = [...this.#underWay.values()].reduce((sum, one) => sum + one, 0);
    return this.#weight === 0 ? 1 : (this.#ended + underWay) / this.#weight;
  }

  /** Of those that have ended; one may fail, be tried again elsewhere, and be done then. */
  get failed(): { trial: Trial; error: string }[] {
    return [...this.#failed].map(([trial, error]) => ({ trial, error }));
  }

  ended(trial: Trial, { status, error, seconds }: TrialEnd): void {
    this.#underWay.delete(trial);
    this.seconds += seconds;
    if (status === "stopped") return;
    if (!this.#failed.delete(trial)) this.#ended += trialWeight(trial, this.#plan);
    if (status === "done") this.done++;
    else this.#failed.set(trial, error ?? "");
    this.#tell({ trial, status, ...(error === undefined ? {} : { error }) });
  }

  #tell(ended?: SweepProgress["ended"]): void {
    this.#report({
      done: this.#before + this.done + this.#failed.size,
      failed: this.#failed.size,
      total: this.#total,
      share: this.share,
      ...(this.#note === undefined ? {} : { note: this.#note }),
      ...(ended === undefined ? {} : { ended }),
    });
  }
}
