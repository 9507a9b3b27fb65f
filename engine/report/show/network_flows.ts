/** Mean flows along arcs, from what nodes receive and ship. */

import type { Network } from "../../network/mod.ts";
import { topology } from "../../network/mod.ts";
import type { SimulationResult } from "../../simulation/mod.ts";

/** Units per period. */
export interface Flows {
  /** (arcs) What arrives; of a node with several suppliers, its receipts in proportion to their shares. */
  arcs: readonly number[];
  /** (nodes) What goes to customers; 0 where there are none. */
  customers: readonly number[];
  most: number;
}

export function arcFlows(network: Network, { nodes }: SimulationResult): Flows {
  const { supplyArcs, downstreamArcs } = topology(network);
  const arcs = new Array<number>(network.arcs.length).fill(0);
  supplyArcs.forEach((own, n) => {
    const weights = own.map((arc) =>
      (network.nodes[n]!.sourcing === "all" ? 1 : network.arcs[arc]!.share) * network.arcs[arc]!.yield
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    own.forEach((arc, k) => arcs[arc] = sum === 0 ? 0 : nodes[n]!.received * weights[k]! / sum);
  });
  const customers = network.nodes.map(({ demand }, n) => {
    if (demand === undefined) return 0;
    const passedOn = downstreamArcs[n]!.reduce(
      (sum, arc) => sum + arcs[arc]! / (network.arcs[arc]!.yield || 1),
      0,
    );
    return Math.max(0, nodes[n]!.shipped - passedOn);
  });
  return { arcs, customers, most: Math.max(0, ...arcs, ...customers) };
}
