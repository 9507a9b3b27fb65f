/**
 * Probabilities of whole numbers, for means up to 1e5 without logarithms or factorials: terms relative to the mode by
 * the ratio of neighbours, divided by their sum at the end. Only +, -, * and / (but for the normal), so every machine
 * gets the same bits.
 */

import { InputError } from "../errors.ts";
import { normalCdf } from "./normal.ts";

/** `probabilities[k]` belongs to `low + k`. */
export interface Mass {
  low: number;
  probabilities: Float64Array;
}

/** Tails below this cannot be drawn: a cumulative threshold of 32 bits rounds them away. */
const TAIL = 2 ** -33;

/** What is left out before the terms are summed: far below `TAIL`, and below the rounding of the sum. */
const NEGLIGIBLE = 2 ** -60;

/** Entries of the largest table that a draw is looked up in. */
export const MOST_OUTCOMES = 2 ** 22;

/** Poisson with this mean. */
export function poissonMass(mean: number): Mass {
  return cutTails(poissonTerms(mean));
}

function poissonTerms(mean: number): Mass {
  return massFromMode(Math.floor(mean), (k) => mean / (k + 1), 0);
}

/** Poisson whose mean is each of the integers low..high with the same probability. */
export function poissonUniformMass(low: number, high: number): Mass {
  const means = high - low + 1;
  const last = poissonTerms(high);
  const sum = new Float64Array(last.low + last.probabilities.length);
  for (let mean = low; mean <= high; mean++) {
    const { low: start, probabilities } = poissonTerms(mean);
    for (let k = 0; k < probabilities.length; k++) sum[start + k] += probabilities[k] / means;
  }
  return cutTails({ low: 0, probabilities: sum });
}

/**
 * Negative binomial with this mean and variance mean + mean^2 / dispersion.
 *
 * @throws InputError where its tail is so long that it has more than `MOST_OUTCOMES` outcomes
 */
export function negativeBinomialMass(mean: number, dispersion: number): Mass {
  const success = mean / (mean + dispersion);
  if (mean >= MOST_OUTCOMES || upperTailBound(MOST_OUTCOMES, mean, dispersion) > TAIL) {
    throw new InputError(
      "",
      `expected a larger dispersion: the tail is too long to draw from, got ${dispersion}`,
    );
  }
  const mode = dispersion > 1 ? Math.floor(mean * ((dispersion - 1) / dispersion)) : 0;
  return cutTails(massFromMode(mode, (k) => (k + dispersion) / (k + 1) * success, success));
}

/** Chernoff's bound on the probability of x or more, x above the mean. */
function upperTailBound(x: number, mean: number, dispersion: number): number {
  const ratio = Math.log1p(dispersion * (x - mean) / (mean * (dispersion + x)));
  return Math.exp(-x * ratio - dispersion * Math.log1p((mean - x) / (dispersion + x)));
}

/**
 * max(0, N rounded to a whole number), N normal.
 *
 * @throws InputError where it has more than `MOST_OUTCOMES` outcomes or outcomes that 32-bit floats cannot hold
 */
export function wholeNormalMass(mean: number, stdDev: number): Mass {
  // 2^-33 lies 6.34 standard deviations out, and rounding moves values by half a unit.
  const reach = 7 * stdDev + 1;
  const low = Math.max(0, Math.floor(mean - reach));
  const high = Math.ceil(mean + reach);
  if (high >= 2 ** 24 || high - low >= MOST_OUTCOMES) {
    throw new InputError(
      "",
      `expected whole numbers of a normal distribution below 2^24 and a stdDev below 299000, got mean ${mean} and stdDev ${stdDev}`,
    );
  }
  const probabilities = new Float64Array(high - low + 1);
  for (let k = low; k <= high; k++) {
    const from = k === low ? -Infinity : (k - 0.5 - mean) / stdDev;
    const to = k === high ? Infinity : (k + 0.5 - mean) / stdDev;
    // In the upper half the difference of the mirrored values keeps its digits.
    probabilities[k - low] = from > 0 ? normalCdf(-from) - normalCdf(-to) : normalCdf(to) - normalCdf(from);
  }
  return cutTails({ low, probabilities });
}

/**
 * @param ratio p(k + 1) / p(k); falls as k moves away from the mode, or rises towards `limit`
 * @param limit of the ratio for large k, below 1
 */
function massFromMode(mode: number, ratio: (k: number) => number, limit: number): Mass {
  const up = [1];
  let sum = 1;
  for (let k = mode, term = 1;; k++) {
    const step = ratio(k);
    const worst = Math.max(step, limit);
    // All that is left is at most a geometric series.
    if (term * worst <= NEGLIGIBLE * sum * (1 - worst)) break;
    term *= step;
    up.push(term);
    sum += term;
  }
  const down: number[] = [];
  for (let k = mode, term = 1; k > 0; k--) {
    const step = 1 / ratio(k - 1);
    if (term * step <= NEGLIGIBLE * sum * (1 - step)) break;
    term *= step;
    down.push(term);
    sum += term;
  }
  // Small terms first, so that they are not rounded away.
  const total = down.reduceRight((all, term) => all + term, 0) + up.reduceRight((all, term) => all + term, 0);
  const terms = [...down.reverse(), ...up];
  return { low: mode - down.length, probabilities: Float64Array.from(terms, (term) => term / total) };
}

/**
 * Leaves out the outcomes at both ends that cannot be drawn and gives their probability to their neighbours: the
 * cumulative probability of every outcome but the last stays what it was.
 */
function cutTails({ low, probabilities }: Mass): Mass {
  let [first, below] = [0, 0];
  while (below + probabilities[first] < TAIL) below += probabilities[first++];
  let [last, above] = [probabilities.length - 1, 0];
  while (above + probabilities[last] < TAIL) above += probabilities[last--];
  const kept = probabilities.slice(first, last + 1);
  kept[0] += below;
  kept[kept.length - 1] += above;
  return { low: low + first, probabilities: kept };
}
