import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BullwhipError, InputError, RunError } from "../../../../engine/errors.ts";
import type { SweepPlan } from "../../../../engine/experiment/sweep/expand.ts";
import { readSweep } from "../../../../engine/experiment/sweep/read_sweep.ts";
import type { SweepInput } from "../../../../engine/experiment/sweep/sweep_file.ts";
import { SweepFolder } from "../../../../engine/experiment/sweep/sweep_folder.ts";
import { startScript } from "../../../scripts/run_script.ts";
import { planOf, SHORT, sweepIn, timelessTables, trialFiles } from "../../../setup/sweeps.ts";

const SWEEP = {
  name: "small",
  networks: SHORT,
  policies: { kind: "base-stock", levels: [10, 20] },
  seeds: [0, 1],
  evaluation: { episodes: 10 },
} satisfies SweepInput;

let folder: string;
let plan: SweepPlan;
let path: string;
let count = 0;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
  plan = await planOf(SWEEP);
});
beforeEach(() => {
  path = `${folder}/${count++}`;
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function refusalOf(work: Promise<unknown>): Promise<BullwhipError> {
  const error = await work.then(() => undefined, (error) => error);
  expect(error).toBeInstanceOf(BullwhipError);
  expect(error.message).not.toContain("\n");
  return error;
}

describe("a sweep's folder", () => {
  test("holds the plan, which a reader gets back", async () => {
    (await SweepFolder.prepare(`${path}/deep/down`, plan)).close();
    const opened = await SweepFolder.open(`${path}/deep/down`);
    expect(opened.plan).toEqual(plan);
    expect(opened.evaluation).toBe(SweepFolder.evaluationName(plan));
    expect(await opened.results()).toEqual(new Map());
  });

  test("is one sweep's at a time", async () => {
    const held = await SweepFolder.prepare(path, plan);
    const error = await refusalOf(SweepFolder.prepare(path, plan));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toBe(`${path}: a sweep is under way in it; wait for its end, or stop it`);
    expect((await SweepFolder.open(path)).plan.trials).toHaveLength(4);
    held.close();
    held.close();
    (await SweepFolder.prepare(path, plan)).close();
  });

  test.each<[what: string, make: (path: string) => void, message: RegExp]>([
    ["that holds another sweep", (path) => {
      Deno.mkdirSync(path);
      Deno.writeTextFileSync(
        `${path}/manifest.json`,
        JSON.stringify({ name: "big", version: "0", evaluation: {}, networks: {}, trials: [] }),
      );
    }, /: holds the sweep big, not small; expected another folder$/],
    ["that holds something else", (path) => {
      Deno.mkdirSync(path);
      Deno.writeTextFileSync(`${path}/thesis.tex`, "");
    }, /: holds files and no manifest\.json; expected a sweep's folder or a new one$/],
    ["with runs that are none of a sweep's", (path) => {
      Deno.mkdirSync(`${path}/runs/kotecha-6-mappo`, { recursive: true });
    }, /: holds files and no manifest\.json; expected a sweep's folder or a new one$/],
    ["with trials that lost their manifest", (path) => {
      Deno.mkdirSync(`${path}/trials`, { recursive: true });
      Deno.writeTextFileSync(`${path}/trials/x.json`, "{}");
    }, /: holds files and no manifest\.json; expected a sweep's folder or a new one$/],
    ["whose manifest is cut", (path) => {
      Deno.mkdirSync(path);
      Deno.writeTextFileSync(`${path}/manifest.json`, '{"name": "sma');
    }, /\/manifest\.json:1:14: expected a closing double quote, got the end$/],
    ["whose manifest is of something else", (path) => {
      Deno.mkdirSync(path);
      Deno.writeTextFileSync(`${path}/manifest.json`, '{"name": "app"}');
    }, /\/manifest\.json: is no sweep's manifest: version is wrong$/],
    [
      "that is a file",
      (path) => Deno.writeTextFileSync(path, ""),
      /: is a file, or lies under one; expected a/,
    ],
  ])("%s is refused", async (_, make, message) => {
    make(path);
    const before = await contentsOf(path);
    const error = await refusalOf(SweepFolder.prepare(path, plan));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(path)).toBe(true);
    expect(await contentsOf(path)).toEqual(before);
  });

  test("that lies under a file is refused", async () => {
    await Deno.writeTextFile(path, "");
    const error = await refusalOf(SweepFolder.prepare(`${path}/below`, plan));
    expect(error.message).toBe(`${path}/below: is a file, or lies under one; expected a folder's path`);
  });

  test("of a sweep that was killed before its manifest was written is as good as new", async () => {
    await Deno.mkdir(`${path}/trials`, { recursive: true });
    await Deno.mkdir(`${path}/runs`);
    await Deno.writeTextFile(`${path}/.lock`, "");
    await Deno.writeTextFile(`${path}/.manifest.json.77-0.partial`, '{"name": "sma');
    const { outcome } = await sweepIn(path, SWEEP);
    expect(outcome).toMatchObject({ total: 4, done: 4 });
  });

  test("loses what kills have left long ago", async () => {
    (await SweepFolder.prepare(path, plan)).close();
    const [old, fresh] = [`${path}/trials/.a.json.77-0.partial`, `${path}/trials/.b.json.78-0.partial`];
    for (const file of [old, fresh]) await Deno.writeTextFile(file, "");
    await Deno.utime(old, 1e9, 1e9);
    (await SweepFolder.prepare(path, plan)).close();
    await expect(Deno.stat(old)).rejects.toThrow(Deno.errors.NotFound);
    await Deno.stat(fresh);
  });

  test("without its trials has no results", async () => {
    await sweepIn(path, SWEEP);
    await Deno.remove(`${path}/trials`, { recursive: true });
    expect((await (await SweepFolder.open(path)).results()).size).toBe(0);
  });
});

/** Names below a path, with the bytes of files. */
async function contentsOf(path: string): Promise<Map<string, unknown>> {
  if ((await Deno.stat(path)).isFile) return new Map([["", await Deno.readTextFile(path)]]);
  const found = new Map<string, unknown>();
  for await (const { name, isFile } of Deno.readDir(path)) {
    found.set(
      name,
      isFile ? await Deno.readTextFile(`${path}/${name}`) : await contentsOf(`${path}/${name}`),
    );
  }
  return found;
}

describe("a trial's file", () => {
  test.each<[what: string, change: (text: string, other: string) => string, message: RegExp]>([
    [
      "that is cut",
      (text) => text.slice(0, 100),
      /\.json:1:101: expected .*, got the end; delete it to have/,
    ],
    [
      "that is empty",
      () => "",
      /\.json:1:1: expected a value .*, got the end; delete it to have the trial run/,
    ],
    [
      "of something else",
      () => "{}",
      /\.json: is no trial's result \(status: .*\); delete it to have the trial/,
    ],
    [
      "without a figure",
      (text) => text.replace('"costPerPeriod"', '"costs"'),
      /\.json: is no trial's result \(evaluations\.0\.costPerPeriod: .*\); delete it to have the trial run ag/,
    ],
    [
      "of another trial",
      (_, other) => other,
      /\.json: is the result of another trial, .*; delete it to have/,
    ],
  ])("%s is refused in one line, and made again once it is deleted", async (_, change, message) => {
    await sweepIn(path, SWEEP);
    const before = await timelessTables(path);
    const [file, other] = trialFiles(path).map((id) => `${path}/trials/${id}.json`);
    await Deno.writeTextFile(file!, change(await Deno.readTextFile(file!), await Deno.readTextFile(other!)));
    const error = await refusalOf(sweepIn(path, SWEEP));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message.startsWith(file!)).toBe(true);
    expect(error.message).toMatch(message);
    expect(await timelessTables(path)).toEqual(before);
    await Deno.remove(file!);
    expect((await sweepIn(path, SWEEP)).outcome).toMatchObject({ before: 3, done: 1 });
    expect(await timelessTables(path)).toEqual(before);
  });

  test("of no trial of the sweep is not looked at", async () => {
    await sweepIn(path, SWEEP);
    await Deno.writeTextFile(`${path}/trials/notes.json`, "not a result");
    await Deno.mkdir(`${path}/trials/more.json`);
    expect((await sweepIn(path, SWEEP)).outcome).toMatchObject({ before: 4, done: 0 });
  });

  test("keeps figures that are no numbers", async () => {
    // One episode has no standard error.
    await sweepIn(path, { ...SWEEP, evaluation: { episodes: 1 } });
    const { results } = await readSweep(path);
    expect(results.map((row) => row["profitPerEpisodeStderr"])).toEqual([null, null, null, null]);
    expect(results.every((row) => typeof row["profitPerEpisode"] === "number")).toBe(true);
  });
});

describe("tables", () => {
  test("that are missing or none are refused in one line", async () => {
    const missing = await refusalOf(readSweep(path));
    expect(missing.message).toMatch(
      /(results|evaluations|curves)\.parquet: no such file; expected a sweep's fold/,
    );
    await sweepIn(path, SWEEP);
    const whole = await Deno.readFile(`${path}/results.parquet`);
    for (
      const bytes of [whole.subarray(0, 500), new Uint8Array(), new TextEncoder().encode("trial,network\n")]
    ) {
      await Deno.writeFile(`${path}/results.parquet`, bytes);
      expect((await refusalOf(readSweep(path))).message).toMatch(/results\.parquet: is no Parquet file \(/);
    }
  });
});

test("a second sweep on the same folder is refused by another process, too", async () => {
  await Deno.writeTextFile(`${folder}/small.json`, JSON.stringify(SWEEP));
  const held = await SweepFolder.prepare(path, plan);
  const child = startScript("scripts/sweep.ts", `${folder}/small.json`, "--out", path);
  const [stdout, stderr, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  held.close();
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: `deno task sweep: ${path}: a sweep is under way in it; wait for its end, or stop it\n`,
  });
});
