import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { executors, readSweep } from "../../engine/mod.ts";
import { helpText } from "../../scripts/cli/arguments.ts";
import * as sweep from "../../scripts/sweep.ts";
import { readFolder } from "../setup/runs.ts";
import { MIXED, planOf, SHORT, trialFiles } from "../setup/sweeps.ts";
import { runInProcess } from "./in_process.ts";

/** What was drawn, where a terminal would be. */
const drawn = vi.hoisted(() => [] as unknown[][]);
vi.mock("../../scripts/cli/progress.ts", () => ({
  startProgress(...started: unknown[]) {
    drawn.push(["start", ...started]);
    return {
      update: (...update: unknown[]) => drawn.push(["update", ...update]),
      stop: () => drawn.push(["stop"]),
    };
  },
}));

const runSweep = (...line: string[]) => runInProcess(sweep, ...line);

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
  file = `${folder}/mixed.json`;
  await Deno.writeTextFile(file, JSON.stringify(MIXED));
});
afterAll(() => Deno.remove(folder, { recursive: true }));

const FLAGS = ["--device", "wasm"];

/** Everything below a path: names of files, and how they are numbered. */
function filesBelow(path: string): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    if (isDirectory) found.set(name, filesBelow(`${path}/${name}`));
    else found.set(name, Deno.statSync(`${path}/${name}`).ino);
  }
  return found;
}

describe("deno task sweep", () => {
  test("--json is one object: what was done, and what the tables hold", async () => {
    const out = `${folder}/json`;
    const { code, stdout, stderr } = await runSweep(file, "--out", out, ...FLAGS, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^\{.*\}\n$/);
    const { seconds, busyShare, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({
      ...{ out, name: "mixed", total: 8, before: 0, done: 8, failed: [], left: 0, stopped: false },
      rows: { results: 8, evaluations: 16, curves: 12 },
    });
    expect(seconds).toBeGreaterThan(0);
    expect(busyShare).toBeGreaterThan(0);
    expect(busyShare).toBeLessThanOrEqual(1);
    expect([...readFolder(out).keys()]).toEqual([
      ...[".lock", "curves.parquet", "evaluations.parquet", "manifest.json", "results.parquet"],
    ]);
    const { results } = await readSweep(out);
    expect(results.map(({ trial }) => trial)).toEqual((await planOf(MIXED)).trials.map(({ id }) => id));
  });

  test("says what was done, what came of it and where the tables are, and again that nothing is left", async () => {
    const out = `${folder}/text`;
    const { code, stdout } = await runSweep(file, "--out", out, ...FLAGS);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^8 trials: 0 finished before, 8 now, 0 failed; [\d.]+ s, [\d.]+% of the cores' time in trials\.\n\n[^]*\n\nTables: [^\n]*\n$/,
    );
    const { results } = await readSweep(out);
    const profits = results.filter(({ method }) => method === "mappo").map((row) =>
      Number(row["profitPerEpisode"])
    );
    const rows = stdout.split("\n").filter((line) => line.startsWith("short "));
    const means = rows.map((row) => Number(/ (-?[\d.]+) ± /.exec(row)![1]));
    const learned = rows.findIndex((row) => /^short +mappo +2 /.test(row));
    expect(means[learned]).toBeCloseTo((profits[0]! + profits[1]!) / 2, 1);
    expect(means).toEqual(means.toSorted((x, y) => y - x));
    expect(stdout).toContain(`Tables: ${out}/{results,evaluations,curves}.parquet\n`);
    const again = await runSweep(file, "--out", out, ...FLAGS);
    expect(again.stdout).toMatch(/^8 trials: 8 finished before, 0 now, 0 failed; [\d.]+ s\.\n/);
  });

  test("takes the name of the sweep for the folder where none is given", async () => {
    const { stdout } = await runSweep(file, "--dry-run", "--json");
    expect(JSON.parse(stdout).out).toBe("runs/mixed");
  });

  test("--filter leaves the other trials for later", async () => {
    const out = `${folder}/filtered`;
    const first = await runSweep(file, "--out", out, ...FLAGS, "--filter", "base-stock_s3,_s4_", "--json");
    expect(JSON.parse(first.stdout)).toMatchObject({ total: 7, before: 0, done: 7, rows: { results: 7 } });
    expect(trialFiles(out).every((id) => id.includes("base-stock_s3") || id.includes("_s4_"))).toBe(true);
    const second = await runSweep(file, "--out", out, ...FLAGS, "--json");
    expect(JSON.parse(second.stdout)).toMatchObject({ total: 8, before: 7, done: 1, rows: { results: 8 } });
  });

  test("draws how many trials have ended and how far the work is", async () => {
    drawn.length = 0;
    await runSweep(file, "--out", `${folder}/drawn`, ...FLAGS, "--checkpoint", "0");
    expect(drawn[0]).toEqual(["start", "mixed", 8, "trials"]);
    expect(drawn.at(-1)).toEqual(["stop"]);
    const updates = drawn.filter(([what]) => what === "update");
    expect(updates.at(-1)!.slice(0, 3)).toEqual(["update", 8, ""]);
    const shares = updates.map(([, , , share]) => share as number);
    expect(shares.every((share) => share > 0 && share <= 1 + 1e-9)).toBe(true);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    // Of the trainings' iterations, too.
    expect(updates.length).toBeGreaterThan(8);
  });
});

describe("--dry-run", () => {
  const dry = async (out: string, ...line: string[]) => {
    const { code, stdout, stderr } = await runSweep(file, "--out", out, "--dry-run", "--json", ...line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout);
  };

  test("says what would be run, and writes nothing", async () => {
    const out = `${folder}/dry`;
    const { trials } = await planOf(MIXED);
    expect(await dry(out)).toEqual({
      ...{ out, name: "mixed", trials: 8 },
      groups: [
        { network: "short", kind: "train", method: "mappo", trials: 2, finished: 0 },
        { network: "short", kind: "plan", method: "search base-stock", trials: 2, finished: 0 },
        { network: "short", kind: "simulate", method: "base-stock", trials: 4, finished: 0 },
      ],
      left: trials.map(({ id }) => id),
    });
    expect(() => Deno.statSync(out)).toThrow(Deno.errors.NotFound);

    const { stdout } = await runSweep(file, "--out", out, "--dry-run");
    expect(stdout).toMatch(new RegExp(`^mixed: 8 trials, 8 of them to run, into ${out}\n\n`));
    expect(stdout).toMatch(/^network +kind +method +trials +finished$/m);
    expect(stdout).toMatch(/^short +plan +search base-stock +2 +0$/m);
    expect(() => Deno.statSync(out)).toThrow(Deno.errors.NotFound);
  });

  test("counts what is finished, also of trials that the folder's last sweep left out", async () => {
    const out = `${folder}/dry-again`;
    const fewer = `${folder}/fewer.json`;
    await Deno.writeTextFile(fewer, JSON.stringify({ ...MIXED, seeds: 4 }));
    await runSweep(file, "--out", out, ...FLAGS, "--filter", "_s3_");
    expect((await dry(out)).left).toHaveLength(4);
    await runSweep(fewer, "--out", out, ...FLAGS);
    const before = filesBelow(out);
    expect(await dry(out)).toMatchObject({ trials: 8, left: [] });
    expect(await dry(out, "--filter", "_s4_")).toMatchObject({ trials: 4, left: [] });
    expect(filesBelow(out)).toEqual(before);

    // By another evaluation nothing is finished.
    const other = `${folder}/other.json`;
    await Deno.writeTextFile(other, JSON.stringify({ ...MIXED, evaluation: { episodes: 41 } }));
    const { stdout } = await runSweep(other, "--out", out, "--dry-run", "--json");
    expect(JSON.parse(stdout).left).toHaveLength(8);
  });

  test("refuses the folder that the sweep would refuse", async () => {
    const out = `${folder}/dry-other`;
    const other = `${folder}/other-name.json`;
    await Deno.writeTextFile(other, JSON.stringify({ ...MIXED, name: "other" }));
    await runSweep(other, "--out", out, ...FLAGS, "--filter", "base-stock_s3");
    const wet = await runSweep(file, "--out", out);
    expect(wet).toMatchObject({ code: 2, stdout: "" });
    expect(wet.stderr).toMatch(/: holds the sweep other, not mixed; expected another folder\n$/);
    expect(await runSweep(file, "--out", out, "--dry-run")).toEqual(wet);
  });
});

describe("is refused in one line, with nothing written", () => {
  test.each<[what: string, line: (file: string) => string[], message: RegExp]>([
    ["no file", () => [], /^expected FILE \(the sweep: \.json or \.ts\); see deno task sweep --help$/],
    [
      "a file that is not there",
      () => ["nowhere.json"],
      /^nowhere\.json: no such file; expected a file that can/,
    ],
    ["two files", (file) => [file, file], /^expected only FILE, got ".*" too; see deno task sweep --help$/],
    [
      "a filter that leaves nothing",
      (file) => [file, "--filter", "x,y"],
      /^--filter: no trial's id contains x,y;/,
    ],
    ["no jobs", (file) => [file, "--jobs", "0"], /^--jobs: expected an integer from 1 to 1024, got "0"$/],
    [
      "no executor",
      (file) => [file, "--executor", "loca"],
      /^--executor: expected local or .*; did you mean lo/,
    ],
    [
      "no device",
      (file) => [file, "--device", "gpu"],
      /^--device: expected auto or wasm or webgpu, got "gpu"/,
    ],
    [
      "no time",
      (file) => [file, "--checkpoint", "-1"],
      /^--checkpoint: expected a number from 0 to 1000000, got/,
    ],
    ["no flag", (file) => [file, "--dryrun"], /^--dryrun: unknown flag; did you mean --dry-run\?$/],
  ])("%s", async (_, line, message) => {
    const out = `${folder}/refused`;
    const { code, stdout, stderr } = await runSweep(...line(file), "--out", out);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deno task sweep: [^\n]*\n$/);
    expect(stderr.slice("deno task sweep: ".length, -1)).toMatch(message);
    expect(() => Deno.statSync(out)).toThrow(Deno.errors.NotFound);
  });

  test("a sweep with a mistake", async () => {
    const wrong = `${folder}/wrong.json`;
    await Deno.writeTextFile(wrong, JSON.stringify({ ...MIXED, networks: [SHORT, "kotecha-7"] }));
    const { code, stdout, stderr } = await runSweep(wrong, "--out", `${folder}/refused`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^deno task sweep: [^\n]*wrong\.json: networks\[1\]: unknown scenario "kotecha-7"[^\n]*\n$/,
    );
    expect(() => Deno.statSync(`${folder}/refused`)).toThrow(Deno.errors.NotFound);
  });
});

test("failed trials are named with their errors, and make the exit code 1", async () => {
  const out = `${folder}/failing`;
  const failing = `${folder}/failing.json`;
  const trace = '{"kind":"trace","values":[5,4,6,5,5,5,4,6,5]}';
  await Deno.writeTextFile(
    failing,
    JSON.stringify({
      networks: [SHORT, { ...SHORT, name: "traced", set: [...SHORT.set, `nodes.0.demand=${trace}`] }],
      policies: MIXED.policies,
      evaluation: { episodes: 10, periods: 12 },
    }),
  );
  drawn.length = 0;
  const { code, stdout, stderr } = await runSweep(failing, "--out", out, "--json");
  expect(code).toBe(1);
  const { failed, ...rest } = JSON.parse(stdout);
  expect(rest).toMatchObject({ name: "failing", total: 4, done: 2, left: 0, rows: { results: 4 } });
  const errors = failed.map(({ trial, error }: { trial: string; error: string }) => `${trial}: ${error}`);
  expect(errors).toHaveLength(2);
  for (const error of errors) expect(error).toMatch(/^traced_base-stock_s0_\w+: .*trace/);
  const lines = stderr.trimEnd().split("\n");
  expect(lines.slice(0, 2).toSorted()).toEqual(errors.toSorted());
  expect(lines.slice(2)).toEqual([
    `deno task sweep: 2 of 4 trials failed; their errors are in ${out}/results.parquet`,
  ]);
  expect(drawn.filter(([what]) => what === "update").at(-1)!.slice(1, 3)).toEqual([4, "2 failed"]);

  const again = await runSweep(failing, "--out", out);
  expect(again.code).toBe(1);
  expect(again.stdout).toMatch(/^4 trials: 2 finished before, 0 now, 2 failed; /);
});

/** Files of at most so many KiB can be written: to a program that is what a full disk is. */
async function withSmallFiles(kib: number, ...line: string[]) {
  const shell = `trap '' XFSZ; ulimit -f ${kib}; exec "$@"`;
  const deno = [Deno.execPath(), "run", "-A", "--quiet", "scripts/sweep.ts"];
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-c", shell, "bash", ...deno, ...line, ...FLAGS, "--json"],
    cwd: new URL("../../", import.meta.url),
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, lines: new TextDecoder().decode(stderr).trimEnd().split("\n") };
}

test.skipIf(Deno.build.os === "windows")(
  "a disk that is full is named, and fills no folder for good",
  async () => {
    const out = `${folder}/full-disk`;
    const manifest = await withSmallFiles(1, file, "--out", out);
    expect(manifest).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(/^deno task sweep: .*\/manifest\.json: cannot be written \(File too large/),
      ],
    });
    // Checkpoints are the only files that are larger.
    const checkpoints = await withSmallFiles(32, file, "--out", out);
    expect(checkpoints.code).toBe(1);
    expect(checkpoints.lines).toHaveLength(3);
    for (const line of checkpoints.lines.slice(0, 2)) {
      expect(line).toMatch(
        /^short_mappo_s\d_\w+: .*\/checkpoint\.safetensors: cannot be written \(File too large/,
      );
    }
    expect(checkpoints.lines[2]).toMatch(/^deno task sweep: 2 of 8 trials failed; /);
    const { stdout } = await runSweep(file, "--out", out, ...FLAGS, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ total: 8, before: 6, done: 2, failed: [] });
  },
);

test("the example in notebooks/sweeps is a thousand trials", async () => {
  const { pathname } = new URL("../../notebooks/sweeps/classical.json", import.meta.url);
  const { code, stdout } = await runSweep(pathname, "--out", `${folder}/x`, "--dry-run", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ name: "classical", trials: 1000 });
});

describe("its help", () => {
  const help = helpText(sweep.command);

  test("has every flag once, and every executor", () => {
    for (const key of [...Object.keys(sweep.command.flags), "json", "help"]) {
      const flag = `--${key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
      expect(help.match(new RegExp(`^  ${flag}( |$)`, "gm")), flag).toHaveLength(1);
    }
    for (const name of Object.keys(executors)) expect(help).toMatch(new RegExp(`^ +${name} +\\w`, "m"));
    expect(help).not.toMatch(/undefined|null|\[object/);
  });

  test("fits a terminal", () => {
    for (const line of help.split("\n")) expect(line.length, line).toBeLessThanOrEqual(120);
  });

  test("shows a sweep that can be run", async () => {
    const example = /^ {2}(\{"networks".*\})$/m.exec(help)![1]!;
    await Deno.writeTextFile(`${folder}/example.json`, example);
    const { code, stdout } = await runSweep(`${folder}/example.json`, "--dry-run", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).trials).toBe(20);
  });
});
