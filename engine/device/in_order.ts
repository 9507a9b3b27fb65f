/** Does one thing after another, in the order in which they were asked for. */
export class InOrder {
  /** Resolves when all that was asked for so far is done; undefined when it is. */
  #last: Promise<void> | undefined;

  /** Whether something that was asked for is still to be done. */
  get isBusy(): boolean {
    return this.#last !== undefined;
  }

  /** At once where nothing is to be done before. */
  async do<T>(action: () => T | Promise<T>): Promise<T> {
    const before = this.#last;
    let finish!: () => void;
    const mine = this.#last = new Promise<void>((resolve) => finish = resolve);
    try {
      if (before !== undefined) await before;
      return await action();
    } finally {
      if (this.#last === mine) this.#last = undefined;
      finish();
    }
  }
}
