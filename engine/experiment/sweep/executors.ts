/** The executors, a row each. */

import type { Executor, ExecutorName } from "./executor.ts";
import { executeLocally } from "./local.ts";
import { executeOnSlurm } from "./slurm.ts";

export const executors: Readonly<Record<ExecutorName, Executor>> = {
  local: {
    doc: "this machine, over all its cores or its GPU",
    stopping: "stopping, with checkpoints; Ctrl-C again to stop at once",
    leavesTrials: false,
    execute: executeLocally,
  },
  slurm: {
    doc: "a job array on a Slurm cluster, followed to its end",
    stopping: "leaving the job to itself",
    leavesTrials: false,
    execute: executeOnSlurm,
  },
  none: {
    doc: "nobody: the folder is made ready for workers, and what they have finished is collected",
    stopping: "stopping",
    leavesTrials: true,
    execute: (_, { folder }) =>
      Promise.resolve({
        next: `what is left is for workers: deno task sweep:worker ${folder.path} --tasks N --index K, ` +
          "for every K from 0 to N-1; the same command collects what they have finished",
      }),
  },
};
