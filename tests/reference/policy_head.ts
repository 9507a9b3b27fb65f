/** The distributions of policies in float64, for one column of one agent. */

import { inverseNormal, uniform } from "../../engine/random/mod.ts";

/** Of log standard deviations. */
export interface Bounds {
  low: number;
  high: number;
}

/** Of an action and its distribution: what losses are made of, or their gradients for it. */
export interface Terms {
  logProbability: number;
  entropy: number;
  /** KL(old || new). */
  divergence: number;
}

function clamp(value: number, { low, high }: Bounds): number {
  return Math.min(Math.max(value, low), high);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** @param distribution means, then log standard deviations */
function normals(distribution: Float64Array, bounds: Bounds): { mean: number; deviation: number }[] {
  const actions = distribution.length / 2;
  return Array.from({ length: actions }, (_, i) => ({
    mean: distribution[i]!,
    deviation: Math.exp(clamp(distribution[actions + i]!, bounds)),
  }));
}

/** @param words a random word for each action, or none for the means */
export function gaussianSample(distribution: Float64Array, bounds: Bounds, words?: number[]): Float64Array {
  return Float64Array.from(
    normals(distribution, bounds),
    ({ mean, deviation }, i) =>
      words === undefined ? mean : mean + deviation * inverseNormal(uniform(words[i]!)),
  );
}

export function gaussian(
  distribution: Float64Array,
  old: Float64Array,
  action: Float64Array,
  bounds: Bounds,
): Terms {
  const olds = normals(old, bounds);
  const terms = normals(distribution, bounds).map(({ mean, deviation }, i) => {
    const { mean: oldMean, deviation: oldDeviation } = olds[i]!;
    const variance = deviation ** 2;
    return {
      logProbability: -((action[i]! - mean) ** 2) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2,
      entropy: Math.log(2 * Math.PI * Math.E * variance) / 2,
      divergence: Math.log(deviation / oldDeviation) - 0.5 +
        (oldDeviation ** 2 + (oldMean - mean) ** 2) / (2 * variance),
    };
  });
  return {
    logProbability: sum(terms.map(({ logProbability }) => logProbability)),
    entropy: sum(terms.map(({ entropy }) => entropy)),
    divergence: sum(terms.map(({ divergence }) => divergence)),
  };
}

/** The gradient for the distribution's rows, given that for the terms. */
export function gaussianBackward(
  distribution: Float64Array,
  old: Float64Array,
  action: Float64Array,
  bounds: Bounds,
  gradient: Terms,
): Float64Array {
  const olds = normals(old, bounds);
  const pairs = normals(distribution, bounds).map(({ mean, deviation }, i) => {
    const { mean: oldMean, deviation: oldDeviation } = olds[i]!;
    const variance = deviation ** 2;
    const error = action[i]! - mean;
    const shift = mean - oldMean;
    const raw = distribution[olds.length + i]!;
    const free = raw >= bounds.low && raw <= bounds.high ? 1 : 0;
    return {
      mean: gradient.logProbability * error / variance + gradient.divergence * shift / variance,
      logDeviation: free * (
        gradient.logProbability * (error ** 2 / variance - 1) + gradient.entropy +
        gradient.divergence * (1 - (oldDeviation ** 2 + shift ** 2) / variance)
      ),
    };
  });
  return Float64Array.from([
    ...pairs.map(({ mean }) => mean),
    ...pairs.map(({ logDeviation }) => logDeviation),
  ]);
}

export function softmax(logits: Float64Array): Float64Array {
  const most = Math.max(...logits);
  const total = sum(logits.map((logit) => Math.exp(logit - most)));
  return logits.map((logit) => Math.exp(logit - most) / total);
}

function logSoftmax(logits: Float64Array): Float64Array {
  const most = Math.max(...logits);
  const total = most + Math.log(sum(logits.map((logit) => Math.exp(logit - most))));
  return logits.map((logit) => logit - total);
}

/**
 * The choice, and how far the uniform number lies from where the choice would be another.
 *
 * @param word a random word, or none for the likeliest choice
 */
export function categoricalSample(logits: Float64Array, word?: number): { choice: number; distance: number } {
  if (word === undefined) return { choice: logits.indexOf(Math.max(...logits)), distance: Infinity };
  const u = uniform(word);
  let cumulated = 0;
  let distance = Infinity;
  let choice = 0;
  for (const probability of softmax(logits).subarray(0, -1)) {
    cumulated += probability;
    if (cumulated <= u) choice++;
    distance = Math.min(distance, Math.abs(cumulated - u));
  }
  return { choice, distance };
}

export function categorical(logits: Float64Array, old: Float64Array, choice: number): Terms {
  const logs = logSoftmax(logits);
  const oldLogs = logSoftmax(old);
  return {
    logProbability: logs[choice]!,
    entropy: -sum(logs.map((log) => log === -Infinity ? 0 : Math.exp(log) * log)),
    divergence: sum(oldLogs.map((oldLog, i) => Math.exp(oldLog) * (oldLog - logs[i]!))),
  };
}

/** The gradient for the logits, given that for the terms. */
export function categoricalBackward(
  logits: Float64Array,
  old: Float64Array,
  choice: number,
  gradient: Terms,
): Float64Array {
  const { entropy } = categorical(logits, old, choice);
  const logs = logSoftmax(logits);
  const oldProbabilities = softmax(old);
  return softmax(logits).map((p, i) =>
    gradient.logProbability * ((i === choice ? 1 : 0) - p) - gradient.entropy * p * (logs[i]! + entropy) +
    gradient.divergence * (p - oldProbabilities[i]!)
  );
}
