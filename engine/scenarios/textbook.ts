/**
 * Single stages whose best policy is known, to hold learned and planned policies against. Units arrive `leadTime` periods
 * after they are ordered, before that period's demand.
 */

import type { NetworkInput } from "../network/schema.ts";
import { defineScenario, type Scenario } from "./scenario.ts";

export interface KnownOptimum {
  /** Of the scenario. */
  name: string;
  /** The least cost a period that any policy has in the long run. */
  costPerPeriod: number;
}

const DEMAND_MEAN = 5;
const HOLDING_COST = 1;
/** Three digits of these figures are Zipkin's; value iteration in the tests gives the rest. */
const LOST_SALES_OPTIMA = [4.04, 4.40, 4.60, 4.73] as const;
const BACKORDER_LEAD_TIME = 2;

export const knownOptima: readonly KnownOptimum[] = [
  ...LOST_SALES_OPTIMA.map((costPerPeriod, k) => ({ name: `lost-sales-${k + 1}`, costPerPeriod })),
  { name: `backorders-${BACKORDER_LEAD_TIME}`, costPerPeriod: 7.123 },
];

const evaluation = { periods: 1100, warmup: 100, episodes: 1000 };
const reward = { scheme: "total", scale: 0.1 } as const;

/** Zipkin (2008), "Old and new methods for lost-sales inventory systems", Operations Research 56: Poisson(5), p = 4. */
function lostSales(leadTime: number): NetworkInput {
  return {
    name: `lost-sales-${leadTime}`,
    horizon: 100,
    quantities: "integer",
    nodes: [{
      id: "1",
      holdingCost: HOLDING_COST,
      lostSaleCost: 4,
      unmetDemand: "lost",
      maxOrder: 20,
      initialOnHand: 10,
      demand: { kind: "poisson", mean: DEMAND_MEAN },
    }],
    arcs: [{ from: "supply", to: "1", leadTime }],
    control: { rule: "quantity", basis: "inventory-position", bounds: [0, 12] },
    observation: {
      features: ["onHand", "inTransitSlots"],
      lags: 0,
      bounds: { onHand: [0, 40], inTransitSlots: [0, 20] },
    },
    reward,
    evaluation,
  };
}

/** A base-stock level of 20 is optimal: the newsvendor's, over the demand of three periods (Zipkin 2000, section 6.2). */
function backorders(): NetworkInput {
  return {
    name: `backorders-${BACKORDER_LEAD_TIME}`,
    horizon: 100,
    quantities: "integer",
    nodes: [{
      id: "1",
      holdingCost: HOLDING_COST,
      backorderCost: 9,
      maxOrder: 20,
      initialOnHand: 20,
      demand: { kind: "poisson", mean: DEMAND_MEAN },
    }],
    arcs: [{ from: "supply", to: "1", leadTime: BACKORDER_LEAD_TIME }],
    control: { rule: "quantity", basis: "inventory-position", bounds: [0, 15] },
    observation: {
      features: ["inventoryPosition"],
      lags: 0,
      bounds: { inventoryPosition: [0, 40] },
    },
    reward,
    evaluation,
  };
}

function scenario(source: string, summary: string, build: () => NetworkInput): Scenario {
  const { name } = build();
  return defineScenario({
    name: name!,
    source,
    summary,
    nodes: 1,
    arcs: 1,
    needsData: false,
    options: [],
    build: () => Promise.resolve(build()),
  });
}

export const textbookScenarios: readonly Scenario[] = [
  ...LOST_SALES_OPTIMA.map((cost, k) =>
    scenario(
      "Zipkin 2008",
      `one stage, lost sales, Poisson(5), lead time ${k + 1}: the least cost a period is ${cost.toFixed(2)}`,
      () => lostSales(k + 1),
    )
  ),
  scenario(
    "Zipkin 2000",
    "one stage, backorders, Poisson(5), lead time 2: the least cost a period is 7.123",
    backorders,
  ),
];
