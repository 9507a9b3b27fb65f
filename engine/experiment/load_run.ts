/** Trained policies out of run folders. */

import { join } from "node:path";
import { InputError } from "../errors.ts";
import {
  actorShape,
  compileForTraining,
  findMethod,
  policyName,
  policyOf,
  type TrainedPolicy,
} from "../learning/mod.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { differenceOf, type RunConfig } from "./config.ts";
import { RunFolder } from "./run_folder.ts";

export interface LoadedRun {
  /** The folder. */
  readonly path: string;
  readonly config: RunConfig;
  readonly policy: TrainedPolicy;
  /** Iterations that the policy has been trained. */
  readonly iteration: number;
}

/**
 * The policy of a run's last checkpoint.
 *
 * @throws InputError where the folder holds no run, no checkpoint yet, or a damaged one
 */
export async function loadRun(path: string): Promise<LoadedRun> {
  const folder = await RunFolder.open(path);
  const { config } = folder;
  const checkpoint = await folder.peekCheckpoint();
  if (checkpoint === undefined) {
    throw new InputError(path, "has no checkpoint yet; train for longer, or name a run that is done");
  }
  return { path, config, policy: checkpointPolicy(folder, checkpoint), iteration: checkpoint.iteration };
}

/** What a checkpoint's actors do without exploration. @throws InputError where its arrays do not fit the config */
export function checkpointPolicy(
  { config, checkpointPath }: RunFolder,
  { snapshot }: Checkpoint,
): TrainedPolicy {
  const method = findMethod(config.method);
  const compiled = compileForTraining(config.network, method, config.hyperparameters);
  const shape = actorShape(compiled, method, config.hyperparameters);
  const array = (name: string, words: number) => {
    const found = snapshot.get(name);
    if (found !== undefined && found.length >= words) return found;
    throw new InputError(checkpointPath, `holds no ${name} that fit the config; it is of another run`);
  };
  const { spec } = shape;
  return policyOf(policyName(method, config.seed), compiled, shape, {
    weights: array("weights", spec.groupCount * spec.groupSize),
    moments: array("observations.moments", 2 * compiled.observations.length),
  });
}

/**
 * The runs in a folder: itself, or, in the order of their seeds, the `seed-N` within it.
 *
 * @throws InputError where there is none, or where they differ in more than their seeds
 */
export async function loadRuns(path: string): Promise<LoadedRun[]> {
  const seeds: number[] = [];
  try {
    for await (const { name } of Deno.readDir(path)) {
      if (name === "config.json") return [await loadRun(path)];
      const match = /^seed-(0|[1-9]\d*)$/.exec(name);
      if (match !== null) seeds.push(Number(match[1]));
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const missing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    throw new InputError(
      path,
      `${missing ? "no such folder" : "cannot be read"}; expected a run's, as \`deno task train\` writes it`,
    );
  }
  if (seeds.length === 0) {
    throw new InputError(path, "holds no run; expected config.json or folders seed-N in it");
  }
  seeds.sort((a, b) => a - b);
  const runs = await Promise.all(seeds.map((seed) => loadRun(join(path, `seed-${seed}`))));
  const [first] = runs as [LoadedRun, ...LoadedRun[]];
  for (const { path: other, config } of runs) {
    const difference = differenceOf({ ...config, seed: first.config.seed }, first.config);
    if (difference === undefined) continue;
    throw new InputError(other, `has ${difference} as ${first.path}; expected runs that only differ in seed`);
  }
  return runs;
}
