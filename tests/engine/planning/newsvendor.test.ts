import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { poisson } from "../../../engine/planning/demand.ts";
import { lattice } from "../../../engine/planning/lattice.ts";
import {
  newsvendorCost,
  newsvendorNormal,
  newsvendorPmf,
  newsvendorPoisson,
  normalLoss,
  pmfLoss,
  poissonLoss,
} from "../../../engine/planning/newsvendor.ts";

const costs = { holdingCost: 0.18, stockOutCost: 0.7 };

describe("normal demand", () => {
  test("Snyder and Shen, example 4.3", () => {
    const { quantity, cost, criticalRatio } = newsvendorNormal({ mean: 50, stdDev: 8, ...costs });
    expect(quantity).toBeCloseTo(56.6040, 4);
    expect(cost).toBeCloseTo(1.9976, 4);
    expect(criticalRatio).toBeCloseTo(0.7 / 0.88, 12);
  });

  test("stockpyl's first example: N(120, 10), holding 2, stock-out 18", () => {
    const { quantity, cost } = newsvendorNormal({ mean: 120, stdDev: 10, holdingCost: 2, stockOutCost: 18 });
    expect(quantity).toBeCloseTo(132.815515655446, 9);
    expect(cost).toBeCloseTo(35.09966638649737, 9);
  });

  test("loss by numerical integration", () => {
    const [mean, stdDev, x, width] = [50, 8, 57, 1e-3];
    let [shortage, excess] = [0, 0];
    for (let d = mean - 10 * stdDev + width / 2; d < mean + 10 * stdDev; d += width) {
      const mass = Math.exp(-0.5 * ((d - mean) / stdDev) ** 2) / (stdDev * Math.sqrt(2 * Math.PI)) * width;
      shortage += Math.max(0, d - x) * mass;
      excess += Math.max(0, x - d) * mass;
    }
    const loss = normalLoss(mean, stdDev, x);
    expect(loss.shortage).toBeCloseTo(shortage, 6);
    expect(loss.excess).toBeCloseTo(excess, 6);
  });

  test("any other quantity costs more", () => {
    const best = newsvendorNormal({ mean: 50, stdDev: 8, ...costs });
    for (const change of [-5, -0.1, 0.1, 5]) {
      expect(newsvendorCost(costs, normalLoss(50, 8, best.quantity + change))).toBeGreaterThan(best.cost);
    }
  });
});

describe("discrete demand", () => {
  test("Poisson(20): every quantity tried", () => {
    const { quantity, cost } = newsvendorPoisson({ mean: 20, holdingCost: 1, stockOutCost: 4 });
    const all = Array.from(
      { length: 60 },
      (_, q) => newsvendorCost({ holdingCost: 1, stockOutCost: 4 }, poissonLoss(20, q)),
    );
    expect(cost).toBeCloseTo(Math.min(...all), 12);
    expect(quantity).toBe(all.indexOf(Math.min(...all)));
  });

  test("Poisson loss by the closed form mean P(X >= x) - x P(X > x)", () => {
    const [mean, x] = [7, 9];
    let mass = Math.exp(-mean);
    let below = 0;
    for (let k = 0; k < x; k++) {
      below += mass;
      mass *= mean / (k + 1);
    }
    expect(poissonLoss(mean, x).shortage).toBeCloseTo(mean * (1 - below) - x * (1 - below - mass), 8);
  });

  test("an empirical demand, by hand", () => {
    const demand = lattice(1, [0.2, 0.3, 0.5]);
    const { quantity, cost } = newsvendorPmf({ demand, holdingCost: 1, stockOutCost: 1 });
    expect(quantity).toBe(2);
    expect(cost).toBeCloseTo(0.2 * 1 + 0.5 * 1, 12);
  });

  test("neighbours never cost less", () => {
    const cases = fc.record({
      mean: fc.double({ min: 0.1, max: 60, noNaN: true }),
      holdingCost: fc.double({ min: 0.05, max: 10, noNaN: true }),
      stockOutCost: fc.double({ min: 0.05, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ mean, ...costs }) => {
        const { quantity, cost } = newsvendorPoisson({ mean, ...costs });
        for (const other of [quantity - 1, quantity + 1]) {
          expect(newsvendorCost(costs, pmfLoss(poisson(mean), other))).toBeGreaterThanOrEqual(cost - 1e-9);
        }
      }),
      { seed: 20242, numRuns: 200, verbose: 1 },
    );
  });
});

test("errors name the value", () => {
  expect(() => newsvendorPoisson({ mean: 5, holdingCost: 0, stockOutCost: 1 })).toThrow(
    "holdingCost: expected a cost above 0, got 0",
  );
  expect(() => newsvendorNormal({ mean: 5, stdDev: -1, ...costs })).toThrow(
    "stdDev: expected a number above 0",
  );
  expect(() => newsvendorPoisson({ mean: 0, ...costs })).toThrow("mean: expected a number above 0, got 0");
});
