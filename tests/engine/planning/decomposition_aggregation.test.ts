import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import type { Network } from "../../../engine/network/types.ts";
import {
  decompositionAggregation,
  type DecompositionAggregationOptions,
} from "../../../engine/planning/decomposition_aggregation.ts";
import { planShangSong } from "../../../engine/planning/shang_song.ts";

interface Settings {
  node?: (id: string) => object;
  arc?: (from: string, to: string) => object;
  quantities?: "integer" | "real";
}

/** Ids that begin with r are retailers; those that nobody supplies buy outside. */
function networkOf(arcs: [from: string, to: string][], { node, arc, quantities }: Settings = {}): Network {
  const ids = [...new Set(arcs.flat())];
  const roots = ids.filter((id) => arcs.every(([, to]) => to !== id));
  const all = [...roots.map((id): [string, string] => ["supply", id]), ...arcs];
  return parseNetworkSync({
    quantities: quantities ?? "integer",
    nodes: ids.map((id) => ({
      id,
      holdingCost: id.startsWith("r") ? 1 : id.startsWith("w") ? 0.6 : 0.4,
      ...(id.startsWith("r") ? { backorderCost: 19, demand: { kind: "poisson", mean: 4 } } : {}),
      ...node?.(id),
    })),
    arcs: all.map(([from, to]) => ({ from, to, leadTime: 1, ...arc?.(from, to) })),
  });
}

const levelsOf = (network: Network, options?: DecompositionAggregationOptions) =>
  decompositionAggregation(network, options).levels;

const TREE: [string, string][] = [["w1", "r1"], ["w1", "r2"], ["w1", "r3"]];
/** Ziegner's small general network: each retailer is served by several warehouses. */
const GENERAL: [string, string][] = [
  ...["r1", "r2", "r3"].map((r): [string, string] => ["w1", r]),
  ...["r1", "r2", "r3", "r4"].map((r): [string, string] => ["w2", r]),
  ...["r4", "r5"].map((r): [string, string] => ["w3", r]),
  ...["r1", "r2", "r3", "r4", "r5"].map((r): [string, string] => ["w4", r]),
];
const DEEP: [string, string][] = [
  ...["w1", "w2"].map((w): [string, string] => ["c1", w]),
  ...["r1", "r2"].map((r): [string, string] => ["w1", r]),
  ...["r3", "r4"].map((r): [string, string] => ["w2", r]),
];

/** P(X <= k), k = 0, 1, ..., of a Poisson variable. */
function poissonCdf(mean: number, points = 200): number[] {
  let mass = Math.exp(-mean);
  let sum = 0;
  return Array.from({ length: points }, (_, k) => {
    sum += mass;
    mass *= mean / (k + 1);
    return sum;
  });
}

const shortage = (mean: number, level: number) =>
  poissonCdf(mean).reduce((sum, p, k, all) => sum + (p - (all[k - 1] ?? 0)) * Math.max(0, k - level), 0);

/** G^-1 of Rong, Atan and Snyder: the distribution function in straight lines through (k + 1/2, F(k)). */
function interpolated(mean: number, ratio: number): number {
  const all = poissonCdf(mean);
  const k = all.findIndex((p) => p >= ratio);
  return k - 0.5 + (ratio - all[k - 1]) / (all[k] - all[k - 1]);
}

describe("one warehouse, Poisson demand: Rong, Atan and Snyder (2017) step by step", () => {
  // Lead times 1 are windows of 2 periods.
  test.each([[3, 4], [2, 7.5], [5, 1.2]])("%i retailers with mean %f", (count, mean) => {
    const arcs = Array.from({ length: count }, (_, i): [string, string] => ["w1", `r${i + 1}`]);
    const network = networkOf(arcs, {
      node: (id) => id.startsWith("r") ? { demand: { kind: "poisson", mean } } : {},
    });
    const retailer = poissonCdf(2 * mean).findIndex((p) => p >= (19 + 0.6) / (19 + 1));
    const echelon = (interpolated(4 * mean, 19 / 20) + interpolated(4 * mean, 19 / 19.6)) / 2;
    const matched = count * shortage(2 * mean, echelon - retailer);
    let warehouse = 0;
    while (shortage(2 * count * mean, warehouse) > matched) warehouse++;
    expect(levelsOf(network)).toEqual({
      w1: warehouse,
      ...Object.fromEntries(arcs.map(([, r]) => [r, retailer])),
    });
  });

  test("retailers that differ", () => {
    const means: Record<string, number> = { r1: 2, r2: 9 };
    const costs: Record<string, number> = { r1: 5, r2: 50 };
    const network = networkOf([["w1", "r1"], ["w1", "r2"]], {
      node: (id) =>
        id in means ? { demand: { kind: "poisson", mean: means[id] }, backorderCost: costs[id] } : {},
    });
    let matched = 0;
    const retailers = Object.keys(means).map((id) => {
      const [mean, cost] = [means[id], costs[id]];
      const level = poissonCdf(2 * mean).findIndex((p) => p >= (cost + 0.6) / (cost + 1));
      const echelon =
        (interpolated(4 * mean, cost / (cost + 1)) + interpolated(4 * mean, cost / (cost + 0.6))) / 2;
      matched += shortage(2 * mean, echelon - level);
      return [id, level];
    });
    let warehouse = 0;
    while (shortage(2 * 11, warehouse) > matched) warehouse++;
    expect(levelsOf(network)).toEqual({ w1: warehouse, ...Object.fromEntries(retailers) });
  });
});

describe("on a line", () => {
  const line: [string, string][] = [["c1", "w1"], ["w1", "r1"]];

  test("real demand: the levels are Shang and Song's", () => {
    const cases = fc.record({
      mean: fc.integer({ min: 5, max: 40 }),
      backorderCost: fc.integer({ min: 3, max: 60 }),
      leadTimes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(cases, ({ mean, backorderCost, leadTimes }) => {
        const network = networkOf(line, {
          quantities: "real",
          node: (id) =>
            id === "r1" ? { backorderCost, demand: { kind: "normal", mean, stdDev: mean / 6 } } : {},
          arc: (_, to) => ({ leadTime: leadTimes[["c1", "w1", "r1"].indexOf(to)] }),
        });
        const planned = levelsOf(network);
        for (const [id, level] of Object.entries(planShangSong(network).levels)) {
          expect(Math.abs(planned[id] - level)).toBeLessThan(mean / 6 * 1e-3);
        }
      }),
      { seed: 20244, numRuns: 12, verbose: 1 },
    );
  });

  test("whole units: the same, each rounded up", () => {
    const network = networkOf(line);
    const echelon = (periods: number, up: number, own: number) =>
      (interpolated(4 * periods, (19 + up) / 20) + interpolated(4 * periods, (19 + up) / (19 + own))) / 2;
    const retailer = poissonCdf(8).findIndex((p) => p >= 19.6 / 20);
    const middle = echelon(4, 0.4, 0.6) - retailer;
    const top = echelon(6, 0, 0.4) - echelon(4, 0.4, 0.6);
    expect(levelsOf(network)).toEqual({ c1: Math.ceil(top), w1: Math.ceil(middle), r1: retailer });
  });

  test("orders that take longer count like shipments, known orders and demand not at all", () => {
    const plain = levelsOf(networkOf(line, { arc: () => ({ leadTime: 2 }) }));
    expect(levelsOf(networkOf(line, { arc: () => ({ leadTime: 1, orderLeadTime: 1 }) }))).toEqual(plain);
    const known = networkOf(line, {
      node: (id) => ({ seesOrders: true, ...(id === "r1" ? { demandLeadTime: 1 } : {}) }),
      arc: () => ({ leadTime: 2, orderLeadTime: 1 }),
    });
    expect(levelsOf(known)).toEqual(plain);
  });
});

describe("several suppliers", () => {
  test("the small general network has levels that follow what each warehouse serves", () => {
    for (const sourcing of ["random", "split", "available"]) {
      const levels = levelsOf(networkOf(GENERAL, { node: () => ({ sourcing }) }));
      expect(Object.keys(levels).length).toBe(9);
      // w4 serves 1/3 of four retailers and half of r5, w2 1/3 of four, w1 1/3 of three, w3 1/3 of r4 and
      // half of r5.
      expect(levels.w4).toBeGreaterThan(levels.w2);
      expect(levels.w2).toBeGreaterThan(levels.w1);
      expect(levels.w1).toBeGreaterThan(levels.w3 - 1);
      expect(new Set([levels.r1, levels.r2, levels.r3, levels.r4, levels.r5]).size).toBe(1);
    }
  });

  test.each(["random", "split"])(
    "%s: a supplier with next to no share changes next to nothing",
    (sourcing) => {
      const shared = networkOf([...TREE, ["w2", "r1"]], {
        node: (id) => id === "r1" ? { sourcing } : {},
        arc: (from) => from === "w2" ? { share: 1e-4 } : {},
      });
      const { w1, w2, ...retailers } = levelsOf(shared);
      const { w1: alone, ...before } = levelsOf(networkOf(TREE));
      expect(retailers).toEqual(before);
      expect(Math.abs(w1 - alone)).toBeLessThanOrEqual(1);
      expect(w2).toBeLessThanOrEqual(1);
    },
  );

  test("orders split between two equal warehouses: each holds about half of what one would", () => {
    const twice = networkOf([["w1", "r1"], ["w2", "r1"], ["w1", "r2"], ["w2", "r2"]]);
    const once = levelsOf(networkOf([["w1", "r1"], ["w1", "r2"]]));
    const levels = levelsOf(twice);
    expect(levels.w1).toBe(levels.w2);
    expect(Math.abs(2 * levels.w1 - once.w1)).toBeLessThanOrEqual(3);
    expect(levels.r1).toBe(once.r1);
  });

  test("whole orders at random are harder to foresee than halves", () => {
    const arcs: [string, string][] = [["w1", "r1"], ["w2", "r1"]];
    const random = levelsOf(networkOf(arcs, { node: () => ({ sourcing: "random" }) }), {
      serviceLevel: 0.95,
    });
    const split = levelsOf(networkOf(arcs), { serviceLevel: 0.95 });
    expect(random.w1).toBeGreaterThan(split.w1);
  });

  test("three echelons, each tier with choices", () => {
    const arcs: [string, string][] = [
      ...["w1", "w2", "w3"].flatMap((w): [string, string][] => [["c1", w], ["c2", w]]),
      ...["r1", "r2", "r3", "r4"].flatMap((r, i): [string, string][] => [[`w${i % 3 + 1}`, r], [
        `w${(i + 1) % 3 + 1}`,
        r,
      ]]),
    ];
    const levels = levelsOf(networkOf(arcs, { node: () => ({ sourcing: "random" }) }));
    expect(levels.c1).toBe(levels.c2);
    expect(levels.w1).toBe(levels.w2);
    // Retailers 1 and 4 pick between the first two warehouses, nobody more of the third than its own two.
    expect(levels.w1).toBeGreaterThan(levels.w3);
    for (const level of Object.values(levels)) expect(Number.isInteger(level) && level > 0).toBe(true);
  });
});

describe("any network", () => {
  test("the order of nodes and arcs does not matter", () => {
    const shuffled = DEEP.toReversed();
    expect(levelsOf(networkOf(shuffled))).toEqual(levelsOf(networkOf(DEEP)));
  });

  test("dearer backorders: no level at the customers falls, and the network holds more", () => {
    const at = (backorderCost: number) =>
      levelsOf(networkOf(DEEP, { node: (id) => id.startsWith("r") ? { backorderCost } : {} }));
    const total = (levels: Record<string, number>) =>
      Object.values(levels).reduce((sum, level) => sum + level, 0);
    expect(at(60).r1).toBeGreaterThan(at(9).r1);
    expect(total(at(60))).toBeGreaterThan(total(at(9)));
  });

  test("random lead times: more than their mean needs, less of it if orders may cross", () => {
    const random = networkOf(TREE, {
      arc: () => ({ leadTime: { kind: "uniform-integer", low: 1, high: 5 } }),
    });
    const constant = levelsOf(networkOf(TREE, { arc: () => ({ leadTime: 3 }) }));
    const sequential = levelsOf(random);
    const crossing = levelsOf(random, { leadTimes: "crossing" });
    expect(sequential.r1).toBeGreaterThan(crossing.r1);
    expect(crossing.r1).toBeGreaterThan(constant.r1);
  });

  test("other distributions of demand", () => {
    const kinds = [
      { kind: "poisson-uniform", low: 5, high: 15 },
      { kind: "negative-binomial", mean: 10, dispersion: 3 },
      { kind: "empirical", values: [0, 25], probabilities: [0.6, 0.4] },
      { kind: "trace", values: [0, 4, 31, 5, 10], repeat: true },
      { kind: "constant", value: 10 },
    ];
    const levels = kinds.map((demand) =>
      levelsOf(networkOf(TREE, { node: (id) => id[0] === "r" ? { demand } : {} }))
    );
    // Mean 10 each, with rising and then no variance.
    const [mixed, overdispersed, lumpy, traced, constant] = levels.map(({ r1 }) => r1);
    expect(constant).toBe(20);
    expect(mixed).toBeGreaterThan(constant);
    expect(overdispersed).toBeGreaterThan(mixed);
    expect(lumpy).toBe(50);
    expect(traced).toBe(62);
    expect(levels[4]).toEqual({ w1: 60, r1: 20, r2: 20, r3: 20 });
  });

  test("a node that sells and supplies plans for both", () => {
    const arcs: [string, string][] = [["w1", "r1"]];
    const both = networkOf(arcs, {
      node: (id) => id === "w1" ? { backorderCost: 19, demand: { kind: "poisson", mean: 4 } } : {},
    });
    expect(levelsOf(both).w1).toBeGreaterThan(levelsOf(networkOf(arcs)).w1);
    expect(levelsOf(both).r1).toBe(levelsOf(networkOf(arcs)).r1);
  });

  test("a service level instead of costs", () => {
    const flat = networkOf(TREE, { node: () => ({ holdingCost: 0.5, backorderCost: 1 }) });
    const levels = levelsOf(flat, { serviceLevel: 0.95 });
    expect(levels.r1).toBe(poissonCdf(8).findIndex((p) => p >= 0.95));
    expect(levelsOf(flat, { serviceLevel: 0.99 }).r1).toBeGreaterThan(levels.r1);
  });
});

describe("refused", () => {
  const tree = (settings: Settings) => () => levelsOf(networkOf(TREE, settings));

  test.each([
    [tree({ node: () => ({ holdingCost: 0.5 }) }), "bounds need more than the supplier's 0.5, got 0.5"],
    [tree({ node: (id) => id === "r2" ? { unmetDemand: "lost" } : {} }), 'node "r2".unmetDemand'],
    [tree({ node: (id) => id === "r2" ? { backorderCost: 0 } : {} }), 'node "r2".backorderCost'],
    [tree({ arc: (_, to) => to === "r1" ? { yield: 0.9 } : {} }), 'arc "w1" -> "r1".yield'],
    [
      () => levelsOf(networkOf(GENERAL, { node: () => ({ sourcing: "all" }) })),
      'expects "split", "random" or "available", got "all" with 2 suppliers',
    ],
    [
      () => levelsOf(networkOf(TREE), { serviceLevel: 1 }),
      "serviceLevel: expected a probability between 0 and 1",
    ],
  ])("case %#", (plan, message) => {
    expect(plan).toThrow(message);
  });
});
