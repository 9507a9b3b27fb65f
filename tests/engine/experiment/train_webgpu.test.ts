/** Seeds in one program on a GPU: groups of them go on from where each stands. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { train, type TrainOptions } from "../../../engine/experiment/mod.ts";
import { openTestGpu } from "../../setup/devices.ts";
import { outcomeOf, shortNetwork, TINY } from "../../setup/runs.ts";

let folder: string;
let options: TrainOptions;
beforeAll(async () => {
  (await openTestGpu()).close();
  folder = await Deno.makeTempDir();
  options = {
    network: await shortNetwork(),
    method: "mappo",
    hyperparameters: { ...TINY, iterations: 5 },
    device: "webgpu",
    checkpointSeconds: 0,
  };
});
afterAll(() => Deno.remove(folder, { recursive: true }));

/** Trains until a seed has done so many iterations, or to the end. */
async function trainUntil(out: string, seeds: number[], iterations = Infinity) {
  const stopper = new AbortController();
  const training = train({ ...options, out, seeds, signal: stopper.signal });
  const reported: Record<number, number[]> = {};
  for await (const { seed, metrics } of training) {
    (reported[seed] ??= []).push(metrics.iteration);
    if (metrics.iteration >= iterations) stopper.abort();
  }
  return { reported, results: await training.result };
}

describe("on webgpu", () => {
  test("seeds at different iterations each go on from where they stand", async () => {
    const [alone, parted] = [`${folder}/alone`, `${folder}/parted`];
    await trainUntil(alone, [0, 1, 2, 3]);
    // As a kill between the checkpoints of a group leaves them: 0 ahead of 1 and 3, 2 without any.
    await trainUntil(parted, [0], 3);
    await trainUntil(parted, [1, 3], 2);
    const at = async (seed: number) => Number((await outcomeOf(`${parted}/seed-${seed}`)).iteration);
    const [first, second] = [await at(0), await at(1)];
    expect(await at(3)).toBe(second);
    expect(first).toBeGreaterThan(second);
    expect(first).toBeLessThan(5);

    const { reported, results } = await trainUntil(parted, [0, 1, 2, 3]);
    const from = (iteration: number) => Array.from({ length: 5 - iteration }, (_, k) => iteration + 1 + k);
    expect(reported).toEqual({ 0: from(first), 1: from(second), 2: from(0), 3: from(second) });
    expect(results.map((run) => run !== "stopped" && [run.config.seed, run.resumedFrom]))
      .toEqual([[0, first], [1, second], [2, 0], [3, second]]);
    for (const seed of [0, 1, 2, 3]) {
      expect(await outcomeOf(`${parted}/seed-${seed}`)).toEqual(await outcomeOf(`${alone}/seed-${seed}`));
    }
  });

  test("a seed that is done is not trained again, and the others are", async () => {
    const out = `${folder}/one-done`;
    await trainUntil(out, [7]);
    const { reported, results } = await trainUntil(out, [7, 8]);
    expect(Object.keys(reported)).toEqual(["8"]);
    expect(results.map((run) => run !== "stopped" && run.resumedFrom)).toEqual([5, 0]);
  });

  test("a folder that holds another run is left as it is, and so are the others", async () => {
    const out = `${folder}/other`;
    await trainUntil(out, [1], 1);
    const changed = train({ ...options, out, seeds: [1], hyperparameters: { ...TINY, learningRate: 0.5 } });
    await expect(changed.result).rejects.toThrow(/holds a run with hyperparameters\.\w+ .*, not /);
    const { results } = await trainUntil(out, [1]);
    expect(results).toHaveLength(1);
  });
});
