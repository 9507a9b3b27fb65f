/** Where a search begins: levels that flows and lead times suggest, and points of the box at random. */

import type { Network } from "../network/types.ts";
import type { SearchDraws } from "./search_draws.ts";
import type { NodeScale } from "./search_scales.ts";
import type { SearchSpace } from "./search_space.ts";

/** Standard deviations of safety stock, by whether a node serves customers. */
const SAFETY = [-1, 0, 1, 2, 3];
/** Lots between s and S, or lots that Q is. */
const LOTS = [0, 1, 2];
/** Shares of the expected flow for constant orders. */
const FLOWS = [0.8, 0.9, 1];

/** Levels of the mean lead-time demand plus safety stock, more or less of it upstream and at nodes with customers. */
export function structuredStarts(
  network: Network,
  space: SearchSpace,
  scales: readonly NodeScale[],
): Float64Array[] {
  const starts: Float64Array[] = [];
  const lots = space.parameters.length > 1 ? LOTS : [0];
  if (space.kind === "constant") {
    return FLOWS.map((share) => start(space, scales, () => 0, 0, share));
  }
  for (const upstream of SAFETY) {
    for (const customers of SAFETY) {
      const safety = (n: number) => network.nodes[n].demand === undefined ? upstream : customers;
      for (const lot of lots) starts.push(start(space, scales, safety, lot, 1));
    }
  }
  return starts;
}

function start(
  space: SearchSpace,
  scales: readonly NodeScale[],
  safety: (node: number) => number,
  lots: number,
  flows: number,
): Float64Array {
  const values = new Float64Array(space.dimensions);
  space.parameters.forEach((name, p) => {
    scales.forEach((scale, n) => {
      const { mean, deviation, flow, lot } = scale;
      const level = mean + safety(n) * deviation;
      const quantity = space.kind === "constant" ? flows * flow : Math.max(flow, lots * lot);
      const value = name === "quantity" ? quantity : name === "orderUpTo" ? level + lots * lot : level;
      values[p * space.nodes + n] = value;
    });
  });
  return space.repair(values);
}

/** Safety factors of the random starts around the flows: from -1 to 4 standard deviations. */
const LEAST_SAFETY = -1;
const SAFETY_SPAN = 5;

/** Random starts of one generation: by turns anywhere in the box, and around what the flows suggest. */
export function randomStarts(
  space: SearchSpace,
  scales: readonly NodeScale[],
  draws: SearchDraws,
  count: number,
): Float64Array[] {
  const parameters = space.parameters.length;
  const uniforms = new Float64Array(parameters);
  draws.nextGeneration();
  return Array.from({ length: count }, (_, k) => {
    const values = new Float64Array(space.dimensions);
    for (let n = 0; n < space.nodes; n++) {
      for (let p = 0; p < parameters; p++) uniforms[p] = draws.uniform(k, p * space.nodes + n);
      if (k % 2 === 0) space.redraw(values, n, uniforms);
      else aroundFlows(space, scales[n], values, n, uniforms);
    }
    return space.repair(values);
  });
}

function aroundFlows(
  space: SearchSpace,
  { flow, mean, deviation, lot }: NodeScale,
  values: Float64Array,
  node: number,
  uniforms: ArrayLike<number>,
): void {
  let level = 0;
  space.parameters.forEach((name, p) => {
    const i = p * space.nodes + node;
    const u = uniforms[p];
    if (name === "quantity") values[i] = space.kind === "constant" ? flow * 2 * u : lot * 3 * u;
    else if (name === "orderUpTo") values[i] = level + 3 * u * u * lot;
    else values[i] = level = mean + (LEAST_SAFETY + SAFETY_SPAN * u) * deviation;
  });
}
