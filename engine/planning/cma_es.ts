/**
 * CMA-ES: searches real vectors for a maximum by sampling a normal distribution whose mean, step and covariance follow
 * the better half of each sample. All randomness comes from outside, so a run is what its normal draws make it.
 *
 * Hansen, "The CMA evolution strategy: a tutorial" (2016), arXiv:1604.00772: the update is its figure 6 with the default
 * constants of table 1 (negative weights included), with a Cholesky factor of the covariance in place of its symmetric
 * root (Krause, Arbones and Igel 2016, "CMA-ES with optimal covariance update and storage complexity", NIPS 29).
 * `separable` keeps the diagonal only and learns it (n + 2) / 3 times faster (Ros and Hansen 2008, PPSN X).
 */

import { InputError } from "../errors.ts";

export interface CmaEsOptions {
  /** (n): where the first generation is centred. */
  mean: ArrayLike<number>;
  /** Standard deviation of the first generation, the same in all directions. */
  sigma: number;
  /** Candidates a generation. Default 4 + floor(3 ln n). */
  population?: number;
  /** Diagonal covariance: linear cost. Default: above 100 dimensions. */
  separable?: boolean;
}

/** Above this many dimensions the covariance is diagonal unless asked otherwise. */
const FULL_COVARIANCE = 100;

/** Weights and learning rates (table 1). */
interface Constants {
  weights: Float64Array;
  parents: number;
  effective: number;
  rankOne: number;
  rankMu: number;
  pathC: number;
  pathSigma: number;
  damping: number;
  /** Expected length of a standard normal vector. */
  length: number;
}

export class CmaEs {
  readonly dimensions: number;
  readonly population: number;
  readonly mean: Float64Array;
  sigma: number;
  generation = 0;
  readonly #constants: Constants;
  readonly #separable: boolean;
  /** (n, n) row-major, or (n): the covariance, and its lower Cholesky factor (roots of the diagonal). */
  readonly #covariance: Float64Array;
  readonly #factor: Float64Array;
  readonly #pathC: Float64Array;
  readonly #pathSigma: Float64Array;
  /** (population, n): standard normal draws of the generation, and steps y = A z. */
  #draws: Float64Array;
  readonly #steps: Float64Array;

  /** @throws InputError where there is no dimension, `sigma` is not above 0 or the population is under 4 */
  constructor(options: CmaEsOptions) {
    const n = options.mean.length;
    if (n === 0) throw new InputError("mean", "expected at least one dimension");
    if (!(options.sigma > 0 && options.sigma < Infinity)) {
      throw new InputError("sigma", `expected a number above 0, got ${options.sigma}`);
    }
    const population = options.population ?? defaultPopulation(n);
    if (!Number.isInteger(population) || population < 4) {
      throw new InputError("population", `expected a whole number of at least 4, got ${population}`);
    }
    this.dimensions = n;
    this.population = population;
    this.mean = Float64Array.from(options.mean);
    this.sigma = options.sigma;
    this.#separable = options.separable ?? n > FULL_COVARIANCE;
    this.#constants = constantsOf(n, population, this.#separable);
    this.#covariance = identity(n, this.#separable);
    this.#factor = identity(n, this.#separable);
    this.#pathC = new Float64Array(n);
    this.#pathSigma = new Float64Array(n);
    this.#draws = new Float64Array(population * n);
    this.#steps = new Float64Array(population * n);
  }

  /**
   * The candidates of the next generation, (population, n).
   *
   * @param draws (population, n) standard normal; kept until `tell`
   */
  ask(draws: Float64Array): Float64Array {
    const { dimensions: n, population, mean, sigma } = this;
    this.#draws = draws;
    const candidates = new Float64Array(population * n);
    for (let k = 0; k < population; k++) {
      this.#times(draws, k * n, this.#steps, k * n);
      for (let i = 0; i < n; i++) candidates[k * n + i] = mean[i] + sigma * this.#steps[k * n + i];
    }
    return candidates;
  }

  /** Learns from the values of the candidates that `ask` returned last: more is better, ties keep their order. */
  tell(values: ArrayLike<number>): void {
    const { dimensions: n, population, mean } = this;
    const c = this.#constants;
    const ranking = Array.from({ length: population }, (_, k) => k).sort((a, b) => values[b] - values[a]);
    const step = this.#weighted(this.#steps, ranking);
    const draw = this.#weighted(this.#draws, ranking);
    for (let i = 0; i < n; i++) mean[i] += this.sigma * step[i];

    this.generation++;
    const keepSigma = Math.sqrt(c.pathSigma * (2 - c.pathSigma) * c.effective);
    let squared = 0;
    for (let i = 0; i < n; i++) {
      this.#pathSigma[i] = (1 - c.pathSigma) * this.#pathSigma[i] + keepSigma * draw[i];
      squared += this.#pathSigma[i] ** 2;
    }
    const length = Math.sqrt(squared);
    const settled = Math.sqrt(1 - (1 - c.pathSigma) ** (2 * this.generation));
    const grows = length / settled < (1.4 + 2 / (n + 1)) * c.length;
    const keepC = grows ? Math.sqrt(c.pathC * (2 - c.pathC) * c.effective) : 0;
    for (let i = 0; i < n; i++) this.#pathC[i] = (1 - c.pathC) * this.#pathC[i] + keepC * step[i];

    this.#adapt(ranking, grows);
    // One generation may not change the step more than e-fold: lucky plateaus would make it explode.
    this.sigma *= Math.exp(Math.min(1, (c.pathSigma / c.damping) * (length / c.length - 1)));
    this.#factorise();
  }

  /** (n): standard deviations along the axes. */
  deviations(): Float64Array {
    const n = this.dimensions;
    const at = this.#separable ? 1 : n + 1;
    return Float64Array.from({ length: n }, (_, i) => this.sigma * Math.sqrt(this.#covariance[i * at]));
  }

  /** Equation 47: rank-one and rank-mu update, steps of the worse half counting against their direction. */
  #adapt(ranking: readonly number[], grows: boolean): void {
    const { dimensions: n, population } = this;
    const c = this.#constants;
    const covariance = this.#covariance;
    const path = this.#pathC;
    const sum = c.weights.reduce((a, b) => a + b, 0);
    const decay = 1 + (grows ? 0 : c.rankOne * c.pathC * (2 - c.pathC)) - c.rankOne - c.rankMu * sum;
    const scaled = Float64Array.from({ length: population }, (_, rank) => {
      const weight = c.weights[rank];
      if (weight >= 0) return c.rankMu * weight;
      let squared = 0;
      for (let i = 0; i < n; i++) squared += this.#draws[ranking[rank] * n + i] ** 2;
      return c.rankMu * weight * n / Math.max(squared, 1e-12);
    });
    for (let i = 0; i < n; i++) {
      for (let j = this.#separable ? i : 0; j <= i; j++) {
        let value = c.rankOne * path[i] * path[j];
        for (let rank = 0; rank < population; rank++) {
          const at = ranking[rank] * n;
          value += scaled[rank] * this.#steps[at + i] * this.#steps[at + j];
        }
        const at = this.#separable ? i : i * n + j;
        covariance[at] = decay * covariance[at] + value;
        if (!this.#separable) covariance[j * n + i] = covariance[at];
      }
    }
  }

  /** Weighted mean of the better half of (population, n) rows. */
  #weighted(rows: Float64Array, ranking: readonly number[]): Float64Array {
    const n = this.dimensions;
    const mean = new Float64Array(n);
    for (let rank = 0; rank < this.#constants.parents; rank++) {
      const weight = this.#constants.weights[rank];
      const at = ranking[rank] * n;
      for (let i = 0; i < n; i++) mean[i] += weight * rows[at + i];
    }
    return mean;
  }

  #times(z: Float64Array, from: number, y: Float64Array, to: number): void {
    const n = this.dimensions;
    const factor = this.#factor;
    for (let i = 0; i < n; i++) {
      if (this.#separable) {
        y[to + i] = factor[i] * z[from + i];
        continue;
      }
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += factor[i * n + j] * z[from + j];
      y[to + i] = sum;
    }
  }

  /** Cholesky; a pivot that rounding has made negative is lifted to a small share of its variance. */
  #factorise(): void {
    const n = this.dimensions;
    const a = this.#covariance;
    const l = this.#factor;
    if (this.#separable) {
      for (let i = 0; i < n; i++) l[i] = Math.sqrt(a[i] = Math.max(a[i], 1e-20));
      return;
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        let sum = a[i * n + j];
        for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
        l[i * n + j] = sum / l[j * n + j];
      }
      let pivot = a[i * n + i];
      for (let k = 0; k < i; k++) pivot -= l[i * n + k] ** 2;
      l[i * n + i] = Math.sqrt(Math.max(pivot, 1e-12 * Math.abs(a[i * n + i]), 1e-20));
    }
  }
}

/** 4 + floor(3 ln n) (table 1). */
export function defaultPopulation(dimensions: number): number {
  return 4 + Math.floor(3 * Math.log(dimensions));
}

/** Table 1, equations 49-58. */
function constantsOf(n: number, population: number, separable: boolean): Constants {
  const raw = Float64Array.from(
    { length: population },
    (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1),
  );
  const parents = Math.floor(population / 2);
  const better = raw.subarray(0, parents);
  const worse = raw.subarray(parents);
  const effective = effectiveSize(better);
  const faster = separable ? (n + 2) / 3 : 1;
  const rankOne = Math.min(0.5, faster * 2 / ((n + 1.3) ** 2 + effective));
  const rankMu = Math.min(
    1 - rankOne,
    faster * 2 * (0.25 + effective + 1 / effective - 2) / ((n + 2) ** 2 + effective),
  );
  const positive = total(better);
  const negative = -total(worse);
  const against = Math.min(
    1 + rankOne / rankMu,
    1 + 2 * effectiveSize(worse) / (effective + 2),
    (1 - rankOne - rankMu) / (n * rankMu),
  );
  const pathSigma = (effective + 2) / (n + effective + 5);
  return {
    weights: raw.map((weight, i) => weight * (i < parents ? 1 / positive : against / negative)),
    parents,
    effective,
    rankOne,
    rankMu,
    pathC: (4 + effective / n) / (n + 4 + 2 * effective / n),
    pathSigma,
    damping: 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (n + 1)) - 1) + pathSigma,
    length: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

function total(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}

function effectiveSize(weights: Float64Array): number {
  return total(weights) ** 2 / total(weights.map((weight) => weight * weight));
}

function identity(n: number, diagonal: boolean): Float64Array {
  if (diagonal) return new Float64Array(n).fill(1);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}
