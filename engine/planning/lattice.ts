import { InputError } from "../errors.ts";

/**
 * A probability mass function on the points `(first + i) * step`, i = 0, 1, ...: demands and lead-time
 * demands as the solvers take them. Integer demand has step 1 and is exact; continuous demand is cut into
 * cells around the points (`continuous`), and its quantiles are taken within the cell.
 */
export interface Lattice {
  readonly step: number;
  /** Index of the lowest point. */
  readonly first: number;
  /** (points): sums to 1. */
  readonly probabilities: Float64Array;
  readonly continuous: boolean;
}

/** Probability that may be cut from each tail (and is then put on the outermost point that stays). */
const NEGLIGIBLE = 1e-15;

/**
 * A lattice from masses at `first, first + 1, ...` times `step`.
 *
 * @throws InputError where a mass is negative or not finite, or the masses do not add up to 1 (+- 1e-6)
 */
export function lattice(first: number, masses: ArrayLike<number>, step = 1, continuous = false): Lattice {
  const probabilities = Float64Array.from(masses);
  let total = 0;
  for (const mass of probabilities) {
    if (!(mass >= 0)) {
      throw new InputError("probabilities", `expected probabilities of at least 0, got ${mass}`);
    }
    total += mass;
  }
  if (!(Math.abs(total - 1) <= 1e-6)) {
    throw new InputError("probabilities", `expected probabilities that add up to 1, got a sum of ${total}`);
  }
  for (let i = 0; i < probabilities.length; i++) probabilities[i] = probabilities[i] / total;
  return trim({ step, first, probabilities, continuous });
}

/** All mass on `index * step`. */
export function point(index: number, step = 1, continuous = false): Lattice {
  return { step, first: index, probabilities: Float64Array.of(1), continuous };
}

/** Points * step of the lowest point. */
export function lowest(pmf: Lattice): number {
  return pmf.first * pmf.step;
}

/** The highest point, in units. */
export function highest(pmf: Lattice): number {
  return (pmf.first + pmf.probabilities.length - 1) * pmf.step;
}

/** Expected value, in units. */
export function mean(pmf: Lattice): number {
  let sum = 0;
  pmf.probabilities.forEach((mass, i) => sum += mass * (pmf.first + i));
  return sum * pmf.step;
}

/** Variance, in units squared. */
export function variance(pmf: Lattice): number {
  const centre = mean(pmf);
  let sum = 0;
  pmf.probabilities.forEach((mass, i) => sum += mass * ((pmf.first + i) * pmf.step - centre) ** 2);
  return sum;
}

/** P(X <= x). */
export function cdf(pmf: Lattice, x: number): number {
  const last = Math.floor(x / pmf.step + 1e-9) - pmf.first;
  let sum = 0;
  for (let i = 0; i <= Math.min(last, pmf.probabilities.length - 1); i++) sum += pmf.probabilities[i];
  return sum;
}

/**
 * Smallest point x with P(X <= x) >= `probability`; within the cell, where the lattice is continuous.
 * 1 and above give the highest point, 0 and below the lowest.
 */
export function quantile(pmf: Lattice, probability: number): number {
  if (pmf.continuous) return interpolatedQuantile(pmf, probability);
  return (pmf.first + cellOf(pmf, probability).cell) * pmf.step;
}

/**
 * The quantile of the distribution whose mass is spread evenly over the cell around each point, from half a
 * step below to half a step above: between the points, and right on average where `quantile` is half a step
 * too high. Rong, Atan and Snyder (2017) use it, as G^-1, for the Poisson distribution.
 */
export function interpolatedQuantile(pmf: Lattice, probability: number): number {
  const { cell, below } = cellOf(pmf, probability);
  const mass = pmf.probabilities[cell];
  const within = mass > 0 ? Math.min(1, Math.max(0, (probability - below) / mass)) : 0.5;
  return (pmf.first + cell - 0.5 + within) * pmf.step;
}

function cellOf(pmf: Lattice, probability: number): { cell: number; below: number } {
  const last = pmf.probabilities.length - 1;
  let below = 0;
  for (let i = 0; i < last; i++) {
    const mass = pmf.probabilities[i];
    // Sums of masses miss a round probability such as 0.9 by an ulp or two.
    if (below + mass >= probability - 1e-13) return { cell: i, below };
    below += mass;
  }
  return { cell: last, below };
}

/** Expected shortage E[(X - x)^+], in units: the loss function n(x) of Snyder and Shen (2019), chapter 4. */
export function expectedShortage(pmf: Lattice, x: number): number {
  let sum = 0;
  for (let i = pmf.probabilities.length - 1; i >= 0; i--) {
    const over = (pmf.first + i) * pmf.step - x;
    if (over <= 0) break;
    sum += over * (pmf.probabilities[i]);
  }
  return sum;
}

/** Expected excess E[(x - X)^+], in units: the complementary loss function. */
export function expectedExcess(pmf: Lattice, x: number): number {
  let sum = 0;
  for (let i = 0; i < pmf.probabilities.length; i++) {
    const under = x - (pmf.first + i) * pmf.step;
    if (under <= 0) break;
    sum += under * (pmf.probabilities[i]);
  }
  return sum;
}

/**
 * The distribution of the sum of two independent variables on lattices of one step. O(points of a * points of
 * b).
 */
export function convolve(a: Lattice, b: Lattice): Lattice {
  const [short, long] = a.probabilities.length < b.probabilities.length
    ? [a.probabilities, b.probabilities]
    : [b.probabilities, a.probabilities];
  const probabilities = new Float64Array(short.length + long.length - 1);
  for (let i = 0; i < short.length; i++) {
    const mass = short[i];
    if (mass === 0) continue;
    for (let j = 0; j < long.length; j++) {
      probabilities[i + j] = probabilities[i + j] + mass * long[j];
    }
  }
  return trim({
    step: commonStep(a, b),
    first: a.first + b.first,
    probabilities,
    continuous: a.continuous || b.continuous,
  });
}

/** The sum of `count` independent copies (`count` a whole number >= 0; 0 gives all mass on 0). */
export function convolvePower(pmf: Lattice, count: number): Lattice {
  let result = point(0, pmf.step, pmf.continuous);
  let square = pmf;
  for (let rest = count; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = convolve(result, square);
    if (rest > 1) square = convolve(square, square);
  }
  return result;
}

/** The mixture of lattices of one step with weights that add up to 1. */
export function mixture(parts: readonly { weight: number; pmf: Lattice }[]): Lattice {
  const pmfs = parts.map((part) => part.pmf);
  const first = Math.min(...pmfs.map((pmf) => pmf.first));
  const end = Math.max(...pmfs.map((pmf) => pmf.first + pmf.probabilities.length));
  const probabilities = new Float64Array(end - first);
  for (const { weight, pmf } of parts) {
    pmf.probabilities.forEach((mass, i) => {
      const at = pmf.first - first + i;
      probabilities[at] = probabilities[at] + weight * mass;
    });
  }
  return trim({
    step: pmfs.reduce((step, pmf) => commonStep({ ...pmf, step }, pmf), pmfs[0]?.step ?? 1),
    first,
    probabilities,
    continuous: pmfs.some((pmf) => pmf.continuous),
  });
}

/** All of X with `probability`, else 0. */
export function thin(pmf: Lattice, probability: number): Lattice {
  if (probability >= 1) return pmf;
  return mixture([
    { weight: probability, pmf },
    { weight: 1 - probability, pmf: point(0, pmf.step, pmf.continuous) },
  ]);
}

/** `fraction` of X, its mass shared between the two points around it so that the mean is exact. */
export function scale(pmf: Lattice, fraction: number): Lattice {
  if (fraction === 1) return pmf;
  const first = Math.floor(pmf.first * fraction);
  const end = Math.ceil((pmf.first + pmf.probabilities.length - 1) * fraction) + 1;
  const probabilities = new Float64Array(end - first + 1);
  pmf.probabilities.forEach((mass, i) => {
    const at = (pmf.first + i) * fraction - first;
    const low = Math.floor(at);
    probabilities[low] = probabilities[low] + mass * (low + 1 - at);
    probabilities[low + 1] = probabilities[low + 1] + mass * (at - low);
  });
  return trim({ step: pmf.step, first, probabilities, continuous: pmf.continuous });
}

/** max(0, X). */
export function clampAtZero(pmf: Lattice): Lattice {
  if (pmf.first >= 0) return pmf;
  const probabilities = pmf.probabilities.slice(Math.min(-pmf.first, pmf.probabilities.length - 1));
  const below = 1 - probabilities.reduce((sum, mass) => sum + mass, 0);
  probabilities[0] = probabilities[0] + Math.max(0, below);
  return { step: pmf.step, first: 0, probabilities, continuous: pmf.continuous };
}

function commonStep(a: Lattice, b: Lattice): number {
  if (a.step !== b.step) throw new Error(`lattices of steps ${a.step} and ${b.step} cannot be added`);
  return a.step;
}

function trim(pmf: Lattice): Lattice {
  const probabilities = pmf.probabilities;
  let low = 0;
  let lowMass = 0;
  while (low < probabilities.length - 1 && lowMass + probabilities[low] < NEGLIGIBLE) {
    lowMass += probabilities[low++];
  }
  let high = probabilities.length - 1;
  let highMass = 0;
  while (high > low && highMass + probabilities[high] < NEGLIGIBLE) {
    highMass += probabilities[high--];
  }
  const kept = probabilities.slice(low, high + 1);
  kept[0] = kept[0] + lowMass;
  kept[kept.length - 1] = kept[kept.length - 1] + highMass;
  return { ...pmf, first: pmf.first + low, probabilities: kept };
}
