/** The updates of proximal policy optimisation in float64, with gradients by central differences. */

import type { ValueLoss } from "../../engine/device/kernels/ppo_loss.ts";
import { Adam, type AdamOptions } from "./adam.ts";
import { type Bounds, categorical, gaussian } from "./policy_head.ts";
import { policyLoss, valueLoss } from "./ppo_loss.ts";

/** One sample, and what the networks make of it given weights. */
export interface UpdateSample {
  /** [agent]: rows of the action and of the distribution that it was drawn from. */
  actions: readonly Float64Array[];
  distribution: readonly Float64Array[];
  /** [agent] */
  logProbability: Float64Array;
  /** [value] */
  value: Float64Array;
  advantage: Float64Array;
  target: Float64Array;
  act(weights: Float64Array): readonly Float64Array[];
  judge(weights: Float64Array): Float64Array;
}

export interface UpdateSettings {
  kind: "gaussian" | "categorical";
  bounds: Bounds;
  clip: number;
  valueOf: readonly number[];
  valueLoss: ValueLoss;
  valueClip: number;
  valueCoefficient: number;
  valueMean: number;
  valueScale: number;
  entropyCoefficient: number;
  klCoefficient: number;
  /** 0: none */
  klLimit: number;
}

/** A part of the weights with a step of its own. */
export interface UpdateSegment {
  network: "actor" | "critic";
  at: number;
  words: number;
  rate: number;
}

/** Means over the minibatches, as a training reports them. */
export interface UpdateMetrics {
  policy: number;
  value: number;
  entropy: number;
  approxKl: number;
  clipFrac: number;
  gradientNorm: number;
  /** Exact divergence over the last epoch's minibatches. */
  lastKl: number;
  /** Minibatches that were looked at; the last of them made no step if `stopped`. */
  minibatches: number;
  stopped: boolean;
}

const STEP = 1e-5;

export class ReferenceUpdates {
  readonly weights: Float64Array;
  readonly #optimisers: Adam[];
  readonly #segments: readonly UpdateSegment[];

  constructor(weights: Float64Array, segments: readonly UpdateSegment[], options: AdamOptions) {
    this.weights = weights;
    this.#segments = segments;
    this.#optimisers = segments.map(({ at, words }) => new Adam(weights.subarray(at, at + words), options));
  }

  /** @param minibatches those of all epochs, `perEpoch` in each */
  run(
    minibatches: readonly (readonly UpdateSample[])[],
    perEpoch: number,
    settings: UpdateSettings,
    rate: number,
  ): UpdateMetrics {
    const sums = { policy: 0, value: 0, entropy: 0, approxKl: 0, clipFrac: 0, gradientNorm: 0 };
    const last: number[] = [];
    let done = 0;
    let stopped = false;
    for (const [k, samples] of minibatches.entries()) {
      const seen = judgeActors(samples, settings, this.weights);
      const gradient = this.#gradient(samples, settings);
      sums.policy += seen.policy;
      sums.value += judgeCritic(samples, settings, this.weights).value;
      sums.entropy += seen.entropy;
      sums.approxKl += seen.approxKl;
      sums.clipFrac += seen.clipFrac;
      sums.gradientNorm += Math.hypot(...gradient);
      if (k >= minibatches.length - perEpoch) last.push(seen.divergence);
      done++;
      stopped = settings.klLimit > 0 && seen.approxKl > settings.klLimit;
      if (stopped) break;
      for (const [i, { at, words, rate: factor }] of this.#segments.entries()) {
        this.#optimisers[i]!.step(gradient.subarray(at, at + words), rate * factor);
      }
    }
    const mean = (sum: number) => sum / done;
    return {
      policy: mean(sums.policy),
      value: mean(sums.value),
      entropy: mean(sums.entropy),
      approxKl: mean(sums.approxKl),
      clipFrac: mean(sums.clipFrac),
      gradientNorm: mean(sums.gradientNorm),
      lastKl: last.reduce((sum, value) => sum + value, 0) / last.length,
      minibatches: done,
      stopped,
    };
  }

  #gradient(samples: readonly UpdateSample[], settings: UpdateSettings): Float64Array {
    const { weights } = this;
    const gradient = new Float64Array(weights.length);
    for (const { network, at, words } of this.#segments) {
      const judge = network === "actor" ? judgeActors : judgeCritic;
      const loss = () => judge(samples, settings, weights).objective;
      for (let k = at; k < at + words; k++) {
        const value = weights[k]!;
        weights[k] = value + STEP;
        const above = loss();
        weights[k] = value - STEP;
        gradient[k] = (above - loss()) / (2 * STEP);
        weights[k] = value;
      }
    }
    return gradient;
  }
}

/** What the actors' optimisers minimise, and what is reported of it. */
function judgeActors(samples: readonly UpdateSample[], settings: UpdateSettings, weights: Float64Array) {
  const { kind, bounds, clip, valueOf, entropyCoefficient, klCoefficient } = settings;
  const agents = valueOf.length;
  const byAgent = (value: (sample: UpdateSample, agent: number) => number) =>
    valueOf.map((_, agent) => Float64Array.from(samples, (sample) => value(sample, agent)));
  const terms = samples.map((sample) => {
    const distribution = sample.act(weights);
    return valueOf.map((_, agent) => {
      const [rows, old, taken] = [distribution[agent]!, sample.distribution[agent]!, sample.actions[agent]!];
      return kind === "gaussian" ? gaussian(rows, old, taken, bounds) : categorical(rows, old, taken[0]!);
    });
  });
  const surrogate = policyLoss({
    logProbability: valueOf.map((_, agent) => Float64Array.from(terms, (own) => own[agent]!.logProbability)),
    oldLogProbability: byAgent((sample, agent) => sample.logProbability[agent]!),
    advantage: rowsOf(samples, ({ advantage }) => advantage),
    valueOf,
    clip,
  });
  const sumOf = (name: "entropy" | "divergence") =>
    terms.flat().reduce((sum, term) => sum + term[name], 0) / samples.length;
  const [entropy, divergence] = [sumOf("entropy"), sumOf("divergence")];
  return {
    objective: surrogate.loss - entropyCoefficient * entropy + klCoefficient * divergence,
    policy: surrogate.loss / agents,
    entropy: entropy / agents,
    divergence: divergence / agents,
    approxKl: surrogate.approximateDivergence,
    clipFrac: surrogate.clipFraction,
  };
}

function judgeCritic(samples: readonly UpdateSample[], settings: UpdateSettings, weights: Float64Array) {
  const value = rowsOf(samples, (sample) => sample.judge(weights));
  const { loss } = valueLoss({
    value,
    oldValue: rowsOf(samples, (sample) => sample.value),
    target: rowsOf(samples, (sample) => sample.target),
    mode: settings.valueLoss,
    clip: settings.valueClip,
    coefficient: settings.valueCoefficient,
    mean: settings.valueMean,
    scale: settings.valueScale,
  });
  return { objective: loss, value: loss / settings.valueCoefficient / value.length };
}

/** [row][sample] */
function rowsOf(
  samples: readonly UpdateSample[],
  of: (sample: UpdateSample) => Float64Array,
): Float64Array[] {
  const columns = samples.map(of);
  return Array.from(columns[0]!, (_, row) => Float64Array.from(columns, (column) => column[row]!));
}
