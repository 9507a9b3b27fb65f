import { describe, expect, test } from "vitest";
import { type NetworkInput, parseNetworkSync } from "../../../engine/network/mod.ts";
import { parsePolicy, type PolicyInput } from "../../../engine/policies/mod.ts";
import { simulate } from "../../../engine/simulation/mod.ts";

/** Long-run cost per period, with its standard error. */
async function costOf(input: NetworkInput, policy: PolicyInput): Promise<{ mean: number; stderr: number }> {
  const network = parseNetworkSync(input);
  const options = { episodes: 2000, periods: 1100, warmup: 100, seed: 20261121 };
  return (await simulate(network, parsePolicy(policy, network), options)).costPerPeriod;
}

/** Snyder and Shen, example 6.1: a line of three, the retailer last. */
function serial(leadTimes: readonly [number, number, number]): NetworkInput {
  return {
    name: "serial-3",
    horizon: 100,
    quantities: "real",
    nodes: [
      { id: "3", holdingCost: 2, initialOnHand: 10 },
      { id: "2", holdingCost: 4 },
      { id: "1", holdingCost: 7, backorderCost: 37.12, demand: { kind: "normal", mean: 5, stdDev: 1 } },
    ],
    arcs: [
      { from: "supply", to: "3", leadTime: leadTimes[0] },
      { from: "3", to: "2", leadTime: leadTimes[1] },
      { from: "2", to: "1", leadTime: leadTimes[2] },
    ],
  };
}

function oneStage(node: Partial<NetworkInput["nodes"][number]>, leadTime: number): NetworkInput {
  return {
    name: "one stage",
    horizon: 100,
    quantities: "integer",
    nodes: [{ id: "a", holdingCost: 1, ...node }],
    arcs: [{ from: "supply", to: "a", leadTime }],
  };
}

const poisson = (mean: number) => ({ kind: "poisson" as const, mean });

describe("the engine's cost per period is the textbook's", () => {
  test("serial system under its best local levels: 17.66", async () => {
    const { mean, stderr } = await costOf(serial([1, 0, 0]), {
      kind: "base-stock",
      levels: { 3: 10.69, 2: 5.53, 1: 6.49 },
    });
    expect(stderr).toBeLessThan(0.02);
    expect(Math.abs(mean - 17.66)).toBeLessThan(0.1);
  });

  test("the same under echelon levels, which decide later: the same cost", async () => {
    const { mean } = await costOf(serial([2, 1, 0]), {
      kind: "echelon-base-stock",
      levels: { 3: 22.71, 2: 12.02, 1: 6.49 },
    });
    expect(Math.abs(mean - 17.66)).toBeLessThan(0.1);
  });

  test("one stage with a fixed cost under (s,S) = (4,10): 8.034", async () => {
    const network = oneStage({ backorderCost: 4, fixedOrderCost: 5, demand: poisson(6) }, 0);
    const { mean } = await costOf(network, { kind: "s-S", reorderPoint: 4, orderUpTo: 10 });
    expect(Math.abs(mean - 8.034)).toBeLessThan(0.02);
  });

  test("one stage with lead time 2 under S = 20: 7.1230", async () => {
    const network = oneStage({ backorderCost: 9, demand: poisson(5) }, 2);
    const { mean, stderr } = await costOf(network, { kind: "base-stock", levels: 20 });
    expect(Math.abs(mean - 7.123)).toBeLessThan(4 * stderr);
  });

  test("lost sales under the best base-stock level, 12: 4.163", async () => {
    const network = oneStage({ unmetDemand: "lost", lostSaleCost: 4, demand: poisson(5) }, 1);
    const { mean, stderr } = await costOf(network, { kind: "base-stock", levels: 12 });
    expect(Math.abs(mean - 4.1628)).toBeLessThan(4 * stderr);
  });
});
