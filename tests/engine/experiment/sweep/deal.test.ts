import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { dealTrials } from "../../../../engine/experiment/sweep/deal.ts";
import type { SweepPlan } from "../../../../engine/experiment/sweep/expand.ts";
import type { Trial } from "../../../../engine/experiment/sweep/trial.ts";
import { trialWeight } from "../../../../engine/experiment/sweep/trial_order.ts";
import { TINY } from "../../../setup/runs.ts";
import { planOf, SHORT } from "../../../setup/sweeps.ts";

let plan: SweepPlan;
beforeAll(async () => {
  plan = await planOf({
    name: "dealt",
    networks: [SHORT, "kotecha-12"],
    methods: ["mappo", "ppo"],
    hyperparameters: { ...TINY, iterations: [6, 20] },
    planners: { method: "search", policy: "base-stock", budget: 6_000_000 },
    policies: { kind: "base-stock", levels: "1..10" },
    seeds: "0..4",
    evaluation: { episodes: 40 },
  });
});

const ids = (trials: readonly Trial[]) => trials.map(({ id }) => id).sort();
const weightOf = (trials: readonly Trial[]) =>
  trials.reduce((sum, trial) => sum + trialWeight(trial, plan), 0);

describe("the shares of tasks", () => {
  test("hold every trial once, for any number of tasks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.boolean(), (tasks, together) => {
        const shares = dealTrials(plan.trials, plan, tasks, together);
        expect(shares.length).toBe(tasks);
        expect(ids(shares.flat())).toEqual(ids(plan.trials));
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test("are the same wherever they are dealt", () => {
    const elsewhere: SweepPlan = JSON.parse(JSON.stringify(plan));
    expect(dealTrials(elsewhere.trials, elsewhere, 7).map(ids)).toEqual(
      dealTrials(plan.trials, plan, 7).map(ids),
    );
  });

  test("take about the same time: they differ by the longest trial at most", () => {
    const longest = Math.max(...plan.trials.map((trial) => weightOf([trial])));
    for (const tasks of [2, 3, 8, 13]) {
      const weights = dealTrials(plan.trials, plan, tasks).map(weightOf);
      expect(Math.max(...weights) - Math.min(...weights)).toBeLessThanOrEqual(longest);
    }
  });

  test("even out: who has a long trial has fewer of the short ones", async () => {
    const uneven = await planOf({
      name: "uneven",
      networks: SHORT,
      blocks: [
        { methods: "mappo", hyperparameters: TINY },
        { policies: { kind: "base-stock", levels: "1..40" } },
      ],
      evaluation: { episodes: 3000 },
    });
    const weigh = (trials: readonly Trial[]) =>
      trials.reduce((sum, trial) => sum + trialWeight(trial, uneven), 0);
    const [one, other] = dealTrials(uneven.trials, uneven, 2);
    const shortest = Math.min(...uneven.trials.map((trial) => weigh([trial])));
    expect(Math.abs(weigh(one!) - weigh(other!))).toBeLessThanOrEqual(shortest);
    expect(one!.length).toBeLessThan(other!.length);
  });

  test("of one task are everything, the longest first", () => {
    const [share] = dealTrials(plan.trials, plan, 1);
    const weights = share!.map((trial) => weightOf([trial]));
    expect(weights).toEqual(weights.toSorted((a, b) => b - a));
  });

  test("keep the seeds of a training together for a GPU, in pieces where there are tasks for them", () => {
    const groupOf = ({ network, work }: Trial) => JSON.stringify([network, work]);
    const trainings = plan.trials.filter(({ work }) => work.kind === "train");
    const tasksOf = (tasks: number) => {
      const shares = dealTrials(trainings, plan, tasks, true);
      const groups = Map.groupBy(trainings, groupOf).values();
      return [...groups].map((group) =>
        shares.filter((share) => group.some((trial) => share.includes(trial))).length
      );
    };
    // Eight works of five seeds: whole for up to eight tasks, then in two pieces.
    expect(tasksOf(3)).toEqual(Array(8).fill(1));
    expect(tasksOf(8)).toEqual(Array(8).fill(1));
    expect(Math.max(...tasksOf(16))).toBe(2);
    expect(tasksOf(40)).toEqual(Array(8).fill(5));
    const apart = dealTrials(trainings, plan, 3);
    const group = trainings.filter((trial) => groupOf(trial) === groupOf(trainings[0]!));
    expect(apart.filter((share) => group.some((trial) => share.includes(trial))).length).toBeGreaterThan(1);
  });
});
