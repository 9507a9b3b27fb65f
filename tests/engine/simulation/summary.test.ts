import { describe, expect, test } from "vitest";
import { type NetworkInput, parseNetworkSync } from "../../../engine/network/mod.ts";
import { parsePolicy } from "../../../engine/policies/mod.ts";
import { policyController, simulate, trace, type TraceRow } from "../../../engine/simulation/mod.ts";

/** A depot with customers of its own and a shop behind it; both run short now and then. */
const CHAIN: NetworkInput = {
  name: "chain",
  horizon: 30,
  quantities: "integer",
  nodes: [
    { id: "depot", holdingCost: 1, backorderCost: 3, price: 1, demand: { kind: "poisson", mean: 3 } },
    {
      id: "shop",
      holdingCost: 1,
      lostSaleCost: 4,
      price: 2,
      unmetDemand: "lost",
      capacity: 9,
      demand: { kind: "poisson-uniform", low: 2, high: 6 },
    },
  ],
  arcs: [{ from: "supply", to: "depot", leadTime: 2, yield: 0.9 }, {
    from: "depot",
    to: "shop",
    leadTime: 1,
  }],
};
const LEVELS = { kind: "base-stock", levels: { depot: 26, shop: 14 } } as const;
const RUN = { episodes: 40, periods: 30, warmup: 5, seed: 4 };

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

describe("a summary is what the trace of the same episodes adds up to", () => {
  test("cost, stock, service, turnover and bullwhip", async () => {
    const network = parseNetworkSync(CHAIN);
    const policy = parsePolicy(LEVELS, network);
    const result = await simulate(network, policy, RUN);
    const rows: TraceRow[] = [];
    for await (
      const row of trace(network, policyController(policy, network), { ...RUN, phase: "simulate" })
    ) {
      if (row.period >= RUN.warmup) rows.push(row);
    }
    const of = (node: string) => rows.filter((row) => row.node === node);
    const counted = rows.length / 2;
    expect(counted).toBe(RUN.episodes * (RUN.periods - RUN.warmup));
    const total = (key: "cost" | "profit" | "onHand" | "backorders") =>
      rows.reduce((sum, row) => sum + row[key], 0) / counted;
    expect(result.costPerPeriod.mean).toBeCloseTo(total("cost"), 4);
    expect(result.profitPerPeriod.mean).toBeCloseTo(total("profit"), 4);
    expect(result.profitPerEpisode.mean).toBeCloseTo(total("profit") * 25, 3);
    expect(result.onHand.mean).toBeCloseTo(total("onHand"), 6);
    expect(result.backorders.mean).toBeCloseTo(total("backorders"), 6);

    // All that the shop ships, customers get; what they did not get is lost.
    const shop = of("shop");
    const asked = shop.reduce((sum, row) => sum + row.demand, 0);
    const served = shop.reduce((sum, row) => sum + row.shipped, 0);
    expect(result.nodes[1]!.fillRate).toBeCloseTo(served / asked, 8);
    expect(result.discarded.lostSales.mean).toBeCloseTo((asked - served) / counted, 8);
    const out = shop.filter((row) => row.shipped < row.demand).length / counted;
    expect(result.nodes[1]!.stockOutFrequency).toBeCloseTo(out, 8);
    const facing = (result.nodes[0]!.stockOutFrequency + result.nodes[1]!.stockOutFrequency) / 2;
    expect(result.stockOutFrequency.mean).toBeCloseTo(facing, 8);
    expect(result.cycleServiceLevel.mean).toBeCloseTo(1 - facing, 8);

    // Variances over the periods of an episode, averaged over episodes.
    const episodes = Array.from({ length: RUN.episodes }, (_, e) => e);
    const varianceOf = (node: string, key: "order" | "demand") =>
      mean(episodes.map((e) => variance(of(node).filter((row) => row.episode === e).map((row) => row[key]))));
    expect(result.nodes[0]!.bullwhip).toBeCloseTo(
      varianceOf("depot", "order") / varianceOf("depot", "demand"),
      4,
    );
    expect(result.nodes[1]!.bullwhip).toBeCloseTo(
      varianceOf("shop", "order") / varianceOf("shop", "demand"),
      4,
    );
    expect(result.echelons.map(({ level, nodes }) => [level, nodes])).toEqual([[1, ["shop"]], [2, [
      "depot",
    ]]]);
    expect(result.echelons[0]!.bullwhip.mean / result.echelons[1]!.bullwhip.mean)
      .toBeCloseTo(varianceOf("shop", "order") / varianceOf("depot", "order"), 4);
    expect(result.inventoryTurnover.mean).toBeLessThan(1);
    expect(result.discarded.lostToYield.mean).toBeGreaterThan(0);
  });

  test("a bullwhip without any variance is no number, not rounding noise", async () => {
    const network = parseNetworkSync({
      ...CHAIN,
      nodes: CHAIN.nodes.map((node) => ({ ...node, demand: { kind: "poisson" as const, mean: 5.3 } })),
    });
    const result = await simulate(network, parsePolicy(LEVELS, network), { ...RUN, periods: 1, warmup: 0 });
    for (const node of result.nodes) expect(node.bullwhip).toBeNaN();
    for (const { bullwhip } of result.echelons) expect([bullwhip.mean, bullwhip.stderr]).toEqual([NaN, NaN]);
  });
});

describe("options of simulate", () => {
  test("the network's warm-up holds where it is shorter than the episode", async () => {
    const network = parseNetworkSync({ ...CHAIN, evaluation: { periods: 20, warmup: 8, episodes: 3 } });
    const policy = parsePolicy(LEVELS, network);
    const warmupOf = async (options: { periods?: number; warmup?: number }) =>
      (await simulate(network, policy, options)).warmup;
    expect(await warmupOf({})).toBe(8);
    expect(await warmupOf({ periods: 12 })).toBe(8);
    expect(await warmupOf({ periods: 6 })).toBe(0);
    expect(await warmupOf({ warmup: 2 })).toBe(2);
  });

  test("workers must be a whole number from 1", async () => {
    const network = parseNetworkSync(CHAIN);
    const run = simulate(network, parsePolicy(LEVELS, network), { workers: NaN });
    await expect(run).rejects.toThrow("workers: expected a whole number from 1, got NaN");
  });

  test("ids that name an object's own methods are only ids, with workers too", async () => {
    const named = JSON.parse(JSON.stringify(CHAIN).replaceAll("depot", "constructor")) as NetworkInput;
    const network = parseNetworkSync(named);
    const policy = parsePolicy({ kind: "base-stock", levels: { constructor: 26, shop: 14 } }, network);
    const run = (workers: number) => simulate(network, policy, { episodes: 2100, periods: 10, workers });
    expect(await run(2)).toEqual(await run(1));
  });
});
