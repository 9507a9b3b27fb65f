/**
 * A sweep on a real Slurm, of two nodes on this machine, ends with the same results as on this machine alone, though
 * one node dies in the midst of a training and a task on the other is cancelled.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dealTrials, readSweep, SweepFolder, type SweepRow, type Trial } from "../../engine/mod.ts";
import { available } from "../setup/requires.ts";
import { TINY } from "../setup/runs.ts";
import { SlurmCluster } from "../setup/slurm_cluster.ts";
import { startScript } from "./run_script.ts";

const TASKS = 4;

/** Trainings of a few seconds each; the simulations of a base-stock level are done in no time. */
const SWEEP = {
  name: "on-slurm",
  networks: ["kotecha-6"],
  seeds: "0..3",
  blocks: [
    { methods: ["mappo"], hyperparameters: { ...TINY, iterations: 600, epochs: 8 } },
    { policies: [{ kind: "base-stock", levels: [15, 20, 25] }] },
  ],
  evaluation: { episodes: 50, changes: ["demand.mean=6"] },
};

/** Columns that hold times. */
const TIMES = ["seconds", "charts/sps"];

function withoutTimes(rows: readonly SweepRow[]): SweepRow[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !TIMES.includes(name))));
}

async function outcomeOf(folder: string) {
  const { results, evaluations, curves } = await readSweep(folder);
  return [results, evaluations, curves].map(withoutTimes);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}

describe.skipIf(!available("slurm"))("a sweep on a cluster of two nodes", () => {
  let cluster: SlurmCluster;
  let folder: string;
  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/sweep.json`, JSON.stringify(SWEEP));
    cluster = await SlurmCluster.start();
    for (const [name, value] of Object.entries(cluster.environment)) Deno.env.set(name, value);
  });
  afterAll(async () => {
    await cluster?.stop();
    await Deno.remove(folder, { recursive: true });
  });

  function sweep(out: string, ...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const common = ["--out", `${folder}/${out}`, "--device", "wasm", "--checkpoint", "0", "--json"];
    const child = startScript("scripts/sweep.ts", `${folder}/sweep.json`, ...common, ...flags);
    return Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.status,
    ]).then(([stdout, stderr, { code }]) => ({ code, stdout, stderr }));
  }

  test("ends complete, with the same results as on this machine, when a node dies", async () => {
    const out = `${folder}/cluster`;
    const ending = sweep("cluster", "--executor", "slurm", "--tasks", String(TASKS), "--poll", "0.5");
    let ended = false;
    ending.then(() => ended = true);
    let shares: Trial[][] = [];
    await until(async () => {
      if (ended) throw new Error(JSON.stringify(await ending));
      const found = await SweepFolder.open(out).catch(() => undefined);
      if (found !== undefined) shares = dealTrials(found.plan.trials, found.plan, TASKS);
      return found !== undefined;
    });
    /** The task that a node is at, once that is so far into a training that there is a checkpoint. */
    const trainingOn = async (node: "a" | "b") => {
      let index: number | undefined;
      await until(async () => {
        if (ended) throw new Error(JSON.stringify(await ending));
        index = cluster.taskOn(node);
        if (index === undefined) return false;
        const training = shares[index]!.find(({ work }) => work.kind === "train")!;
        const metrics = await textOf(`${out}/runs/${training.id}/metrics.csv`);
        const done = await textOf(`${out}/trials/${training.id}.json`);
        return done === "" && metrics.split("\n").length > 20;
      });
      return index!;
    };
    const lost = await trainingOn("b");
    await cluster.kill("b");
    const { job } = JSON.parse(await textOf(`${out}/slurm/job.json`));
    let cancelled: number;
    do cancelled = await trainingOn("a"); while (cancelled === lost);
    await cluster.run("scancel", `${job}_${cancelled}`);
    const alone = sweep("alone");

    const { code, stdout, stderr } = await ending;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ total: 16, done: 16, left: 0, failed: [] });
    expect((await alone).code).toBe(0);
    expect(await outcomeOf(out)).toEqual(await outcomeOf(`${folder}/alone`));

    // What was to happen did: the lost task ran again in its job, the cancelled one in another.
    const starts = (log: string) => log.match(/^on-slurm, task \d of 4/gm)?.length;
    expect(starts(await textOf(`${out}/slurm/${job}_${lost}.log`))).toBe(2);
    expect(starts(await textOf(`${out}/slurm/${job}_${cancelled}.log`))).toBe(1);
    expect(await textOf(`${out}/slurm/${job}_${cancelled}.log`)).toContain("stopping, with checkpoints");
    const { job: second } = JSON.parse(await textOf(`${out}/slurm/job.json`));
    expect(starts(await textOf(`${out}/slurm/${second}_${cancelled}.log`))).toBe(1);
    expect(await cluster.run("sinfo", "-h", "-N", "-n", "b", "-o", "%T")).toContain("down");
  }, 240_000);
});
