/** Several seeds in one program: what a GPU is for. */

import type { Device } from "../device/device.ts";
import { RunFolder } from "./run_folder.ts";
import { runSeeds, STOPPED } from "./run_seeds.ts";
import type { SeedRun, TrainingContext } from "./seed_run.ts";

/**
 * Trains all seeds in one program, or, where a kill left their checkpoints at different iterations, in one for each of
 * these, one after another. Every run gets its `result`.
 *
 * @param runs the same but for their seeds, all of them with a folder or none
 * @param open a device for a program, which is closed with it
 */
export async function runTogether(
  runs: readonly SeedRun[],
  open: () => Promise<Device>,
  { report, checkpointSeconds, signal }: TrainingContext,
): Promise<void> {
  const stops = () => signal?.aborted === true;
  for (const group of Map.groupBy(runs, ({ iteration }) => iteration).values()) {
    const folders = await openFolders(group);
    const device = await open().catch((error) => {
      for (const folder of folders) folder.close();
      throw error;
    });
    const configs = group.map(({ config }) => config);
    const training = runSeeds(device, configs, { folders, checkpointSeconds, stops });
    let next = await training.next();
    for (; !next.done; next = await training.next()) report(next.value);
    const results = next.value;
    group.forEach((run, k) => run.result = results === STOPPED ? results : results[k]!);
  }
}

async function openFolders(runs: readonly SeedRun[]): Promise<RunFolder[]> {
  const folders: RunFolder[] = [];
  try {
    for (const { config, path } of runs) {
      if (path !== undefined) folders.push(await RunFolder.prepare(path, config));
    }
    return folders;
  } catch (error) {
    for (const folder of folders) folder.close();
    throw error;
  }
}
