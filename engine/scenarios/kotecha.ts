/**
 * The networks of N. Kotecha and A. del Rio Chanona, "Leveraging Graph Neural Networks and Multi-Agent Reinforcement
 * Learning for Inventory Control in Supply Chains" (2024), section 3.1.
 *
 * The paper fixes: topology, order costs and prices (tables C.4 to C.7), stock cost 0.5, backlog cost 2.5, capacity and
 * largest order 100, initial stock 100, Poisson(5) demand at every node with nothing downstream, 50 periods, (s,S)
 * parameters in [0, 100] on on-hand stock, an observation of on-hand, backlog, pipeline, demand and order history.
 *
 * We decide: a node with several suppliers splits its order equally (the paper is silent); lead times are those of the
 * released code, by node, or Poisson with these means (`leadTime: "poisson"`; the paper draws them from a Poisson
 * distribution and gives no mean); a history of one period (M is not given); backlog without a limit (none is stated);
 * stock is charged as in equation 7, not against the tables' target of 10; observation bounds: backlog up to 200,
 * pipeline up to 100 a period of lead time, orders taken in up to 100 a buyer, customer demand up to 20 (exceeded about
 * once in 10^7 draws); rewards divided by 100; 1000 evaluation episodes.
 *
 * `kotecha-N-published` follows the released code where it departs from the paper, so that results can be compared:
 * stock is charged on abs(on-hand - 10), and a node with several suppliers sends its whole order to each of them while
 * only what its first supplier (lowest index) ships ever arrives.
 */

import { InputError } from "../errors.ts";
import type { NetworkInput } from "../network/schema.ts";
import { type Bounds, SUPPLY } from "../network/types.ts";
import { KOTECHA_LEAD_TIMES, KOTECHA_NETWORKS, type KotechaNode } from "./kotecha_data.ts";
import { defineScenario, type Scenario, type ScenarioOptions } from "./scenario.ts";

const LIMIT = 100;
const DEMAND_MEAN = 5;
const CUSTOMER_DEMAND_BOUND = 20;

type Size = keyof typeof KOTECHA_NETWORKS;

function kotechaNetwork(size: Size, published: boolean, options: ScenarioOptions): NetworkInput {
  const { leadTime } = options;
  if (leadTime !== undefined && leadTime !== "poisson") {
    throw new InputError(
      nameOf(size, published),
      `--lead-time (leadTime) must be "poisson", got ${leadTime}; without it lead times are fixed by node`,
    );
  }
  const rows: readonly KotechaNode[] = KOTECHA_NETWORKS[size];
  const periods = (node: number) => KOTECHA_LEAD_TIMES[node] as number;
  const suppliers = rows.map((_, node) => rows.flatMap(([, , to], from) => to.includes(node) ? [from] : []));
  const byNode = (bound: (node: number) => number): Record<string, Bounds> =>
    Object.fromEntries(rows.map((_, node) => [String(node), [0, bound(node)]]));
  const arc = (from: string, to: number) => ({
    from,
    to: String(to),
    leadTime: leadTime === "poisson" ? { kind: leadTime, mean: periods(to) } : periods(to),
    ...(published && from !== SUPPLY && from !== String(suppliers[to]?.[0]) ? { yield: 0 } : {}),
  });
  return {
    name: nameOf(size, published),
    horizon: 50,
    quantities: "integer",
    nodes: rows.map(([cost, price, downstream], node) => ({
      id: String(node),
      price,
      orderCost: cost,
      holdingCost: 0.5,
      backorderCost: 2.5,
      capacity: LIMIT,
      maxOrder: LIMIT,
      initialOnHand: 100,
      ...(published ? { holdingTarget: 10, sourcing: "all" as const } : {}),
      ...(downstream.length === 0 ? { demand: { kind: "poisson" as const, mean: DEMAND_MEAN } } : {}),
    })),
    arcs: [arc(SUPPLY, 0), ...rows.flatMap(([, , to], from) => to.map((node) => arc(String(from), node)))],
    control: { rule: "s-S", basis: "on-hand", bounds: [0, LIMIT] },
    observation: {
      features: ["onHand", "backorders", "onOrder", "demand", "order"],
      lags: 0,
      bounds: {
        onHand: [0, LIMIT],
        backorders: [0, 2 * LIMIT],
        onOrder: byNode((node) => LIMIT * periods(node)),
        demand: byNode((node) => {
          const buyers = rows[node]?.[2].length ?? 0;
          return buyers === 0 ? CUSTOMER_DEMAND_BOUND : LIMIT * buyers;
        }),
        order: [0, LIMIT],
      },
    },
    reward: { scheme: "total", scale: 0.01 },
    evaluation: { periods: 50, warmup: 0, episodes: 1000 },
  };
}

function nameOf(size: Size, published: boolean): string {
  return `kotecha-${size}${published ? "-published" : ""}`;
}

function scenario(size: Size, published: boolean): Scenario {
  const rows: readonly KotechaNode[] = KOTECHA_NETWORKS[size];
  const retailers = rows.filter(([, , downstream]) => downstream.length === 0).length;
  return defineScenario({
    name: nameOf(size, published),
    source: "Kotecha and del Rio Chanona 2024",
    summary: published
      ? `kotecha-${size} as the authors' released code runs it: holding on abs(on-hand - 10), whole order to all suppliers`
      : `${size} nodes, ${retailers} of them with Poisson(5) customers; (s,S) on on-hand stock`,
    nodes: rows.length,
    arcs: 1 + rows.reduce((sum, [, , downstream]) => sum + downstream.length, 0),
    needsData: false,
    options: ["leadTime"],
    build: (options = {}) => Promise.resolve(kotechaNetwork(size, published, options)),
  });
}

const SIZES: readonly Size[] = [6, 12, 18, 24];

/** `kotecha-6` to `kotecha-24`, then their `-published` variants. */
export const kotechaScenarios: readonly Scenario[] = [
  ...SIZES.map((size) => scenario(size, false)),
  ...SIZES.map((size) => scenario(size, true)),
];
