/** Means and standard errors over independent replications. */

/** `stderr` is NaN where one replication says nothing about it. */
export interface Estimate {
  mean: number;
  stderr: number;
}

export function estimate(values: ArrayLike<number>): Estimate {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const off = values[i]! - mean;
    squares += off * off;
  }
  return { mean, stderr: n > 1 ? Math.sqrt(squares / (n - 1) / n) : NaN };
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Ratio of two means, with the standard error of the delta method (Cochran, Sampling Techniques, section 6.4).
 * `whenEmpty` is the ratio where the denominators are all 0.
 */
export function ratio(
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
  whenEmpty: number,
): Estimate {
  const n = numerators.length;
  let above = 0;
  let below = 0;
  for (let i = 0; i < n; i++) {
    above += numerators[i]!;
    below += denominators[i]!;
  }
  if (below === 0) return { mean: whenEmpty, stderr: n > 1 && !Number.isNaN(whenEmpty) ? 0 : NaN };
  const mean = above / below;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const off = numerators[i]! - mean * denominators[i]!;
    squares += off * off;
  }
  return { mean, stderr: n > 1 ? Math.sqrt(squares / (n - 1) / n) / Math.abs(below / n) : NaN };
}

/**
 * Mean of a[i] - b[i] over replications that saw the same chance (common random numbers): the error is far below
 * that of two independent means.
 *
 * @throws RangeError where the lengths differ
 */
export function pairedDifference(a: ArrayLike<number>, b: ArrayLike<number>): Estimate {
  if (a.length !== b.length) throw new RangeError(`expected ${a.length} values, got ${b.length}`);
  return estimate(Float64Array.from({ length: a.length }, (_, i) => a[i]! - b[i]!));
}
