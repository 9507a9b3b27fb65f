/** Writes the results of trials, in groups where they come fast. */

import { type TrialResult, writeTrialResults } from "./trial_result.ts";

/** Milliseconds in which results gather: a kill loses no more of them. */
const GATHERING = 50;
/** Files that are open at once, at most. */
const GROUP = 256;

export class ResultWriter {
  readonly #folder: string;
  readonly #gathered: { result: TrialResult; onDisk: () => void }[] = [];
  #writing: Promise<void> | undefined;
  readonly #failure = Promise.withResolvers<never>();

  /** @param folder of the sweep's trials */
  constructor(folder: string) {
    this.#folder = folder;
    this.failure.catch(() => {});
  }

  /** Is rejected with a RunError where the disk refuses; never resolved. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** @param onDisk called once a kill cannot undo it any more */
  add(result: TrialResult, onDisk: () => void): void {
    this.#gathered.push({ result, onDisk });
    this.#writing ??= this.#write().catch(this.#failure.reject);
  }

  /** Waits until everything is on the disk. @throws RunError where it refuses */
  async finish(): Promise<void> {
    if (this.#writing !== undefined) await Promise.race([this.failure, this.#writing]);
  }

  async #write(): Promise<void> {
    while (this.#gathered.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, GATHERING));
      const group = this.#gathered.splice(0, GROUP);
      await writeTrialResults(this.#folder, group.map(({ result }) => result));
      for (const { onDisk } of group) onDisk();
    }
    this.#writing = undefined;
  }
}
