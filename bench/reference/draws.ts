import { InputError } from "../../engine/errors.ts";
import { type Distribution, pmf } from "../../engine/network/mod.ts";
import { discreteTable } from "../../engine/random/mod.ts";
import { shareThresholds } from "../../engine/simulation/shares.ts";

/** Cumulative thresholds of a distribution on low, low + 1, ..., and where in them to start looking. */
export interface Sampler {
  low: number;
  /** The outcome less low is the number of thresholds <= word; the last one, 2^32, is above every word. */
  thresholds: Float64Array;
  /** By the top 12 bits of a word: the outcome, less low, of the lowest such word. */
  guide: Uint16Array;
}

const GUIDE_BITS = 12;
const GUIDE_SHIFT = 32 - GUIDE_BITS;

/**
 * Word 0 of Threefry-2x32 with 20 rounds (Salmon et al. 2011), as an int32. All arguments are taken modulo
 * 2^32.
 */
export function threefry(k0: number, k1: number, c0: number, c1: number): number {
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  x = (x + y) | 0, y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0, y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0, y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0, y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k1) | 0, y = (y + k2 + 1) | 0;
  x = (x + y) | 0, y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0, y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0, y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0, y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k2) | 0, y = (y + k0 + 2) | 0;
  x = (x + y) | 0, y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0, y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0, y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0, y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k0) | 0, y = (y + k1 + 3) | 0;
  x = (x + y) | 0, y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0, y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0, y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0, y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k1) | 0, y = (y + k2 + 4) | 0;
  x = (x + y) | 0, y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0, y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0, y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  return (x + k2) | 0;
}

/** The outcome that a word stands for. */
export function outcome(sampler: Sampler, word: number): number {
  const { low, thresholds, guide } = sampler;
  const unsigned = word >>> 0;
  let k = guide[unsigned >>> GUIDE_SHIFT];
  while (unsigned >= thresholds[k]) k++;
  return low + k;
}

/**
 * Demand of any kind that has a mass function. @throws InputError for a profile and gaps between outcomes,
 * and as `discreteTable` and `pmf`
 */
export function samplerOf(distribution: Distribution, where: string): Sampler {
  if (distribution.profile !== undefined) throw new InputError(where, "the reference takes no profile");
  const mass = pmf(distribution, { integer: true });
  const { low, thresholds, values } = discreteTable(mass);
  if (values !== undefined) throw new InputError(where, "the reference draws low, low + 1, low + 2, ...");
  return sampler(low, thresholds);
}

/** Whole orders to one of several suppliers, in proportion to integer weights. */
export function chooser(weights: readonly number[]): Sampler {
  return sampler(0, shareThresholds(weights).slice(0, -1));
}

function sampler(low: number, below: Iterable<number>): Sampler {
  const thresholds = Float64Array.of(...below, 2 ** 32);
  const guide = Uint16Array.from(
    { length: 1 << GUIDE_BITS },
    (_, i) => thresholds.findIndex((threshold) => i * 2 ** GUIDE_SHIFT < threshold),
  );
  return { low, thresholds, guide };
}
