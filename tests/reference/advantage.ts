/** Advantages and moments in float64. */

/** One environment's value row over a rollout; everything in units of reward. */
export interface Trajectory {
  rewards: readonly number[];
  values: readonly number[];
  /** What follows the last period if its episode goes on. */
  lastValue: number;
  /** By period where an episode is truncated: the value of its final observation. */
  finalValues: ReadonlyMap<number, number>;
  discount: number;
  lambda: number;
  /** Whether a truncated episode's final value counts; it is 0 otherwise. */
  bootstraps: boolean;
}

/**
 * Generalised advantages as sums, Schulman et al. (2016), eq. 16: of (discount * lambda)^l times the temporal
 * difference l periods ahead, up to the end of the episode or of the rollout.
 */
export function advantages(trajectory: Trajectory): number[] {
  const { rewards, discount, lambda, finalValues } = trajectory;
  return rewards.map((_, t) => {
    let sum = 0;
    for (let ahead = t; ahead < rewards.length; ahead++) {
      sum += (discount * lambda) ** (ahead - t) * difference(trajectory, ahead);
      if (finalValues.has(ahead)) break;
    }
    return sum;
  });
}

function difference(trajectory: Trajectory, t: number): number {
  const { rewards, values, lastValue, finalValues, discount, bootstraps } = trajectory;
  const final = finalValues.get(t);
  const continued = t + 1 < values.length ? values[t + 1]! : lastValue;
  const next = final === undefined ? continued : bootstraps ? final : 0;
  return rewards[t]! + discount * next - values[t]!;
}

/** Mean and population variance. */
export function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** Running sums behind a critic's scale, and the scale: ValueNorm of Yu et al. (2022). */
export interface ValueScale {
  weight: number;
  first: number;
  second: number;
  mean: number;
  scale: number;
}

export function updateScale(before: ValueScale, targets: readonly number[], decay: number): ValueScale {
  const { mean: batchMean, variance } = moments(targets);
  const weight = decay * before.weight + 1 - decay;
  const first = decay * before.first + (1 - decay) * batchMean;
  const second = decay * before.second + (1 - decay) * (variance + batchMean ** 2);
  const mean = first / weight;
  return { weight, first, second, mean, scale: Math.sqrt(Math.max(second / weight - mean ** 2, 1e-4)) };
}
