import { InputError } from "../errors.ts";
import type { Demand } from "./demand.ts";
import { highest, type Lattice, lowest } from "./lattice.ts";
import { checkPositive } from "./newsvendor.ts";

/**
 * A line of stock points, each supplied by the one before it, the first by a supplier who never runs out, the
 * last serving the customers. Unmet demand is owed.
 *
 * Lead times are the textbook's: the stage's own level has to cover the demand of `leadTime` periods, the
 * time from when demand is seen to when what replaces it can be used. The engine (design, section 2) orders
 * before the period's demand is seen and hands goods on within a period, so a textbook lead time L there is
 * - L - 1 at every stage under local base-stock levels, where a stage hears of demand through its buyer's
 *   order, one period later than the buyer;
 * - L - 1 at the stage that serves customers and L at the others under echelon levels, where all decide at
 *   once on the same demand.
 *
 * `effectiveLeadTimes` (network_coverage.ts) goes the other way, also with order lead times and known demand.
 */
export interface SerialSystem {
  /** Upstream first; the last serves the customers. */
  stages: readonly SerialStage[];
  /** Of a period, at the last stage. */
  demand: Demand;
  /** Per unit owed to customers and period. */
  backorderCost: number;
}

export interface SerialStage {
  id: string;
  /**
   * Textbook lead time from the stage before it: periods of at least 0 (whole ones where demand is a mass
   * function).
   */
  leadTime: number;
  /**
   * Local: per unit on hand here, and on the way from here to the next stage, and period. It may not fall
   * downstream. (An echelon holding cost is the difference to the stage before: `localHoldingCosts` adds them
   * up.)
   */
  holdingCost: number;
}

export interface SerialSolution {
  /**
   * Best level of each stage's echelon inventory position (its own, everything downstream, less backorders),
   * in units.
   */
  echelonLevels: Record<string, number>;
  /** The same policy in levels of each stage's own inventory position, in units. */
  localLevels: Record<string, number>;
  /** Expected cost a period: on hand, in transit between the stages, backorders. */
  cost: number;
  /** `cost` without what goods in transit cost, which no policy changes. */
  costWithoutInTransit: number;
}

/**
 * The best echelon base-stock levels, which are the best policy of all (Clark and Scarf 1960), by the
 * recursion of Chen and Zheng, "Lower bounds for multi-echelon stochastic inventory systems", Management
 * Science 40 (1994), 1426-1443; Snyder and Shen (2019), section 6.2. Exact for demand on a lattice; normal
 * demand is cut into cells (`normalDemand`), which is good to about 1e-4.
 *
 * Example 6.1: stages 3, 2, 1 with local holding costs 2, 4, 7 (echelon 2, 2, 3), lead times 2, 1, 1 in this
 * order, upstream first, backorder cost 37.12, N(5, 1): levels 22.71, 12.02, 6.49, cost 47.66, of which 30 in
 * transit.
 *
 * Where a holding cost is no higher than the supplier's, every high enough level upstream is best; the
 * highest demand that can occur is then the level.
 *
 * @throws InputError where a stage is named twice, a lead time is negative (or not whole, where demand needs
 *   it), local holding costs are negative, fall downstream or end at 0, or the backorder cost is not above 0
 */
export function solveSerial(system: SerialSystem): SerialSolution {
  return recursion(system);
}

/**
 * Expected cost of given echelon base-stock levels (by stage id, in units); where demand is on a lattice they
 * should be points of it. A level above that of a stage upstream is never reached and costs the same as that
 * one.
 *
 * @throws InputError where a level is missing or not finite, and as `solveSerial`
 */
export function serialCost(
  system: SerialSystem,
  echelonLevels: Readonly<Record<string, number>>,
): Pick<SerialSolution, "cost" | "costWithoutInTransit"> {
  for (const { id } of system.stages) {
    if (!Number.isFinite(echelonLevels[id])) {
      throw new InputError(`echelonLevels.${id}`, `expected a number, got ${echelonLevels[id]}`);
    }
  }
  const { cost, costWithoutInTransit } = recursion(system, echelonLevels);
  return { cost, costWithoutInTransit };
}

/**
 * Echelon levels as local ones: s_j = S-_j - S-_(j-1) with S-_j the lowest echelon level of j and everything
 * upstream of it (Snyder and Shen 2019, section 6.2). Ids upstream first.
 */
export function toLocalLevels(
  ids: readonly string[],
  echelonLevels: Readonly<Record<string, number>>,
): Record<string, number> {
  let reachable = Infinity;
  const effective = ids.map((id) => reachable = Math.min(reachable, echelonLevels[id]));
  return Object.fromEntries(ids.map((id, i) => [id, effective[i] - (effective[i + 1] ?? 0)]));
}

/** Local levels as echelon ones: each stage's and all downstream of it. Ids upstream first. */
export function toEchelonLevels(
  ids: readonly string[],
  localLevels: Readonly<Record<string, number>>,
): Record<string, number> {
  let sum = 0;
  return Object.fromEntries(ids.toReversed().map((id) => [id, sum += localLevels[id]]).reverse());
}

/**
 * Echelon holding costs, upstream first, as local ones: each stage's is the sum of its own and all upstream
 * of it.
 */
export function localHoldingCosts(echelonHoldingCosts: readonly number[]): number[] {
  let sum = 0;
  return echelonHoldingCosts.map((cost) => sum += cost);
}

/** Checks a system; the conditions are `solveSerial`'s. */
export function checkSerial({ stages, backorderCost }: SerialSystem): void {
  checkPositive("backorderCost", backorderCost);
  if (stages.length === 0) throw new InputError("stages", "expected at least one stage, got none");
  let below = 0;
  const seen = new Set<string>();
  for (const { id, leadTime, holdingCost } of stages) {
    if (seen.has(id)) throw new InputError("stages", `expected every stage once, got "${id}" twice`);
    seen.add(id);
    if (!(leadTime >= 0 && leadTime < Infinity)) {
      throw new InputError(`stages.${id}.leadTime`, `expected periods of at least 0, got ${leadTime}`);
    }
    if (!(holdingCost >= below && holdingCost < Infinity)) {
      throw new InputError(
        `stages.${id}.holdingCost`,
        `expected at least the ${below} of the stage before it (value rises downstream), got ${holdingCost}`,
      );
    }
    below = holdingCost;
  }
  checkPositive(`stages.${stages[stages.length - 1].id}.holdingCost`, below);
}

/** Values at the points low, low + 1, ... (in steps): linear below, constant above. */
interface Curve {
  low: number;
  values: Float64Array;
}

function at({ low, values }: Curve, index: number): number {
  const i = index - low;
  if (i < 0) return values[0] + i * (values[1] - values[0]);
  return values[Math.min(i, values.length - 1)];
}

/**
 * With h the echelon holding costs, h' the local ones, stages counted 1, 2, ... from the customer and g_0 the
 * curve (p + h'_1) x^-:  ghat_j(x) = h_j x + g_(j-1)(min(S_(j-1), x)),  g_j(y) = E ghat_j(y - D_j),  S_j =
 * argmin g_j. Each g_j is linear below the sum of the least lead-time demands up to j, so that one point
 * below it is enough.
 */
function recursion(system: SerialSystem, given?: Readonly<Record<string, number>>): SerialSolution {
  checkSerial(system);
  const { stages, demand, backorderCost } = system;
  const last = stages[stages.length - 1];
  const slope = (backorderCost + last.holdingCost) * demand.over(0).step;
  const echelonLevels: Record<string, number> = {};
  let inTransit = 0;
  let lower = 0;
  let upper = 0;
  let curve: Curve = { low: -1, values: Float64Array.of(slope, 0) };
  let cost = 0;
  for (let i = stages.length - 1; i >= 0; i--) {
    const { id, leadTime, holdingCost } = stages[i];
    const before = i > 0 ? stages[i - 1].holdingCost : 0;
    const leadTimeDemand = demand.over(leadTime);
    const { step } = leadTimeDemand;
    lower += Math.round(lowest(leadTimeDemand) / step);
    upper += Math.round(highest(leadTimeDemand) / step);
    const level = given?.[id];
    const top = level === undefined ? upper : Math.max(upper, Math.ceil(level / step));
    const g = expectation(curve, (holdingCost - before) * step, leadTimeDemand, lower - 2, top + 1);
    const best = level === undefined ? least(g, leadTimeDemand.continuous) : level / step;
    cost = valueAt(g, best);
    echelonLevels[id] = best * step;
    curve = cutAt(g, best, cost);
    inTransit += before * leadTime * demand.mean;
  }
  const levels = Object.fromEntries(stages.map(({ id }) => [id, echelonLevels[id]]));
  return {
    echelonLevels: levels,
    localLevels: toLocalLevels(stages.map(({ id }) => id), levels),
    cost,
    costWithoutInTransit: cost - inTransit,
  };
}

/** y -> E[h (y - D) + curve(y - D)] at low..high. */
function expectation(curve: Curve, h: number, demand: Lattice, low: number, high: number): Curve {
  const values = new Float64Array(high - low + 1);
  const { first, probabilities } = demand;
  // One straight read of the integrand instead of a lookup for each pair.
  const start = low - (first + probabilities.length - 1);
  const integrand = Float64Array.from(
    { length: high - first - start + 1 },
    (_, i) => h * (start + i) + at(curve, start + i),
  );
  for (let y = low; y <= high; y++) {
    let sum = 0;
    const offset = y - first - start;
    for (let i = 0; i < probabilities.length; i++) sum += probabilities[i] * integrand[offset - i];
    values[y - low] = sum;
  }
  return { low, values };
}

/** Where a convex curve is least: the lowest such point, or between the points where `continuous`. */
function least({ low, values }: Curve, continuous: boolean): number {
  let i = 0;
  while (i + 1 < values.length && values[i + 1] < values[i]) i++;
  if (!continuous || i === 0 || i + 1 === values.length) return low + i;
  const left = values[i - 1] - values[i];
  const right = values[i + 1] - values[i];
  return low + i + (left + right > 0 ? (left - right) / (2 * (left + right)) : 0);
}

/** Between the points on the parabola through the nearest three. */
function valueAt(curve: Curve, index: number): number {
  const middle = Math.round(index);
  const t = index - middle;
  if (t === 0) return at(curve, middle);
  const [a, b, c] = [at(curve, middle - 1), at(curve, middle), at(curve, middle + 1)];
  return b + t * (c - a) / 2 + t * t * (a - 2 * b + c) / 2;
}

/** x -> curve(min(x, level)). */
function cutAt({ low, values }: Curve, level: number, value: number): Curve {
  const kept = Math.max(2, Math.floor(level) - low + 2);
  return {
    low,
    values: Float64Array.from(
      { length: kept },
      (_, i) => low + i < level ? at({ low, values }, low + i) : value,
    ),
  };
}
