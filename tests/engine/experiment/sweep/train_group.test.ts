/** The seeds of a training in one program, as on a GPU; here on the CPU, where it takes no driver. */

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WasmDevice } from "../../../../engine/device/wasm.ts";
import { RunFolder } from "../../../../engine/experiment/run_folder.ts";
import { configOf } from "../../../../engine/experiment/sweep/run_trial.ts";
import { SweepFolder } from "../../../../engine/experiment/sweep/sweep_folder.ts";
import type { SweepInput } from "../../../../engine/experiment/sweep/sweep_file.ts";
import { Tally } from "../../../../engine/experiment/sweep/tally.ts";
import { trainGroup } from "../../../../engine/experiment/sweep/train_group.ts";
import type { Trial } from "../../../../engine/experiment/sweep/trial.ts";
import { gpuGroups } from "../../../../engine/experiment/sweep/trial_order.ts";
import { readTrialResult } from "../../../../engine/experiment/sweep/trial_result.ts";
import type { Hyperparameters } from "../../../../engine/learning/mod.ts";
import { outcomeOf, TINY } from "../../../setup/runs.ts";
import { planOf, SHORT, sweepIn, timelessTables, trialFiles } from "../../../setup/sweeps.ts";

let root: string;
beforeAll(async () => {
  root = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(root, { recursive: true }));

/** Values that nearly overflow, and a learning rate that drives those of seed 7 over the edge after some iterations. */
const FAULTING: Partial<Hyperparameters> = {
  ...{ iterations: 12, learningRate: 1, rewardScale: 1e12, valueCoefficient: 5000, normalisesValues: false },
};

function sweepOf(seeds: number[], hyperparameters: Partial<Hyperparameters>): SweepInput {
  return { networks: SHORT, methods: "mappo", hyperparameters: { ...TINY, ...hyperparameters }, seeds };
}

interface Group {
  readonly folder: SweepFolder;
  readonly trials: readonly Trial[];
  readonly run: (signal?: AbortSignal) => Promise<Trial[]>;
  /** Iterations that were heard of, by seed. */
  readonly heard: Record<number, number[]>;
  readonly programs: () => number;
  readonly tally: Tally;
}

async function groupIn(
  path: string,
  sweep: SweepInput,
  onIteration: (iteration: number) => void = () => {},
): Promise<Group> {
  const folder = await SweepFolder.prepare(path, await planOf(sweep));
  const { trials } = folder.plan;
  const tally = new Tally(folder.plan, trials, 0, () => {});
  const heard: Record<number, number[]> = {};
  vi.spyOn(tally, "under").mockImplementation(({ seed, work }, share) => {
    const iteration = Math.round(share * (work.kind === "train" ? work.hyperparameters.iterations : NaN));
    (heard[seed] ??= []).push(iteration);
    onIteration(iteration);
  });
  let programs = 0;
  const open = () => {
    programs++;
    return WasmDevice.create();
  };
  const run = async (signal?: AbortSignal) => {
    try {
      return await trainGroup(folder, trials, { open, checkpointSeconds: 0, signal }, tally);
    } finally {
      folder.close();
    }
  };
  return { folder, trials, run, heard, programs: () => programs, tally };
}

const seedsOf = (trials: readonly Trial[]) => trials.map(({ seed }) => seed);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, k) => first + k);

async function expectAsAlone({ folder }: Group, trial: Trial, sweep: (seeds: number[]) => SweepInput) {
  const alone = await groupIn(`${root}/alone-${trial.id}`, sweep([trial.seed]));
  expect(await alone.run()).toHaveLength(1);
  expect(await outcomeOf(folder.runPath(trial))).toEqual(await outcomeOf(alone.folder.runPath(trial)));
}

describe("a group", () => {
  test("is trained in one program, each seed as alone", async () => {
    const sweep = (seeds: number[]) => sweepOf(seeds, {});
    const group = await groupIn(`${root}/one`, sweep([4, 9]));
    expect(seedsOf(await group.run())).toEqual([4, 9]);
    expect(group.programs()).toBe(1);
    expect(group.heard).toEqual({ 4: upTo(6), 9: upTo(6) });
    for (const trial of group.trials) await expectAsAlone(group, trial, sweep);
    // What is left to do is to judge them.
    expect(trialFiles(group.folder.path)).toEqual([]);

    const again = await groupIn(`${root}/one`, sweep([4, 9]));
    expect(seedsOf(await again.run())).toEqual([4, 9]);
    expect(again.heard).toEqual({});
  });

  test("of which one seed faults: the fault is recorded, the others go on alone from their checkpoints", async () => {
    const sweep = (seeds: number[]) => sweepOf(seeds, FAULTING);
    const group = await groupIn(`${root}/fault`, sweep([0, 7]));
    expect(seedsOf(await group.run())).toEqual([0]);
    const [good, bad] = group.trials;
    const result = await readTrialResult(`${group.folder.trialsPath}/${bad!.id}.json`);
    const [, iteration] = /^seed 7, iteration (\d+): .* gave a number that is not finite; /
      .exec("error" in result ? result.error : "")!;
    const fault = Number(iteration);
    expect(fault).toBeGreaterThan(1);
    expect(group.heard).toEqual({ 0: upTo(12), 7: upTo(fault - 1) });
    expect(group.programs()).toBe(3);
    expect(group.tally.failed).toMatchObject([{ trial: bad, error: expect.stringMatching(/^seed 7, /) }]);
    expect(trialFiles(group.folder.path)).toEqual([bad!.id]);
    await expectAsAlone(group, good!, sweep);
  });

  test("that is stopped leaves checkpoints, and goes on from them", async () => {
    const sweep = (seeds: number[]) => sweepOf(seeds, {});
    const stopper = new AbortController();
    const stopped = await groupIn(
      `${root}/stop`,
      sweep([4, 9]),
      (iteration) => iteration === 3 && stopper.abort(),
    );
    expect(await stopped.run(stopper.signal)).toEqual([]);
    const last = stopped.heard[4]!.at(-1)!;
    expect(last).toBeLessThan(6);
    const group = await groupIn(`${root}/stop`, sweep([4, 9]));
    expect(seedsOf(await group.run())).toEqual([4, 9]);
    expect(group.heard).toEqual({ 4: upTo(6, last + 1), 9: upTo(6, last + 1) });
    for (const trial of group.trials) await expectAsAlone(group, trial, sweep);
  });

  test("that is trained elsewhere is judged here, and one that is half trained is refused", async () => {
    const sweep = sweepOf([4, 9], {});
    const path = `${root}/elsewhere`;
    const group = await groupIn(path, sweep);
    await group.run();
    const before = await Promise.all(group.trials.map((trial) => outcomeOf(group.folder.runPath(trial))));
    const { outcome } = await sweepIn(path, sweep, { device: "wasm", jobs: 1 });
    expect(outcome).toMatchObject({ total: 2, before: 0, done: 2, failed: [] });
    const { results } = await timelessTables(path);
    expect(results.map(({ status, device }) => [status, device])).toEqual(Array(2).fill(["done", "webgpu"]));
    const after = await Promise.all(group.trials.map((trial) => outcomeOf(group.folder.runPath(trial))));
    expect(after).toEqual(before);

    const stopper = new AbortController();
    const half = await groupIn(`${root}/half`, sweep, (iteration) => iteration === 3 && stopper.abort());
    await half.run(stopper.signal);
    const refused = await sweepIn(`${root}/half`, sweep, { device: "wasm", jobs: 1 });
    expect(refused.outcome.done).toBe(0);
    expect(refused.outcome.failed.map(({ error }) => error)).toEqual(
      Array(2).fill(expect.stringMatching(/^[^\n]*: holds a run with device "webgpu", not "wasm"; [^\n]*$/)),
    );
  });

  test("of which another process trains one seed leaves that one to it", async () => {
    const group = await groupIn(`${root}/busy`, sweepOf([4, 9], {}));
    const [first] = group.trials;
    const config = configOf(first!, group.folder.networkOf(first!), "webgpu");
    const held = await RunFolder.prepare(group.folder.runPath(first!), config);
    expect(seedsOf(await group.run())).toEqual([9]);
    held.close();
    expect(group.tally.failed).toEqual([]);
    expect(trialFiles(group.folder.path)).toEqual([]);
  });
});

test("groups are the trainings that differ in nothing but the seed", async () => {
  const { trials } = await planOf({
    networks: [SHORT, "kotecha-6"],
    seeds: "0..2",
    methods: ["ppo", "mappo"],
    hyperparameters: { lambda: [0.9, 0.95] },
    policies: { kind: "base-stock", levels: 10 },
    planners: "search",
  });
  const groups = gpuGroups(trials);
  expect(groups.map(seedsOf)).toEqual(Array(8).fill([0, 1, 2]));
  for (const group of groups) {
    expect(new Set(group.map(({ network, work }) => JSON.stringify([network, work]))).size).toBe(1);
  }
});
