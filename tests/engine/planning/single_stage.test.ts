import { describe, expect, test } from "vitest";
import { poisson } from "../../../engine/planning/demand.ts";
import { convolvePower, type Lattice, lattice, mean, variance } from "../../../engine/planning/lattice.ts";
import { leadTimeDemand } from "../../../engine/planning/lead_time_demand.ts";
import { singleStageBaseStock, singleStagePerformance } from "../../../engine/planning/single_stage.ts";
import {
  reorderPointOrderUpTo,
  reorderPointOrderUpToCost,
} from "../../../engine/planning/reorder_point_order_up_to.ts";
import { bestCost, chainCost, type FixedCostSystem } from "../../reference/single_stage_chain.ts";
import { lostSalesBaseStock, lostSalesOptimum, poissonMasses } from "../../reference/lost_sales.ts";

describe("base-stock", () => {
  const stage = { demand: poisson(5), leadTime: 2, holdingCost: 1, backorderCost: 9 };

  test("Poisson(5), lead time 2, holding 1, backorder 9: 20 at 7.1230", () => {
    const { level, cost } = singleStageBaseStock(stage);
    expect(level).toBe(20);
    expect(cost).toBeCloseTo(7.1230, 4);
  });

  test("other levels cost more, and the parts add up", () => {
    const best = singleStageBaseStock(stage);
    expect(singleStagePerformance(stage, 20)).toEqual(best);
    expect(best.onHand + 9 * best.backorders).toBeCloseTo(best.cost, 12);
    expect(best.onHand - best.backorders).toBeCloseTo(20 - 15, 8);
    for (const level of [18, 19, 21, 22]) {
      expect(singleStagePerformance(stage, level).cost).toBeGreaterThan(best.cost);
    }
  });

  test("is the (s, S) policy without a fixed cost", () => {
    const { reorderPoint, orderUpTo, cost } = reorderPointOrderUpTo({ ...stage, fixedOrderCost: 0 });
    expect([reorderPoint, orderUpTo]).toEqual([19, 20]);
    expect(cost).toBeCloseTo(singleStageBaseStock(stage).cost, 12);
  });

  test("wrong input", () => {
    expect(() => singleStageBaseStock({ ...stage, leadTime: 1.5 })).toThrow(
      "leadTime: expected a whole number",
    );
    expect(() => singleStageBaseStock({ ...stage, leadTime: -1 })).toThrow("of at least 0, got -1");
    expect(() => singleStageBaseStock({ ...stage, backorderCost: 0 })).toThrow(
      "backorderCost: expected a cost above 0",
    );
  });
});

describe("random lead times", () => {
  const leadTime = lattice(1, [0.2, 0.2, 0.2, 0.2, 0.2]);
  const demand = poisson(10);
  const moments = (pmf: Lattice) => [mean(pmf), variance(pmf)];

  test("sequential: moments of a random sum", () => {
    const [m, v] = moments(leadTimeDemand(demand, leadTime));
    expect(m).toBeCloseTo(30, 6);
    expect(v).toBeCloseTo(3 * 10 + 2 * 100, 4);
  });

  test("crossing: moments of the outstanding orders", () => {
    const [m, v] = moments(leadTimeDemand(demand, leadTime, "crossing"));
    expect(m).toBeCloseTo(30, 6);
    // The orders of 1..5 periods ago are out with probability 1, 0.8, 0.6, 0.4, 0.2.
    expect(v).toBeCloseTo(3 * 10 + (0.16 + 0.24 + 0.24 + 0.16) * 100, 4);
  });

  test("both are the plain sum where the lead time is constant", () => {
    const plain = convolvePower(demand, 3);
    for (const model of ["sequential", "crossing"] as const) {
      const { first, probabilities } = leadTimeDemand(demand, lattice(3, [1]), model);
      expect(first).toBe(plain.first);
      expect([...probabilities]).toEqual([...plain.probabilities]);
    }
  });

  test("crossing: each order is out or not on its own", () => {
    // The order of one period ago is always out, that of two periods ago in half of all cases.
    const outstanding = leadTimeDemand(lattice(1, [1]), lattice(1, [0.5, 0.5]), "crossing");
    expect([outstanding.first, ...outstanding.probabilities]).toEqual([1, 0.5, 0.5]);
  });
});

describe("(s, S)", () => {
  const example = {
    demand: poisson(6),
    leadTime: 0,
    holdingCost: 1,
    backorderCost: 4,
    fixedOrderCost: 5,
  };

  test("Snyder and Shen, example 4.7: (4, 10) at 8.034", () => {
    const { reorderPoint, orderUpTo, cost } = reorderPointOrderUpTo(example);
    expect([reorderPoint, orderUpTo]).toEqual([4, 10]);
    expect(cost).toBeCloseTo(8.034, 3);
  });

  // Means, s, S and costs of the paper's table, holding 1, backorder 9, fixed 64.
  test.each([
    [10, 6, 40, 35.022],
    [15, 10, 49, 42.698],
    [20, 14, 62, 49.173],
    [21, 15, 65, 50.406],
    [22, 16, 68, 51.632],
    [23, 17, 52, 52.757],
    [24, 18, 54, 53.518],
    [25, 19, 56, 54.262],
    [30, 23, 66, 57.819],
    [50, 42, 108, 70.975],
    [60, 52, 129, 77.306],
    [64, 55, 74, 78.402],
    [75, 67, 86, 79.554],
  ])("Zheng and Federgruen (1991), Poisson(%i): (%i, %i) at %f", (mean, s, S, least) => {
    const { reorderPoint, orderUpTo, cost } = reorderPointOrderUpTo({
      demand: poisson(mean),
      leadTime: 0,
      holdingCost: 1,
      backorderCost: 9,
      fixedOrderCost: 64,
    });
    expect([reorderPoint, orderUpTo]).toEqual([s, S]);
    expect(cost).toBeCloseTo(least, 3);
  });

  test("a given policy costs what its Markov chain says", () => {
    const system = chainOf(example);
    for (const [s, S] of [[4, 10], [2, 9], [5, 6], [0, 15]] as const) {
      expect(reorderPointOrderUpToCost(example, { reorderPoint: s, orderUpTo: S }))
        .toBeCloseTo(chainCost(system, s, S), 7);
    }
  });

  test.each([
    { ...example, leadTime: 2, fixedOrderCost: 20 },
    { ...example, demand: lattice(0, [0.4, 0.1, 0, 0, 0, 0.3, 0.2]), fixedOrderCost: 9, backorderCost: 12 },
    { ...example, demand: lattice(2, [0.5, 0.25, 0.25]), leadTime: 1, fixedOrderCost: 1.5 },
    { ...example, demand: poisson(0.7), leadTime: 4, fixedOrderCost: 64, backorderCost: 2 },
  ])("no policy at all is better: case %#", (stage) => {
    const solution = reorderPointOrderUpTo(stage);
    const { reorderPoint: s, orderUpTo: S } = solution;
    const system = chainOf(stage);
    const [low, high] = bestCost(system, s - 15, S + 25);
    expect(solution.cost).toBeGreaterThan(low - 1e-6);
    expect(solution.cost).toBeLessThan(high + 1e-6);
    expect(chainCost(system, s, S)).toBeCloseTo(solution.cost, 6);
  });

  test("wrong input", () => {
    expect(() => reorderPointOrderUpTo({ ...example, fixedOrderCost: -1 })).toThrow(
      "fixedOrderCost: expected a cost",
    );
    expect(() => reorderPointOrderUpTo({ ...example, demand: lattice(0, [1]) })).toThrow("not always 0");
    expect(() => reorderPointOrderUpToCost(example, { reorderPoint: 4, orderUpTo: 4 })).toThrow(
      "orderUpTo: expected a level above the reorder point 4, got 4",
    );
  });
});

function chainOf(stage: Parameters<typeof reorderPointOrderUpTo>[0]): FixedCostSystem {
  const masses = (
    { first, probabilities }: Lattice,
  ) => [...new Array<number>(first).fill(0), ...probabilities];
  return {
    demand: masses(stage.demand),
    covered: masses(convolvePower(stage.demand, (stage.leadTime as number) + 1)),
    holdingCost: stage.holdingCost,
    backorderCost: stage.backorderCost,
    fixedOrderCost: stage.fixedOrderCost,
  };
}

describe("lost sales, for comparison: Poisson(5), holding 1, lost sale 4", () => {
  const system = (leadTime: number, mostStock: number, mostOrder: number) => ({
    demand: poissonMasses(5, 22),
    leadTime,
    holdingCost: 1,
    lostSaleCost: 4,
    mostStock,
    mostOrder,
  });

  test("lead time 1: the optimum is 4.0407, the best base-stock level 12 at 4.163", () => {
    const [low, high] = lostSalesOptimum(system(1, 30, 20));
    expect(high - low).toBeLessThan(1e-5);
    expect(low).toBeCloseTo(4.0407, 4);
    const costs = Array.from({ length: 15 }, (_, i) => lostSalesBaseStock(system(1, 30, 20), 5 + i)[0]);
    expect(Math.min(...costs)).toBeCloseTo(4.163, 3);
    expect(5 + costs.indexOf(Math.min(...costs))).toBe(12);
    expect(Math.min(...costs)).toBeGreaterThan(high + 0.1);
  });

  test.each([[2, 22, 12, 4.40], [3, 20, 11, 4.60], [4, 18, 10, 4.73]])(
    "lead time %i: as in Zipkin (2008)",
    (leadTime, mostStock, mostOrder, optimum) => {
      const [low] = lostSalesOptimum(system(leadTime, mostStock, mostOrder));
      expect(low).toBeCloseTo(optimum, 2);
    },
  );
});
