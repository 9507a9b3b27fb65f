/** A worker that trains: one seed a task, on a device of its own. */

import { WasmDevice } from "../device/wasm.ts";
import { serveTasks } from "../device/worker.ts";
import type { RunConfig } from "./config.ts";
import { RunFolder } from "./run_folder.ts";
import { runSeeds, type SeedProgress, STOPPED, type TrainedRun } from "./run_seeds.ts";

export interface TrainingTask {
  config: RunConfig;
  /** Where the run is kept; without, only its result comes back. */
  folder: string | undefined;
  checkpointSeconds: number;
}

export type TrainingResult = TrainedRun | typeof STOPPED;

serveTasks<{ module: WebAssembly.Module }, TrainingTask, TrainingResult, SeedProgress>(
  ({ module }) =>
    Promise.resolve(async ({ config, folder, checkpointSeconds }, context) => {
      const device = await WasmDevice.create(module);
      const folders = folder === undefined ? [] : [await RunFolder.prepare(folder, config)];
      const training = runSeeds(device, [config], {
        folders,
        checkpointSeconds,
        stops: () => context.stops(),
      });
      let next = await training.next();
      for (; !next.done; next = await training.next()) context.report(next.value);
      return next.value === STOPPED ? next.value : next.value[0]!;
    }),
  () => [],
);
