/** Trials that other processes do: how far they are, as their files say. */

import { join } from "node:path";
import { METRIC_COLUMNS } from "../metric_rows.ts";
import { METRICS } from "../run_folder.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import type { Tally } from "./tally.ts";
import type { Trial } from "./trial.ts";
import { readTrialResult } from "./trial_result.ts";

export class TrialWatch {
  readonly #folder: SweepFolder;
  readonly #tally: Tally;
  /** By id: those without a result of their own since the watch began. */
  readonly #left: Map<string, Trial>;
  /** By id: those that have failed since. */
  readonly #failed = new Map<string, Trial>();
  /** By id: the files that have been read. */
  readonly #read = new Map<string, string>();
  /** By id. */
  readonly #shares = new Map<string, number>();

  private constructor(folder: SweepFolder, trials: readonly Trial[], tally: Tally) {
    this.#folder = folder;
    this.#tally = tally;
    this.#left = new Map(trials.map((trial) => [trial.id, trial]));
  }

  /** @param trials that are not finished; where there are files of failures, these are of before, until they change */
  static async begin(folder: SweepFolder, trials: readonly Trial[], tally: Tally): Promise<TrialWatch> {
    const watch = new TrialWatch(folder, trials, tally);
    for (const { id } of await watch.#written()) {
      const file = await watch.#fileOf(id);
      if (file !== undefined) watch.#read.set(id, file);
    }
    await watch.look(true);
    return watch;
  }

  /** Those that have neither finished nor failed. */
  get left(): readonly Trial[] {
    return [...this.#left.values()];
  }

  /**
   * Tells the tally what is new.
   *
   * @param again reads what was read before, too
   */
  async look(again = false): Promise<void> {
    for (const trial of await this.#written()) {
      const { id } = trial;
      const file = await this.#fileOf(id);
      const known = file === this.#read.get(id);
      if (file === undefined || (known && !again)) continue;
      // What cannot be read now, as while it is replaced on a shared disk, is looked at again.
      const result = await readTrialResult(this.#path(id)).catch(() => undefined);
      if (result === undefined) continue;
      this.#read.set(id, file);
      const finished = this.#folder.isFinished(result);
      if (!finished && (known || result.status === "done")) continue;
      this.#left.delete(id);
      this.#shares.delete(id);
      if (finished) this.#failed.delete(id);
      else this.#failed.set(id, trial);
      const error = result.status === "failed" ? { error: result.error } : {};
      this.#tally.ended(trial, { status: result.status, seconds: result.seconds, ...error });
    }
    await this.#lookAtRuns();
  }

  /**
   * Makes the next look see what others have written. A client of NFS may show a folder as it was up to a minute ago,
   * until it has changed it itself.
   */
  async refresh(): Promise<void> {
    const path = join(this.#folder.trialsPath, `.look.${Deno.pid}-0.partial`);
    await Deno.writeTextFile(path, "").then(() => Deno.remove(path)).catch(() => {});
  }

  /** Of the trials that are watched, those that have a result. */
  async #written(): Promise<Trial[]> {
    const found: Trial[] = [];
    for await (const { name } of Deno.readDir(this.#folder.trialsPath)) {
      if (!name.endsWith(".json")) continue;
      const id = name.slice(0, -".json".length);
      const trial = this.#left.get(id) ?? this.#failed.get(id);
      if (trial !== undefined) found.push(trial);
    }
    return found;
  }

  #path(id: string): string {
    return join(this.#folder.trialsPath, `${id}.json`);
  }

  /** Another text for another file, as results are replaced whole. */
  async #fileOf(id: string): Promise<string | undefined> {
    const info = await Deno.stat(this.#path(id)).catch(() => undefined);
    return info === undefined ? undefined : `${info.ino} ${info.size} ${info.mtime?.getTime()}`;
  }

  async #lookAtRuns(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#folder.runsPath)) {
      const trial = this.#left.get(name);
      if (trial?.work.kind !== "train") continue;
      const iteration = await lastIteration(join(this.#folder.runPath(trial), METRICS));
      const share = iteration / trial.work.hyperparameters.iterations;
      if (share === (this.#shares.get(name) ?? 0)) continue;
      this.#shares.set(name, share);
      this.#tally.under(trial, share);
    }
  }
}

/** More than a line of metrics.csv takes, in bytes. */
const TAIL = 4096;

/** Of the last whole line of a metrics.csv; 0 where there is none. */
async function lastIteration(path: string): Promise<number> {
  const column = METRIC_COLUMNS.indexOf("iteration");
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - TAIL), Deno.SeekMode.Start);
    const bytes = new Uint8Array(TAIL);
    let length = 0;
    for (let read; length < TAIL && (read = await file.read(bytes.subarray(length))) !== null;) {
      length += read;
    }
    const line = new TextDecoder().decode(bytes.subarray(0, length)).split("\n").at(-2);
    return Number(line?.split(",")[column]) || 0;
  } catch {
    return 0;
  }
}
