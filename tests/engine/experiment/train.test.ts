import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeCheckpoint } from "../../../engine/experiment/checkpoint.ts";
import { fingerprint } from "../../../engine/experiment/config.ts";
import { type Progress, readMetrics, train, type TrainOptions } from "../../../engine/experiment/mod.ts";
import { RunFolder } from "../../../engine/experiment/run_folder.ts";
import { InputError, RunError } from "../../../engine/errors.ts";
import { learnedController } from "../../../engine/learning/mod.ts";
import { simulate } from "../../../engine/simulation/mod.ts";
import {
  after,
  outcomeOf,
  pausingDevice,
  readFolder,
  shortNetwork,
  TINY,
  tinyConfig,
  trainIn,
} from "../../setup/runs.ts";

let folder: string;
let options: TrainOptions;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
  options = {
    network: await shortNetwork(),
    method: "mappo",
    hyperparameters: TINY,
    device: "wasm",
    workers: 2,
    checkpointSeconds: 0,
  };
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function listOf(training: AsyncIterable<Progress>): Promise<Progress[]> {
  const list: Progress[] = [];
  for await (const progress of training) list.push(progress);
  return list;
}

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return await promise.then((value) => new Error(`no error, but ${JSON.stringify(value)}`), (error) => error);
}

test("what cannot be trained is refused before anything is written", async () => {
  const { control: _, ...network } = await shortNetwork();
  const out = `${folder}/refused`;
  const error = await errorOf(train({ ...options, network, out }).result);
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toMatch(/^control: /);
  const heads = { ...TINY, graphWidths: [6], attentionHeads: 4 };
  const critic = await errorOf(train({ ...options, method: "marl-gnn", hyperparameters: heads, out }).result);
  expect(critic.message).toMatch(/^graphWidths: expected multiples of attentionHeads/);
  await expect(Deno.stat(out)).rejects.toThrow(Deno.errors.NotFound);
});

describe("a training as a stream", () => {
  test("brings every iteration of every seed in order, then the trained runs", async () => {
    const network = await shortNetwork();
    const training = train({ ...options, seeds: [3, 1] });
    const list = await listOf(training);
    for (const seed of [3, 1]) {
      const ours = list.filter((one) => one.seed === seed);
      expect(ours.map(({ metrics }) => metrics.iteration)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(ours.map(({ metrics }) => metrics.steps)).toEqual([56, 112, 168, 224, 280, 336]);
    }
    expect(list.map(({ done, total, iterations }) => [done, total, iterations]))
      .toEqual(list.map((_, k) => [k + 1, 12, 6]));
    const runs = await training.result;
    for (const [k, run] of runs.entries()) {
      if (run === "stopped") throw new Error("stopped");
      const { config, policy, summary, resumedFrom } = run;
      expect([config.seed, summary.seed, resumedFrom]).toEqual([[3, 1][k], [3, 1][k], 0]);
      const controller = learnedController(policy, network);
      const { profitPerEpisode } = await simulate(network, controller, { episodes: 1000, workers: 1 });
      expect(profitPerEpisode).toEqual(summary.evaluation.profitPerEpisode);
    }
  });

  test("may be left, and iterated over later", async () => {
    const training = train(options);
    for await (const { metrics } of training) if (metrics.iteration === 2) break;
    expect(await training.result).toHaveLength(1);
    expect((await listOf(training)).map(({ metrics }) => metrics.iteration)).toEqual([3, 4, 5, 6]);
    expect(await listOf(training)).toEqual([]);
  });

  test("may be iterated over by two at once, who share it", async () => {
    const training = train(options);
    const [one, other] = await Promise.all([listOf(training), listOf(training)]);
    expect([...one, ...other].map(({ metrics }) => metrics.iteration).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("errors surface while iterating and from the result", () => {
  test.each<[what: string, changes: Partial<TrainOptions>, message: RegExp]>([
    ["method", { method: "magic" }, /^method: .*"magic"/],
    ["preset", { preset: "slow" }, /^preset: .*"slow"/],
    ["hyperparameter", { hyperparameters: { clip: -1 } }, /^clip: expected a number from .*, got -1$/],
    ["network", { network: "kotecha-7" }, /kotecha-7/],
    ["no seed", { seeds: [] }, /^seeds: expected 1 to/],
    ["a seed twice", { seeds: [1, 1] }, /^seeds: expected each seed once$/],
    ["a seed out of range", { seeds: [2 ** 32] }, /^seeds: expected whole numbers below 2\^32/],
    ["workers", { workers: 0 }, /^workers: /],
    ["checkpoints", { checkpointSeconds: -1 }, /^checkpointSeconds: expected a number from 0, got -1$/],
  ])("%s", async (_, changes, message) => {
    const training = train({ ...options, ...changes });
    const errors = [await errorOf(listOf(training)), await errorOf(training.result)];
    for (const error of errors) {
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain("\n");
    }
  });

  test("one that nobody awaits ends nothing", async () => {
    train({ ...options, method: "magic" });
    await new Promise((resolve) => setTimeout(resolve));
  });
});

describe("a signal", () => {
  test("stops every seed with a checkpoint, to go on from", async () => {
    const out = `${folder}/signal`;
    const stopper = new AbortController();
    const seeds = [0, 1, 2];
    // Iterations enough that the stop comes in the midst of them.
    const long = { ...options, out, hyperparameters: { ...TINY, iterations: 200 }, checkpointSeconds: 1000 };
    const training = train({ ...long, seeds, signal: stopper.signal, workers: 1 });
    for await (const { seed, metrics } of training) {
      if (seed === 1 && metrics.iteration === 1) stopper.abort();
    }
    const results = await training.result;
    expect(results[0]).toMatchObject({ summary: { seed: 0 } });
    expect(results.slice(1)).toEqual(["stopped", "stopped"]);
    const stoppedAt = Number((await outcomeOf(`${out}/seed-1`)).iteration);
    expect(stoppedAt).toBeLessThan(200);
    expect([...readFolder(`${out}/seed-2`).keys()]).toEqual(["config.json"]);

    const resumed = train({ ...long, seeds });
    const list = await listOf(resumed);
    expect(list[0]).toMatchObject({ done: 200 + stoppedAt + 1, total: 600 });
    expect(list.at(-1)).toMatchObject({ done: 600 });
    const runs = await resumed.result;
    expect(runs.map((run) => run !== "stopped" && run.resumedFrom)).toEqual([200, stoppedAt, 0]);
    const config = await tinyConfig({ method: "mappo", seed: 1, hyperparameters: { iterations: 200 } });
    await trainIn(`${folder}/whole`, config, { checkpointSeconds: 1000 });
    expect(await outcomeOf(`${out}/seed-1`)).toEqual(await outcomeOf(`${folder}/whole`));
  });

  test("that was given before stops it before the first iteration", async () => {
    const training = train({ ...options, seeds: [0, 1], signal: AbortSignal.abort() });
    expect(await listOf(training)).toEqual([]);
    expect(await training.result).toEqual(["stopped", "stopped"]);
  });

  test("is heard where nothing is written, too", async () => {
    const stopper = new AbortController();
    const hyperparameters = { ...TINY, iterations: 1_000_000 };
    const training = train({ ...options, hyperparameters, signal: stopper.signal });
    let last = 0;
    for await (const { metrics } of training) {
      stopper.abort();
      last = metrics.iteration;
    }
    expect(await training.result).toEqual(["stopped"]);
    // Before the first evaluation, in which other work has its turn in any case.
    expect(last).toBeLessThan(50_000);
  });
});

describe("a run's time", () => {
  test("goes on after a stop, and speeds are those of training alone", async () => {
    const config = await tinyConfig();
    const path = `${folder}/time`;
    await trainIn(path, config, { stops: after(3) });
    const before = await readMetrics(`${path}/metrics.csv`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await trainIn(path, config);
    const rows = await readMetrics(`${path}/metrics.csv`);
    expect(rows.slice(0, 3)).toEqual(before);
    expect(rows.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const [k, { seconds, "charts/sps": speed }] of rows.entries()) {
      const since = seconds - (rows[k - 1]?.seconds ?? 0);
      expect(since).toBeGreaterThan(0);
      // An iteration takes no longer than from its predecessor's row to its own, the stop left out.
      expect(56 / speed).toBeLessThanOrEqual(since * (1 + 1e-9));
    }
    const { seconds } = JSON.parse(await Deno.readTextFile(`${path}/summary.json`));
    expect(seconds).toBeGreaterThanOrEqual(rows.at(-1)!.seconds);
  });
});

test("speeds count all the time that an iteration takes, and evaluations not", async () => {
  const path = `${folder}/speed`;
  const MILLISECONDS = 5;
  // Without a turn of the event loop, as the kernels work.
  const device = await pausingDevice(() => {
    for (const start = performance.now(); performance.now() - start < MILLISECONDS;);
  });
  await trainIn(path, await tinyConfig(), { device, checkpointSeconds: 1000 });
  const rows = await readMetrics(`${path}/metrics.csv`);
  expect(rows).toHaveLength(6);
  for (const { "charts/sps": speed } of rows) expect(speed).toBeLessThan(56 / (MILLISECONDS / 1000));
});

describe("a number that is not finite", () => {
  test("ends the run with its seed, iteration and kernel; the last checkpoint stays", async () => {
    const out = `${folder}/fault`;
    const config = await tinyConfig({ method: "mappo", seed: 2 });
    const path = `${out}/seed-2`;
    await trainIn(path, config, { stops: after(3) });
    const run = await RunFolder.prepare(path, config);
    const checkpoint = (await run.peekCheckpoint())!;
    // Weights so large that a network's outputs overflow.
    checkpoint.snapshot.get("weights")!.fill(1e38);
    await writeCheckpoint(run.checkpointPath, fingerprint(config), checkpoint);
    run.close();
    const before = readFolder(path);
    const training = train({ ...options, out, seeds: [2] });
    const error = await errorOf(training.result);
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toMatch(
      /^seed 2, iteration 4: (policy_loss|value_loss|squared_norms \(.*\)) gave a number/,
    );
    expect(readFolder(path)).toEqual(before);
  });

  test("is met in its turn, however long the next iteration takes", async () => {
    const hyperparameters = {
      iterations: 100,
      rewardScale: 1e12,
      valueCoefficient: 1e9,
      normalisesValues: false,
    };
    const config = await tinyConfig({ method: "mappo", hyperparameters });
    // A rejection that nobody has met by then would end the process.
    const device = await pausingDevice(() => new Promise((resolve) => setTimeout(resolve, 2)));
    await expect(trainIn(`${folder}/turn`, config, { device, checkpointSeconds: 1000 })).rejects
      .toThrow("seed 0, iteration 1: ");
  });

  test("ends the other seeds, too, with a checkpoint", async () => {
    const out = `${folder}/faults`;
    // Long enough not to be over before the other one fails; the event loop has its turns.
    const hyperparameters = { ...TINY, iterations: 100_000 };
    const config = await tinyConfig({ method: "mappo", seed: 0, hyperparameters: { iterations: 100_000 } });
    await trainIn(`${out}/seed-0`, config, { stops: after(1) });
    const run = await RunFolder.prepare(`${out}/seed-0`, config);
    const checkpoint = (await run.peekCheckpoint())!;
    checkpoint.snapshot.get("weights")!.fill(1e38);
    await writeCheckpoint(run.checkpointPath, fingerprint(config), checkpoint);
    run.close();
    const training = train({ ...options, out, hyperparameters, seeds: [0, 1, 2], workers: 2 });
    await expect(training.result).rejects.toThrow("seed 0, iteration 2: ");
    for (const seed of [1, 2]) {
      const files = [...readFolder(`${out}/seed-${seed}`).keys()];
      // It may not even have begun by then.
      if (files.length === 1) continue;
      const { iteration, metrics } = await outcomeOf(`${out}/seed-${seed}`);
      expect(metrics).toHaveLength(Number(iteration));
      expect(Number(iteration)).toBeLessThan(100_000);
    }
  });
});
