import { mean as meanOf, moments, pmf } from "../network/distributions.ts";
import { FRACTION, quantise, scaleWhole } from "../network/rounding.ts";
import type { Distribution, Network } from "../network/types.ts";
import { discretizedNormal } from "./demand.ts";
import { clampAtZero, type Lattice, lattice, mixture } from "./lattice.ts";

/**
 * Points to a standard deviation where demand is not in whole numbers, and at most to the largest of the
 * network.
 */
const FINEST = 50;
const COARSEST = 2000;

/**
 * Customer demand of a period by node, all on lattices of one step; undefined at nodes without customers.
 *
 * Planning takes demand as independent from period to period: a profile counts as a mixture of its phases, a
 * trace as a draw from its values. Normal demand is clamped at 0, as the engine draws it.
 */
export function demandLattices(network: Network): (Lattice | undefined)[] {
  const step = commonStep(network);
  const integer = network.quantities === "integer";
  return network.nodes.map(({ demand }) => demand && demandLattice(demand, integer, step));
}

/** A lead time in whole periods, profile and trace pooled as in `demandLattices`. */
export function leadTimeLattice(leadTime: Distribution): Lattice {
  return demandLattice(leadTime, true, 1);
}

interface Outcome {
  value: number;
  probability: number;
}

function demandLattice(distribution: Distribution, integer: boolean, step: number): Lattice {
  const phases = distribution.profile?.map(quantise) ?? [FRACTION];
  const weights = new Map<number, number>();
  for (const parts of phases) weights.set(parts, (weights.get(parts) ?? 0) + 1 / phases.length);
  return mixture(
    [...weights].map(([parts, weight]) => ({
      weight,
      pmf: phaseLattice(distribution, parts, integer, step),
    })),
  );
}

function phaseLattice(distribution: Distribution, parts: number, integer: boolean, step: number): Lattice {
  if (distribution.kind === "normal" && !integer && distribution.stdDev > 0 && parts > 0) {
    const multiplier = parts / FRACTION;
    const { mean, stdDev } = distribution;
    return clampAtZero(discretizedNormal(mean * multiplier, stdDev * multiplier, step));
  }
  const outcomes = outcomesOf(distribution, integer).map(({ value, probability }) => ({
    value: integer ? scaleWhole(value, parts) : value * parts / FRACTION,
    probability,
  }));
  return onLattice(outcomes, step);
}

function outcomesOf(distribution: Distribution, integer: boolean): Outcome[] {
  if (distribution.kind === "trace") {
    return distribution.values.map((value) => ({ value, probability: 1 / distribution.values.length }));
  }
  if (distribution.kind === "normal" && !integer) {
    return [{ value: Math.max(0, distribution.mean), probability: 1 }];
  }
  const { low, probabilities, values } = pmf(distribution, { integer });
  return Array.from(probabilities, (probability, k) => ({ value: values?.[k] ?? low + k, probability }));
}

/** A value between two points is shared between them, so that the mean is exact. */
function onLattice(outcomes: readonly Outcome[], step: number): Lattice {
  const places = outcomes.map(({ value }) => value / step);
  const first = Math.floor(Math.min(...places));
  const masses = new Float64Array(Math.ceil(Math.max(...places)) - first + 2);
  outcomes.forEach(({ probability }, k) => {
    // 0.3 / 0.1 is not 3: what lies this close to a point is on it.
    const place = Math.abs(places[k] - Math.round(places[k])) < 1e-9 ? Math.round(places[k]) : places[k];
    const low = Math.floor(place);
    masses[low - first] += probability * (low + 1 - place);
    masses[low - first + 1] += probability * (place - low);
  });
  return lattice(first, masses, step, step !== 1);
}

function commonStep(network: Network): number {
  if (network.quantities === "integer") return 1;
  const demands = network.nodes.flatMap(({ demand }) => demand === undefined ? [] : [demand]);
  if (demands.every(isWhole)) return 1;
  const deviations = demands.map((demand) => Math.sqrt(moments(demand).variance)).filter((sd) => sd > 0);
  const finest = deviations.length > 0
    ? Math.max(Math.min(...deviations) / FINEST, Math.max(...deviations) / COARSEST)
    : Math.min(...demands.map((demand) => meanOf(demand)).filter((mean) => mean > 0)) / COARSEST;
  // One over a whole number, so that demand in whole numbers stays on the points.
  return finest < 1 ? 1 / Math.ceil(1 / finest) : Math.floor(finest);
}

function isWhole({ profile, ...distribution }: Distribution): boolean {
  const whole = (values: readonly number[]) => values.every(Number.isInteger);
  if (profile !== undefined && !whole(profile)) return false;
  switch (distribution.kind) {
    case "constant":
      return Number.isInteger(distribution.value);
    case "normal":
      return false;
    case "empirical":
    case "trace":
      return whole(distribution.values);
    default:
      return true;
  }
}
