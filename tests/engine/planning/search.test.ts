import { describe, expect, test } from "vitest";
import { type NetworkInput, parseNetworkSync } from "../../../engine/network/mod.ts";
import { search } from "../../../engine/planning/mod.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { messageOf } from "../../setup/messages.ts";

function oneStage(node: Partial<NetworkInput["nodes"][number]>, leadTime: number) {
  return parseNetworkSync({
    name: "one stage",
    horizon: 100,
    quantities: "integer",
    nodes: [{ id: "a", holdingCost: 1, demand: { kind: "poisson", mean: 5 }, ...node }],
    arcs: [{ from: "supply", to: "a", leadTime }],
  });
}

describe("search finds what theory knows", () => {
  const long = { periods: 600, warmup: 100, budget: 40e6 };

  test("one stage, Poisson(5), lead time 2, costs 1 and 9: S = 20 at 7.1230", async () => {
    const found = await search(oneStage({ backorderCost: 9 }, 2), { policy: "base-stock", ...long });
    expect([...found.policy.parameters[0]!]).toEqual([20]);
    expect(Math.abs(found.costPerPeriod.mean - 7.123)).toBeLessThan(4 * found.costPerPeriod.stderr);
  });

  test("lost sales, lead time 1, costs 1 and 4: the best base-stock level costs 4.163, above the bound 4.0407", async () => {
    const network = oneStage({ unmetDemand: "lost", lostSaleCost: 4 }, 1);
    const { policy, costPerPeriod } = await search(network, { policy: "base-stock", ...long });
    expect([...policy.parameters[0]!]).toEqual([12]);
    expect(Math.abs(costPerPeriod.mean / 4.163 - 1)).toBeLessThan(0.01);
    expect(costPerPeriod.mean).toBeGreaterThan(4.0407);
  });

  test("(s,S) with a fixed cost, Poisson(6), lead time 0: 8.034 at (4, 10)", async () => {
    const network = oneStage(
      { backorderCost: 4, fixedOrderCost: 5, demand: { kind: "poisson", mean: 6 } },
      0,
    );
    const { policy, costPerPeriod } = await search(network, { policy: "s-S", ...long });
    expect(policy.parameters[0]![0]).toBeLessThanOrEqual(policy.parameters[1]![0]!);
    expect(Math.abs(costPerPeriod.mean - 8.034)).toBeLessThan(0.06);
  });

  test("a line of three, normal demand: the cost of the best local levels, 17.66 (Snyder and Shen, example 6.1)", async () => {
    const network = parseNetworkSync({
      name: "serial-3",
      nodes: [
        { id: "3", holdingCost: 2, initialOnHand: 10 },
        { id: "2", holdingCost: 4 },
        { id: "1", holdingCost: 7, backorderCost: 37.12, demand: { kind: "normal", mean: 5, stdDev: 1 } },
      ],
      arcs: [
        { from: "supply", to: "3", leadTime: 1 },
        { from: "3", to: "2", leadTime: 0 },
        { from: "2", to: "1", leadTime: 0 },
      ],
    });
    const { costPerPeriod } = await search(network, {
      policy: "base-stock",
      periods: 300,
      warmup: 50,
      budget: 60e6,
      episodes: 2000,
    });
    expect(costPerPeriod.mean / 17.66).toBeGreaterThan(0.99);
    expect(costPerPeriod.mean / 17.66).toBeLessThan(1.01);
  });
});

describe("on kotecha-6", () => {
  test("base-stock on position earns at least 3,230 an episode, with a third of the usual budget", async () => {
    const network = await loadNetwork("kotecha-6");
    const { profitPerEpisode } = await search(network, {
      policy: "base-stock",
      budget: 75e6,
      episodes: 4000,
    });
    expect(profitPerEpisode.mean).toBeGreaterThan(3230);
  });

  test("s never lies above S, on either basis, and the result beats every structured start", async () => {
    const network = await loadNetwork("kotecha-6");
    for (const basis of ["on-hand", "inventory-position"] as const) {
      const found = await search(network, { policy: "s-S", basis, budget: 20e6 });
      const [s, S] = found.policy.parameters;
      s!.forEach((level, n) => expect(level).toBeLessThanOrEqual(S![n]!));
      expect(found.policy.basis).toBe(basis);
      expect(found.profitPerEpisode.mean).toBeGreaterThan(found.structured.profitPerEpisode);
    }
  });

  test("the result does not depend on the number of workers, but on the seed", async () => {
    const network = await loadNetwork("kotecha-6");
    const run = async (workers: number, seed: number) => {
      const { options: _, ...rest } = await search(network, { policy: "s-Q", budget: 15e6, workers, seed });
      return rest;
    };
    const first = await run(1, 7);
    expect(await run(2, 7)).toEqual(first);
    expect((await run(1, 8)).policy).not.toEqual(first.policy);
  });

  test("what it spends is about its budget, and it says how far it is", async () => {
    const network = await loadNetwork("kotecha-6");
    const seen: number[] = [];
    const { nodeSteps, evaluations, policy } = await search(network, {
      policy: "constant",
      budget: 10e6,
      bounds: [3, 20],
      onProgress: ({ done, total }) => {
        expect(total).toBe(10e6);
        seen.push(done);
      },
    });
    expect(nodeSteps).toBe(evaluations * 50 * 6);
    expect(nodeSteps).toBeLessThan(1.1 * 10e6);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(20);
    policy.parameters[0]!.forEach((quantity) => {
      expect(quantity).toBeGreaterThanOrEqual(3);
      expect(quantity).toBeLessThanOrEqual(20);
    });
  });

  test("what it cannot take is one line", async () => {
    const network = await loadNetwork("kotecha-6");
    expect(await messageOf(() => search(network, { policy: "base-stock", basis: "on-hand" }))).toMatch(
      /^basis: base-stock takes /,
    );
    expect(await messageOf(() => search(network, { policy: "s-S", budget: 5 }))).toMatch(/^budget: /);
    expect(await messageOf(() => search(network, { policy: "s-S", seed: -1 }))).toMatch(/^seed: /);
  });
});
