/** What a distribution can be and how likely: mass function, moments, largest value. */

import { InputError } from "../errors.ts";
import {
  type Mass,
  MOST_OUTCOMES,
  negativeBinomialMass,
  poissonMass,
  poissonUniformMass,
  wholeNormalMass,
} from "./mass_functions.ts";
import { normalCdf, normalDensity, normalQuantile } from "./normal.ts";
import { FRACTION, quantise, roundHalfEven, scaleWhole } from "./rounding.ts";
import type { Distribution } from "./types.ts";

/** Whether draws are whole numbers: demand of integer networks, and every lead time. */
export interface DrawOptions {
  integer: boolean;
}

/** Probabilities by ascending outcome; they sum to 1. */
export interface Pmf {
  /** The lowest outcome. */
  low: number;
  probabilities: Float64Array;
  /** The outcomes, where they are not low, low + 1, low + 2, ... */
  values?: Float64Array;
}

/** Over the periods: with a profile or a trace the changes from period to period are part of the variance. */
export interface Moments {
  mean: number;
  variance: number;
}

/** Periods have 20 bits in a draw's address. */
const MOST_PERIODS = 2 ** 20;

/** The uniform of a normal draw has 23 bits (design, section 3). */
const LARGEST_UNIFORM = 1 - 2 ** -24;

/**
 * The mass function of a draw, before the profile. Outcomes in tails below 2^-33 are left out, their probability added
 * to the outcome next to them, so that the cumulative probabilities in between are those of the whole distribution.
 * Stable for means up to 1e5. O(outcomes), for `poisson-uniform` times high - low.
 *
 * @throws InputError for a trace, a normal that is not drawn in whole numbers, and more than 2^22 outcomes
 */
export function pmf(distribution: Distribution, { integer }: DrawOptions): Pmf {
  switch (distribution.kind) {
    case "constant":
      return { low: distribution.value, probabilities: Float64Array.of(1) };
    case "poisson":
      return poissonMass(distribution.mean);
    case "poisson-uniform":
      return poissonUniformMass(distribution.low, distribution.high);
    case "uniform-integer":
      return uniformMass(distribution.low, distribution.high);
    case "negative-binomial":
      return distribution.mean === 0
        ? { low: 0, probabilities: Float64Array.of(1) }
        : negativeBinomialMass(distribution.mean, distribution.dispersion);
    case "empirical":
      return empiricalMass(distribution.values, distribution.probabilities);
    case "normal": {
      const { mean, stdDev } = distribution;
      if (!integer) {
        throw new InputError("", "expected a distribution of whole numbers, got a real-valued normal");
      }
      return stdDev === 0
        ? { low: Math.max(0, roundHalfEven(mean)), probabilities: Float64Array.of(1) }
        : wholeNormalMass(mean, stdDev);
    }
    case "trace":
      throw new InputError("", "expected a distribution with probabilities, got a trace");
  }
}

function uniformMass(low: number, high: number): Mass {
  const outcomes = high - low + 1;
  if (outcomes > MOST_OUTCOMES) {
    throw new InputError("", `expected at most ${MOST_OUTCOMES} outcomes from low to high, got ${outcomes}`);
  }
  return { low, probabilities: new Float64Array(outcomes).fill(1 / outcomes) };
}

/** Ascending, equal values merged, impossible ones left out, divided by the sum (which is 1 only within 1e-6). */
function empiricalMass(values: readonly number[], probabilities: readonly number[]): Pmf {
  const merged = new Map<number, number>();
  let sum = 0;
  for (const [i, value] of values.entries()) {
    const probability = probabilities[i];
    sum += probability;
    if (probability > 0) merged.set(value, (merged.get(value) ?? 0) + probability);
  }
  const ascending = Float64Array.from(merged.keys()).sort();
  return {
    low: ascending[0],
    probabilities: ascending.map((value) => (merged.get(value) as number) / sum),
    values: ascending,
  };
}

/** The mean over the periods, profile and trace included. @throws InputError as `moments` */
export function mean(distribution: Distribution, options?: DrawOptions): number {
  return moments(distribution, options).mean;
}

/** The variance over the periods, profile and trace included. @throws InputError as `moments` */
export function variance(distribution: Distribution, options?: DrawOptions): number {
  return moments(distribution, options).variance;
}

/**
 * Mean and variance over all periods, each phase of the profile counting the same. Draws in real numbers by default;
 * a normal is clamped at 0 in both cases, and rounded where draws are whole. A trace counts each of its values with the
 * multiplier of its period; one that repeats, over the periods until both start anew together.
 *
 * @throws InputError where whole draws have no mass function (`pmf`)
 */
export function moments(distribution: Distribution, options: DrawOptions = { integer: false }): Moments {
  if (distribution.kind === "trace") return momentsOf(valuesByPeriod(distribution, options));
  const phases = new Map<number, Moments>();
  const byPhase = profileParts(distribution).map((parts) => {
    const known = phases.get(parts) ?? phaseMoments(distribution, parts, options);
    phases.set(parts, known);
    return known;
  });
  const ofMeans = momentsOf(byPhase.map((phase) => phase.mean));
  const within = byPhase.reduce((sum, phase) => sum + phase.variance, 0) / byPhase.length;
  return { mean: ofMeans.mean, variance: ofMeans.variance + within };
}

function phaseMoments(distribution: Distribution, parts: number, options: DrawOptions): Moments {
  const whole = options.integer && (parts !== FRACTION || distribution.kind === "normal");
  if (whole || distribution.kind === "empirical") {
    const mass = pmf(distribution, options);
    const value = (k: number) => scaled(mass.values?.[k] ?? mass.low + k, parts, options);
    return momentsOf(mass.probabilities.map((_, k) => value(k)), mass.probabilities);
  }
  const { mean, variance } = closedMoments(distribution);
  const multiplier = parts / FRACTION;
  return { mean: mean * multiplier, variance: variance * multiplier * multiplier };
}

/** Without a profile. */
function closedMoments(distribution: Distribution): Moments {
  switch (distribution.kind) {
    case "constant":
      return { mean: distribution.value, variance: 0 };
    case "poisson":
      return { mean: distribution.mean, variance: distribution.mean };
    case "poisson-uniform": {
      const means = uniformMoments(distribution.low, distribution.high);
      return { mean: means.mean, variance: means.mean + means.variance };
    }
    case "uniform-integer":
      return uniformMoments(distribution.low, distribution.high);
    case "negative-binomial": {
      const { mean, dispersion } = distribution;
      return { mean, variance: mean + mean * mean / dispersion };
    }
    case "normal":
      return clampedNormalMoments(distribution.mean, distribution.stdDev);
    case "empirical":
    case "trace":
      throw new RangeError(`no closed form for ${distribution.kind}`);
  }
}

function uniformMoments(low: number, high: number): Moments {
  return { mean: (low + high) / 2, variance: ((high - low + 1) ** 2 - 1) / 12 };
}

/** Of max(0, N): the rectified normal distribution, around the mean of N so that no digits cancel. */
function clampedNormalMoments(mean: number, stdDev: number): Moments {
  if (stdDev === 0) return { mean: Math.max(0, mean), variance: 0 };
  const a = mean / stdDev;
  const shift = stdDev * normalDensity(a) - mean * normalCdf(-a);
  const square = stdDev * stdDev * (normalCdf(a) - a * normalDensity(a)) + mean * mean * normalCdf(-a);
  return { mean: mean + shift, variance: Math.max(0, square - shift * shift) };
}

/**
 * The largest value that can be drawn in any period, profile included; for a real-valued normal up to the rounding of
 * 32-bit floats. Draws in real numbers by default.
 *
 * @throws InputError as `pmf`, but for traces and normals
 */
export function maximum(distribution: Distribution, options: DrawOptions = { integer: false }): number {
  if (distribution.kind === "trace") {
    return valuesByPeriod(distribution, options).reduce((most, value) => Math.max(most, value), 0);
  }
  const parts = profileParts(distribution).reduce((most, part) => Math.max(most, part), 0);
  return scaled(largestDraw(distribution, options), parts, options);
}

function largestDraw(distribution: Distribution, options: DrawOptions): number {
  if (distribution.kind === "normal" && !options.integer) {
    return Math.max(0, distribution.mean + distribution.stdDev * normalQuantile(LARGEST_UNIFORM));
  }
  const { low, probabilities, values } = pmf(distribution, options);
  return values?.at(-1) ?? low + probabilities.length - 1;
}

function profileParts({ profile }: Distribution): number[] {
  return profile?.map(quantise) ?? [FRACTION];
}

function scaled(value: number, parts: number, { integer }: DrawOptions): number {
  return integer ? scaleWhole(value, parts) : value * parts / FRACTION;
}

/**
 * What falls due in periods 0, 1, 2, ... without chance, profile and rounding included, until a trace that does not
 * repeat ends or all starts anew.
 */
export function valuesByPeriod(
  given: Distribution & { kind: "constant" | "trace" },
  options: DrawOptions,
): Float64Array {
  const parts = profileParts(given);
  const { values, repeat } = given.kind === "trace" ? given : { values: [given.value], repeat: true };
  const common = values.length / greatestDivisor(values.length, parts.length) * parts.length;
  const periods = repeat ? Math.min(common, Math.max(MOST_PERIODS, values.length)) : values.length;
  return Float64Array.from({ length: periods }, (_, period) => {
    const value = values[period % values.length];
    return scaled(value, parts[period % parts.length], options);
  });
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** @param weights which sum to 1; the same for all by default */
function momentsOf(values: ArrayLike<number>, weights?: Float64Array): Moments {
  const weight = (k: number) => weights === undefined ? 1 / values.length : weights[k];
  let mean = 0;
  for (let k = 0; k < values.length; k++) mean += weight(k) * values[k];
  let variance = 0;
  for (let k = 0; k < values.length; k++) variance += weight(k) * (values[k] - mean) ** 2;
  return { mean, variance };
}
