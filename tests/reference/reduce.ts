/** Sums in float64. */

/** Of everything that was seen: weight, mean and M2, the sum of squared distances from the mean. */
export interface Moments {
  readonly weight: number;
  readonly mean: number;
  readonly m2: number;
}

/** In two passes. */
export function momentsOf(values: ArrayLike<number>): Moments {
  const all = Array.from(values);
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
  return { weight: all.length, mean, m2: all.reduce((sum, x) => sum + (x - mean) ** 2, 0) };
}

/** Of both together, with at most `heaviest` weight. Chan, Golub and LeVeque (1983). */
export function merge(a: Moments, b: Moments, heaviest: number): Moments {
  const weight = a.weight + b.weight;
  const delta = b.mean - a.mean;
  const kept = Math.min(weight, heaviest);
  return {
    weight: kept,
    mean: a.mean + delta * b.weight / weight,
    m2: (a.m2 + b.m2 + delta ** 2 * a.weight * b.weight / weight) * kept / weight,
  };
}

/** What observations are multiplied by after their mean is taken away. */
export function factorOf({ weight, m2 }: Moments): number {
  return 1 / Math.sqrt(Math.max(m2 / weight, 1e-6));
}

export function squaredNorm(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, x) => sum + x * x, 0);
}
