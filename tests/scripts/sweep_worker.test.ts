import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dealTrials, SweepFolder, type SweepPlan, type Trial } from "../../engine/mod.ts";
import { configOf } from "../../engine/experiment/sweep/run_trial.ts";
import { RunFolder } from "../../engine/experiment/run_folder.ts";
import * as sweep from "../../scripts/sweep.ts";
import * as worker from "../../scripts/sweep_worker.ts";
import { TINY } from "../setup/runs.ts";
import { MIXED, planOf, SHORT, sweepIn, timelessTables, trialFiles } from "../setup/sweeps.ts";
import { FakeSlurm } from "../setup/fake_slurm.ts";
import { runInProcess } from "./in_process.ts";
import { startScript } from "./run_script.ts";

let folder: string;
beforeEach(async () => {
  folder = await Deno.makeTempDir();
});
afterEach(async () => {
  for (const name of ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "SLURM_CPUS_PER_TASK"]) {
    Deno.env.delete(name);
  }
  await Deno.remove(folder, { recursive: true });
});

const ids = (trials: readonly Trial[]) => trials.map(({ id }) => id).sort();

/** A folder that is ready for workers. */
async function prepare(input: Parameters<typeof planOf>[0]): Promise<{ out: string; plan: SweepPlan }> {
  const out = `${folder}/out`;
  await Deno.writeTextFile(`${folder}/sweep.json`, JSON.stringify(input));
  const { code } = await collect();
  expect(code).toBe(0);
  return { out, plan: await planOf(input) };
}

async function collect() {
  return await runInProcess(
    sweep,
    `${folder}/sweep.json`,
    "--out",
    `${folder}/out`,
    "--executor",
    "none",
    "--json",
  );
}

async function work(...line: string[]) {
  return await runInProcess(worker, `${folder}/out`, "--device", "wasm", "--json", ...line);
}

const SIMULATED = {
  name: "simulated",
  networks: SHORT,
  policies: { kind: "base-stock", levels: "11..17" },
  evaluation: { episodes: 5 },
};

describe("which task it is", () => {
  test.each([
    ["--index", ["--index", "2"], {}],
    ["Slurm", [], { SLURM_ARRAY_TASK_ID: "2" }],
    ["Kubernetes", [], { JOB_COMPLETION_INDEX: "2" }],
    ["--index before these", ["--index", "2"], { SLURM_ARRAY_TASK_ID: "0", JOB_COMPLETION_INDEX: "1" }],
    ["Slurm before Kubernetes", [], { SLURM_ARRAY_TASK_ID: "2", JOB_COMPLETION_INDEX: "1" }],
  ])("comes from %s", async (_, flags, variables) => {
    const { out, plan } = await prepare(SIMULATED);
    for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
    const { code, stdout, stderr } = await work("--tasks", "3", ...flags);
    const share = dealTrials(plan.trials, plan, 3)[2]!;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "simulated, task 2 of 3: 2 of 7 trials\n" });
    expect(JSON.parse(stdout)).toMatchObject({
      name: "simulated",
      index: 2,
      tasks: 3,
      total: 2,
      done: 2,
      left: 0,
    });
    expect(trialFiles(out)).toEqual(ids(share));
  });

  test.each([
    [
      ["--tasks", "3"],
      {},
      "--index: expected which task this is, or one of SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX",
    ],
    [["--index", "0"], {}, "--tasks: expected how many tasks share the trials"],
    [
      ["--tasks", "3", "--index", "3"],
      {},
      "--index: expected a number from 0 to 2, as there are 3 tasks; got 3",
    ],
    [
      ["--tasks", "3"],
      { JOB_COMPLETION_INDEX: "7" },
      "JOB_COMPLETION_INDEX: expected a number from 0 to 2, as there are 3 tasks; got 7",
    ],
    [["--tasks", "3"], { SLURM_ARRAY_TASK_ID: "x" }, 'SLURM_ARRAY_TASK_ID: expected a whole number, got "x"'],
    [
      ["--tasks", "3", "--index", "0"],
      { SLURM_CPUS_PER_TASK: "all" },
      'SLURM_CPUS_PER_TASK: expected a whole number, got "all"',
    ],
  ])("%j %j is refused in one line", async (flags, variables, message) => {
    await prepare(SIMULATED);
    for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
    const { code, stdout, stderr } = await work(...flags);
    expect({ code, stdout, stderr })
      .toEqual({ code: 2, stdout: "", stderr: `deno task sweep:worker: ${message}\n` });
  });

  test("does not matter where there is no sweep", async () => {
    await Deno.mkdir(`${folder}/out`);
    const { code, stderr } = await work("--tasks", "3", "--index", "0");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `deno task sweep:worker: ${folder}/out: holds no manifest.json; expected a folder that ` +
        "`deno task sweep` has prepared\n",
    });
  });
});

describe("deno task sweep", () => {
  const line = () => [`${folder}/sweep.json`, "--out", `${folder}/out`];

  test("--executor none says how workers are started", async () => {
    await prepare(SIMULATED);
    const { code, stdout } = await runInProcess(sweep, ...line(), "--executor", "none");
    expect(code).toBe(0);
    expect(stdout).toContain("7 trials: 0 finished before, 0 now, 0 failed, 7 left; ");
    expect(stdout).toContain(
      `deno task sweep:worker ${folder}/out --tasks N --index K, for every K from 0 to N-1`,
    );
  });

  test("--executor slurm starts them with this Deno and this checkout, and the flags of the sweep", async () => {
    const fake = await FakeSlurm.start();
    try {
      const { plan } = await prepare(MIXED);
      const flags = [
        "--tasks",
        "2",
        "--poll",
        "0.05",
        "--device",
        "wasm",
        "--checkpoint",
        "3",
        "--filter",
        "base-stock_s3",
      ];
      const { code, stdout, stderr } = await runInProcess(
        sweep,
        ...line(),
        "--executor",
        "slurm",
        ...flags,
        "--json",
      );
      const chosen = plan.trials.filter(({ id }) => id.includes("base-stock_s3"));
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({
        total: chosen.length,
        done: chosen.length,
        left: 0,
        stopped: false,
      });
      expect(trialFiles(`${folder}/out`)).toEqual(ids(chosen));
      const script = fileURLToPath(new URL("../../scripts/sweep_worker.ts", import.meta.url));
      expect(await fake.text("101.sh")).toContain(
        `\nexec ${Deno.execPath()} run -A --quiet ${script} ${folder}/out --tasks 2 --device wasm --checkpoint 3 ` +
          "--filter base-stock_s3\n",
      );
    } finally {
      await fake.stop();
    }
  });

  test("--executor slurm fails where its tasks do, and collects what there is", async () => {
    const fake = await FakeSlurm.start();
    try {
      await prepare(SIMULATED);
      await work("--tasks", "3", "--index", "0");
      const template = `${folder}/job.sh`;
      await Deno.writeTextFile(template, "#SBATCH --array={{array}}\necho no deno; exit 1; {{command}}\n");
      const flags = ["--template", template, "--poll", "0.02"];
      const { code, stdout, stderr } = await runInProcess(
        sweep,
        ...line(),
        "--executor",
        "slurm",
        ...flags,
        "--json",
      );
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ before: 3, done: 0, left: 4, rows: { results: 3 } });
      expect(stderr).toMatch(
        /^deno task sweep: 4 of 7 trials are not done and job 101 .*_\d\.log ends: no deno; .*\n$/,
      );
    } finally {
      await fake.stop();
    }
  });

  test.each(["tasks", "limit", "template", "poll"])("refuses --%s without --executor slurm", async (name) => {
    await Deno.writeTextFile(`${folder}/sweep.json`, JSON.stringify(SIMULATED));
    const { code, stderr } = await runInProcess(sweep, ...line(), `--${name}`, "1");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `deno task sweep: --${name}: is for --executor slurm only, got --executor local\n`,
    });
  });
});

describe("the tasks of a sweep", () => {
  test("together do all of it, with the results of one machine", async () => {
    const { out } = await prepare(MIXED);
    for (const index of ["2", "0", "1"]) expect((await work("--tasks", "3", "--index", index)).code).toBe(0);
    const { code, stdout } = await collect();
    const plan = await planOf(MIXED);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ before: plan.trials.length, done: 0, left: 0 });
    await sweepIn(`${folder}/alone`, MIXED);
    expect(await timelessTables(out)).toEqual(await timelessTables(`${folder}/alone`));
  });

  test("do nothing twice", async () => {
    await prepare(SIMULATED);
    await work("--tasks", "2", "--index", "0");
    const { code, stdout } = await work("--tasks", "2", "--index", "0");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ total: 4, before: 4, done: 0, left: 0 });
  });

  test("work while others have the sweep open", async () => {
    const { out, plan } = await prepare(SIMULATED);
    const other = await SweepFolder.prepare(out, plan);
    try {
      expect((await work("--tasks", "1", "--index", "0")).code).toBe(0);
    } finally {
      other.close();
    }
  });

  test("share what is chosen", async () => {
    const { out, plan } = await prepare(MIXED);
    for (const index of ["0", "1"]) await work("--tasks", "2", "--index", index, "--filter", "base-stock_s3");
    const chosen = plan.trials.filter(({ id }) => id.includes("base-stock_s3"));
    expect(chosen.length).toBeGreaterThan(1);
    expect(trialFiles(out)).toEqual(ids(chosen));
  });

  test("say what fails", async () => {
    const { out, plan } = await prepare({
      ...SIMULATED,
      policies: undefined,
      methods: "mappo",
      hyperparameters: TINY,
    });
    const [trial] = plan.trials;
    await Deno.mkdir(`${out}/runs/${trial!.id}`, { recursive: true });
    await Deno.writeTextFile(`${out}/runs/${trial!.id}/metrics.csv`, "");
    const { code, stdout, stderr } = await work("--tasks", "1", "--index", "0");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ done: 0, left: 0, failed: [{ trial: trial!.id }] });
    expect(stderr).toContain(`${trial!.id}: ${out}/runs/${trial!.id}: holds metrics.csv and no config.json`);
    expect(stderr).toMatch(/\ndeno task sweep:worker: 1 of 1 trials failed\n$/);
  });
});

/** A training of seconds, and simulations of no time. */
const TRAINED = {
  ...SIMULATED,
  name: "trained",
  methods: "mappo",
  hyperparameters: { ...TINY, iterations: 150, epochs: 20 },
};

/** A worker's process, its stderr as it comes. */
function startWorker() {
  const child = startScript(
    "scripts/sweep_worker.ts",
    ...[`${folder}/out`, "--tasks", "1", "--index", "0", "--device", "wasm", "--checkpoint", "0", "--json"],
  );
  let stderr = "";
  const reading = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write(text) {
        stderr += text;
      },
    }),
  );
  const ending = Promise.all([child.status, new Response(child.stdout).text(), reading]);
  return {
    child,
    ended: async () => {
      const [{ code }, stdout] = await ending;
      return { code, stdout, stderr };
    },
    stderr: () => stderr,
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("a task that is stopped", () => {
  test("by SIGTERM leaves checkpoints, and goes on from them when it is started again", async () => {
    const { out, plan } = await prepare(TRAINED);
    const training = plan.trials.find(({ work }) => work.kind === "train")!;
    const metrics = `${out}/runs/${training.id}/metrics.csv`;
    const lines = async () => (await Deno.readTextFile(metrics).catch(() => "")).split("\n").length;
    const first = startWorker();
    await until(async () => await lines() > 5);
    first.child.kill("SIGTERM");
    const { code, stdout, stderr } = await first.ended();
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /stopping, with checkpoints, as SIGTERM asks\n.*stopped; the same command goes on\n$/s,
    );
    expect(JSON.parse(stdout)).toMatchObject({ stopped: true, failed: [] });
    expect(JSON.parse(stdout).left).toBeGreaterThan(0);
    expect(trialFiles(out)).not.toContain(training.id);
    const before = await lines();
    expect(before).toBeLessThan(150);

    // The run is cut at its checkpoint, never begun again.
    const second = startWorker();
    let fewest = Infinity;
    const watching = until(async () => {
      fewest = Math.min(fewest, await lines());
      return trialFiles(out).includes(training.id);
    });
    expect((await second.ended()).code).toBe(0);
    await watching;
    expect(fewest).toBeGreaterThanOrEqual(before);
    await collect();
    await sweepIn(`${folder}/alone`, TRAINED);
    expect(await timelessTables(out)).toEqual(await timelessTables(`${folder}/alone`));
  });
});

describe("a training that another process is at", () => {
  test("is waited for, and no failure; what has failed is not tried again meanwhile", async () => {
    const { out, plan } = await prepare({ ...TRAINED, hyperparameters: TINY, seeds: [0, 1] });
    const [training, broken] = plan.trials.filter(({ work }) => work.kind === "train");
    const held = await RunFolder.prepare(
      `${out}/runs/${training!.id}`,
      configOf(training!, plan.networks[training!.network]!, "wasm"),
    );
    await Deno.mkdir(`${out}/runs/${broken!.id}`);
    await Deno.writeTextFile(`${out}/runs/${broken!.id}/metrics.csv`, "");
    const { ended, stderr } = startWorker();
    await until(() => stderr().includes("waiting for trials that other processes are at: 1"));
    expect(trialFiles(out)).toEqual(ids(plan.trials.filter((trial) => trial !== training)));
    held.close();
    const { code, stdout } = await ended();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ total: 16, before: 0, done: 15, left: 0 });
    expect(JSON.parse(stdout).failed.map(({ trial }: { trial: string }) => trial)).toEqual([broken!.id]);
    expect(stderr().match(/holds metrics\.csv and no config\.json/g)).toHaveLength(1);
  });
});
