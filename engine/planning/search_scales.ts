/** What the flows through a network suggest for the levels of its nodes: the box of a search, and where it starts. */

import { moments } from "../network/distributions.ts";
import { topology } from "../network/topology.ts";
import type { Basis, Bounds, Network } from "../network/types.ts";

/** In units, for the basis in question. */
export interface NodeScale {
  /** Expected flow in a period. */
  flow: number;
  /** Mean and standard deviation of the demand that the node's level has to cover: see `nodeScales`. */
  mean: number;
  deviation: number;
  /** A sensible lot: the economic order quantity, or the flow of a period where there is no fixed cost. */
  lot: number;
  /** Where the best level (s, S or base-stock) and the best order quantity certainly are. */
  level: Bounds;
  quantity: Bounds;
}

/** The box reaches this many standard deviations and lots beyond the multiples of the mean. */
const REACH = 6;
const LOTS = 3;
const MEANS = 3;

/**
 * The demand that a level covers is that of the periods from an order to the end of the period in which its goods
 * arrive, at the expected flow, its variance that of all customers downstream by their shares. Echelon levels add up the
 * levels of everything downstream that the goods pass.
 */
export function nodeScales(network: Network, basis: Basis): NodeScale[] {
  const shape = topology(network);
  const integer = network.quantities === "integer";
  const flow = new Float64Array(network.nodes.length);
  const variance = new Float64Array(network.nodes.length);
  for (const n of shape.order.toReversed()) {
    const { demand, sourcing } = network.nodes[n];
    if (demand !== undefined) {
      const own = moments(demand, { integer });
      flow[n] += own.mean;
      variance[n] += own.variance;
    }
    const arcs = shape.supplyArcs[n];
    const total = arcs.reduce((sum, arc) => sum + network.arcs[arc].share, 0);
    for (const arc of arcs) {
      const from = shape.arcFrom[arc];
      if (from < 0) continue;
      const share = sourcing === "all" ? 1 : network.arcs[arc].share / total;
      flow[from] += flow[n] * share;
      variance[from] += variance[n] * share * (sourcing === "random" ? 1 : share);
    }
  }
  const means = new Float64Array(network.nodes.length);
  const variances = new Float64Array(network.nodes.length);
  network.nodes.forEach((node, n) => {
    const arcs = shape.supplyArcs[n].map((arc) => network.arcs[arc]);
    const leadTimes = arcs.map(({ leadTime, orderLeadTime }) => {
      const { mean, variance } = moments(leadTime, { integer: true });
      return { mean: mean + orderLeadTime, variance };
    });
    // The slowest supplier: what a split order waits for.
    const slowest = leadTimes.reduce((a, b) => b.mean > a.mean ? b : a);
    const periods = Math.max(1, slowest.mean + 1 - node.demandLeadTime);
    means[n] = flow[n] * periods;
    variances[n] = variance[n] * periods + flow[n] ** 2 * slowest.variance;
  });
  return network.nodes.map((node, n): NodeScale => {
    const below = basis === "echelon-position" ? shape.downstream[n] : Int32Array.of();
    let mean = means[n];
    let squared = variances[n];
    for (const b of below) {
      mean += means[b];
      squared += variances[b];
    }
    const deviation = Math.sqrt(squared);
    const { fixedOrderCost, holdingCost, capacity } = node;
    const economic = holdingCost > 0 ? Math.sqrt(2 * fixedOrderCost * flow[n] / holdingCost) : 0;
    const lot = Math.max(flow[n], economic);
    const high = Math.ceil(MEANS * mean + REACH * deviation + LOTS * lot);
    const level: Bounds = basis === "on-hand"
      ? [-1, Math.min(high, capacity ?? Infinity)]
      : [-Math.ceil(mean + deviation), high];
    const quantity: Bounds = [0, Math.ceil(LOTS * lot + REACH * Math.sqrt(variance[n]))];
    return { flow: flow[n], mean, deviation, lot, level, quantity };
  });
}
