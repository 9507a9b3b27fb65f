/** The executor "slurm" against commands that stand in for Slurm's; tests/scripts/slurm.test.ts has a real cluster. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dealTrials } from "../../../../engine/experiment/sweep/deal.ts";
import type { RunSweepOptions } from "../../../../engine/experiment/sweep/executor.ts";
import { failedTrial } from "../../../../engine/experiment/sweep/trial_result.ts";
import type { SweepInput } from "../../../../engine/experiment/sweep/sweep_file.ts";
import { FakeSlurm } from "../../../setup/fake_slurm.ts";
import { TINY } from "../../../setup/runs.ts";
import { planOf, SHORT, sweepIn, timelessTables, trialFiles } from "../../../setup/sweeps.ts";

const TASKS = 4;

/** Twelve trials, three a task. */
const SWEEP = {
  name: "simulated",
  networks: SHORT,
  policies: { kind: "base-stock", levels: "11..16" },
  seeds: [0, 1],
  evaluation: { episodes: 5 },
} satisfies SweepInput;

/**
 * Does the trials of its share that have no result, as many as MOST says: takes them from where they were done before.
 * Its words: where that is, where they belong.
 */
const WORKER = `
most=\${MOST:-1000}
for id in $(cat "$FAKE/share-$SLURM_ARRAY_TASK_ID"); do
  [ -f "$2/$id.json" ] && continue
  [ $most -gt 0 ] || { echo "cut short"; exit 1; }
  most=$((most - 1))
  cp "$1/$id.json" "$2/.$id" && mv "$2/.$id" "$2/$id.json"
done
`;

/** Waits until whoever follows the job has looked at everything so many times. */
const awaitLooks = (count: number) => `
asked() { cat "$FAKE/asked" 2>/dev/null | wc -l; }
enough=$(($(asked) + 1 + ${count}))
until [ -f "$FAKE/over" ] || [ $(asked) -ge $enough ]; do sleep 0.02; done
`;

/** Ends a trial by a failure. */
const fail = (id: string) => `cp $FAKE/failed.json $2/.x; mv $2/.x $2/${id}.json\n`;

let done: string;
let ids: string[];
let shares: string[][];
beforeAll(async () => {
  done = await Deno.makeTempDir();
  await sweepIn(done, SWEEP);
  const plan = await planOf(SWEEP);
  ids = plan.trials.map(({ id }) => id);
  shares = dealTrials(plan.trials, plan, TASKS).map((share) => share.map(({ id }) => id));
});
afterAll(() => Deno.remove(done, { recursive: true }));

let fake: FakeSlurm;
let out: string;
beforeEach(async () => {
  fake = await FakeSlurm.start();
  out = await Deno.makeTempDir();
  await fake.write("worker.sh", WORKER);
  await Promise.all(shares.map((share, k) => fake.write(`share-${k}`, share.join("\n"))));
});
afterEach(async () => {
  await fake.stop();
  await Deno.remove(out, { recursive: true });
});

/** @param most trials that a task does before it dies */
function onSlurm(
  { most = 1000, slurm = {}, ...others }: { most?: number; slurm?: object } & Omit<RunSweepOptions, "slurm"> =
    {},
) {
  const words = ["env", `MOST=${most}`, "sh", `${fake.folder}/worker.sh`, `${done}/trials`, `${out}/trials`];
  return sweepIn(out, SWEEP, {
    executor: "slurm",
    ...others,
    slurm: { worker: (tasks) => [...words, `tasks ${tasks}`], tasks: TASKS, pollSeconds: 0.02, ...slurm },
  });
}

/** What the record of a job says. */
async function recorded(): Promise<string | undefined> {
  return await Deno.readTextFile(`${out}/slurm/job.json`).then(
    (text) => JSON.parse(text).job,
    () => undefined,
  );
}

describe("a job array", () => {
  test("does all trials, in one job, with the results of this machine", async () => {
    const { outcome, news } = await onSlurm();
    expect(outcome).toMatchObject({ total: 12, before: 0, done: 12, failed: [], left: 0, stopped: false });
    expect(outcome).not.toHaveProperty("next");
    expect(await timelessTables(out)).toEqual(await timelessTables(done));
    expect(await fake.arrays()).toEqual(["0-3"]);
    expect(await fake.text("101.sh")).toMatch(new RegExp(`^exec env .* 'tasks ${TASKS}'$`, "m"));
    expect(news.at(-1)).toMatchObject({ done: 12, total: 12, share: 1 });
    expect(news.map(({ note }) => note)).toContain("submitting");
    expect(news.filter(({ ended }) => ended !== undefined).map(({ ended }) => ended!.trial.id).sort())
      .toEqual(ids.toSorted());
  });

  test("has as many tasks as asked, so many at a time, with so many cores", async () => {
    await fake.write("share-4", shares.flat().join("\n"));
    await onSlurm({ jobs: 3, slurm: { tasks: 5, limit: 2 } });
    expect(await fake.arrays()).toEqual(["0-4%2"]);
    expect(await fake.text("101.sh")).toMatch(/^#SBATCH --cpus-per-task=3$/m);
  });

  test("has a task a trial where nothing is asked", async () => {
    await Promise.all(ids.map((id, k) => fake.write(`share-${k}`, id)));
    await onSlurm({ slurm: { tasks: undefined } });
    expect(await fake.arrays()).toEqual(["0-11"]);
  });

  test("is written from the template", async () => {
    await fake.write("template.sh", "#!/bin/sh\n#SBATCH --array={{array}}\n# mine\n{{command}}\n");
    await onSlurm({ slurm: { template: `${fake.folder}/template.sh` } });
    expect(await fake.text("101.sh")).toMatch(/^# mine\nenv /m);
  });

  test("has only tasks with trials that are not finished", async () => {
    await onSlurm();
    for (const id of [shares[1]![0], shares[1]![2], shares[3]![1]]) {
      await Deno.remove(`${out}/trials/${id}.json`);
    }
    const { outcome } = await onSlurm();
    expect(outcome).toMatchObject({ total: 12, before: 9, done: 3, left: 0 });
    expect(await fake.arrays()).toEqual(["0-3", "1,3"]);
  });

  test("is not submitted where nothing is left", async () => {
    await onSlurm();
    expect((await onSlurm()).outcome).toMatchObject({ before: 12, done: 0, left: 0 });
    expect(await fake.arrays()).toEqual(["0-3"]);
  });

  test("tells what goes on", async () => {
    await fake.write("worker.sh", `echo "PENDING|Resources" > "$FAKE/101.on"\n${awaitLooks(1)}${WORKER}`);
    const { news } = await onSlurm();
    expect(news.map(({ note }) => note)).toContain("job 101: 1 tasks run, 1 wait (Resources)");
  });
});

describe("trials that are left", () => {
  test("are submitted again while that brings anything: the tasks that have some", async () => {
    await fake.write("share-2", shares[2]!.slice(0, 1).join("\n"));
    await Deno.mkdir(`${out}/trials`);
    for (const id of shares[2]!.slice(1)) {
      await Deno.copyFile(`${done}/trials/${id}.json`, `${out}/trials/${id}.json`);
    }
    await Deno.copyFile(`${done}/manifest.json`, `${out}/manifest.json`);
    const { outcome } = await onSlurm({ most: 1 });
    expect(outcome).toMatchObject({ total: 12, before: 2, done: 10, left: 0 });
    expect(await fake.arrays()).toEqual(["0-3", "0-1,3", "0-1,3"]);
    expect(await recorded()).toBe("103");
  });

  test("may only be slow to be seen", async () => {
    await fake.write("worker.sh", "exit 0");
    await fake.write(
      "gone.sh",
      `echo "$4" >> $FAKE/goodbyes
      [ $(wc -l < $FAKE/goodbyes) = 2 ] && cp ${done}/trials/*.json ${out}/trials`,
    );
    const { outcome } = await onSlurm();
    expect(outcome).toMatchObject({ done: 12, left: 0 });
    expect(await fake.text("goodbyes")).toBe("101\n101\n");
    expect(await fake.arrays()).toEqual(["0-3"]);
  });

  test("are left alone once nothing goes on, and the log says why", async () => {
    await fake.write("worker.sh", "echo first; echo deno is nowhere; exit 1");
    const { outcome, rows, news } = await onSlurm();
    expect(outcome).toMatchObject({ done: 0, left: 12, stopped: false });
    expect(news.at(-1)!.note).toBe("job 101 has left the queue");
    expect(news.map(({ note }) => note).join()).not.toContain("0 tasks");
    expect(outcome.next).toMatch(
      /^12 of 12 trials are not done and job 101 has left the queue without going on with any; .*\/slurm\/101_\d\.log ends: deno is nowhere; the same command submits them again$/,
    );
    expect(await fake.arrays()).toEqual(["0-3"]);
    expect(await recorded()).toBeUndefined();
    expect(rows.results).toBe(0);
  });

  test("are left alone after a few submissions", async () => {
    await fake.write("worker.sh", `[ $SLURM_ARRAY_TASK_ID = 0 ] || exit 1\n${WORKER}`);
    await fake.write("share-0", ids.join("\n"));
    const { outcome } = await onSlurm({ most: 1 });
    expect(outcome).toMatchObject({ done: 5, left: 7 });
    expect(outcome.next).toMatch(
      /^7 of 12 trials are not done after 5 submissions and job 105 has left the queue; /,
    );
    const again = await onSlurm();
    expect(again.outcome).toMatchObject({ before: 5, done: 7, left: 0 });
  });

  test("that were trained further are gone on with", async () => {
    const { policies: _, ...others } = SWEEP;
    const sweep = { ...others, methods: "mappo", hyperparameters: TINY, seeds: 0 };
    const [trial] = (await planOf(sweep)).trials;
    const run = `${out}/runs/${trial!.id}`;
    // As a task whose time is up before its training's end: each does an iteration, the fourth none.
    await fake.write(
      "step.sh",
      `[ -f ${run}/metrics.csv ] || { mkdir -p ${run}; echo iteration,steps > ${run}/metrics.csv; }
      n=$(wc -l < ${run}/metrics.csv)
      [ $n -gt 3 ] && exit 1
      echo $n,0 >> ${run}/metrics.csv
      ${awaitLooks(1)}`,
    );
    const { outcome, news } = await sweepIn(out, sweep, {
      executor: "slurm",
      slurm: { worker: () => ["sh", `${fake.folder}/step.sh`], pollSeconds: 0.02 },
    });
    expect(outcome).toMatchObject({ total: 1, done: 0, left: 1 });
    expect(outcome.next).toMatch(
      /^1 of 1 trials are not done after 4 submissions and job 104 has left the queue without/,
    );
    const shares = [...new Set(news.map(({ share }) => share.toFixed(2)))];
    expect(shares).toEqual(["0.00", "0.17", "0.33", "0.50"]);
  });
});

describe("a trial that fails", () => {
  const failure = (id: string) => JSON.stringify(failedTrial(id, new Error("no luck"), 1));

  test("is told of, and not submitted again", async () => {
    const [bad] = shares[1]! as [string];
    await fake.write("failed.json", failure(bad));
    await fake.write("worker.sh", `[ $SLURM_ARRAY_TASK_ID = 1 ] && { ${fail(bad)} }\n${WORKER}`);
    const { outcome, rows } = await onSlurm();
    expect(outcome.failed.map(({ trial }) => trial.id)).toEqual([bad]);
    expect(outcome.failed[0]!.error).toContain("no luck");
    expect(outcome).toMatchObject({ total: 12, done: 11, left: 0 });
    expect(await fake.arrays()).toEqual(["0-3"]);
    expect(rows.results).toBe(12);
  });

  test("is tried again by the next run of the sweep, and its old record does not count", async () => {
    await onSlurm();
    const [bad] = shares[1]! as [string];
    await Deno.writeTextFile(`${out}/trials/${bad}.json`, failure(bad));
    await fake.write("worker.sh", `${awaitLooks(1)}\nrm $2/${bad}.json\n${WORKER}`);
    const { outcome } = await onSlurm();
    expect(outcome).toMatchObject({ before: 11, done: 1, failed: [], left: 0 });
    expect(await fake.arrays()).toEqual(["0-3", "1"]);
  });

  test("and does not when its task is started again, is done", async () => {
    const [bad] = shares[3]! as [string];
    await fake.write("failed.json", failure(bad));
    await fake.write(
      "worker.sh",
      `[ $SLURM_ARRAY_TASK_ID = 0 ] && { ${fail(bad)}\n${awaitLooks(1)}\nrm $2/${bad}.json\n }\n${WORKER}`,
    );
    const { outcome, news } = await onSlurm();
    expect(news.some(({ failed }) => failed === 1)).toBe(true);
    expect(outcome).toMatchObject({ done: 12, failed: [], left: 0 });
    expect(news.at(-1)!.share).toBeCloseTo(1, 10);
  });
});

describe("a job that is in the queue", () => {
  test("is left there when its follower is stopped, and followed by the next", async () => {
    const controller = new AbortController();
    await fake.write(
      "worker.sh",
      `until [ -f $FAKE/over ] || [ -f $FAKE/go ]; do sleep 0.02; done\n${WORKER}`,
    );
    const stopped = onSlurm({ signal: controller.signal });
    while (await recorded() === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    const { outcome } = await stopped;
    expect(outcome).toMatchObject({ done: 0, left: 12, stopped: true });
    expect(outcome.next).toBe("job 101 goes on; the same command follows it again, and scancel 101 ends it");

    const following = onSlurm();
    const asked = await fake.text("asked");
    while (await fake.text("asked") === asked) await new Promise((resolve) => setTimeout(resolve, 10));
    await fake.write("go", "");
    expect((await following).outcome).toMatchObject({ before: 0, done: 12, left: 0 });
    expect(await fake.arrays()).toEqual(["0-3"]);
  });

  test("is followed for as long as it takes", async () => {
    await fake.write("worker.sh", `[ $SLURM_ARRAY_TASK_ID = 2 ] && { ${awaitLooks(70)} }\n${WORKER}`);
    expect((await onSlurm({ slurm: { pollSeconds: 0.001 } })).outcome).toMatchObject({ done: 12, left: 0 });
  });

  test("is forgotten once it has left the queue", async () => {
    await Deno.mkdir(`${out}/slurm`);
    await Deno.copyFile(`${done}/manifest.json`, `${out}/manifest.json`);
    await Deno.writeTextFile(`${out}/slurm/job.json`, '{"job":"7"}');
    expect((await onSlurm()).outcome).toMatchObject({ done: 12, left: 0 });
    expect(await fake.arrays()).toEqual(["0-3"]);
    expect(await recorded()).toBe("101");
  });

  test("is not followed by a record that is none", async () => {
    await Deno.mkdir(`${out}/slurm`);
    await Deno.copyFile(`${done}/manifest.json`, `${out}/manifest.json`);
    await Deno.writeTextFile(`${out}/slurm/job.json`, '{"job":7}');
    await expect(onSlurm()).rejects.toThrow(
      /slurm\/job\.json: is no record of a job; delete it if none is in/,
    );
  });
});

describe("one line says", () => {
  test("that there is no Slurm", async () => {
    const path = Deno.env.get("PATH")!;
    Deno.env.set("PATH", "/nowhere");
    try {
      await expect(onSlurm()).rejects.toThrow(/^sbatch: no such program; expected a machine from which /);
    } finally {
      Deno.env.set("PATH", path);
    }
  });

  test("what sbatch refuses", async () => {
    await fake.write(
      "refusal",
      "sbatch: error: invalid partition specified: gone\nsbatch: error: Batch job submission failed: Invalid partition name specified\n",
    );
    await expect(onSlurm()).rejects.toThrow(
      /^sbatch refused .*\/slurm\/job\.sh: invalid partition specified: gone; Batch job submission failed: Invalid partition name specified$/,
    );
    expect(trialFiles(out)).toEqual([]);
  });

  test("that squeue does not answer, after a while", async () => {
    await fake.write(
      "silence",
      "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n",
    );
    await fake.write("worker.sh", "exit 1");
    await expect(onSlurm()).rejects.toThrow(
      /^squeue has not answered for \d+ s \(slurm_load_jobs error: Unable to contact slurm controller \(connect failure\)\); the same command follows job 101 again, and scancel 101 ends it$/,
    );
    expect((await fake.text("asked")).trim().split("\n").length).toBe(60);
    expect(await recorded()).toBe("101");
  });

  test("nothing where squeue only stutters", async () => {
    await fake.write("silence", "slurm_load_jobs error: Socket timed out on send/recv operation\n");
    await fake.write("worker.sh", `${awaitLooks(1)}\nrm -f $FAKE/silence\n${WORKER}`);
    const { outcome, news } = await onSlurm();
    expect(outcome).toMatchObject({ done: 12, left: 0 });
    expect(news.map(({ note }) => note)).toContain("job 101: squeue does not answer");
  });

  test("that a command for the nodes is missing", async () => {
    await expect(sweepIn(out, SWEEP, { executor: "slurm" })).rejects.toThrow("slurm: expected options");
  });
});
