/** Policies compared on the same random numbers. */

import type { Network } from "../network/mod.ts";
import type { Policy } from "../policies/mod.ts";
import {
  type Controller,
  type Estimate,
  estimate,
  pairedDifference,
  simulate,
  type SimulateOptions,
  type SimulationResult,
} from "../simulation/mod.ts";

/** A policy under a name; several of one name's seeds count as one contender. */
export interface Contender {
  readonly name: string;
  readonly policies: readonly (Policy | Controller)[];
}

/** Figures of a contender: means over episodes, or over seeds where there are several. */
export interface Comparison {
  readonly name: string;
  readonly seeds: number;
  readonly profitPerEpisode: Estimate;
  /**
   * Profit per episode less that of the first contender: episode by episode where both have one seed, else with the
   * spread over the seeds of both.
   */
  readonly difference: Estimate;
  readonly costPerPeriod: Estimate;
  readonly fillRate: Estimate;
  readonly onHand: Estimate;
  readonly backorders: Estimate;
  readonly cutByCapacity: Estimate;
  /** Variance of the retailers' orders over that of customers' demand. */
  readonly bullwhip: Estimate;
  readonly results: readonly SimulationResult[];
}

/**
 * Simulates every policy on the same episodes.
 *
 * @throws InputError as `simulate`, and where a policy does not fit the network
 */
export async function evaluate(
  network: Network,
  contenders: readonly Contender[],
  options: SimulateOptions = {},
): Promise<Comparison[]> {
  const simulated: { name: string; results: SimulationResult[] }[] = [];
  for (const { name, policies } of contenders) {
    const results: SimulationResult[] = [];
    for (const policy of policies) results.push(await simulate(network, policy, options));
    simulated.push({ name, results });
  }
  return simulated.map(({ name, results }) => comparisonOf(name, results, simulated[0]!.results));
}

function comparisonOf(
  name: string,
  results: readonly SimulationResult[],
  first: readonly SimulationResult[],
): Comparison {
  const over = (of: (result: SimulationResult) => Estimate): Estimate =>
    results.length === 1 ? of(results[0]!) : estimate(results.map((result) => of(result).mean));
  return {
    name,
    seeds: results.length,
    profitPerEpisode: over((result) => result.profitPerEpisode),
    difference: results === first ? { mean: 0, stderr: 0 } : differenceOf(results, first),
    costPerPeriod: over((result) => result.costPerPeriod),
    fillRate: over((result) => result.fillRate),
    onHand: over((result) => result.onHand),
    backorders: over((result) => result.backorders),
    cutByCapacity: over((result) => result.discarded.byCapacity),
    bullwhip: over((result) => result.echelons[0]!.bullwhip),
    results,
  };
}

function differenceOf(a: readonly SimulationResult[], b: readonly SimulationResult[]): Estimate {
  if (a.length === 1 && b.length === 1) return pairedDifference(a[0]!.episodeProfits, b[0]!.episodeProfits);
  const [ours, theirs] = [a, b].map(overSeeds) as [Estimate, Estimate];
  return { mean: ours.mean - theirs.mean, stderr: Math.hypot(ours.stderr, theirs.stderr) };
}

/** All seeds meet the same episodes, so one alone has no spread. */
function overSeeds(results: readonly SimulationResult[]): Estimate {
  const means = results.map(({ profitPerEpisode }) => profitPerEpisode.mean);
  return means.length === 1 ? { mean: means[0]!, stderr: 0 } : estimate(means);
}
