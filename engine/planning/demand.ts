import { InputError } from "../errors.ts";
import { poissonMass } from "../network/mass_functions.ts";
import { normalCdf, normalQuantile } from "../network/normal.ts";
import { convolvePower, type Lattice, lattice, mean, point, quantile, variance } from "./lattice.ts";

/** Demand of one period, independent from period to period, in units: what the solvers take. */
export interface Demand {
  /** Units a period. */
  readonly mean: number;
  /** Units squared a period. */
  readonly variance: number;
  /** The distribution of the demand of `periods` periods. */
  over(periods: number): Lattice;
  /** The smallest x with P(demand of `periods` periods <= x) >= `probability`, in units. */
  quantile(periods: number, probability: number): number;
}

/**
 * Cells to a standard deviation of a period's demand: costs are then good to about 1e-5 of a standard
 * deviation.
 */
const CELLS = 50;

/** A normal distribution reaches 9 standard deviations from its mean: 2e-19 lies beyond. */
const REACH = 9;

/**
 * Normal demand, not clamped at 0 (as in textbooks). `periods` may be any number >= 0.
 *
 * @param step width of the cells in which `over` cuts it, in units; stdDev / 50 by default
 * @throws InputError where `mean` is not finite or `stdDev` is not above 0
 */
export function normalDemand(mean: number, stdDev: number, step = stdDev / CELLS): Demand {
  if (!Number.isFinite(mean)) throw new InputError("mean", `expected a number, got ${mean}`);
  if (!(stdDev > 0 && stdDev < Infinity)) {
    throw new InputError("stdDev", `expected a number above 0, got ${stdDev}`);
  }
  return {
    mean,
    variance: stdDev * stdDev,
    over: (periods) => discretizedNormal(mean * periods, stdDev * Math.sqrt(periods), step),
    quantile: (periods, probability) =>
      mean * periods + stdDev * Math.sqrt(periods) * (periods > 0 ? normalQuantile(probability) : 0),
  };
}

/**
 * Poisson demand. `periods` may be any number >= 0.
 *
 * @throws InputError where `mean` is not above 0
 */
export function poissonDemand(mean: number): Demand {
  if (!(mean > 0 && mean < Infinity)) {
    throw new InputError("mean", `expected a number above 0, got ${mean}`);
  }
  return {
    mean,
    variance: mean,
    over: (periods) => poisson(mean * periods),
    quantile: (periods, probability) => quantile(poisson(mean * periods), probability),
  };
}

/**
 * Demand with any probability mass function.
 *
 * @throws InputError from `over` and `quantile` where `periods` is not a whole number >= 0
 */
export function latticeDemand(pmf: Lattice): Demand {
  const over = (periods: number): Lattice => {
    if (!(Number.isInteger(periods) && periods >= 0)) {
      throw new InputError(
        "leadTime",
        `expected a whole number of periods (this demand is defined by the period), got ${periods}`,
      );
    }
    return convolvePower(pmf, periods);
  };
  return {
    mean: mean(pmf),
    variance: variance(pmf),
    over,
    quantile: (periods, probability) => quantile(over(periods), probability),
  };
}

/** The Poisson distribution (`mean` >= 0), tails below 2^-33 cut. */
export function poisson(mean: number): Lattice {
  const { low, probabilities } = poissonMass(mean);
  return lattice(low, probabilities);
}

/** N(mean, stdDev^2) cut into cells of width `step` centred on the lattice's points. */
export function discretizedNormal(mean: number, stdDev: number, step: number): Lattice {
  const first = Math.round((mean - REACH * stdDev) / step);
  const last = Math.round((mean + REACH * stdDev) / step);
  if (stdDev === 0) return point(Math.round(mean / step), step, true);
  const masses: number[] = [];
  for (let i = first; i <= last; i++) {
    // Above the mean the difference of the upper tails, which keeps the digits.
    const a = ((i - 0.5) * step - mean) / stdDev;
    const b = ((i + 0.5) * step - mean) / stdDev;
    masses.push(a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a));
  }
  return lattice(first, masses, step, true);
}
