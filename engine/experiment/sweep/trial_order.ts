/** How long trials are likely to take, and which go together. */

import type { SweepPlan } from "./expand.ts";
import type { Trial } from "./trial.ts";

/** What a sample of an epoch costs a node, in node-steps of a simulation. */
const SAMPLE = 400;
/** Of a search without a budget of its own. */
const SEARCH = 600e6;

/** About how much work a trial is, in node-steps: for the order and the time left, nothing else. */
export function trialWeight({ work, network: label }: Trial, { evaluation, networks }: SweepPlan): number {
  const network = networks[label]!;
  const nodes = network.nodes.length;
  const periods = evaluation.periods ?? network.evaluation?.periods ?? network.horizon;
  const judging = evaluation.episodes * (1 + evaluation.changes.length) * periods * nodes;
  switch (work.kind) {
    case "train": {
      const { iterations, environments, periods, epochs } = work.hyperparameters;
      return iterations * environments * periods * nodes * epochs * SAMPLE + judging;
    }
    case "plan":
      return (work.planner.method === "search" ? work.planner.budget ?? SEARCH : 0) + judging;
    case "simulate":
      return judging;
  }
}

/** Trainings that differ in nothing but the seed, each group for one program. */
export function gpuGroups(trials: readonly Trial[]): Trial[][] {
  const trainings = trials.filter(({ work }) => work.kind === "train");
  return [...Map.groupBy(trainings, ({ network, work }) => JSON.stringify([network, work])).values()];
}

/** A batch of small trials is at most this much: a second or so, after which a sweep can stop, or be killed. */
const BATCH = 50e6;
/** So that no core waits long for another at the end. */
const BATCHES_A_JOB = 8;

/**
 * The trials in batches for one worker each, the longest trials first: one that starts last would leave the other cores
 * idle.
 */
export function batches(trials: readonly Trial[], plan: SweepPlan, jobs: number): Trial[][] {
  const weighed = trials.map((trial) => ({ trial, weight: trialWeight(trial, plan) }))
    .toSorted((a, b) => b.weight - a.weight);
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const most = Math.min(BATCH, total / jobs / BATCHES_A_JOB);
  const found: Trial[][] = [];
  let room = 0;
  for (const { trial, weight } of weighed) {
    if (room < weight) {
      found.push([]);
      room = most;
    }
    found.at(-1)!.push(trial);
    room -= weight;
  }
  return found;
}
