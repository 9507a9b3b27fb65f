/**
 * Initial stock where demand and lead times are the user's data, so that no table can hold planned levels: a simple rule
 * close to what decomposition and aggregation plans. (Scenarios know nothing of planning.)
 */

import { moments, type Pmf, pmf } from "../network/distributions.ts";
import type { DistributionKind } from "../network/types.ts";
import { echelonRow, type Structure, ZIEGNER_NETWORKS } from "./ziegner_networks.ts";

/** By id. */
export interface Distributions {
  /** Of retailers. */
  demand: ReadonlyMap<string, DistributionKind>;
  /** Of the arcs into a stock point. */
  leadTime: ReadonlyMap<string, DistributionKind>;
}

/** The period that an order takes to its supplier, while demand goes on. */
const ORDER_PERIOD = 1;

/**
 * Units by stock point. A level has to cover N = lead time + 1 periods of demand.
 * - Retailers: the smallest level that covers it with probability (b + h_2) / (b + h_1), b the backorder cost and h_i the
 *   holding cost of echelon i: the upper bound of Shang and Song, "Newsvendor bounds and heuristic for optimal policies
 *   in serial supply chains", Management Science 49 (2003), which is the best level of the last stage of a line.
 * - Upstream: the mean demand of N periods. A buyer with k suppliers brings each 1/k of its mean demand.
 */
export function ruleOfThumb(
  structure: Structure,
  backorderCost: number,
  { demand, leadTime }: Distributions,
): Record<string, number> {
  const { stockPoints, arcs } = ZIEGNER_NETWORKS[structure];
  const holdingCost = (echelon: number) => echelonRow(structure, echelon).holdingCost;
  const probability = (backorderCost + holdingCost(2)) / (backorderCost + holdingCost(1));
  const flow = new Map<string, number>();
  const levels: Record<string, number> = {};
  for (const { id } of stockPoints.toReversed()) {
    const customers = demand.get(id);
    const mean = customers === undefined ? flow.get(id) as number : moments(customers).mean;
    const suppliers = arcs.filter(([, to]) => to === id).map(([from]) => from);
    for (const supplier of suppliers) {
      flow.set(supplier, (flow.get(supplier) ?? 0) + mean / suppliers.length);
    }
    const wait = leadTime.get(id) as DistributionKind;
    levels[id] = customers === undefined
      ? Math.round(mean * (moments(wait).mean + ORDER_PERIOD))
      : coveringLevel(pmf(customers, { integer: true }), pmf(wait, { integer: true }), probability);
  }
  return levels;
}

/**
 * The smallest x with P(demand of lead time + 1 periods <= x) >= probability, demand independent from period to period.
 * O(largest demand * largest lead time^2 * outcomes of demand).
 */
function coveringLevel(demand: Pmf, leadTime: Pmf, probability: number): number {
  const ofDemand = outcomes(demand);
  const ofPeriods = outcomes(leadTime).map(([days, weight]) => [days + ORDER_PERIOD, weight] as const);
  const longest = ofPeriods.at(-1)?.[0] as number;
  const largest = ofDemand.at(-1)?.[0] as number;
  const total = new Float64Array(longest * largest + 1);
  let sum = Float64Array.of(1);
  for (let periods = 1; periods <= longest; periods++) {
    const next = new Float64Array(periods * largest + 1);
    for (const [units, weight] of ofDemand) {
      for (let x = 0; x < sum.length; x++) {
        next[units + x] = (next[units + x] as number) + weight * (sum[x] as number);
      }
    }
    sum = next;
    const weight = ofPeriods.find(([days]) => days === periods)?.[1] ?? 0;
    for (let x = 0; x < sum.length; x++) total[x] = (total[x] as number) + weight * (sum[x] as number);
  }
  let level = 0;
  let covered = total[0] as number;
  while (covered < probability) covered += total[++level] as number;
  return level;
}

/** Ascending. */
function outcomes({ low, probabilities, values }: Pmf): (readonly [value: number, probability: number])[] {
  return Array.from(probabilities, (probability, k) => [values?.[k] ?? low + k, probability] as const);
}
