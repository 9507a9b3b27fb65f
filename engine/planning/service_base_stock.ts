import { InputError } from "../errors.ts";
import { moments } from "../network/distributions.ts";
import { normalQuantile } from "../network/normal.ts";
import { SUPPLY_INDEX, topology } from "../network/topology.ts";
import type { Network, Sourcing } from "../network/types.ts";
import type { BaseStockPolicy } from "./exact_plans.ts";
import { mean as meanOf } from "./lattice.ts";
import { coverageOf, orderAdvance, periodsToCover } from "./network_coverage.ts";

export interface ServiceBaseStockOptions {
  /** Probability of no stock-out that the normal quantile z stands for; 0.95 by default (z = 1.645). */
  serviceLevel?: number;
  /**
   * How the safety stock grows with L: `"square-root"`, z * std * sqrt(L), by default, or `"linear"`, z * std
   * * L, as the paper prints it.
   */
  safetyStock?: "square-root" | "linear";
  /**
   * What L counts: `"covered"`, the periods of demand that a level has to cover in the engine (`Coverage`:
   * order lead time + shipment lead time + 1), by default, or `"order-to-receipt"`, without the 1.
   */
  leadTime?: "covered" | "order-to-receipt";
}

/**
 * Base-stock levels from a service level and nothing else: mean * L + z * std * sqrt(L) at every node, L
 * being its lead time. The "BS" of Zhang et al. (2024), section 5.2.
 *
 * The paper prints "D L_T + Z_ser std(D) L_T". The demand of L independent periods has the standard deviation
 * std * sqrt(L), so a square root must have been lost (it is there in the textbooks: Snyder and Shen 2019,
 * chapter 4); `safetyStock: "linear"` is the formula as printed.
 *
 * The paper calls L_T "the order lead time" and does not say when in a period orders are decided. Here a
 * level covers one period more than an order takes, the one in which it is decided, and with less the service
 * level means nothing: on the beer game `zhang-bg` (shipment lead time 1) the network costs about 33 a period
 * with "covered" and 191 with "order-to-receipt", while such methods excel there according to the paper
 * (section 5.6).
 *
 * A node's demand is that of its customers and its buyers' shares of theirs, all the way down. Under
 * `"split"` and `"available"` sourcing a share w of a buyer's demand has mean w * mean and variance w^2 *
 * variance; under `"random"` it comes whole or not at all, with variance w * variance + w * (1 - w) * mean^2;
 * under `"all"` whole. Buyers' demands count as independent. Random lead times count with their means,
 * several suppliers with the average by share.
 *
 * @throws InputError where the service level is not between 0 and 1
 */
export function serviceBaseStock(network: Network, options: ServiceBaseStockOptions = {}): BaseStockPolicy {
  const { serviceLevel = 0.95, safetyStock = "square-root", leadTime = "covered" } = options;
  if (!(serviceLevel > 0 && serviceLevel < 1)) {
    throw new InputError("serviceLevel", `expected a probability between 0 and 1, got ${serviceLevel}`);
  }
  const places = topology(network);
  const z = normalQuantile(serviceLevel);
  const levels: Record<string, number> = {};
  nodeClaims(network).forEach((claims, node) => {
    const coverage = coverageOf(network, places, node);
    let level = 0;
    let variance = 0;
    for (const { mean, variance: perPeriod, advance } of claims) {
      const periods = leadTime === "covered"
        ? meanOf(periodsToCover(coverage, advance))
        : meanOf(coverage.periods) - 1;
      level += mean * periods;
      variance += perPeriod * (safetyStock === "linear" ? periods * periods : periods);
    }
    levels[network.nodes[node].id] = level + z * Math.sqrt(variance);
  });
  return { kind: "base-stock", levels };
}

/** What a node's customers, or one of its buyers, want of it in a period. */
export interface Claim {
  mean: number;
  variance: number;
  /** How many periods before it is due it is known. */
  advance: number;
}

/** [node]: its claims. `serviceBaseStock` says how demand passes up. */
export function nodeClaims(network: Network): Claim[][] {
  const places = topology(network);
  const { order, supplyArcs, arcFrom } = places;
  const draws = { integer: network.quantities === "integer" };
  const claims = network.nodes.map(({ demand, demandLeadTime }): Claim[] =>
    demand === undefined ? [] : [{ ...moments(demand, draws), advance: demandLeadTime }]
  );
  for (const node of order.toReversed()) {
    const mean = claims[node].reduce((sum, claim) => sum + claim.mean, 0);
    const variance = claims[node].reduce((sum, claim) => sum + claim.variance, 0);
    const { shares } = coverageOf(network, places, node);
    supplyArcs[node].forEach((arc, i) => {
      if (arcFrom[arc] === SUPPLY_INDEX) return;
      claims[arcFrom[arc]].push({
        ...partOf(mean, variance, shares[i], network.nodes[node].sourcing),
        advance: orderAdvance(network, places, arc),
      });
    });
  }
  return claims;
}

function partOf(mean: number, variance: number, share: number, sourcing: Sourcing): Omit<Claim, "advance"> {
  switch (sourcing) {
    case "all":
      return { mean, variance };
    case "random":
      return { mean: share * mean, variance: share * variance + share * (1 - share) * mean * mean };
    case "split":
    case "available":
      return { mean: share * mean, variance: share * share * variance };
  }
}
