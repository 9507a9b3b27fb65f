import { InputError } from "../errors.ts";
import type { Network } from "../network/types.ts";
import { type BaseStockPolicy, serialSystem } from "./exact_plans.ts";
import { checkBackordered } from "./network_checks.ts";
import { checkSerial, type SerialSystem, toLocalLevels } from "./serial.ts";

/** What to do with a heuristic level between two units of an integer system. */
export type Rounding = "none" | "nearest" | "down" | "up";

export interface ShangSongSolution {
  /** Levels of each stage's echelon inventory position, in units. */
  echelonLevels: Record<string, number>;
  /** The same policy in levels of each stage's own inventory position, in units. */
  localLevels: Record<string, number>;
  /**
   * The lower and the upper bound of each stage's best echelon level, between which `echelonLevels` lies
   * halfway.
   */
  bounds: Record<string, { lower: number; upper: number }>;
}

/** The critical ratios of a stage in a line: what Shang and Song's two newsvendors aim at. */
export interface StageRatios {
  lower: number;
  upper: number;
}

/**
 * The newsvendor heuristic of Shang and Song, "Newsvendor bounds and heuristic for optimal policies in serial
 * supply chains", Management Science 49 (2003), 618-638: every best echelon level lies between two newsvendor
 * quantities for the demand of all lead times up to the customer, and their average is close to it (Snyder
 * and Shen 2019, equation 6.32). Example 6.1 (`solveSerial`): 22.63, 12.03, 6.49, at 0.01% above the least
 * cost.
 *
 * @param system as `solveSerial` takes it: textbook lead times
 * @param rounding of the echelon levels; Shang and Song discuss it on p. 625
 * @throws InputError as `solveSerial`, and where holding costs stay the same from one stage to the next: the
 *   bounds are then infinite
 */
export function shangSong(system: SerialSystem, rounding: Rounding = "none"): ShangSongSolution {
  checkSerial(system);
  const { stages, demand, backorderCost } = system;
  const last = stages[stages.length - 1];
  const bounds: ShangSongSolution["bounds"] = {};
  const echelonLevels: Record<string, number> = {};
  stages.forEach(({ id, holdingCost }, i) => {
    const before = i > 0 ? stages[i - 1].holdingCost : 0;
    const ratios = stageRatios(id, backorderCost, before, holdingCost, last.holdingCost);
    const periods = stages.slice(i).reduce((sum, stage) => sum + stage.leadTime, 0);
    const lower = demand.quantile(periods, ratios.lower);
    const upper = demand.quantile(periods, ratios.upper);
    bounds[id] = { lower, upper };
    echelonLevels[id] = round((lower + upper) / 2, rounding);
  });
  return { echelonLevels, localLevels: toLocalLevels(stages.map(({ id }) => id), echelonLevels), bounds };
}

/**
 * (b + h'_up) / (b + h'_customer) and (b + h'_up) / (b + h'_own): Snyder and Shen (2019), equation 6.32, in
 * local holding costs h', of the supplier (0 for the external one), of the stage that serves the customers
 * and of the stage itself.
 *
 * @throws InputError where the stage's holding cost is not above its supplier's
 */
export function stageRatios(
  where: string,
  backorderCost: number,
  supplierHoldingCost: number,
  holdingCost: number,
  customerHoldingCost: number,
): StageRatios {
  if (!(holdingCost > supplierHoldingCost)) {
    throw new InputError(
      `${where}.holdingCost`,
      `Shang and Song's bounds need more than the supplier's ${supplierHoldingCost}, got ${holdingCost}`,
    );
  }
  const gained = backorderCost + supplierHoldingCost;
  return {
    lower: gained / (backorderCost + customerHoldingCost),
    upper: gained / (backorderCost + holdingCost),
  };
}

/**
 * Shang and Song's local levels for a line of nodes with constant lead times. Caps and costs that the
 * heuristic does not know do not count.
 *
 * @throws InputError where the network is no line, lead times are random, sales are lost, or holding costs do
 *   not rise downstream
 */
export function planShangSong(network: Network, rounding: Rounding = "none"): BaseStockPolicy {
  checkBackordered(network, "Shang and Song's heuristic");
  return { kind: "base-stock", levels: shangSong(serialSystem(network), rounding).localLevels };
}

function round(level: number, rounding: Rounding): number {
  switch (rounding) {
    case "none":
      return level;
    case "nearest":
      return Math.round(level);
    case "down":
      return Math.floor(level);
    case "up":
      return Math.ceil(level);
  }
}
