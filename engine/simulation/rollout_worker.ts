/**
 * A worker that runs rollouts: opened with a RolloutSpec, then one RolloutTask after another. What it imports reaches no
 * schema library: that would double the time a worker takes to start.
 */

import { serveTasks } from "../device/worker.ts";
import { Rollout, type RolloutResult, type RolloutSpec, type RolloutTask } from "./rollout.ts";

serveTasks<RolloutSpec, RolloutTask, RolloutResult>(
  async (spec) => {
    const rollout = await Rollout.open(spec);
    return (task) => rollout.run(task);
  },
  (sums) => [sums.buffer],
);
