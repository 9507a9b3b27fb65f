import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { writeCheckpoint } from "../../../engine/experiment/checkpoint.ts";
import { fingerprint } from "../../../engine/experiment/config.ts";
import { loadRun, METRIC_COLUMNS, readMetrics, type RunConfig } from "../../../engine/experiment/mod.ts";
import { RunFolder } from "../../../engine/experiment/run_folder.ts";
import { BullwhipError, InputError } from "../../../engine/errors.ts";
import { writeSafetensors } from "../../../engine/files/safetensors.ts";
import { mutatedJson, mutatedText } from "../../scripts/mutations.ts";
import { messageOf } from "../../setup/messages.ts";
import {
  after,
  type FolderState,
  outcomeOf,
  readFolder,
  tinyConfig,
  trainIn,
  writeFolder,
} from "../../setup/runs.ts";

const SEED = 20_261_125;

let root: string;
let config: RunConfig;
/** A run's folder after three iterations, and after all six. */
let started: FolderState;
let done: Awaited<ReturnType<typeof outcomeOf>>;
beforeAll(async () => {
  root = await Deno.makeTempDir();
  config = await tinyConfig({ method: "mappo" });
  await trainIn(`${root}/run`, config, { stops: after(3) });
  started = readFolder(`${root}/run`);
  await trainIn(`${root}/run`, config);
  done = await outcomeOf(`${root}/run`);
});
afterAll(() => Deno.remove(root, { recursive: true }));

const path = () => `${root}/case`;
afterEach(() => Deno.remove(path(), { recursive: true }).catch(() => {}));

/** The started run, with files changed, or left out where there is none. */
async function folderWith(changes: Record<string, string | Uint8Array | undefined> = {}): Promise<string> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>(started);
  for (const [name, content] of Object.entries(changes)) {
    if (content === undefined) files.delete(name);
    else files.set(name, typeof content === "string" ? new TextEncoder().encode(content) : content.slice());
  }
  await Deno.remove(path(), { recursive: true }).catch(() => {});
  await writeFolder(path(), files);
  return path();
}

const textOf = (name: string) => new TextDecoder().decode(started.get(name));

describe("a folder of another run, or of none, is refused and left as it is", () => {
  test.each<[what: string, changes: () => Record<string, string | undefined>, message: RegExp]>([
    [
      "another seed",
      () => ({ "config.json": JSON.stringify({ ...config, seed: 9 }) }),
      /^\S+: holds a run with seed 9, not 0; expected the same run or another folder$/,
    ],
    [
      "another version",
      () => ({ "config.json": JSON.stringify({ ...config, version: "9.9" }) }),
      /holds a run with version "9.9", not "/,
    ],
    [
      "no config",
      () => ({ "config.json": undefined }),
      /holds metrics.csv and no config.json; expected a run's/,
    ],
    ["an empty config", () => ({ "config.json": "" }), /config.json:1:1: expected a value .*, got the end$/],
    [
      "half a config",
      () => ({ "config.json": textOf("config.json").slice(0, 200) }),
      /config.json:\d+:\d+: expected/,
    ],
  ])("%s", async (_, changes, message) => {
    const folder = await folderWith(changes());
    const before = readFolder(folder);
    expect(await messageOf(() => RunFolder.prepare(folder, config))).toMatch(message);
    expect(readFolder(folder)).toEqual(before);
  });
});

describe("what cannot be gone on with is refused and left as it is", () => {
  const edited = async (change: (checkpoint: { iteration: number; metricsBytes: number }) => object) => {
    const folder = await RunFolder.open(await folderWith());
    const checkpoint = (await folder.peekCheckpoint())!;
    await writeCheckpoint(folder.checkpointPath, fingerprint(config), {
      ...checkpoint,
      ...change(checkpoint),
    });
    return folder.path;
  };

  test.each<[what: string, make: () => Promise<string>, message: RegExp]>([
    [
      "a checkpoint cut short",
      () => folderWith({ "checkpoint.safetensors": started.get("checkpoint.safetensors")!.slice(0, -5) }),
      /checkpoint\.safetensors: is cut short: holds \d+ bytes/,
    ],
    [
      "an empty one",
      () => folderWith({ "checkpoint.safetensors": "" }),
      /checkpoint\.safetensors: holds 0 bytes; expected a safetensors file/,
    ],
    [
      "one with a changed bit",
      () => {
        const bytes = started.get("checkpoint.safetensors")!.slice();
        bytes[bytes.length - 1000]! ^= 4;
        return folderWith({ "checkpoint.safetensors": bytes });
      },
      /checkpoint\.safetensors: its checksum .* does not fit/,
    ],
    [
      "a foreign file",
      async () => {
        const folder = await folderWith();
        const weights = { shape: [2], data: Float32Array.of(1, 2) };
        const metadata = new Map([["format", "pt"]]);
        await writeSafetensors(`${folder}/checkpoint.safetensors`, {
          tensors: new Map([["weights", weights]]),
          metadata,
        });
        return folder;
      },
      /checkpoint\.safetensors: is no checkpoint of this version \(bullwhip-checkpoint-1\)$/,
    ],
    [
      "the checkpoint of another run",
      async () => {
        const folder = await folderWith();
        const other = { ...config, seed: 1 };
        const { snapshot } = (await (await RunFolder.open(folder)).peekCheckpoint())!;
        const checkpoint = { iteration: 3, seconds: 1, metricsBytes: 1, snapshot };
        await writeCheckpoint(`${folder}/checkpoint.safetensors`, fingerprint(other), checkpoint);
        return folder;
      },
      /is the checkpoint of another run than config.json beside it describes$/,
    ],
    [
      "more iterations than there are",
      () => edited(() => ({ iteration: 7 })),
      /its iteration is "7"; it is damaged$/,
    ],
    ["half an iteration", () => edited(() => ({ iteration: 2.5 })), /its iteration is "2.5"; it is damaged$/],
    [
      "no length of the metrics",
      () => edited(() => ({ metricsBytes: -1 })),
      /its metricsBytes is "-1"; it is/,
    ],
    ["no time", () => edited(() => ({ seconds: NaN })), /its seconds is "NaN"; it is damaged$/],
    [
      "arrays that do not fit",
      () => edited(() => ({ snapshot: new Map([["weights", new Float32Array(4)]]) })),
      /case: the checkpoint's weights has 4 words, expected \d+$/,
    ],
    [
      "no metrics",
      () => folderWith({ "metrics.csv": undefined }),
      /metrics.csv: does not hold the 3 iterations/,
    ],
    [
      "metrics cut short",
      () => folderWith({ "metrics.csv": textOf("metrics.csv").slice(0, -1) }),
      /metrics.csv: does not hold the 3 iterations that checkpoint.safetensors counts on; put it back, or start/,
    ],
    [
      "metrics of something else",
      () => folderWith({ "metrics.csv": "x".repeat(100_000) }),
      /metrics.csv: does not hold the 3 iterations/,
    ],
    [
      "metrics with a line too many in the midst",
      () => folderWith({ "metrics.csv": textOf("metrics.csv").replace("\n", "\n\n") }),
      /metrics.csv: does not hold the 3 iterations/,
    ],
  ])("%s", async (_, make, message) => {
    const folder = await make();
    const before = readFolder(folder);
    expect(await messageOf(() => trainIn(folder, config))).toMatch(message);
    expect(readFolder(folder)).toEqual(before);
  });
});

describe("what does no harm is put right", () => {
  test.each<[what: string, changes: () => Record<string, string | undefined>]>([
    ["metrics behind the checkpoint", () => ({ "metrics.csv": `${textOf("metrics.csv")}4,12,half a li` })],
    [
      "leftovers of a kill",
      () => ({ ".checkpoint.safetensors.123-0.partial": "x", ".config.json.9-12.partial": "" }),
    ],
    ["a summary that is none", () => ({ "summary.json": '{"seed":0' })],
    ["the summary of another run", () => ({ "summary.json": '{"seed":1}' })],
    ["no checkpoint", () => ({ "checkpoint.safetensors": undefined, "summary.json": '{"seed":0}' })],
    ["nor metrics", () => ({ "checkpoint.safetensors": undefined, "metrics.csv": undefined })],
  ])("%s", async (_, changes) => {
    const folder = await folderWith(changes());
    await trainIn(folder, config);
    expect(await outcomeOf(folder)).toEqual(done);
  });

  test("a config that lacks what a later version adds, or is laid out otherwise", async () => {
    const folder = `${path()}/older`;
    // As it was written before lambda was a hyperparameter.
    const { hyperparameters: { lambda, ...others }, ...rest } = config;
    await RunFolder.prepare(folder, config).then((one) => one.close());
    await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify({ hyperparameters: others, ...rest }));
    await trainIn(folder, config, { stops: after(3) });
    expect((await loadRun(folder)).config.hyperparameters.lambda).toBe(lambda);
    await trainIn(folder, config);
    expect(await outcomeOf(folder)).toEqual(done);
  });

  test("files of others are left alone", async () => {
    const folder = await folderWith({
      "notes.txt": "mine",
      ".notes.txt.1-0.partial": "mine",
      ".x.partial": "",
    });
    await trainIn(folder, config);
    const { files } = await outcomeOf(folder);
    expect(files).toEqual([
      ".notes.txt.1-0.partial",
      ".x.partial",
      ...done.files.slice(0, 3),
      "notes.txt",
      "summary.json",
    ]);
  });
});

test("two trainings in one folder are refused while one is under way", async () => {
  const folder = await folderWith();
  const held = await RunFolder.prepare(folder, config);
  await expect(RunFolder.prepare(folder, config)).rejects
    .toThrow(`${folder}: a training is under way in it; wait for its end, or stop it`);
  expect((await RunFolder.open(folder)).config).toEqual(config);
  held.close();
  (await RunFolder.prepare(folder, config)).close();
});

describe("whatever is in the files", () => {
  /** It goes on and ends as it should, or says in one line why not. */
  async function check(folder: string): Promise<boolean> {
    try {
      await trainIn(folder, config, { checkpointSeconds: 1000 });
    } catch (error) {
      if (!(error instanceof BullwhipError)) throw error;
      expect(error.message).not.toContain("\n");
      expect(error.message.length).toBeLessThan(700);
      return false;
    }
    expect((await outcomeOf(folder)).tensors).toEqual(done.tensors);
    return true;
  }

  test("checkpoint.safetensors", async () => {
    const whole = () => started.get("checkpoint.safetensors")!;
    const cut = fc.nat(1e6).map((at) => whole().slice(0, at % whole().length));
    const flipped = fc.array(fc.tuple(fc.nat(1e6), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    })
      .map((flips) => {
        const bytes = whole().slice();
        // Half of them in the header.
        for (const [at, mask] of flips) bytes[at % (at % 2 === 0 ? bytes.length : 900)]! ^= mask;
        return bytes;
      });
    const content = fc.oneof(cut, flipped, fc.uint8Array({ maxLength: 100 }));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        if (!await check(await folderWith({ "checkpoint.safetensors": bytes }))) refused++;
      }),
      { seed: SEED, numRuns: 150, endOnFailure: true },
    );
    expect(refused).toBeGreaterThan(130);
  });

  test("config.json", async () => {
    const value = fc.constant(null).chain(() => mutatedJson(JSON.parse(textOf("config.json"))));
    const content = fc.oneof(
      value.map((mutated) => JSON.stringify(mutated) ?? ""),
      fc.constant(null).chain(() => mutatedText(textOf("config.json"))),
    );
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        if (!await check(await folderWith({ "config.json": text }))) refused++;
      }),
      { seed: SEED, numRuns: 150, endOnFailure: true },
    );
    expect(refused).toBeGreaterThan(100);
  });

  test("metrics.csv", async () => {
    const content = fc.constant(null).chain(() => mutatedText(textOf("metrics.csv")));
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        const folder = await folderWith({ "metrics.csv": text });
        await check(folder);
        try {
          await readMetrics(`${folder}/metrics.csv`);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(/^.*$/);
        }
      }),
      { seed: SEED, numRuns: 100, endOnFailure: true },
    );
  });
});

describe("metrics that are read", () => {
  const file = async (text: string) => {
    await Deno.writeTextFile(`${root}/metrics.csv`, text);
    return `${root}/metrics.csv`;
  };
  const header = METRIC_COLUMNS.join(",");
  const line = (changes: Record<string, string> = {}) =>
    METRIC_COLUMNS.map((column, k) => changes[column] ?? String(k)).join(",");

  test("are numbers by column; what was not evaluated is left out", async () => {
    const text = `${header}\n${line()}\n${line({ "eval/profitPerEpisode": "", "losses/value": "NaN" })}\n`;
    const [first, second] = await readMetrics(await file(text));
    expect(first).toEqual(Object.fromEntries(METRIC_COLUMNS.map((column, k) => [column, k])));
    const { "eval/profitPerEpisode": _, ...others } = first!;
    expect(second).toEqual({ ...others, "losses/value": NaN });
  });

  test("may be of a run under way: a line that is not whole yet is left out", async () => {
    const text = `${header}\n${line()}\n`;
    for (const part of ["", "2", "2,3,4", line()]) {
      expect(await readMetrics(await file(text + part)), part).toHaveLength(1);
    }
    expect(await readMetrics(await file(`${header}\n`))).toEqual([]);
  });

  test.each([
    ["nothing", "", /metrics.csv: is empty/],
    ["no column", "a,b\n1,2\n", /metrics.csv: has no column iteration; expected a run's metrics.csv$/],
    [
      "no number",
      `${header}\n${line({ steps: "x" })}\n`,
      /line 2, column steps: expected a number, got "x"$/,
    ],
    [
      "an empty cell",
      `${header}\n${line({ steps: "" })}\n`,
      /line 2, column steps: expected a number, got ""$/,
    ],
    ["a short line", `${header}\n1,2\n`, /metrics.csv: line 2: expected 15 columns as in the header, got 2$/],
  ])("are refused in one line: %s", async (_, text, message) => {
    expect(await messageOf(async () => readMetrics(await file(text)))).toMatch(message);
  });
});
