import { checkPositive } from "./newsvendor.ts";
import { expectedExcess, expectedShortage, highest, type Lattice, lowest, mean } from "./lattice.ts";
import { coveredDemand, type SingleStage } from "./single_stage.ts";
import type { LeadTimeModel } from "./lead_time_demand.ts";
import { InputError } from "../errors.ts";

/** A single stage (its sequence of events and units stand there) that also pays for ordering at all. */
export interface FixedCostStage extends SingleStage {
  /** Per period with an order. */
  fixedOrderCost: number;
}

export interface ReorderPointOrderUpTo {
  /** s: order when the inventory position is at or below it, in units. */
  reorderPoint: number;
  /** S: up to here, in units. */
  orderUpTo: number;
  /** Expected cost a period: holding, backorders and fixed cost. */
  cost: number;
}

/**
 * The best (s, S) policy, which is the best policy of all: the algorithm of Zheng and Federgruen, "Finding
 * optimal (s, S) policies is about as simple as evaluating a single policy", Operations Research 39 (1991),
 * 654-665. Exact for demand on a lattice and constant lead times. Snyder and Shen (2019), algorithm 4.2;
 * example 4.7: Poisson(6), holding 1, backorder 4, fixed 5, lead time 0 here: (4, 10) at 8.034.
 *
 * @throws InputError where a cost is not above 0 (a fixed cost of 0 is fine), demand can be negative or is
 *   always 0, or the lead time is no whole number >= 0
 */
export function reorderPointOrderUpTo(
  stage: FixedCostStage,
  model: LeadTimeModel = "sequential",
): ReorderPointOrderUpTo {
  const { step, G, renewal } = prepare(stage, model);
  const cost = (s: number, S: number) => cycleCost(stage.fixedOrderCost, G, renewal, s, S);

  let best = leastPoint(G, stage, model);
  // Where G starts to rise S is at its lowest; s falls from there until G(s) alone costs more than the cycle.
  let s = best - 1;
  while (cost(s, best) > G(s)) s--;
  let least = cost(s, best);
  for (let S = best + 1; G(S) <= least; S++) {
    if (cost(s, S) >= least) continue;
    best = S;
    while (cost(s, S) <= G(s + 1)) s++;
    least = cost(s, S);
  }
  return { reorderPoint: s * step, orderUpTo: best * step, cost: least };
}

/**
 * Expected cost a period of a given (s, S): (K + sum over j < S - s of m(j) G(S - j)) / M(S - s), Zheng and
 * Federgruen (1991); Snyder and Shen (2019), equations 4.71-4.75.
 *
 * @throws InputError where `orderUpTo` is not above `reorderPoint`, and as `reorderPointOrderUpTo`
 */
export function reorderPointOrderUpToCost(
  stage: FixedCostStage,
  { reorderPoint, orderUpTo }: Pick<ReorderPointOrderUpTo, "reorderPoint" | "orderUpTo">,
  model: LeadTimeModel = "sequential",
): number {
  const { step, G, renewal } = prepare(stage, model);
  const s = Math.round(reorderPoint / step);
  const S = Math.round(orderUpTo / step);
  if (!(S > s)) {
    throw new InputError(
      "orderUpTo",
      `expected a level above the reorder point ${reorderPoint}, got ${orderUpTo}`,
    );
  }
  return cycleCost(stage.fixedOrderCost, G, renewal, s, S);
}

/** Levels are counted in steps of the demand's lattice from here on. */
interface Prepared {
  step: number;
  /** One-period cost of starting the lead time at position y. */
  G: (y: number) => number;
  /** m(j): how often the position stands j below S in a cycle, expected. */
  renewal: (j: number) => number;
}

function prepare(stage: FixedCostStage, model: LeadTimeModel): Prepared {
  const { demand, holdingCost, backorderCost, fixedOrderCost } = stage;
  checkPositive("holdingCost", holdingCost);
  checkPositive("backorderCost", backorderCost);
  if (!(fixedOrderCost >= 0 && fixedOrderCost < Infinity)) {
    throw new InputError("fixedOrderCost", `expected a cost of at least 0, got ${fixedOrderCost}`);
  }
  if (lowest(demand) < 0 || highest(demand) <= 0) {
    throw new InputError("demand", `expected demand of at least 0 that is not always 0`);
  }
  const covered = coveredDemand(stage, model);
  const costs = new Map<number, number>();
  const G = (y: number): number => {
    const known = costs.get(y);
    if (known !== undefined) return known;
    const x = y * demand.step;
    const cost = holdingCost * expectedExcess(covered, x) + backorderCost * expectedShortage(covered, x);
    costs.set(y, cost);
    return cost;
  };
  return { step: demand.step, G, renewal: renewalDensity(demand) };
}

/** m(0) = 1 / (1 - p(0)), m(j) = sum over 1 <= k <= j of p(k) m(j - k) / (1 - p(0)). */
function renewalDensity({ first, probabilities }: Lattice): (j: number) => number {
  const p = (k: number) => probabilities[k - first] ?? 0;
  const moves = 1 - p(0);
  const m = [1 / moves];
  return (j) => {
    for (let i = m.length; i <= j; i++) {
      let sum = 0;
      for (let k = Math.max(1, first); k <= Math.min(i, first + probabilities.length - 1); k++) {
        sum += p(k) * m[i - k];
      }
      m.push(sum / moves);
    }
    return m[j];
  };
}

function cycleCost(
  fixedOrderCost: number,
  G: (y: number) => number,
  renewal: (j: number) => number,
  s: number,
  S: number,
): number {
  let cost = fixedOrderCost;
  let periods = 0;
  for (let j = 0; j < S - s; j++) {
    cost += renewal(j) * G(S - j);
    periods += renewal(j);
  }
  return cost / periods;
}

function leastPoint(G: (y: number) => number, stage: FixedCostStage, model: LeadTimeModel): number {
  let y = Math.round(mean(coveredDemand(stage, model)) / stage.demand.step);
  while (G(y + 1) < G(y)) y++;
  while (G(y - 1) <= G(y)) y--;
  return y;
}
