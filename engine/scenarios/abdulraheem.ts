/**
 * The case study of A. O. Abdulraheem, "Dynamic Inventory Optimization through Reinforcement Learning in Decentralized,
 * Globally Distributed Manufacturing Supply Ecosystems", section 7: a global electronics manufacturing network.
 *
 * The paper fixes: suppliers, manufacturers and distributors in five regions with several facilities each, a period
 * of one day and runs of twelve months, variable supplier lead times, customers at the distributors only, an order
 * picked from a finite set, local observations (stock, in transit, past demand, backorders, fill rate), one shared
 * reward that punishes stock-outs, stock and changes of the order and pays for service.
 *
 * We decide: two suppliers, one manufacturer and two distributors a region (25 nodes); a manufacturer buys from its own
 * region's suppliers and from the next region's first one, 2 : 2 : 1 by share; lead times of uniform 2..6 days to a
 * supplier, 1..3 within a region, 4..8 between regions, 1..2 to a distributor; negative-binomial demand (dispersion 5)
 * with a mean of 20, 16, 12, 10 and 8 a day at each distributor of regions 1 to 5; unmet demand waits. Holding costs
 * 0.2, 0.4 and 0.6 a unit and day by tier: three days' demand on hand everywhere costs 14.3 thousand a month, as much as
 * table 3 reports for the learned policy. At distributors a unit owed costs 6 a day and a unit sold earns 2; changing an
 * order costs 0.05 a unit everywhere. Orders are 0, 5, 10, 15, 20, 30, 40, 60 or 80. Initial stock is the mean demand
 * over the mean lead time and three days more. Past demand of a week stands for the forecast. Observation bounds are
 * twice the initial stock, and four times the mean demand. Rewards are divided by 100; 20 evaluation episodes.
 *
 * Disruptions of suppliers and regional surges of demand are not modelled here.
 */

import type { NetworkInput } from "../network/schema.ts";
import { type Bounds, SUPPLY } from "../network/types.ts";
import { defineScenario, roundUp, type Scenario } from "./scenario.ts";

/** Mean customer demand a day at each distributor, by region. */
const REGION_DEMAND = [20, 16, 12, 10, 8] as const;
const CHOICES = [0, 5, 10, 15, 20, 30, 40, 60, 80];
const LARGEST_ORDER = 80;
const SAFETY_DAYS = 3;

type Days = readonly [low: number, high: number];
const TO_SUPPLIER: Days = [2, 6];
const WITHIN_REGION: Days = [1, 3];
const BETWEEN_REGIONS: Days = [4, 8];
const TO_DISTRIBUTOR: Days = [1, 2];

type Tier = "supplier" | "manufacturer" | "distributor";
const HOLDING_COST: Record<Tier, number> = { supplier: 0.2, manufacturer: 0.4, distributor: 0.6 };

interface Facility {
  id: string;
  tier: Tier;
  /** Units a day that pass through, on average. */
  flow: number;
  /** Mean days from an order to its goods. */
  leadTime: number;
  customers?: number;
}

interface Lane {
  from: string;
  to: string;
  days: Days;
  share?: number;
}

const regions = REGION_DEMAND.map((_, region) => region);
const before = (region: number) => (region + regions.length - 1) % regions.length;
const supplierOf = (region: number, number: number) => `r${region + 1}-supplier-${number}`;
const manufacturerOf = (region: number) => `r${region + 1}-manufacturer`;
const distributorOf = (region: number, number: number) => `r${region + 1}-distributor-${number}`;
/** Units a day through a region's manufacturer. */
const madeIn = (region: number) => 2 * (REGION_DEMAND[region] as number);
const mean = ([low, high]: Days) => (low + high) / 2;

const facilities: readonly Facility[] = [
  ...regions.flatMap((region) =>
    [1, 2].map((number): Facility => ({
      id: supplierOf(region, number),
      tier: "supplier",
      flow: (2 / 5) * madeIn(region) + (number === 1 ? (1 / 5) * madeIn(before(region)) : 0),
      leadTime: mean(TO_SUPPLIER),
    }))
  ),
  ...regions.map((region): Facility => ({
    id: manufacturerOf(region),
    tier: "manufacturer",
    flow: madeIn(region),
    leadTime: (4 / 5) * mean(WITHIN_REGION) + (1 / 5) * mean(BETWEEN_REGIONS),
  })),
  ...regions.flatMap((region) =>
    [1, 2].map((number): Facility => ({
      id: distributorOf(region, number),
      tier: "distributor",
      flow: REGION_DEMAND[region] as number,
      leadTime: mean(TO_DISTRIBUTOR),
      customers: REGION_DEMAND[region] as number,
    }))
  ),
];

const lanes: readonly Lane[] = [
  ...regions.flatMap((region) =>
    [1, 2].map((number): Lane => ({ from: SUPPLY, to: supplierOf(region, number), days: TO_SUPPLIER }))
  ),
  ...regions.flatMap((region): Lane[] => {
    const to = manufacturerOf(region);
    const next = (region + 1) % regions.length;
    return [
      { from: supplierOf(region, 1), to, days: WITHIN_REGION, share: 2 },
      { from: supplierOf(region, 2), to, days: WITHIN_REGION, share: 2 },
      { from: supplierOf(next, 1), to, days: BETWEEN_REGIONS, share: 1 },
    ];
  }),
  ...regions.flatMap((region) =>
    [1, 2].map((number): Lane => ({
      from: manufacturerOf(region),
      to: distributorOf(region, number),
      days: TO_DISTRIBUTOR,
    }))
  ),
];

function abdulraheemNetwork(): NetworkInput {
  const stock = ({ flow, leadTime }: Facility) => roundUp(flow * (leadTime + SAFETY_DAYS));
  const bounds = (of: (facility: Facility) => number): Record<string, Bounds> =>
    Object.fromEntries(facilities.map((facility) => [facility.id, [0, roundUp(of(facility))]]));
  return {
    name: "abdulraheem",
    horizon: 365,
    quantities: "integer",
    nodes: facilities.map((facility) => ({
      id: facility.id,
      holdingCost: HOLDING_COST[facility.tier],
      orderChangeCost: 0.05,
      maxOrder: LARGEST_ORDER,
      initialOnHand: stock(facility),
      ...(facility.customers === undefined ? {} : {
        price: 2,
        backorderCost: 6,
        demand: { kind: "negative-binomial" as const, mean: facility.customers, dispersion: 5 },
      }),
    })),
    arcs: lanes.map(({ from, to, days: [low, high], share }) => ({
      from,
      to,
      leadTime: { kind: "uniform-integer" as const, low, high },
      ...(share === undefined ? {} : { share }),
    })),
    control: { rule: "choice", choices: CHOICES },
    observation: {
      features: ["onHand", "inTransit", "backorders", "demand", "fillRate"],
      lags: { demand: 6 },
      bounds: {
        onHand: bounds((facility) => 2 * stock(facility)),
        inTransit: bounds((facility) => 2 * stock(facility)),
        backorders: bounds((facility) => 2 * stock(facility)),
        demand: bounds((facility) => 4 * facility.flow),
        fillRate: [0, 1],
      },
    },
    reward: { scheme: "total", scale: 0.01 },
    evaluation: { periods: 365, warmup: 0, episodes: 20 },
  };
}

/** `abdulraheem`. */
export const abdulraheemScenarios: readonly Scenario[] = [
  defineScenario({
    name: "abdulraheem",
    source: "Abdulraheem",
    summary:
      "suppliers, manufacturers and distributors in five regions, a year of days; orders from a finite set",
    nodes: facilities.length,
    arcs: lanes.length,
    needsData: false,
    options: [],
    build: () => Promise.resolve(abdulraheemNetwork()),
  }),
];
