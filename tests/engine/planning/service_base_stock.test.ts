import { describe, expect, test } from "vitest";
import { parseNetworkSync } from "../../../engine/network/schema.ts";
import type { Network } from "../../../engine/network/types.ts";
import { nodeClaims, serviceBaseStock } from "../../../engine/planning/service_base_stock.ts";

const Z = 1.6448536269514722;

/** Two warehouses, one of which serves both shops; shop b buys from both. */
function network(sourcing = "split", arc: object = {}): Network {
  const demand = (mean: number, stdDev: number) => ({ demand: { kind: "normal" as const, mean, stdDev } });
  return parseNetworkSync({
    nodes: [{ id: "v" }, { id: "w" }, { id: "a", ...demand(20, 2) }, { id: "b", ...demand(40, 3), sourcing }],
    arcs: [
      { from: "supply", to: "v", leadTime: 3 },
      { from: "supply", to: "w", leadTime: 1 },
      { from: "v", to: "a", leadTime: 2, ...arc },
      { from: "v", to: "b", leadTime: 1, share: 1, ...arc },
      { from: "w", to: "b", leadTime: 1, share: 3, ...arc },
    ],
  });
}

describe("mean * L + z * std * sqrt(L)", () => {
  test("L is the time from order to receipt and one period", () => {
    const { kind, levels } = serviceBaseStock(network());
    expect(kind).toBe("base-stock");
    expect(levels.a).toBeCloseTo(20 * 3 + Z * 2 * Math.sqrt(3), 6);
    expect(levels.b).toBeCloseTo(40 * 2 + Z * 3 * Math.sqrt(2), 6);
    expect(levels.v).toBeCloseTo(30 * 4 + Z * Math.sqrt(4 + 9 / 16) * Math.sqrt(4), 6);
    expect(levels.w).toBeCloseTo(30 * 2 + Z * 9 / 4 * Math.sqrt(2), 6);
  });

  test("as the paper prints it: no square root, no period of ordering", () => {
    const options = { safetyStock: "linear", leadTime: "order-to-receipt" } as const;
    const { levels } = serviceBaseStock(network(), options);
    expect(levels.a).toBeCloseTo(20 * 2 + Z * 2 * 2, 6);
    expect(levels.v).toBeCloseTo(30 * 3 + Z * Math.sqrt(4 + 9 / 16) * 3, 6);
  });

  test("an order's way up counts; orders that are seen coming do not", () => {
    const { levels } = serviceBaseStock(network("split", { orderLeadTime: 2 }));
    expect(levels.a).toBeCloseTo(20 * 5 + Z * 2 * Math.sqrt(5), 6);
    expect(levels.v).toBeCloseTo(serviceBaseStock(network()).levels.v, 9);
    const sees = network("split", { orderLeadTime: 2 });
    sees.nodes[0].seesOrders = true;
    expect(serviceBaseStock(sees).levels.v).toBeCloseTo(30 * 2 + Z * Math.sqrt(4 + 9 / 16) * Math.sqrt(2), 6);
  });

  test("another service level", () => {
    expect(serviceBaseStock(network(), { serviceLevel: 0.5 }).levels.a).toBeCloseTo(60, 6);
    expect(() => serviceBaseStock(network(), { serviceLevel: 95 })).toThrow("between 0 and 1, got 95");
  });

  test("the beer game: Poisson(32) at every node", () => {
    const line = parseNetworkSync({
      quantities: "integer",
      nodes: [{ id: "4" }, { id: "3" }, { id: "2" }, { id: "1", demand: { kind: "poisson", mean: 32 } }],
      arcs: ["supply", "4", "3", "2"].map((from, i) => ({
        from,
        to: String(4 - i),
        leadTime: 1,
        orderLeadTime: 1,
      })),
    });
    const { levels } = serviceBaseStock(line);
    for (const level of Object.values(levels)) {
      expect(level).toBeCloseTo(32 * 3 + Z * Math.sqrt(32) * Math.sqrt(3), 6);
    }
  });
});

describe("what a node's buyers want of it", () => {
  const at = (sourcing: string) => {
    const [, w] = nodeClaims(network(sourcing));
    return w.map(({ mean, variance }) => [mean, variance]);
  };

  test("split: the share of mean and deviation", () => {
    expect(at("split")[0][0]).toBeCloseTo(30, 9);
    expect(at("split")[0][1]).toBeCloseTo(9 * 9 / 16, 6);
  });

  test("random: whole orders, some of the time", () => {
    expect(at("random")[0][0]).toBeCloseTo(30, 9);
    expect(at("random")[0][1]).toBeCloseTo(0.75 * 9 + 0.75 * 0.25 * 1600, 5);
  });

  test("all: every order in full", () => {
    expect(at("all")[0][0]).toBeCloseTo(40, 9);
    expect(at("all")[0][1]).toBeCloseTo(9, 5);
  });
});
