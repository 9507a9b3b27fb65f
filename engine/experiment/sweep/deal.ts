/** Which of several tasks does which trials: the same answer in every task, from the trials alone. */

import type { SweepPlan } from "./expand.ts";
import type { Trial } from "./trial.ts";
import { gpuGroups, trialWeight } from "./trial_order.ts";

/**
 * Deals trials out so that the tasks take about the same time: the longest first, each to the task that has least to do
 * so far. O(trials x tasks).
 *
 * @param together keeps the seeds of a work in one task where there are enough works, for a GPU trains them in one
 *   program
 * @returns a list of trials a task; every trial is in one of them
 */
export function dealTrials(
  trials: readonly Trial[],
  plan: SweepPlan,
  tasks: number,
  together = false,
): Trial[][] {
  const hands = together ? seedsTogether(trials, tasks) : trials.map((trial) => [trial]);
  const weighed = hands
    .map((hand) => ({ hand, weight: hand.reduce((sum, trial) => sum + trialWeight(trial, plan), 0) }))
    .toSorted((a, b) => b.weight - a.weight);
  const shares = Array.from({ length: tasks }, (): Trial[] => []);
  const loads = new Float64Array(tasks);
  for (const { hand, weight } of weighed) {
    let least = 0;
    for (let task = 1; task < tasks; task++) if (loads[task]! < loads[least]!) least = task;
    shares[least]!.push(...hand);
    loads[least] = loads[least]! + weight;
  }
  return shares;
}

/** Every group whole, or in pieces where there are more tasks than groups; the other trials one by one. */
function seedsTogether(trials: readonly Trial[], tasks: number): Trial[][] {
  const groups = gpuGroups(trials);
  const pieces = Math.ceil(tasks / Math.max(1, groups.length));
  const grouped = new Set(groups.flat());
  return [
    ...groups.flatMap((group) => {
      const size = Math.ceil(group.length / pieces);
      return Array.from(
        { length: Math.ceil(group.length / size) },
        (_, k) => group.slice(k * size, (k + 1) * size),
      );
    }),
    ...trials.filter((trial) => !grouped.has(trial)).map((trial) => [trial]),
  ];
}
