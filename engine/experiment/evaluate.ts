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
  /** Profit per episode less that of the first contender, episode by episode; then over seeds. */
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
  const comparisons: Comparison[] = [];
  let first: Float64Array | undefined;
  for (const { name, policies } of contenders) {
    const results: SimulationResult[] = [];
    for (const policy of policies) results.push(await simulate(network, policy, options));
    first ??= meanProfits(results);
    comparisons.push(comparisonOf(name, results, first));
  }
  return comparisons;
}

function comparisonOf(
  name: string,
  results: readonly SimulationResult[],
  first: Float64Array,
): Comparison {
  const over = (of: (result: SimulationResult) => Estimate): Estimate =>
    results.length === 1 ? of(results[0]!) : estimate(results.map((result) => of(result).mean));
  return {
    name,
    seeds: results.length,
    profitPerEpisode: over((result) => result.profitPerEpisode),
    difference: over((result) => pairedDifference(result.episodeProfits, first)),
    costPerPeriod: over((result) => result.costPerPeriod),
    fillRate: over((result) => result.fillRate),
    onHand: over((result) => result.onHand),
    backorders: over((result) => result.backorders),
    cutByCapacity: over((result) => result.discarded.byCapacity),
    bullwhip: over((result) => result.echelons[0]!.bullwhip),
    results,
  };
}

/** The profit of each episode, averaged over the results. */
function meanProfits(results: readonly SimulationResult[]): Float64Array {
  return Float64Array.from(
    results[0]!.episodeProfits,
    (_, e) => results.reduce((sum, { episodeProfits }) => sum + episodeProfits[e]!, 0) / results.length,
  );
}
