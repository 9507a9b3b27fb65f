/** A worker that trains: one seed a task, on a device of its own. */

import { serveTasks } from "../device/worker.ts";
import type { SeedProgress } from "./run_seeds.ts";
import { type TrainingResult, type TrainingTask, trainSeed } from "./train_seed.ts";

serveTasks<{ module: WebAssembly.Module }, TrainingTask, TrainingResult, SeedProgress>(
  ({ module }) => Promise.resolve((task, context) => trainSeed(task, module, context)),
  () => [],
);
