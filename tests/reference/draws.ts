/** A second, plain way from an address to a draw: threefry, cumulative sums, thresholds. */
import { threefry2x32 } from "../../engine/random/threefry.ts";
import type { Distribution, Network } from "../../engine/network/types.ts";
import {
  FRACTION_UNIT,
  roundedFraction,
  roundHalfEven,
  sum,
  tenThousandths,
  wholeWeights,
} from "./arithmetic.ts";
import { type Draws, supplyArcs } from "./state.ts";

const WORDS = 2 ** 32;
const NEGLIGIBLE_TAIL = 2 ** -33;
const STREAMS = { demand: 0, leadTime: 1, sourcing: 2 };

/** Probability `probabilities[i]` of `values[i]`, ascending. */
export interface MassFunction {
  values: number[];
  probabilities: number[];
}

/** Standard normal distribution function, by the series of Marsaglia (2004), J. Stat. Softw. 11(4). */
export function normalCdf(x: number): number {
  if (x < -9) return 0;
  if (x > 9) return 1;
  let term = x;
  let series = x;
  for (let i = 3; Math.abs(term) > 1e-18; i += 2) {
    term *= (x * x) / i;
    series += term;
  }
  return 0.5 + (series * Math.exp(-x * x / 2)) / Math.sqrt(2 * Math.PI);
}

/** Inverse of normalCdf for 0 < p < 1 by Newton's method from 0, which is monotone: the function is convex below 0. */
export function inverseNormal(p: number): number {
  if (p > 0.5) return -inverseNormal(1 - p);
  let x = 0;
  for (let i = 0; i < 60; i++) {
    const step = (normalCdf(x) - p) * Math.sqrt(2 * Math.PI) * Math.exp(x * x / 2);
    x -= step;
    if (Math.abs(step) < 1e-13) break;
  }
  return x;
}

/** Masses at 0, 1, 2, ... until what remains cannot be drawn. */
function massesUpFrom0(mass: (k: number) => number, mode: number): MassFunction {
  const probabilities: number[] = [];
  for (let total = 0; total <= 1 - NEGLIGIBLE_TAIL || probabilities.length <= mode;) {
    if (probabilities.length > 1_000_000) throw new RangeError("the masses do not add up to 1");
    const next = mass(probabilities.length);
    probabilities.push(next);
    total += next;
  }
  return { values: probabilities.map((_, k) => k), probabilities };
}

function poissonMasses(mean: number): (k: number) => number {
  const masses = [Math.exp(-mean)];
  return (k) => {
    for (let i = masses.length; i <= k; i++) masses.push((masses[i - 1] * mean) / i);
    return masses[k];
  };
}

function negativeBinomialMasses(mean: number, dispersion: number): (k: number) => number {
  const failure = mean / (dispersion + mean);
  const masses = [Math.pow(1 - failure, dispersion)];
  return (k) => {
    for (let i = masses.length; i <= k; i++) {
      masses.push((masses[i - 1] * failure * (dispersion + i - 1)) / i);
    }
    return masses[k];
  };
}

function integersBetween(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

/** The masses of a distribution that is drawn by thresholds; normal: of max(0, round(N)). */
export function massFunction(distribution: Distribution): MassFunction {
  switch (distribution.kind) {
    case "constant":
      return { values: [distribution.value], probabilities: [1] };
    case "poisson":
      return massesUpFrom0(poissonMasses(distribution.mean), distribution.mean);
    case "poisson-uniform": {
      const parts = integersBetween(distribution.low, distribution.high).map(poissonMasses);
      return massesUpFrom0((k) => sum(parts.map((part) => part(k))) / parts.length, distribution.high);
    }
    case "uniform-integer": {
      const values = integersBetween(distribution.low, distribution.high);
      return { values, probabilities: values.map(() => 1 / values.length) };
    }
    case "negative-binomial":
      return massesUpFrom0(
        negativeBinomialMasses(distribution.mean, distribution.dispersion),
        distribution.mean,
      );
    case "normal": {
      const { mean, stdDev } = distribution;
      if (stdDev === 0) return { values: [Math.max(0, roundHalfEven(mean))], probabilities: [1] };
      const below = (x: number) => normalCdf((x - mean) / stdDev);
      return massesUpFrom0((k) => below(k + 0.5) - (k === 0 ? 0 : below(k - 0.5)), mean);
    }
    case "empirical": {
      const order = distribution.values.map((_, i) => i).sort((a, b) =>
        distribution.values[a] - distribution.values[b]
      );
      return {
        values: order.map((i) => distribution.values[i]),
        probabilities: order.map((i) => distribution.probabilities[i]),
      };
    }
    case "trace":
      throw new RangeError("a trace has no mass function");
  }
}

/** T_k = min(2^32, round(CDF(k) 2^32)) for all outcomes but the last, of weights that add up to `total`. */
export function thresholds(weights: number[], total = 1): number[] {
  let cumulative = 0;
  return weights.slice(0, -1).map((weight) => {
    cumulative += weight;
    return Math.min(WORDS, Math.round((cumulative / total) * WORDS));
  });
}

function outcome(word: number, limits: number[]): number {
  return limits.filter((limit) => word >= limit).length;
}

function traceValue(values: number[], repeat: boolean, period: number): number {
  if (!repeat && period >= values.length) throw new RangeError(`the trace ends before period ${period}`);
  return values[period % values.length];
}

type Sampler = (word: () => number, duePeriod: number) => number;

/** `whole`: the result is a non-negative integer (integer networks, and all lead times). */
function samplerOf(distribution: Distribution, whole: boolean): Sampler {
  const { profile } = distribution;
  const multiplied = (value: number, period: number) => {
    if (profile === undefined) return value;
    const n = tenThousandths(profile[period % profile.length]);
    return whole ? roundedFraction(value, n) : (value * n) / FRACTION_UNIT;
  };
  if (distribution.kind === "trace") {
    const { values, repeat } = distribution;
    return (_, period) => {
      const value = multiplied(traceValue(values, repeat, period), period);
      return whole ? roundHalfEven(value) : value;
    };
  }
  if (distribution.kind === "normal" && !whole) {
    const { mean, stdDev } = distribution;
    return (word, period) => {
      const uniform = ((word() >>> 9) + 0.5) * 2 ** -23;
      return multiplied(Math.max(0, mean + stdDev * inverseNormal(uniform)), period);
    };
  }
  const { values, probabilities } = massFunction(distribution);
  const limits = thresholds(probabilities);
  return (word, period) => multiplied(values[values.length === 1 ? 0 : outcome(word(), limits)], period);
}

/** Which episode of which environment the draws belong to. */
export interface Episode {
  seed: number;
  phase: number;
  episode: number;
  member: number;
}

/** The draws of one episode of one environment, by the addresses that the engine uses. */
export function drawsFor(network: Network, { seed, phase, episode, member }: Episode): Draws {
  const word = (stream: number, period: number, entity: number) => {
    const key = phase * 2 ** 29 + stream * 2 ** 24 + episode;
    return threefry2x32(seed, key, member * 2 ** 8, period * 2 ** 12 + entity)[0] >>> 0;
  };
  const demands = network.nodes.map(({ demand }) =>
    demand === undefined ? undefined : samplerOf(demand, network.quantities === "integer")
  );
  const leadTimes = network.arcs.map(({ leadTime }) => samplerOf(leadTime, true));
  const choices = network.nodes.map((_, node) => {
    const weights = wholeWeights(supplyArcs(network, node).map((arc) => network.arcs[arc].share));
    return thresholds(weights, sum(weights));
  });
  return {
    demand(node, period) {
      const due = period + network.nodes[node].demandLeadTime;
      return demands[node]?.(() => word(STREAMS.demand, period, node), due) ?? 0;
    },
    leadTime: (arc, period) => leadTimes[arc](() => word(STREAMS.leadTime, period, arc), period),
    sourcing: (node, period) => outcome(word(STREAMS.sourcing, period, node), choices[node]),
  };
}
