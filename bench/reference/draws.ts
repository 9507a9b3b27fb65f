import { InputError } from "../../engine/errors.ts";
import type { Distribution } from "../../engine/network/types.ts";

/** Cumulative thresholds of a discrete distribution on 0, 1, 2, ..., and where in them to start looking. */
export interface Sampler {
  /** Outcome k is the number of thresholds <= word; the last one, 2^32, is above every word. */
  thresholds: Float64Array;
  /** By the top 12 bits of a word: the outcome of the lowest such word. */
  guide: Uint8Array;
}

const GUIDE_BITS = 12;
export const GUIDE_SHIFT = 32 - GUIDE_BITS;

/** What of a distribution lies beyond the last outcome is less than this. */
const TAIL = 2 ** -33;

/** Word 0 of Threefry-2x32 with 20 rounds (Salmon et al. 2011), as an int32. All arguments are taken modulo 2^32. */
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
  const { thresholds, guide } = sampler;
  const unsigned = word >>> 0;
  let k = guide[unsigned >>> GUIDE_SHIFT];
  while (unsigned >= thresholds[k]) k++;
  return k;
}

/** @throws InputError for kinds that neither `kotecha-6` nor `ziegner-d1` has */
export function samplerOf(distribution: Distribution, where: string): Sampler {
  if (distribution.profile !== undefined) throw new InputError(where, "the reference takes no profile");
  switch (distribution.kind) {
    case "poisson":
      return sampler(poissonMixture([distribution.mean]));
    case "poisson-uniform": {
      const { low, high } = distribution;
      return sampler(poissonMixture(Array.from({ length: high - low + 1 }, (_, i) => low + i)));
    }
    default:
      throw new InputError(
        where,
        `the reference draws poisson and poisson-uniform, got ${distribution.kind}`,
      );
  }
}

/** Whole orders to one of several suppliers, in proportion to integer weights. */
export function chooser(weights: readonly number[]): Sampler {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return sampler(weights.map((weight) => weight / total));
}

/** The mass function of a Poisson variable whose mean is one of these, each as likely as the others. */
function poissonMixture(means: readonly number[]): number[] {
  const terms = means.map((mean) => Math.exp(-mean));
  const masses: number[] = [];
  for (let k = 0, rest = 1; rest >= TAIL; k++) {
    const mass = terms.reduce((sum, term) => sum + term, 0) / means.length;
    masses.push(mass);
    rest -= mass;
    means.forEach((mean, i) => terms[i] = terms[i] * mean / (k + 1));
  }
  return masses;
}

function sampler(masses: readonly number[]): Sampler {
  const thresholds = new Float64Array(masses.length);
  let cumulative = 0;
  masses.forEach((mass, k) => {
    cumulative += mass;
    thresholds[k] = Math.min(2 ** 32, Math.round(cumulative * 2 ** 32));
  });
  thresholds[masses.length - 1] = 2 ** 32;
  const guide = Uint8Array.from(
    { length: 1 << GUIDE_BITS },
    (_, i) => thresholds.findIndex((threshold) => i * 2 ** GUIDE_SHIFT < threshold),
  );
  return { thresholds, guide };
}
