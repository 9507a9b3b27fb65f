/**
 * `deno task sweep` killed, for real, at many points of its progress, and started again each time, ends with the same
 * tables as a sweep left alone.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { loadRun } from "../../engine/mod.ts";
import { outcomeOf, TINY } from "../setup/runs.ts";
import { MIXED, planOf, timelessTables, trialFiles } from "../setup/sweeps.ts";
import { startScript } from "./run_script.ts";
import { appears, changes, runUntil, type Trigger } from "./run_until.ts";

const SCRIPT = "scripts/sweep.ts";

/** More than the kills leave time for. */
const ITERATIONS = 90;

/** Iterations of some 10 ms, so that there is time to see where a training is. */
const SWEEP = { ...MIXED, hyperparameters: { ...TINY, iterations: ITERATIONS, epochs: 40 } };

let folder: string;
/** The sweep that was left alone. */
let alone: string;
let trainings: string[];
beforeAll(async () => {
  folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/mixed.json`, JSON.stringify(SWEEP));
  const { trials } = await planOf(SWEEP);
  trainings = trials.filter(({ work }) => work.kind === "train").map(({ id }) => id);
  alone = `${folder}/alone`;
  await runUntil(SCRIPT, lineOf(alone));
});
afterAll(() => Deno.remove(folder, { recursive: true }));

const lineOf = (out: string, sweep = "mixed") => [
  ...[`${folder}/${sweep}.json`, "--out", out, "--json"],
  ...["--jobs", "2", "--device", "wasm", "--checkpoint", "0"],
];

/** So many trials have a result. */
const finished = (out: string, count: number) => (): Trigger => () => {
  try {
    return trialFiles(out).length >= count;
  } catch {
    return false;
  }
};

/** What a training has come to, and its metrics up to there as they stand, with the seconds that they took. */
async function heldOf(run: string): Promise<{ iteration: number; metrics: string } | undefined> {
  const iteration = await loadRun(run).then((run) => run.iteration, () => 0);
  if (iteration === 0) return undefined;
  const lines = (await Deno.readTextFile(`${run}/metrics.csv`)).split("\n");
  return { iteration, metrics: lines.slice(0, 1 + iteration).join("\n") };
}

async function expectSameAsAlone(out: string): Promise<void> {
  expect(await timelessTables(out)).toEqual(await timelessTables(alone));
  for (const id of trainings) {
    expect(await outcomeOf(`${out}/runs/${id}`)).toEqual(await outcomeOf(`${alone}/runs/${id}`));
  }
}

test("killed and started again, a sweep ends as one left alone, and its trainings go on from checkpoints", async () => {
  const out = `${folder}/killed`;
  const checkpoint = (k: number) => `${out}/runs/${trainings[k]}/checkpoint.safetensors`;
  let kills = 0;
  let continued = 0;
  let before = new Map<string, { iteration: number; metrics: string }>();
  const triggers = [
    appears(`${out}/.lock`),
    appears(`${out}/manifest.json`),
    appears(`${out}/runs/${trainings[1]}/config.json`),
    appears(checkpoint(0)),
    changes(checkpoint(1), 3),
    changes(checkpoint(0), 5),
    finished(out, 1),
    finished(out, 3),
    finished(out, 5),
    appears(`${out}/results.parquet`),
    undefined,
  ];
  for (const trigger of triggers) {
    const ended = await runUntil(SCRIPT, lineOf(out), trigger?.());
    if (ended === true) kills++;
    const held = new Map<string, { iteration: number; metrics: string }>();
    for (const id of trainings) {
      const now = await heldOf(`${out}/runs/${id}`);
      const then = before.get(id);
      if (then !== undefined) {
        // Not one iteration was done again, or its seconds would differ.
        expect(now!.metrics.startsWith(then.metrics)).toBe(true);
        if (now!.iteration > then.iteration) continued++;
      }
      if (now !== undefined) held.set(id, now);
    }
    before = held;
    if (trigger === undefined) {
      expect(JSON.parse(ended as string)).toMatchObject({ total: 8, failed: [], stopped: false });
    }
  }
  expect(kills).toBeGreaterThanOrEqual(6);
  expect(continued).toBeGreaterThanOrEqual(2);
  await expectSameAsAlone(out);
});

test("Ctrl-C ends it with checkpoints and exit code 130, and the same command goes on", async () => {
  const out = `${folder}/interrupted`;
  const child = startScript(SCRIPT, ...lineOf(out));
  const output = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  const started = changes(`${out}/runs/${trainings[0]}/checkpoint.safetensors`, 3)();
  while (!started()) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill("SIGINT");
  const [stdout, stderr, { code }] = await output;
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: "stopping, with checkpoints; Ctrl-C again to stop at once\n" +
      `deno task sweep: stopped; the same command goes on from what is kept in ${out}\n`,
  });
  const { stopped, done, failed, total } = JSON.parse(stdout);
  expect({ stopped, failed, total }).toEqual({ stopped: true, failed: [], total: 8 });
  expect(done).toBeLessThan(8);
  const held = await heldOf(`${out}/runs/${trainings[0]}`);
  expect(held!.iteration).toBeGreaterThanOrEqual(3);
  expect(held!.iteration).toBeLessThan(ITERATIONS);
  await runUntil(SCRIPT, lineOf(out));
  const metrics = await Deno.readTextFile(`${out}/runs/${trainings[0]}/metrics.csv`);
  expect(metrics.startsWith(held!.metrics)).toBe(true);
  await expectSameAsAlone(out);
});

test("a thousand trials of classical policies, killed five times, end as those left alone", async () => {
  const file = new URL("../../notebooks/sweeps/classical.json", import.meta.url);
  const classical = JSON.parse(await Deno.readTextFile(file));
  await Deno.writeTextFile(
    `${folder}/classical.json`,
    JSON.stringify({ ...classical, evaluation: { ...classical.evaluation, episodes: 100 } }),
  );
  const [out, undisturbed] = [`${folder}/classical`, `${folder}/classical-alone`];
  await runUntil(SCRIPT, lineOf(undisturbed, "classical"));
  let before = new Map<string, number | null>();
  for (const count of [1, 150, 400, 650, 900]) {
    expect(await runUntil(SCRIPT, lineOf(out, "classical"), finished(out, count)())).toBe(true);
    // What was finished was not touched again.
    const now = new Map(trialFiles(out).map((id) => [id, Deno.statSync(`${out}/trials/${id}.json`).ino]));
    for (const [id, ino] of before) expect(now.get(id)).toBe(ino);
    before = now;
  }
  const last = JSON.parse(await runUntil(SCRIPT, lineOf(out, "classical")) as string);
  expect(last).toMatchObject({ total: 1000, before: before.size, done: 1000 - before.size, failed: [] });
  expect(last.rows).toEqual({ results: 1000, evaluations: 1000, curves: 0 });
  expect(await timelessTables(out)).toEqual(await timelessTables(undisturbed));
});
