/** One seed's training on a WebAssembly device of its own, from where its folder stands to its end. */

import { WasmDevice } from "../device/wasm.ts";
import type { TaskContext } from "../device/worker.ts";
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

/** @throws as `RunFolder.prepare` and `Trainer` */
export async function trainSeed(
  { config, folder, checkpointSeconds }: TrainingTask,
  module: WebAssembly.Module,
  context: TaskContext<SeedProgress>,
): Promise<TrainingResult> {
  const device = await WasmDevice.create(module);
  const folders = folder === undefined ? [] : [await RunFolder.prepare(folder, config)];
  const training = runSeeds(device, [config], { folders, checkpointSeconds, stops: () => context.stops() });
  let next = await training.next();
  for (; !next.done; next = await training.next()) context.report(next.value);
  return next.value === STOPPED ? next.value : next.value[0]!;
}
