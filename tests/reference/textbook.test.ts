import { expect, test } from "vitest";
import type { Basis, Network } from "../../engine/network/types.ts";
import { sum } from "./arithmetic.ts";
import { drawsFor } from "./draws.ts";
import { arcOf, networkOf, nodeOf } from "./examples.ts";
import { type Decision, initialState, stepPeriod } from "./period.ts";

const WARMUP = 50;

/** Mean cost of a period over the whole network, in one long run. */
function meanCost(network: Network, decisions: Decision[], periods: number): number {
  const draws = drawsFor(network, { seed: 1, phase: 5, episode: 0, member: 0 });
  let state = initialState(network);
  let total = 0;
  for (let period = 0; period < WARMUP + periods; period++) {
    const result = stepPeriod(network, state, decisions, draws, period);
    state = result.state;
    if (period >= WARMUP) total += sum(result.nodes.map((node) => node.cost));
  }
  return total / periods;
}

/** Snyder and Shen, Example 6.1, with lead times as they are counted here. */
function serial(leadTimes: [number, number, number]): Network {
  return networkOf(
    [
      nodeOf("3", { holdingCost: 2, initialOnHand: 10 }),
      nodeOf("2", { holdingCost: 4 }),
      nodeOf("1", { holdingCost: 7, backorderCost: 37.12, demand: { kind: "normal", mean: 5, stdDev: 1 } }),
    ],
    [
      arcOf("supply", "3", { leadTime: leadTimes[0] }),
      arcOf("3", "2", { leadTime: leadTimes[1] }),
      arcOf("2", "1", { leadTime: leadTimes[2] }),
    ],
    "real",
  );
}

const levels = (basis: Basis, ...values: number[]): Decision[] =>
  values.map((level) => ({ rule: "base-stock", level, basis }));

test("serial line under local base-stock levels: 17.66 a period (47.66 less the in-transit charge of 30)", () => {
  const cost = meanCost(serial([1, 0, 0]), levels("inventory-position", 10.69, 5.53, 6.49), 100_000);
  expect(Math.abs(cost - 17.66)).toBeLessThan(0.1);
});

test("echelon base-stock levels are the same policy with the lead times 2, 1, 0: they decide at the same moment", () => {
  const local = meanCost(serial([1, 0, 0]), levels("inventory-position", 10.69, 5.53, 6.49), 20_000);
  const echelon = meanCost(serial([2, 1, 0]), levels("echelon-position", 22.71, 12.02, 6.49), 20_000);
  expect(echelon).toBeCloseTo(local, 2);
});

test("single stage, (s,S) = (4,10), h = 1, b = 4, K = 5, Poisson(6), lead time 0: 8.034", () => {
  const node = nodeOf("1", {
    holdingCost: 1,
    backorderCost: 4,
    fixedOrderCost: 5,
    demand: { kind: "poisson", mean: 6 },
  });
  const network = networkOf([node], [arcOf("supply", "1", { leadTime: 0 })]);
  const rule: Decision = { rule: "s-S", reorderPoint: 4, orderUpTo: 10, basis: "inventory-position" };
  expect(Math.abs(meanCost(network, [rule], 200_000) - 8.034)).toBeLessThan(0.05);
});
