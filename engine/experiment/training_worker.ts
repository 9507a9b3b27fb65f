/** A worker that trains: one seed a task, on a device of its own. */

import { WasmDevice } from "../device/wasm.ts";
import { serveTasks } from "../device/worker.ts";
import type { RunConfig } from "./config.ts";
import { RunFolder } from "./run_folder.ts";
import { type Progress, runSeeds, STOPPED, type TrainedRun } from "./run_seeds.ts";

export interface TrainingTask {
  config: RunConfig;
  /** Where the run is kept; without, only its result comes back. */
  folder: string | undefined;
}

export type TrainingResult = TrainedRun | typeof STOPPED;

serveTasks<{ module: WebAssembly.Module }, TrainingTask, TrainingResult, Progress>(
  ({ module }) =>
    Promise.resolve(async ({ config, folder }, context) => {
      const device = await WasmDevice.create(module);
      const folders = folder === undefined ? {} : { folders: [await RunFolder.prepare(folder, config)] };
      const training = runSeeds(device, [config], { ...folders, stops: () => context.stops() });
      while (true) {
        const { done, value } = await training.next();
        if (!done) context.report(value);
        else return value === STOPPED ? value : value[0]!;
      }
    }),
  () => [],
);
