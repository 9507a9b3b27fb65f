import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latticeDemand, normalDemand, poisson, poissonDemand } from "../../../engine/planning/demand.ts";
import { lattice } from "../../../engine/planning/lattice.ts";
import {
  localHoldingCosts,
  serialCost,
  type SerialSystem,
  solveSerial,
  toEchelonLevels,
  toLocalLevels,
} from "../../../engine/planning/serial.ts";
import { shangSong } from "../../../engine/planning/shang_song.ts";
import { singleStageBaseStock } from "../../../engine/planning/single_stage.ts";
import { twoStageOptimum } from "../../reference/two_stage_process.ts";

/** Snyder and Shen, example 6.1, upstream first. */
function example(demand: SerialSystem["demand"], leadTimes = [2, 1, 1]): SerialSystem {
  const holdingCosts = localHoldingCosts([2, 2, 3]);
  const stages = ["3", "2", "1"].map((id, i) => ({
    id,
    leadTime: leadTimes[i],
    holdingCost: holdingCosts[i],
  }));
  return { stages, demand, backorderCost: 37.12 };
}

describe("Snyder and Shen, example 6.1", () => {
  const normal = solveSerial(example(normalDemand(5, 1)));

  test("normal demand: echelon levels 22.71, 12.02, 6.49 at 47.66", () => {
    expect(normal.echelonLevels["3"]).toBeCloseTo(22.706, 2);
    expect(normal.echelonLevels["2"]).toBeCloseTo(12.018, 2);
    expect(normal.echelonLevels["1"]).toBeCloseTo(6.491, 2);
    expect(normal.cost).toBeCloseTo(47.660, 3);
  });

  test("normal demand: local levels 10.69, 5.53, 6.49 and 17.66 without the 30 in transit", () => {
    expect(normal.localLevels["3"]).toBeCloseTo(10.69, 2);
    expect(normal.localLevels["2"]).toBeCloseTo(5.53, 2);
    expect(normal.localLevels["1"]).toBeCloseTo(6.49, 2);
    expect(normal.costWithoutInTransit).toBeCloseTo(normal.cost - 30, 10);
  });

  test("the cells' width hardly matters", () => {
    const coarse = solveSerial(example(normalDemand(5, 1, 0.05)));
    const fine = solveSerial(example(normalDemand(5, 1, 0.01)));
    expect(Math.abs(coarse.cost - fine.cost)).toBeLessThan(5e-4);
    expect(Math.abs(coarse.echelonLevels["3"] - fine.echelonLevels["3"])).toBeLessThan(1e-3);
  });

  test("Poisson demand: 26, 15, 9 at 72.047", () => {
    const { echelonLevels, cost } = solveSerial(example(poissonDemand(5)));
    expect(echelonLevels).toEqual({ "3": 26, "2": 15, "1": 9 });
    expect(cost).toBeCloseTo(72.047, 3);
  });

  test("the long lead time belongs to the stage upstream: no other order gives these figures", () => {
    expect(solveSerial(example(poissonDemand(5), [1, 1, 2])).cost).toBeGreaterThan(96);
    expect(solveSerial(example(poissonDemand(5), [1, 2, 1])).cost).toBeGreaterThan(83);
  });

  test("a period's masses instead of a closed form give the same", () => {
    expect(solveSerial(example(latticeDemand(poisson(5)))).cost)
      .toBeCloseTo(solveSerial(example(poissonDemand(5))).cost, 6);
  });
});

describe("against a Markov decision process of two stages", () => {
  test.each([[1, 0], [2, 0], [1, 1], [2, 1]])(
    "lead times %i and %i: no policy costs less",
    (upstream, downstream) => {
      const demand = [0.3, 0.4, 0.2, 0.1];
      const [low, high] = twoStageOptimum({
        demand,
        holdingCosts: [1, 2.5],
        backorderCost: 9,
        leadTimes: [upstream, downstream],
        mostUpstream: 9,
        downstream: [-8, 8],
        mostOrder: 4,
      });
      const { costWithoutInTransit } = solveSerial({
        stages: [
          { id: "up", leadTime: upstream, holdingCost: 1 },
          // Decided before demand is seen: one period more to cover than the process's lead time.
          { id: "down", leadTime: downstream + 1, holdingCost: 2.5 },
        ],
        demand: latticeDemand(lattice(0, demand)),
        backorderCost: 9,
      });
      expect(costWithoutInTransit).toBeGreaterThan(low - 1e-4);
      expect(costWithoutInTransit).toBeLessThan(high + 1e-4);
    },
  );
});

/** Lines of one to four stages with small demands. */
const systems: fc.Arbitrary<SerialSystem> = fc.record({
  weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 }),
  stages: fc.array(
    fc.record({
      leadTime: fc.integer({ min: 1, max: 3 }),
      echelonHoldingCost: fc.integer({ min: 1, max: 8 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  backorderCost: fc.integer({ min: 2, max: 80 }),
}).map(({ weights, stages, backorderCost }) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const holdingCosts = localHoldingCosts(stages.map((stage) => stage.echelonHoldingCost));
  return {
    stages: stages.map(({ leadTime }, i) => ({ id: `s${i}`, leadTime, holdingCost: holdingCosts[i] })),
    demand: latticeDemand(lattice(0, weights.map((weight) => weight / total))),
    backorderCost,
  };
});
const seeded = { seed: 20243, numRuns: 100, verbose: 1 };

describe("any line", () => {
  test("the best levels cost what the solution says, and no neighbour costs less", () => {
    fc.assert(
      fc.property(systems, (system) => {
        const { echelonLevels, cost, costWithoutInTransit } = solveSerial(system);
        expect(serialCost(system, echelonLevels).cost).toBeCloseTo(cost, 9);
        expect(serialCost(system, echelonLevels).costWithoutInTransit).toBeCloseTo(costWithoutInTransit, 9);
        for (const id of Object.keys(echelonLevels)) {
          for (const change of [-1, 1]) {
            const neighbour = { ...echelonLevels, [id]: echelonLevels[id] + change };
            expect(serialCost(system, neighbour).cost).toBeGreaterThanOrEqual(cost - 1e-9);
          }
        }
      }),
      seeded,
    );
  });

  test("Shang and Song's bounds hold the best levels, and their average costs at least the optimum", () => {
    fc.assert(
      fc.property(systems, (system) => {
        const { echelonLevels, cost } = solveSerial(system);
        const heuristic = shangSong(system, "nearest");
        for (const [id, { lower, upper }] of Object.entries(heuristic.bounds)) {
          expect(echelonLevels[id]).toBeGreaterThanOrEqual(lower);
          expect(echelonLevels[id]).toBeLessThanOrEqual(upper);
        }
        expect(serialCost(system, heuristic.echelonLevels).cost).toBeGreaterThanOrEqual(cost - 1e-9);
      }),
      seeded,
    );
  });

  test("local levels and echelon levels are the same policy", () => {
    fc.assert(
      fc.property(systems, (system) => {
        const ids = system.stages.map(({ id }) => id);
        const { echelonLevels, localLevels, cost } = solveSerial(system);
        expect(localLevels).toEqual(toLocalLevels(ids, echelonLevels));
        expect(serialCost(system, toEchelonLevels(ids, localLevels)).cost).toBeCloseTo(cost, 9);
      }),
      seeded,
    );
  });

  test("one stage is the newsvendor over its lead time", () => {
    fc.assert(
      fc.property(systems, ({ stages: [stage], demand, backorderCost }) => {
        const { echelonLevels, cost } = solveSerial({ stages: [stage], demand, backorderCost });
        const single = singleStageBaseStock({
          demand: demand.over(1),
          leadTime: stage.leadTime - 1,
          holdingCost: stage.holdingCost,
          backorderCost,
        });
        expect(cost).toBeCloseTo(single.cost, 9);
        expect(echelonLevels[stage.id]).toBe(single.level);
      }),
      seeded,
    );
  });
});

describe("Shang and Song", () => {
  test("example 6.1: 22.634, 12.027, 6.491 at 0.01% above the optimum", () => {
    const system = example(normalDemand(5, 1));
    const { echelonLevels } = shangSong(system);
    expect(echelonLevels["3"]).toBeCloseTo(22.634032391786285, 9);
    expect(echelonLevels["2"]).toBeCloseTo(12.027434723327854, 9);
    expect(echelonLevels["1"]).toBeCloseTo(6.490880975286938, 9);
    expect(serialCost(system, echelonLevels).cost / solveSerial(system).cost).toBeCloseTo(1.00013, 4);
  });

  test("Poisson: between the bounds, rounded as asked", () => {
    const system = example(poissonDemand(4.3));
    const { bounds, echelonLevels } = shangSong(system);
    for (const [id, { lower, upper }] of Object.entries(bounds)) {
      expect(echelonLevels[id]).toBe((lower + upper) / 2);
    }
    const half = Object.values(echelonLevels).some((level) => !Number.isInteger(level));
    expect(half).toBe(true);
    for (const id of ["3", "2", "1"]) {
      expect(shangSong(system, "down").echelonLevels[id]).toBe(Math.floor(echelonLevels[id]));
      expect(shangSong(system, "up").echelonLevels[id]).toBe(Math.ceil(echelonLevels[id]));
    }
  });

  test("a masses-only normal demand gives the normal's levels", () => {
    const masses = latticeDemand(normalDemand(5, 1).over(1));
    const { echelonLevels } = shangSong(example(masses));
    expect(echelonLevels["3"]).toBeCloseTo(22.634, 3);
  });
});

test("conversions by hand: a level above the one upstream cannot be reached", () => {
  expect(toLocalLevels(["c", "b", "a"], { c: 20, b: 22, a: 8 })).toEqual({ c: 0, b: 12, a: 8 });
  expect(toEchelonLevels(["c", "b", "a"], { c: 0, b: 12, a: 8 })).toEqual({ c: 20, b: 20, a: 8 });
  expect(localHoldingCosts([2, 2, 3])).toEqual([2, 4, 7]);
});

describe("wrong input", () => {
  const base = example(poissonDemand(5));
  const changed = (i: number, change: object) => ({
    ...base,
    stages: base.stages.map((stage, k) => k === i ? { ...stage, ...change } : stage),
  });

  test.each([
    [changed(1, { holdingCost: 1 }), "stages.2.holdingCost: expected at least the 2 of the stage before it"],
    [changed(0, { leadTime: -1 }), "stages.3.leadTime: expected periods of at least 0, got -1"],
    [changed(0, { id: "1" }), 'expected every stage once, got "1" twice'],
    [{ ...base, stages: [] }, "expected at least one stage, got none"],
    [{ ...base, backorderCost: 0 }, "backorderCost: expected a cost above 0"],
  ])("case %#", (system, message) => {
    expect(() => solveSerial(system)).toThrow(message);
  });

  test("masses by the period need whole lead times", () => {
    const system = example(latticeDemand(poisson(5)), [1.5, 1, 1]);
    expect(() => solveSerial(system)).toThrow("leadTime: expected a whole number of periods");
  });

  test("a level that is missing", () => {
    expect(() => serialCost(base, { "3": 26, "2": 15 })).toThrow(
      "echelonLevels.1: expected a number, got undefined",
    );
  });

  test("Shang and Song need holding costs that rise", () => {
    expect(() => shangSong(changed(1, { holdingCost: 2 }))).toThrow(
      "2.holdingCost: Shang and Song's bounds need more than the supplier's 2, got 2",
    );
  });
});
