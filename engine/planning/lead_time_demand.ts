import { InputError } from "../errors.ts";
import { convolve, convolvePower, type Lattice, mixture, point, thin } from "./lattice.ts";

/**
 * What a random lead time does to orders on their way:
 * - `"sequential"`: an order never overtakes an earlier one, and lead times do not depend on demand. The
 *   level covers the demand of L periods, L drawn once: the standard approximation (Zipkin, Foundations of
 *   Inventory Management, 2000, chapter 7; Ziegner et al. 2025, section 3.5). Too safe where orders cross.
 * - `"crossing"`: every period's order draws its own lead time, independently, and may overtake, as in the
 *   engine. The order of j periods ago is still out with P(L > j), whatever the others do: exact for one
 *   stage with ample supply under a base-stock policy (Robinson, Bradley and Thomas 2001).
 *
 * The two agree where the lead time is constant.
 */
export type LeadTimeModel = "sequential" | "crossing";

/**
 * The distribution of the demand that a base-stock level has to cover.
 *
 * @param demand of one period, independent from period to period
 * @param periods how many periods are covered: a whole number, or its distribution (step 1, none below 0)
 * @throws InputError where `periods` is not a whole number >= 0
 */
export function leadTimeDemand(
  demand: Lattice,
  periods: number | Lattice,
  model: LeadTimeModel = "sequential",
): Lattice {
  const distribution = typeof periods === "number" ? point(periods) : periods;
  const { first, probabilities } = distribution;
  if (!Number.isInteger(first) || first < 0 || distribution.step !== 1) {
    throw new InputError("leadTime", `expected a whole number of periods of at least 0, got ${first}`);
  }
  if (model === "crossing") return outstandingDemand(demand, distribution);
  const parts: { weight: number; pmf: Lattice }[] = [];
  let pmf = convolvePower(demand, first);
  probabilities.forEach((weight, i) => {
    if (i > 0) pmf = convolve(pmf, demand);
    if (weight > 0) parts.push({ weight, pmf });
  });
  return mixture(parts);
}

function outstandingDemand(demand: Lattice, { first, probabilities }: Lattice): Lattice {
  let sum = convolvePower(demand, first);
  let out = 1;
  for (const mass of probabilities.slice(0, -1)) {
    out -= mass;
    sum = convolve(sum, thin(demand, Math.max(0, out)));
  }
  return sum;
}
