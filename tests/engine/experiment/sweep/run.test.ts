import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError, RunError } from "../../../../engine/errors.ts";
import { loadRun, readMetrics, train } from "../../../../engine/experiment/mod.ts";
import { changedNetwork } from "../../../../engine/experiment/changed_network.ts";
import type { SweepRow } from "../../../../engine/experiment/sweep/read_sweep.ts";
import { SweepFolder } from "../../../../engine/experiment/sweep/sweep_folder.ts";
import type { SweepInput } from "../../../../engine/experiment/sweep/sweep_file.ts";
import { learnedController } from "../../../../engine/learning/mod.ts";
import { search } from "../../../../engine/planning/mod.ts";
import { parsePolicy, policyToJson } from "../../../../engine/policies/mod.ts";
import { simulate } from "../../../../engine/simulation/mod.ts";
import { outcomeOf, TINY } from "../../../setup/runs.ts";
import { MIXED, planOf, SHORT, sweepIn, timelessTables, trialFiles } from "../../../setup/sweeps.ts";

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
  await sweepIn(`${folder}/mixed`, MIXED, { jobs: 2 });
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(() => undefined, (error) => error);
  expect(error).toBeInstanceOf(Error);
  return error;
}

const byKind = (rows: readonly SweepRow[], kind: string) => rows.filter((row) => row["kind"] === kind);

/** Of a row, or of a simulation's result. */
function judgement(profitPerEpisode: unknown, profitPerEpisodeStderr: unknown, fillRate: unknown) {
  return { profitPerEpisode, profitPerEpisodeStderr, fillRate };
}

const judged = (row: SweepRow) =>
  judgement(row["profitPerEpisode"], row["profitPerEpisodeStderr"], row["fillRate"]);

describe("every trial has the result that it has alone:", () => {
  test("a policy is simulated on its own seed, as it is and changed", async () => {
    const { results, evaluations } = await timelessTables(`${folder}/mixed`);
    const network = (await planOf(MIXED)).networks["short"]!;
    const rows = byKind(results, "simulate");
    expect(rows.map(({ policy, seed }) => [policy, seed])).toEqual(
      [10, 20].flatMap((levels) =>
        [3, 4].map((seed) => [JSON.stringify({ kind: "base-stock", levels }), seed])
      ),
    );
    for (const row of rows) {
      for (const changes of ["", "demand.mean=7"]) {
        const on = changedNetwork(network, changes === "" ? [] : [changes]);
        const policy = parsePolicy(JSON.parse(row["policy"] as string), on);
        const alone = await simulate(on, policy, { episodes: 40, seed: row["seed"] as number, workers: 1 });
        const { profitPerEpisode: { mean, stderr }, fillRate } = alone;
        const found = evaluations.find((one) => one["trial"] === row["trial"] && one["changes"] === changes)!;
        expect(judged(found)).toEqual(judgement(mean, stderr, fillRate.mean));
        if (changes === "") expect(judged(row)).toEqual(judged(found));
      }
    }
  });

  test("a search begins with its seed, and is judged on the evaluation's", async () => {
    const { results } = await timelessTables(`${folder}/mixed`);
    const network = (await planOf(MIXED)).networks["short"]!;
    const rows = byKind(results, "plan");
    expect(rows.map(({ seed }) => seed)).toEqual([3, 4]);
    for (const row of rows) {
      const options = { policy: "base-stock", budget: 540_000, workers: 1 } as const;
      const { policy } = await search(network, { ...options, seed: row["seed"] as number });
      expect(JSON.parse(row["policy"] as string)).toEqual(policyToJson(policy, network));
      const { profitPerEpisode, fillRate } = await simulate(network, policy, { episodes: 40, workers: 1 });
      expect(judged(row)).toEqual(judgement(profitPerEpisode.mean, profitPerEpisode.stderr, fillRate.mean));
      expect(row).toMatchObject({ method: "search base-stock", evaluationSeed: 0, evaluationEpisodes: 40 });
    }
    expect(rows[0]!["policy"]).not.toBe(rows[1]!["policy"]);
  });

  test("a training is what `train` makes of it", async () => {
    const { results, curves } = await timelessTables(`${folder}/mixed`);
    const network = (await planOf(MIXED)).networks["short"]!;
    const options = {
      network,
      method: "mappo",
      hyperparameters: TINY,
      seeds: [3, 4],
      device: "wasm",
    } as const;
    const runs = await train({ ...options, out: `${folder}/alone` }).result;
    const rows = byKind(results, "train");
    expect(rows).toHaveLength(2);
    for (const [k, row] of rows.entries()) {
      const run = runs[k]!;
      if (run === "stopped") throw new Error("stopped");
      const path = `${folder}/mixed/runs/${row["trial"]}`;
      expect(await outcomeOf(path)).toEqual(await outcomeOf(`${folder}/alone/seed-${[3, 4][k]}`));
      const { profitPerEpisode, fillRate } = await simulate(
        network,
        learnedController(run.policy, network),
        { episodes: 40, workers: 1 },
      );
      expect(judged(row)).toEqual(judgement(profitPerEpisode.mean, profitPerEpisode.stderr, fillRate.mean));
      expect(row).toMatchObject({
        ...{ seed: [3, 4][k], method: "mappo", preset: "fast", iterations: 6, steps: 336, device: "wasm" },
        ...{ policy: null, status: "done", error: null, lambda: run.config.hyperparameters.lambda },
      });
      const metrics = await readMetrics(`${path}/metrics.csv`);
      const profits = metrics.map((one) => one["eval/profitPerEpisode"] ?? -Infinity);
      expect(row["bestProfitPerEpisode"]).toBe(Math.max(...profits));
      expect(row["bestIteration"]).toBe(1 + profits.indexOf(Math.max(...profits)));
      const own = curves.filter(({ trial }) => trial === row["trial"]);
      expect(own.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(own.map((one) => one["losses/policy"])).toEqual(metrics.map((one) => one["losses/policy"]));
      expect((await loadRun(path)).iteration).toBe(6);
    }
  });

  test("however many are done at a time", async () => {
    await sweepIn(`${folder}/one-job`, MIXED, { jobs: 1 });
    expect(await timelessTables(`${folder}/one-job`)).toEqual(await timelessTables(`${folder}/mixed`));
  });
});

describe("a sweep that is run again", () => {
  test("does nothing twice", async () => {
    const before = Object.fromEntries(
      trialFiles(`${folder}/mixed`).map((id) => [id, Deno.statSync(`${folder}/mixed/trials/${id}.json`).ino]),
    );
    const { outcome, news } = await sweepIn(`${folder}/mixed`, MIXED);
    expect(outcome).toMatchObject({ total: 8, before: 8, done: 0, failed: [], stopped: false });
    expect(news).toEqual([]);
    for (const [id, ino] of Object.entries(before)) {
      expect(Deno.statSync(`${folder}/mixed/trials/${id}.json`).ino).toBe(ino);
    }
  });

  test("tells how far it is, trial by trial", async () => {
    const { outcome, news } = await sweepIn(`${folder}/news`, MIXED);
    expect(outcome).toMatchObject({ total: 8, before: 0, done: 8, failed: [], stopped: false });
    expect(news.map(({ share }) => share)).toEqual(news.map(({ share }) => share).toSorted((a, b) => a - b));
    expect(news.at(-1)).toMatchObject({ done: 8, total: 8, failed: 0 });
    expect(news.at(-1)!.share).toBeCloseTo(1, 12);
    const ended = news.flatMap(({ ended }) => ended === undefined ? [] : [ended.trial.id]);
    expect(ended.toSorted()).toEqual(trialFiles(`${folder}/news`));
    expect(news.filter(({ ended }) => ended !== undefined).map(({ done }) => done)).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8],
    ]);
    // Trainings say how far they are on their way.
    expect(news.length).toBeGreaterThan(8 + 2 * 4);
    expect(outcome.busyShare).toBeGreaterThan(0);
    expect(outcome.busyShare).toBeLessThanOrEqual(1);
  });

  test("with another evaluation judges again, and trains nothing", async () => {
    const path = `${folder}/judged`;
    await sweepIn(path, MIXED);
    const before = await timelessTables(path);
    const runs = before.results.filter(({ kind }) => kind === "train").map(({ trial }) => `runs/${trial}`);
    const files = runs.flatMap((run) =>
      ["checkpoint.safetensors", "summary.json"].map((name) => `${run}/${name}`)
    );
    const numbers = files.map((file) => Deno.statSync(`${path}/${file}`).ino);
    const metrics = await Promise.all(runs.map((run) => Deno.readTextFile(`${path}/${run}/metrics.csv`)));

    const evaluation = { episodes: 50, seed: 9, changes: ["demand.mean=3", "demand.mean=4"] };
    const { outcome } = await sweepIn(path, { ...MIXED, evaluation });
    expect(outcome).toMatchObject({ before: 0, done: 8 });
    const { results, evaluations, curves } = await timelessTables(path);
    expect(results.map((row) => row["evaluationEpisodes"])).toEqual(Array(8).fill(50));
    expect(results.map((row) => row["evaluationSeed"])).toEqual(
      results.map(({ kind, seed }) => kind === "simulate" ? seed : 9),
    );
    expect(new Set(evaluations.map((row) => row["changes"]))).toEqual(
      new Set(["", "demand.mean=3", "demand.mean=4"]),
    );
    expect(curves).toEqual(before.curves);
    expect(files.map((file) => Deno.statSync(`${path}/${file}`).ino)).toEqual(numbers);
    expect(await Promise.all(runs.map((run) => Deno.readTextFile(`${path}/${run}/metrics.csv`)))).toEqual(
      metrics,
    );
    for (const [k, row] of results.entries()) {
      expect(row["trial"]).toBe(before.results[k]!["trial"]);
      expect(row["profitPerEpisode"]).not.toBe(before.results[k]!["profitPerEpisode"]);
    }

    await sweepIn(path, MIXED);
    expect(await timelessTables(path)).toEqual(before);
  });

  test("in part with another evaluation leaves out what is not judged by it yet", async () => {
    const path = `${folder}/partly-judged`;
    const sweep = { ...MIXED, methods: undefined, planners: undefined } as unknown as SweepInput;
    await sweepIn(path, sweep);
    const other = { ...sweep, evaluation: { episodes: 50 } };
    const { outcome, rows } = await sweepIn(path, other, { filter: (id) => id.includes("_s3_") });
    expect(outcome).toMatchObject({ total: 2, before: 0, done: 2 });
    expect(rows).toEqual({ results: 2, evaluations: 2, curves: 0 });
    expect((await sweepIn(path, other)).rows.results).toBe(4);
  });

  test("without a trial leaves it out of the tables, keeps its files, and takes it back", async () => {
    const path = `${folder}/fewer`;
    await sweepIn(path, MIXED);
    const before = await timelessTables(path);
    const files = trialFiles(path);
    const fewer = await sweepIn(path, { ...MIXED, seeds: 4 });
    expect(fewer.outcome).toMatchObject({ total: 4, before: 4, done: 0 });
    const { results, evaluations, curves } = await timelessTables(path);
    const ofSeed4 = (rows: readonly SweepRow[]) => rows.filter(({ seed }) => seed === 4);
    expect([results, evaluations, curves]).toEqual(
      [before.results, before.evaluations, before.curves].map(ofSeed4),
    );
    expect(results).toHaveLength(4);
    expect(trialFiles(path)).toEqual(files);
    const more = await sweepIn(path, { ...MIXED, seeds: [3, 4] });
    expect(more.outcome).toMatchObject({ total: 8, before: 8, done: 0 });
    expect(await timelessTables(path)).toEqual(before);
  });
});

describe("a trial that fails", () => {
  /** Its demand ends before the evaluation does. */
  const TRACED = {
    ...SHORT,
    name: "traced",
    set: [...SHORT.set, 'nodes.0.demand={"kind":"trace","values":[5,4,6,5,5,5,4,6,5]}'],
  };

  const SWEEP: SweepInput = {
    name: "failing",
    seeds: [3, 4],
    hyperparameters: TINY,
    evaluation: { episodes: 10, periods: 12 },
    blocks: [
      { networks: [TRACED, SHORT], policies: { kind: "base-stock", levels: 10 } },
      {
        networks: SHORT,
        methods: "mappo",
        hyperparameters: {
          rewardScale: [0.01, 1e12],
          valueCoefficient: 1e9,
          normalisesValues: false,
          klCoefficient: 0,
        },
      },
      { networks: TRACED, methods: "mappo" },
    ],
  };

  test("is recorded with its reason, the others go on, and it is run again with the next sweep", async () => {
    const path = `${folder}/failing`;
    const first = await sweepIn(path, SWEEP);
    expect(first.outcome).toMatchObject({ total: 10, before: 0, done: 4, stopped: false });
    expect(first.outcome.failed).toHaveLength(6);
    expect(first.news.at(-1)).toMatchObject({ done: 10, failed: 6, total: 10 });
    const { results, evaluations, curves } = await timelessTables(path);
    expect(results).toHaveLength(10);
    for (const { status, error, network, kind, rewardScale, profitPerEpisode, steps } of results) {
      const reason = network === "traced" ? /demand.*trace/ : rewardScale === 1e12 ? /not finite/ : undefined;
      if (reason === undefined) {
        expect({ status, error }).toEqual({ status: "done", error: null });
        expect(profitPerEpisode).toBeTypeOf("number");
      } else {
        expect({ status, profitPerEpisode, steps }).toEqual({
          ...{ status: "failed", profitPerEpisode: null, steps: null },
        });
        expect(error, `${kind}`).toMatch(reason);
        expect(error).not.toContain("\n");
      }
    }
    const failed = new Set(results.filter(({ status }) => status === "failed").map(({ trial }) => trial));
    expect(failed).toEqual(new Set(first.outcome.failed.map(({ trial }) => trial.id)));
    for (const { trial } of [...evaluations, ...curves]) expect(failed.has(trial!)).toBe(false);

    const second = await sweepIn(path, SWEEP);
    expect(second.outcome).toMatchObject({ total: 10, before: 4, done: 0 });
    expect(second.outcome.failed).toHaveLength(6);

    // With a shorter evaluation the traces suffice; what has been trained on them is not trained again.
    const shorter = await sweepIn(path, { ...SWEEP, evaluation: { episodes: 10, periods: 9 } });
    expect(shorter.outcome).toMatchObject({ total: 10, before: 0, done: 8 });
    expect(shorter.outcome.failed).toHaveLength(2);
  });

  test("for its folder's sake goes on once the folder is put right", async () => {
    const path = `${folder}/damaged-run`;
    await sweepIn(path, MIXED, { filter: (id) => id.includes("_s4_") });
    await sweepIn(path, MIXED);
    const before = await timelessTables(path);
    const [id] = before.results.filter(({ kind }) => kind === "train").map(({ trial }) => trial as string);
    const checkpoint = `${path}/runs/${id}/checkpoint.safetensors`;
    const bytes = await Deno.readFile(checkpoint);
    await Deno.writeFile(checkpoint, bytes.subarray(0, 5000));
    await Deno.remove(`${path}/trials/${id}.json`);
    const { outcome } = await sweepIn(path, MIXED);
    expect(outcome).toMatchObject({ before: 7, done: 0 });
    expect(outcome.failed.map(({ trial, error }) => [trial.id, error])).toEqual([
      [id, expect.stringMatching(/^.*checkpoint\.safetensors: is cut short: /)],
    ]);
    await Deno.writeFile(checkpoint, bytes);
    expect((await sweepIn(path, MIXED)).outcome).toMatchObject({ before: 7, done: 1, failed: [] });
    expect(await timelessTables(path)).toEqual(before);
  });
});

describe("a stop", () => {
  test("leaves checkpoints, and the same sweep goes on from them", async () => {
    const path = `${folder}/stopped`;
    const stopper = new AbortController();
    const sweep: SweepInput = { ...MIXED, hyperparameters: { ...TINY, iterations: 40 } };
    const stopped = await sweepIn(path, sweep, {
      jobs: 2,
      signal: stopper.signal,
      // Trainings are the longest trials, so that they come first.
      onNews: ({ share }) => share > 0.1 && stopper.abort(),
    });
    expect(stopped.outcome.stopped).toBe(true);
    expect(stopped.outcome.done).toBeLessThan(8);
    expect(stopped.outcome.failed).toEqual([]);
    const trainings = (await planOf(sweep)).trials.filter(({ work }) => work.kind === "train");
    const held = await Promise.all(trainings.map(async ({ id }) => {
      const { iteration } = await loadRun(`${path}/runs/${id}`);
      expect(iteration).toBeGreaterThan(0);
      expect(iteration).toBeLessThan(40);
      const lines = (await Deno.readTextFile(`${path}/runs/${id}/metrics.csv`)).split("\n");
      return { id, iteration, before: lines.slice(0, 1 + iteration) };
    }));
    const { outcome } = await sweepIn(path, sweep);
    expect(outcome).toMatchObject({ before: stopped.outcome.done, failed: [], stopped: false });
    for (const { id, iteration, before } of held) {
      // Their seconds, too: these iterations were not done again.
      const lines = (await Deno.readTextFile(`${path}/runs/${id}/metrics.csv`)).split("\n");
      expect(lines.slice(0, 1 + iteration)).toEqual(before);
      expect(lines).toHaveLength(1 + 40 + 1);
    }
    await sweepIn(`${folder}/not-stopped`, sweep);
    expect(await timelessTables(path)).toEqual(await timelessTables(`${folder}/not-stopped`));
  });

  test("before the start leaves everything to the next", async () => {
    const path = `${folder}/never-started`;
    const { outcome, rows } = await sweepIn(path, MIXED, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ total: 8, before: 0, done: 0, failed: [], stopped: true });
    expect(rows).toEqual({ results: 0, evaluations: 0, curves: 0 });
    expect(trialFiles(path)).toEqual([]);
  });
});

describe("a disk that refuses", () => {
  test("ends the sweep in one line, and it goes on once the disk takes more", async () => {
    const path = `${folder}/refusing`;
    const sweep = {
      ...MIXED,
      methods: undefined,
      planners: undefined,
      seeds: "0..39",
    } as unknown as SweepInput;
    let broken = false;
    const error = await errorOf(sweepIn(path, sweep, {
      jobs: 2,
      onNews() {
        if (broken) return;
        broken = true;
        Deno.renameSync(`${path}/trials`, `${path}/kept`);
        Deno.writeTextFileSync(`${path}/trials`, "");
      },
    }));
    expect(broken).toBe(true);
    expect(error instanceof InputError || error instanceof RunError).toBe(true);
    expect(error.message).toMatch(/^[^\n]*trials[^\n]*$/);
    await Deno.remove(`${path}/trials`);
    await Deno.rename(`${path}/kept`, `${path}/trials`);
    const { outcome } = await sweepIn(path, sweep);
    expect(outcome.before).toBeGreaterThan(0);
    expect(outcome.before + outcome.done).toBe(80);
  });

  test("at the start leaves the folder to the next", async () => {
    const path = `${folder}/refused`;
    await Deno.mkdir(path);
    await Deno.writeTextFile(`${path}/trials`, "");
    const error = await errorOf(sweepIn(path, MIXED));
    expect(error.message).toMatch(/^[^\n]*refused: [^\n]*$/);
    await Deno.remove(`${path}/trials`);
    const held = await SweepFolder.prepare(path, await planOf(MIXED));
    held.close();
  });
});
