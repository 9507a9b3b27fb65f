/** Seeds in one program, as on a GPU; here on the CPU, where it takes no driver. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WasmDevice } from "../../../engine/device/wasm.ts";
import type { RunConfig } from "../../../engine/experiment/mod.ts";
import { RunFolder } from "../../../engine/experiment/run_folder.ts";
import { runTogether } from "../../../engine/experiment/run_together.ts";
import { examineRun } from "../../../engine/experiment/seed_run.ts";
import { after, outcomeOf, tinyConfig, trainIn } from "../../setup/runs.ts";

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function configsOf(seeds: readonly number[]): Promise<RunConfig[]> {
  return await Promise.all(seeds.map((seed) => tinyConfig({ method: "mappo", seed })));
}

/** Trains the seeds in `out`; when one has done `iterations`, asks for a stop after the next one. */
async function trainTogether(out: string, seeds: readonly number[], iterations = Infinity) {
  const configs = await configsOf(seeds);
  const runs = await Promise.all(configs.map((config) => examineRun(config, `${out}/seed-${config.seed}`)));
  const stopper = new AbortController();
  const reported: Record<number, number[]> = {};
  let programs = 0;
  const open = () => {
    programs++;
    return WasmDevice.create();
  };
  await runTogether(runs.filter(({ result }) => result === undefined), open, {
    report({ seed, metrics: { iteration } }) {
      (reported[seed] ??= []).push(iteration);
      if (iteration === iterations) stopper.abort();
    },
    checkpointSeconds: 0,
    signal: stopper.signal,
  });
  return { runs, reported, programs };
}

const upwards = (from: number) => Array.from({ length: 6 - from }, (_, k) => from + 1 + k);

describe("several seeds in one program", () => {
  test("each has the results that it has alone", async () => {
    const { programs, reported } = await trainTogether(`${folder}/together`, [4, 9]);
    expect(programs).toBe(1);
    expect(reported).toEqual({ 4: upwards(0), 9: upwards(0) });
    for (const config of await configsOf([4, 9])) {
      const alone = `${folder}/alone-${config.seed}`;
      await trainIn(alone, config);
      expect(await outcomeOf(`${folder}/together/seed-${config.seed}`)).toEqual(await outcomeOf(alone));
    }
  });

  test("seeds whose checkpoints stand at different iterations go on in programs of their own", async () => {
    const out = `${folder}/parted`;
    const configs = await configsOf([0, 1, 2, 3]);
    // As a kill between the checkpoints of a group leaves them: one ahead, one without any.
    await trainIn(`${out}/seed-0`, configs[0]!, { stops: after(3) });
    await trainIn(`${out}/seed-1`, configs[1]!, { stops: after(2) });
    await trainIn(`${out}/seed-3`, configs[3]!, { stops: after(2) });
    const { runs, reported, programs } = await trainTogether(out, [0, 1, 2, 3]);
    expect(programs).toBe(3);
    expect(reported).toEqual({ 0: upwards(3), 1: upwards(2), 2: upwards(0), 3: upwards(2) });
    expect(runs.map(({ result }) => (result as { resumedFrom: number }).resumedFrom)).toEqual([3, 2, 0, 2]);
    for (const config of configs) {
      const alone = `${folder}/whole-${config.seed}`;
      await trainIn(alone, config);
      expect(await outcomeOf(`${out}/seed-${config.seed}`)).toEqual(await outcomeOf(alone));
    }
  });

  test("a stop is one for every program", async () => {
    const out = `${folder}/stopped`;
    const [ahead] = await configsOf([0]);
    await trainIn(`${out}/seed-0`, ahead!, { stops: after(3) });
    const { runs, reported } = await trainTogether(out, [0, 1], 4);
    expect(reported).toEqual({ 0: [4, 5] });
    expect(runs.map(({ result }) => result)).toEqual(["stopped", "stopped"]);
    expect((await outcomeOf(`${out}/seed-0`)).iteration).toBe("5");
  });

  test("a folder that another training holds leaves none locked", async () => {
    const out = `${folder}/locked`;
    const [first, second] = await configsOf([0, 1]);
    const runs = [
      { config: first!, path: `${out}/seed-0`, iteration: 0 },
      { config: second!, path: `${out}/seed-1`, iteration: 0 },
    ];
    const held = await RunFolder.prepare(runs[1]!.path, second!);
    const context = { report() {}, checkpointSeconds: 0, signal: undefined };
    const training = runTogether(runs, () => WasmDevice.create(), context);
    await expect(training).rejects.toThrow("seed-1: a training is under way in it");
    held.close();
    await runTogether(runs, () => WasmDevice.create(), context);
    expect((await outcomeOf(`${out}/seed-1`)).iteration).toBe("6");
  });
});
