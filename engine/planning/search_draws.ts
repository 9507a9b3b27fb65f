/** The random numbers of a search, each at its address: phase and stream "search", by generation, candidate and parameter. */

import { normalQuantile } from "../network/normal.ts";
import { counter0, key0, key1, PHASES, STREAMS, threefryWord } from "../random/mod.ts";

const WORDS = 2 ** 32;

export class SearchDraws {
  readonly #key0: number;
  #generation = -1;
  #key1 = 0;

  /** @throws InputError where the seed is no u32 */
  constructor(seed: number) {
    this.#key0 = key0(seed);
  }

  get generation(): number {
    return this.#generation;
  }

  /** Every generation has numbers of its own: call this first. */
  nextGeneration(): void {
    this.#generation++;
    this.#key1 = key1(PHASES.search, STREAMS.search, this.#generation);
  }

  /** Uniform in (0, 1). */
  uniform(candidate: number, parameter: number): number {
    return (threefryWord(this.#key0, this.#key1, counter0(candidate), parameter) + 0.5) / WORDS;
  }

  /** Writes standard normal numbers of one candidate, (parameters), to `out` from `at`. */
  normals(candidate: number, out: Float64Array, at: number, parameters: number): void {
    for (let i = 0; i < parameters; i++) out[at + i] = normalQuantile(this.uniform(candidate, i));
  }
}
