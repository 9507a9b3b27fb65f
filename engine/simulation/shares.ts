/** Shares as integers, so that integer networks never depend on how a float division rounds. */

import { FRACTION } from "../network/rounding.ts";

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** Shares as the smallest integer weights, to four digits of the largest share. */
export function integerWeights(shares: readonly number[]): number[] {
  const largest = Math.max(...shares);
  const weights = shares.map((share) => Math.max(1, Math.round(share / largest * FRACTION)));
  const divisor = weights.reduce(greatestCommonDivisor);
  return weights.map((weight) => weight / divisor);
}

/** Cumulative weights over their sum as u32 thresholds; the last one, 2^32, is left out (0). */
export function shareThresholds(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  let cumulative = 0;
  return weights.map((weight, k) => {
    cumulative += weight;
    return k === weights.length - 1 ? 0 : Math.round(cumulative / sum * 2 ** 32);
  });
}
