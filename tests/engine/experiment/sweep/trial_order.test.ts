import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { SweepPlan } from "../../../../engine/experiment/sweep/expand.ts";
import { batches, trialWeight } from "../../../../engine/experiment/sweep/trial_order.ts";
import { TINY } from "../../../setup/runs.ts";
import { planOf, SHORT } from "../../../setup/sweeps.ts";

let plan: SweepPlan;
beforeAll(async () => {
  plan = await planOf({
    networks: [SHORT, "kotecha-12"],
    seeds: "0..9",
    methods: "mappo",
    hyperparameters: { ...TINY, iterations: [6, 600] },
    planners: ["search", { method: "search", budget: 2e6 * 6 }],
    policies: { kind: "base-stock", levels: "10..29" },
    evaluation: { episodes: 100 },
  });
});

test("batches hold every trial once, the longest first, and none is much longer than it must be", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...plan.trials]), fc.integer({ min: 1, max: 64 }), (trials, jobs) => {
      const found = batches(trials, plan, jobs);
      expect(new Set(found.flat())).toEqual(new Set(trials));
      expect(found.flat()).toHaveLength(trials.length);
      const weights = found.map((batch) => batch.map((trial) => trialWeight(trial, plan)));
      expect(weights.flat()).toEqual(weights.flat().toSorted((a, b) => b - a));
      const total = weights.flat().reduce((sum, weight) => sum + weight, 0);
      for (const batch of weights) {
        expect(batch.length).toBeGreaterThan(0);
        const rest = batch.slice(1).reduce((sum, weight) => sum + weight, 0);
        expect(rest).toBeLessThan(total / jobs);
      }
    }),
    { seed: 5, numRuns: 100 },
  );
});

test("a trial weighs more with all that makes it longer", async () => {
  const weightOf = async (changes: object, evaluation = {}) => {
    const one = await planOf({
      networks: SHORT,
      methods: "mappo",
      hyperparameters: { ...TINY, ...changes },
      evaluation,
    });
    return trialWeight(one.trials[0]!, one);
  };
  const base = await weightOf({});
  for (const longer of [{ iterations: 7 }, { environments: 16 }, { periods: 8 }, { epochs: 3 }]) {
    expect(await weightOf(longer)).toBeGreaterThan(base);
  }
  expect(await weightOf({}, { episodes: 2000 })).toBeGreaterThan(base);
  expect(await weightOf({}, { changes: ["demand.mean=7"] })).toBeGreaterThan(base);
});
