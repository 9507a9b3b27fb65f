/** Turns of the event loop in the middle of long work, so that Ctrl-C and messages are heard. */

/** Milliseconds from one to the next; half of what is promised, as a kernel's call is never interrupted. */
const BETWEEN = 50;

/** One clock for all that a device does, however short its runs. */
export class Turns {
  #last = performance.now();

  /** Whether it is time for one at `now`, a reading of performance.now(). */
  isDue(now: number): boolean {
    return now - this.#last >= BETWEEN;
  }

  async take(): Promise<void> {
    // Timers, signals and messages come first, as with setTimeout, which takes a millisecond or more.
    await new Promise((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}
