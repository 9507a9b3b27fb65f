/** Work under way as a stream of news, with a result at its end. */

/**
 * Iterate over it for the news, then await `result`. Leaving the loop does not end the work. What nobody iterates over
 * is kept until then.
 */
export class Running<News, Result> implements AsyncIterable<News> {
  readonly result: Promise<Result>;
  readonly #news: News[] = [];
  #change = Promise.withResolvers<void>();
  #ended = false;

  constructor(work: (report: (news: News) => void) => Promise<Result>) {
    this.result = work((news) => {
      this.#news.push(news);
      this.#wake();
    }).finally(() => {
      this.#ended = true;
      this.#wake();
    });
    // Whoever iterates meets the error there.
    this.result.catch(() => {});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<News, void> {
    while (true) {
      const next = this.#news.shift();
      if (next !== undefined) yield next;
      else if (this.#ended) break;
      else await this.#change.promise;
    }
    await this.result;
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
