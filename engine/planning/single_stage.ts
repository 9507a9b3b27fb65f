import { InputError } from "../errors.ts";
import { cdf, expectedExcess, expectedShortage, type Lattice, quantile } from "./lattice.ts";
import { leadTimeDemand, type LeadTimeModel } from "./lead_time_demand.ts";
import { checkPositive } from "./newsvendor.ts";

/**
 * One stock point that buys from a supplier who never runs out. Each period: order, receive what was ordered
 * `leadTime` periods ago, serve demand, pay on what is on hand or owed at the period's end. Unmet demand is
 * owed.
 *
 * This is the engine's sequence: the order is decided before the period's demand is seen, so a level has to
 * cover leadTime + 1 periods (as in Snyder and Shen 2019, chapter 4). Where a textbook lets demand be seen
 * before ordering, or counts continuously, its lead time L covers L periods and is L - 1 here.
 */
export interface SingleStage {
  /** Demand of a period, independent from period to period. */
  demand: Lattice;
  /** Whole periods from order to receipt, at least 0, or their distribution (see `LeadTimeModel`). */
  leadTime: number | Lattice;
  /** Per unit on hand at a period's end. */
  holdingCost: number;
  /** Per unit owed at a period's end. */
  backorderCost: number;
}

export interface SingleStageSolution {
  /** The base-stock level, in units: order up to it every period (inventory position). */
  level: number;
  /** Expected cost a period. */
  cost: number;
  /** Expected units on hand at a period's end. */
  onHand: number;
  /** Expected units owed at a period's end. */
  backorders: number;
  /** Share of periods that end without anything owed. */
  cycleServiceLevel: number;
}

/**
 * The best base-stock level, which is the best policy of all: the newsvendor's, for the demand of leadTime +
 * 1 periods. Karlin and Scarf (1958); Snyder and Shen (2019), chapter 4. Exact for constant lead times; for
 * random ones as good as `model` (`LeadTimeModel`).
 *
 * @throws InputError where a cost is not above 0 or the lead time is no whole number >= 0
 */
export function singleStageBaseStock(
  stage: SingleStage,
  model: LeadTimeModel = "sequential",
): SingleStageSolution {
  checkPositive("holdingCost", stage.holdingCost);
  checkPositive("backorderCost", stage.backorderCost);
  const covered = coveredDemand(stage, model);
  return evaluate(
    stage,
    covered,
    quantile(covered, stage.backorderCost / (stage.backorderCost + stage.holdingCost)),
  );
}

/**
 * What a given base-stock level costs; the arguments of `singleStageBaseStock`, and the level in units (any
 * number).
 *
 * @throws InputError where a cost is not above 0 or the lead time is no whole number >= 0
 */
export function singleStagePerformance(
  stage: SingleStage,
  level: number,
  model: LeadTimeModel = "sequential",
): SingleStageSolution {
  checkPositive("holdingCost", stage.holdingCost);
  checkPositive("backorderCost", stage.backorderCost);
  return evaluate(stage, coveredDemand(stage, model), level);
}

/** The demand of leadTime + 1 periods. */
export function coveredDemand(
  stage: Pick<SingleStage, "demand" | "leadTime">,
  model: LeadTimeModel,
): Lattice {
  const { demand, leadTime } = stage;
  if (typeof leadTime === "number" && !(Number.isInteger(leadTime) && leadTime >= 0)) {
    throw new InputError("leadTime", `expected a whole number of periods of at least 0, got ${leadTime}`);
  }
  const periods = typeof leadTime === "number" ? leadTime + 1 : { ...leadTime, first: leadTime.first + 1 };
  return leadTimeDemand(demand, periods, model);
}

function evaluate(stage: SingleStage, covered: Lattice, level: number): SingleStageSolution {
  const onHand = expectedExcess(covered, level);
  const backorders = expectedShortage(covered, level);
  return {
    level,
    cost: stage.holdingCost * onHand + stage.backorderCost * backorders,
    onHand,
    backorders,
    cycleServiceLevel: cdf(covered, level),
  };
}
