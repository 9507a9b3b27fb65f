/** The noise on a sample's values in float64. */

import { key1, PHASES, STREAMS, threefryWord, uniform } from "../../engine/random/mod.ts";
import { inverseNormal } from "./draws.ts";

/** Random word of sample `number` in a training's iteration. */
export function noiseWord(
  seed: number,
  iteration: number,
  number: number,
  phase: keyof typeof PHASES,
): number {
  return threefryWord(seed, key1(PHASES[phase], STREAMS.valueNoise, iteration), 0, number);
}

/** A standard normal number. */
export function noiseOf(word: number): number {
  return inverseNormal(uniform(word));
}
