/**
 * The networks of B. Zhang, W. J. Tan, W. Cai and A. N. Zhang, "Leveraging Multi-Agent Reinforcement Learning for
 * Digital Transformation in Supply Chain Inventory Optimization", Sustainability 16, 9996 (2024), section 5.
 *
 * The paper fixes: the beer game's line of four, three real networks of Willems (2008) (table 1), Poisson demand with
 * total mean 32 shared equally by the retailers, an order of last period's demand plus an action from table 2's ranges,
 * orders split equally over suppliers, a local state of backorders, inventory level, on-order, arriving shipment and
 * arriving order with five past periods, own windowed cost as reward, shipment lead times 1 to 3, 50 periods of which
 * 5 are warm-up, 100 runs.
 *
 * We decide: R1, R2 and R3 are Willems' chains 03, 04 and 05, where stages, nodes and edges agree with table 1; order
 * lead time 1 on every arc, also to the external supply (the paper says that there is one); shipment lead time 1 unless
 * `leadTime` says 2 or 3; holding 0.5 and backorder 1 per unit at every node (the stationary beer game's; the paper
 * gives none); on-hand stock stands for the inventory level, which is on-hand less backorders and so adds nothing.
 * Initial stock is the node's mean demand over order lead time + shipment lead time + 1 periods, rounded up: what falls
 * due before an order of the first period can serve. Mean demand of a node is that of its customers and its share of
 * its buyers'. The reward window starts when an order of this period can have arrived (order + shipment lead time; the
 * paper's text says that products must have arrived, its formula has the order lead time alone), is 5 periods long and
 * discounts by 0.99 a period (neither is given). Observation bounds are multiples of the node's mean demand: 4 for
 * demand and received, as many as the initial stock covers times 2 for the others. Rewards are divided by 100.
 */

import { InputError } from "../errors.ts";
import type { NetworkInput } from "../network/schema.ts";
import { type Bounds, SUPPLY } from "../network/types.ts";
import { defineScenario, roundUp, type Scenario, type ScenarioOptions } from "./scenario.ts";
import { WILLEMS_03, WILLEMS_04, WILLEMS_05, type WillemsChain } from "./willems_chains.ts";

const TOTAL_DEMAND = 32;
const ORDER_LEAD_TIME = 1;

/** Table 2's action range, and the topology. */
interface ZhangNetwork extends WillemsChain {
  name: string;
  title: string;
  actions: Bounds;
}

const NETWORKS: readonly ZhangNetwork[] = [
  {
    name: "zhang-bg",
    title: "the beer game: four in line",
    actions: [-8, 24],
    arcs: [
      ["manufacturer", ["distributor"]],
      ["distributor", ["wholesaler"]],
      ["wholesaler", ["retailer"]],
    ],
    demandStages: ["retailer"],
  },
  { name: "zhang-r1", title: "Willems' chain 03", actions: [-4, 10], ...WILLEMS_03 },
  { name: "zhang-r2", title: "Willems' chain 04", actions: [-3, 6], ...WILLEMS_04 },
  { name: "zhang-r3", title: "Willems' chain 05", actions: [-3, 6], ...WILLEMS_05 },
];

/** Nodes in topological order, upstream first, and what reaches each of them. */
interface Chain {
  nodes: string[];
  /** Between nodes, in the data's order. */
  arcs: [from: string, to: string][];
  /** Nodes that nobody in the chain supplies. */
  sources: string[];
  /** Mean demand a period by node, orders split equally over suppliers. */
  flow: Map<string, number>;
}

function chainOf(network: ZhangNetwork): Chain {
  const arcs = network.arcs.flatMap(([from, to]) => to.map((node): [string, string] => [from, node]));
  const suppliers = (node: string) => arcs.filter(([, to]) => to === node).map(([from]) => from);
  const names = [...new Set(arcs.flat())].sort();
  const depth = (node: string): number => Math.max(0, ...suppliers(node).map((from) => depth(from) + 1));
  const nodes = names.sort((a, b) => depth(a) - depth(b));
  const retail = TOTAL_DEMAND / network.demandStages.length;
  const flow = new Map(nodes.map((node) => [node, network.demandStages.includes(node) ? retail : 0]));
  for (const node of nodes.toReversed()) {
    const from = suppliers(node);
    for (const supplier of from) {
      flow.set(supplier, (flow.get(supplier) as number) + (flow.get(node) as number) / from.length);
    }
  }
  return { nodes, arcs, sources: nodes.filter((node) => suppliers(node).length === 0), flow };
}

function zhangNetwork(network: ZhangNetwork, { leadTime = 1 }: ScenarioOptions): NetworkInput {
  if (leadTime !== 1 && leadTime !== 2 && leadTime !== 3) {
    throw new InputError(network.name, `--lead-time (leadTime) must be 1, 2 or 3, got ${leadTime}`);
  }
  const { nodes, arcs, sources, flow } = chainOf(network);
  const covered = ORDER_LEAD_TIME + leadTime + 1;
  const demandOf = (node: string, periods: number) => roundUp((flow.get(node) as number) * periods);
  const bounds = (periods: number): Record<string, Bounds> =>
    Object.fromEntries(nodes.map((node) => [node, [0, demandOf(node, periods)]]));
  return {
    name: network.name,
    horizon: 50,
    quantities: "integer",
    nodes: nodes.map((id) => ({
      id,
      holdingCost: 0.5,
      backorderCost: 1,
      initialOnHand: demandOf(id, covered),
      ...(network.demandStages.includes(id)
        ? { demand: { kind: "poisson" as const, mean: TOTAL_DEMAND / network.demandStages.length } }
        : {}),
    })),
    arcs: [...sources.map((to): [string, string] => [SUPPLY, to]), ...arcs]
      .map(([from, to]) => ({ from, to, leadTime, orderLeadTime: ORDER_LEAD_TIME })),
    control: { rule: "demand-plus", bounds: network.actions },
    observation: {
      features: ["backorders", "onHand", "onOrder", "received", "demand"],
      lags: 5,
      bounds: {
        backorders: bounds(2 * covered),
        onHand: bounds(2 * covered),
        onOrder: bounds(2 * covered),
        received: bounds(4),
        demand: bounds(4),
      },
    },
    reward: {
      scheme: "own",
      scale: 0.01,
      window: { lag: ORDER_LEAD_TIME + leadTime, length: 5, discount: 0.99 },
    },
    evaluation: { periods: 50, warmup: 5, episodes: 100 },
  };
}

/** `zhang-bg`, `zhang-r1`, `zhang-r2`, `zhang-r3`. */
export const zhangScenarios: readonly Scenario[] = NETWORKS.map((network) => {
  const { nodes, arcs, sources } = chainOf(network);
  const retailers = network.demandStages.length;
  return defineScenario({
    name: network.name,
    source: "Zhang et al. 2024",
    summary: `${network.title}; ${retailers === 1 ? "one retailer" : `${retailers} retailers`}, ` +
      `Poisson demand of 32 in all; order = last demand plus an action`,
    nodes: nodes.length,
    arcs: arcs.length + sources.length,
    needsData: false,
    options: ["leadTime"],
    build: (options = {}) => Promise.resolve(zhangNetwork(network, options)),
  });
});
