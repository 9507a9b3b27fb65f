import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HYPERPARAMETERS, methods, presets, presetValues, readMetrics } from "../../engine/mod.ts";
import { helpText } from "../../scripts/cli/arguments.ts";
import * as train from "../../scripts/train.ts";
import { outcomeOf, readFolder, TINY, TINY_FLAGS } from "../setup/runs.ts";
import { runInProcess } from "./in_process.ts";
import { startScript } from "./run_script.ts";

const FLAGS = [...TINY_FLAGS, "--method", "mappo", "--device", "wasm"];

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
});
afterAll(() => Deno.remove(folder, { recursive: true }));

/** The tiny run with flags changed or added. */
function lineWith(out: string, ...changes: string[]): string[] {
  const line = ["kotecha-6", ...FLAGS, "--out", `${folder}/${out}`];
  for (let k = 0; k < changes.length; k += 2) {
    const at = line.indexOf(changes[k]!);
    if (at < 0) line.push(changes[k]!, changes[k + 1]!);
    else line[at + 1] = changes[k + 1]!;
  }
  return line;
}

const runTrain = (...line: string[]) => runInProcess(train, ...line);

describe("deno task train", () => {
  test("--json is one object, with each seed's summary", async () => {
    const line = lineWith("json", "--seeds", "4,2");
    const { code, stdout, stderr } = await runTrain(...line, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { out, runs } = JSON.parse(stdout);
    expect(out).toBe(`${folder}/json`);
    expect(runs.map(({ seed }: { seed: number }) => seed)).toEqual([4, 2]);
    for (const { seed, resumedFrom, ...summary } of runs) {
      const written = JSON.parse(await Deno.readTextFile(`${out}/seed-${seed}/summary.json`));
      expect({ seed, ...summary }).toEqual(written);
      expect(resumedFrom).toBe(0);
      expect(summary).toMatchObject({
        method: "mappo",
        network: "kotecha-6",
        device: "wasm",
        iterations: 6,
        steps: 336,
        evaluation: { episodes: 1000 },
      });
      const files = ["checkpoint.safetensors", "config.json", "metrics.csv", "summary.json"];
      expect([...readFolder(`${out}/seed-${seed}`).keys()]).toEqual(files);
      const metrics = await readMetrics(`${out}/seed-${seed}/metrics.csv`);
      expect(metrics.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6]);
      for (const row of metrics) {
        expect(Object.values(row).every(Number.isFinite)).toBe(true);
        expect(row["charts/sps"]).toBeGreaterThan(0);
        // A step of a copy of six nodes takes far longer than ten nanoseconds.
        expect(row["charts/sps"]).toBeLessThan(1e8);
      }
    }
  });

  test("prints a table, and what comes next", async () => {
    const { code, stdout } = await runTrain(...lineWith("text", "--seeds", "0..1"));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^mappo on kotecha-6: 6 iterations of 56 steps on wasm\.$/m);
    expect(stdout).toMatch(/^seed +profit per episode +cost per period +fill rate +seconds$/m);
    for (const seed of [0, 1]) {
      expect(stdout).toMatch(new RegExp(`^ +${seed} +-?\\d+ ± \\d+(\\.\\d+)? +.* ± .* ± `, "m"));
    }
    expect(stdout).toContain(`deno task evaluate ${folder}/text`);
    expect(stdout).not.toMatch(/It went on|It was done/);
  });

  test("a run that is done is not trained again, and says so", async () => {
    const line = lineWith("done");
    await runTrain(...line);
    const before = readFolder(`${folder}/done/seed-0`);
    const { code, stdout } = await runTrain(...line);
    expect(code).toBe(0);
    expect(stdout).toContain("It was done before; nothing was trained now.");
    expect(readFolder(`${folder}/done/seed-0`)).toEqual(before);
    const { runs } = JSON.parse((await runTrain(...line, "--json")).stdout);
    expect(runs.map(({ resumedFrom }: { resumedFrom: number }) => resumedFrom)).toEqual([6]);
  });

  test("takes hyperparameters from a file, under those of the flags", async () => {
    await Deno.writeTextFile(`${folder}/hyper.json`, '{"lambda": 0.75, "epochs": 3, "actorWidths": []}');
    const { code } = await runTrain(...lineWith("file", "--config", `${folder}/hyper.json`, "--epochs", "1"));
    expect(code).toBe(0);
    const { hyperparameters } = JSON.parse(await Deno.readTextFile(`${folder}/file/seed-0/config.json`));
    expect(hyperparameters).toMatchObject({ ...TINY, lambda: 0.75, epochs: 1, actorWidths: [4] });
  });
});

describe("is refused in one line, with nothing left behind", () => {
  test.each<[what: string, changes: string[], message: RegExp]>([
    [
      "no such method",
      ["--method", "mapo"],
      /^--method: expected ppo or .*, got "mapo"; did you mean mappo\?$/,
    ],
    [
      "no such flag",
      ["--learning-rat", "1"],
      /^--learning-rat: unknown flag; did you mean --learning-rate\?$/,
    ],
    [
      "a number out of range",
      ["--learning-rate", "5"],
      /^--learning-rate: expected a number from 0 to 1, got "5"$/,
    ],
    ["no number", ["--iterations", "many"], /^--iterations: expected an integer from 1 to \d+, got "many"$/],
    [
      "no widths",
      ["--actor-widths", "64,x"],
      /^--actor-widths: expected widths such as 64,64, or none, got "64,x"$/,
    ],
    [
      "widths out of range",
      ["--actor-widths", "0"],
      /^--actor-widths: expected at most 8 layer widths from 1 to/,
    ],
    ["no truth", ["--observes-time", "yes"], /^--observes-time: expected true or false, got "yes"$/],
    ["no word", ["--end-is", "nigh"], /^--end-is: expected truncation or termination, got "nigh"$/],
    [
      "what does not fit together",
      ["--minibatch", "57"],
      /^--minibatch: expected at most environments x periods = 56/,
    ],
    ["environments not by 8", ["--environments", "12"], /^--environments: expected a multiple of 8, got 12$/],
    ["no seeds", ["--seeds", "3..1"], /^--seeds: expected seeds such as 0, 0\.\.4 or 1,5,9, got "3\.\.1"$/],
    ["a seed twice", ["--seeds", "0..2,1"], /^--seeds: expected each seed once$/],
    [
      "a seed out of range",
      ["--seeds", "4294967296"],
      /^--seeds: expected whole numbers below 2\^32, got 4294967296$/,
    ],
    ["no threads", ["--workers", "0"], /^--workers: expected an integer from 1 to 1024, got "0"$/],
    ["no time", ["--checkpoint", "-1"], /^--checkpoint: expected a number from 0 to 1000000, got "-1"$/],
    [
      "no config file",
      ["--config", "nowhere.json"],
      /^nowhere\.json: no such file; expected a file that can be read$/,
    ],
    ["no such device", ["--device", "gpu"], /^--device: expected auto or wasm or webgpu, got "gpu"/],
  ])("%s", async (_, changes, message) => {
    const { code, stdout, stderr } = await runTrain(...lineWith("refused", ...changes), "--json");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deno task train: [^\n]*\n$/);
    expect(stderr.slice("deno task train: ".length, -1)).toMatch(message);
    expect(() => Deno.statSync(`${folder}/refused`)).toThrow(Deno.errors.NotFound);
  });

  test.each([
    ["[1]", /hyper\.json: expected an object of hyperparameters such as/],
    ['{"lambda": 99}', /hyper\.json: lambda: expected a number from 0 to 1, got 99\n$/],
    ['{"lambada": 99}', /hyper\.json: lambada: no such hyperparameter; they are /],
    ['{"lambda": ', /hyper\.json:1:12: expected a value .*, got the end\n$/],
  ])("a config file that says %s", async (text, message) => {
    await Deno.writeTextFile(`${folder}/hyper.json`, text);
    const { code, stderr } = await runTrain(...lineWith("refused", "--config", `${folder}/hyper.json`));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]*\n$/);
  });

  test("no network, or none of that name", async () => {
    expect((await runTrain()).stderr).toMatch(
      /^deno task train: expected NETWORK \(.*\); see deno task train --help\n$/,
    );
    const { code, stderr } = await runTrain("kotecha-7", ...FLAGS);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^deno task train: .*kotecha-7.*\n$/);
  });

  test("a folder of another run, or one that cannot be made", async () => {
    await runTrain(...lineWith("theirs"));
    const before = readFolder(`${folder}/theirs/seed-0`);
    const other = await runTrain(...lineWith("theirs", "--learning-rate", "0.5", "--seeds", "0..1"));
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toBe(
      `deno task train: ${folder}/theirs/seed-0: holds a run with hyperparameters.learningRate 0.001, not 0.5; ` +
        "expected the same run or another folder\n",
    );
    expect(readFolder(`${folder}/theirs/seed-0`)).toEqual(before);
    const under = await runTrain(...lineWith("theirs/seed-0/config.json"));
    expect(under).toMatchObject({ code: 2, stdout: "" });
    expect(under.stderr).toMatch(/^[^\n]*\n$/);
  });

  test("a checkpoint that is damaged", async () => {
    const line = lineWith("damaged");
    await runTrain(...line);
    await Deno.truncate(`${folder}/damaged/seed-0/checkpoint.safetensors`, 5000);
    const { code, stdout, stderr } = await runTrain(...line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deno task train: [^\n]*checkpoint\.safetensors: is cut short: [^\n]*\n$/);
  });
});

test("numbers that are not finite end the run with iteration and kernel, and exit code 1", async () => {
  const line = lineWith("infinite", "--reward-scale", "1e12", "--value-coefficient", "1e9");
  const { code, stdout, stderr } = await runTrain(...line, "--normalises-values", "false");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    /^deno task train: seed 0, iteration 1: (policy_loss|value_loss|squared_norms \([^\n]*\)) gave a number that is not finite; [^\n]*\n$/,
  );
});

describe("Ctrl-C", () => {
  /** Starts a run and waits until `ready` says that it is far enough. */
  async function startUntil(ready: () => boolean, line: string[]) {
    const child = startScript("scripts/train.ts", ...line);
    const output = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    let ended = false;
    const status = child.status.finally(() => ended = true);
    while (!ended && !ready()) await new Promise((resolve) => setTimeout(resolve, 5));
    return { child, output, status, ended: () => ended };
  }

  const lines = (path: string) => {
    try {
      return Deno.readTextFileSync(path).split("\n").length - 1;
    } catch {
      return 0;
    }
  };

  test("writes a checkpoint, says how to go on, and the run then ends as one left alone", async () => {
    const line = lineWith("stopped", "--iterations", "400", "--checkpoint", "1000");
    const run = `${folder}/stopped/seed-0`;
    const { child, output, status } = await startUntil(() => lines(`${run}/metrics.csv`) > 4, [
      ...line,
      "--json",
    ]);
    // In a terminal `deno task` passes on what its child has got already: two signals for one key.
    child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 5));
    try {
      child.kill("SIGINT");
    } catch {
      // It has stopped already.
    }
    expect((await status).code).toBe(130);
    const [stdout, stderr] = await output;
    expect(stdout).toBe("");
    expect(stderr).toBe(
      "stopping after this iteration; Ctrl-C again to stop at once\n" +
        `deno task train: stopped; the same command goes on from what is kept in ${folder}/stopped\n`,
    );
    const stopped = await outcomeOf(run);
    const stoppedAt = Number(stopped.iteration);
    expect(stopped.metrics).toHaveLength(stoppedAt);
    expect(stoppedAt).toBeLessThan(400);

    const resumed = await runTrain(...line);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain(`It went on from iteration ${stoppedAt}.`);
    await runTrain(...lineWith("not-stopped", "--iterations", "400", "--checkpoint", "1000"));
    expect(await outcomeOf(run)).toEqual(await outcomeOf(`${folder}/not-stopped/seed-0`));
  });

  test("a second time ends at once", async () => {
    // An iteration that takes minutes.
    const line = lineWith(
      "at-once",
      "--epochs",
      "1000",
      "--environments",
      "1024",
      "--actor-widths",
      "256,256",
    );
    const run = `${folder}/at-once/seed-0`;
    const { child, output, status, ended } = await startUntil(() => lines(`${run}/metrics.csv`) === 1, line);
    while (!ended()) {
      child.kill("SIGINT");
      await Promise.race([status, new Promise((resolve) => setTimeout(resolve, 300))]);
    }
    expect((await status).code).toBe(130);
    expect(await output).toEqual(["", "stopping after this iteration; Ctrl-C again to stop at once\n"]);
    expect([...readFolder(run).keys()]).toEqual(["config.json", "metrics.csv"]);
  });
});

describe("deno task train --help", () => {
  const help = helpText(train.command);

  test("says what matters first: the flags of every run, an example, methods and presets", () => {
    const order = [
      "Usage:",
      "--method",
      "--preset",
      "--iterations",
      "--seeds",
      "--out",
      "Example:",
      "Methods:",
    ];
    const places = [...order, "Presets:", "--lead-time", "--environments", "--lambda"].map((one) => {
      expect(help.split(`${one}`).length, one).toBeGreaterThan(1);
      return help.search(new RegExp(`^ *${one}`, "m"));
    });
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    for (const { name, doc } of [...methods, ...presets]) {
      expect(help.replaceAll(/\s+/g, " ")).toContain(` ${name} ${doc.replaceAll(/\s+/g, " ")}`);
    }
  });

  test("has every flag once, with its default in every preset", () => {
    for (
      const key of [...Object.keys(HYPERPARAMETERS), ...Object.keys(train.command.flags), "json", "help"]
    ) {
      const flag = `--${key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
      expect(help.match(new RegExp(`^  ${flag}( |$)`, "gm")), flag).toHaveLength(1);
    }
    const flat = help.replaceAll(/\s+/g, " ");
    for (const key of Object.keys(HYPERPARAMETERS) as (keyof typeof HYPERPARAMETERS)[]) {
      const [fast, ...others] = presets.map(({ name }) => ({
        name,
        value: String(presetValues(name)[key] ?? "none"),
      }));
      const shown = flat.split(` --${key.replaceAll(/[A-Z]/g, (one) => `-${one.toLowerCase()}`)} `)[1]!;
      const defaults = /\(default: ([^)]*)\)/.exec(shown)![1]!;
      expect(defaults.split("; ")[0], key).toBe(fast!.value || "none");
      for (const { name, value } of others) expect(defaults.includes(name), key).toBe(value !== fast!.value);
    }
    expect(flat).toMatch(/\(default: \d+; paper and released 80\)/);
    expect(flat).not.toMatch(/undefined|null|\[object/);
    expect(help.match(/\(default:/g)).toHaveLength(Object.keys(train.command.flags).length);
  });

  test("fits a terminal", () => {
    for (const line of help.split("\n")) expect(line.length, line).toBeLessThanOrEqual(110);
  });
});
