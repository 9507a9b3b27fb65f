import { InputError } from "../errors.ts";
import { poisson } from "./demand.ts";
import { expectedExcess, expectedShortage, type Lattice, quantile } from "./lattice.ts";
import { normalCdf, normalQuantile } from "../network/normal.ts";

/** What one unit costs, over a single period. */
export interface NewsvendorCosts {
  /** Per unit left over (overage). */
  holdingCost: number;
  /** Per unit short (underage). */
  stockOutCost: number;
}

export interface NewsvendorSolution {
  /** The quantity of least expected cost, in units. */
  quantity: number;
  /** Expected cost of that quantity: left-over and missing units. */
  cost: number;
  /** stockOutCost / (stockOutCost + holdingCost). */
  criticalRatio: number;
}

/** The two loss functions of a demand X at x, in units. */
export interface Loss {
  /** E[(X - x)^+]. */
  shortage: number;
  /** E[(x - X)^+]. */
  excess: number;
}

/**
 * The newsvendor with normal demand: mean + z(ratio) * stdDev at (holding + stock-out) * phi(z) * stdDev.
 * Snyder and Shen, Fundamentals of Supply Chain Theory (2019), equations 4.30 and 4.37; example 4.3: 56.604
 * at 1.9976.
 *
 * @throws InputError where a cost is not above 0, `stdDev` is not above 0 or `mean` is not finite
 */
export function newsvendorNormal(
  { mean, stdDev, ...costs }: NewsvendorCosts & { mean: number; stdDev: number },
): NewsvendorSolution {
  const criticalRatio = criticalRatioOf(costs);
  const quantity = mean + checkedStdDev(mean, stdDev) * normalQuantile(criticalRatio);
  return { quantity, cost: newsvendorCost(costs, normalLoss(mean, stdDev, quantity)), criticalRatio };
}

/**
 * The newsvendor with Poisson demand: the smallest integer at which the distribution function reaches the
 * ratio. Snyder and Shen (2019), section 4.3.
 *
 * @throws InputError where a cost is not above 0 or `mean` is not above 0
 */
export function newsvendorPoisson(
  { mean, ...costs }: NewsvendorCosts & { mean: number },
): NewsvendorSolution {
  if (!(mean > 0 && mean < Infinity)) throw new InputError("mean", `expected a number above 0, got ${mean}`);
  return newsvendorPmf({ demand: poisson(mean), ...costs });
}

/**
 * The newsvendor with any demand on a lattice: the smallest point at which the distribution function reaches
 * the ratio. Snyder and Shen (2019), section 4.3.
 *
 * @throws InputError where a cost is not above 0
 */
export function newsvendorPmf(
  { demand, ...costs }: NewsvendorCosts & { demand: Lattice },
): NewsvendorSolution {
  const criticalRatio = criticalRatioOf(costs);
  const quantity = quantile(demand, criticalRatio);
  return { quantity, cost: newsvendorCost(costs, pmfLoss(demand, quantity)), criticalRatio };
}

/** Expected cost of a quantity whose expected shortage and excess are `loss`. */
export function newsvendorCost(costs: NewsvendorCosts, loss: Loss): number {
  return costs.holdingCost * loss.excess + costs.stockOutCost * loss.shortage;
}

/**
 * stdDev * (phi(z) - z * (1 - Phi(z))) with z = (x - mean) / stdDev, and its complement.
 *
 * @throws InputError where `stdDev` is not above 0 or `mean` is not finite
 */
export function normalLoss(mean: number, stdDev: number, x: number): Loss {
  const z = (x - mean) / checkedStdDev(mean, stdDev);
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  return {
    shortage: stdDev * (density - z * normalCdf(-z)),
    excess: stdDev * (density + z * normalCdf(z)),
  };
}

/** The loss functions of the Poisson distribution (`mean` above 0) at any real x. */
export function poissonLoss(mean: number, x: number): Loss {
  return pmfLoss(poisson(mean), x);
}

/** The loss functions of a distribution on a lattice at any real x: piecewise linear between the points. */
export function pmfLoss(demand: Lattice, x: number): Loss {
  return { shortage: expectedShortage(demand, x), excess: expectedExcess(demand, x) };
}

function criticalRatioOf({ holdingCost, stockOutCost }: NewsvendorCosts): number {
  checkPositive("holdingCost", holdingCost);
  checkPositive("stockOutCost", stockOutCost);
  return stockOutCost / (stockOutCost + holdingCost);
}

/**
 * @throws InputError where a cost is not above 0: the best quantity is then infinite or zero, whatever the
 *   demand
 */
export function checkPositive(where: string, cost: number): void {
  if (!(cost > 0 && cost < Infinity)) throw new InputError(where, `expected a cost above 0, got ${cost}`);
}

function checkedStdDev(mean: number, stdDev: number): number {
  if (!Number.isFinite(mean)) throw new InputError("mean", `expected a number, got ${mean}`);
  if (!(stdDev > 0 && stdDev < Infinity)) {
    throw new InputError("stdDev", `expected a number above 0, got ${stdDev}`);
  }
  return stdDev;
}
