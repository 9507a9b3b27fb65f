import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  changedNetwork,
  loadNetwork,
  loadPolicy,
  pairedDifference,
  simulate as run,
} from "../../engine/mod.ts";
import * as evaluate from "../../scripts/evaluate.ts";
import * as simulate from "../../scripts/simulate.ts";
import { after, shortNetwork, tinyConfig, trainIn } from "../setup/runs.ts";
import { runInProcess } from "./in_process.ts";

const SHORT = ["--episodes", "32", "--seed", "5", "--workers", "1"];
const OPTIONS = { episodes: 32, seed: 5, workers: 1 };
const BASE_STOCK = '{"kind":"base-stock","levels":30}';

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
  for (const seed of [0, 1, 2]) {
    await trainIn(`${folder}/group/seed-${seed}`, await tinyConfig({ method: "mappo", seed }));
  }
  await trainIn(`${folder}/other`, await tinyConfig({ method: "ppo" }), { stops: after(2) });
  await Deno.writeTextFile(
    `${folder}/policy.json`,
    '{"kind":"s-S","reorderPoint":10,"orderUpTo":30,"basis":"on-hand"}',
  );
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function evaluateJson(...line: string[]) {
  const { code, stdout, stderr } = await runInProcess(evaluate, ...line, ...SHORT, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("deno task evaluate", () => {
  test("--json is one object: runs, groups of seeds and policies on the same episodes", async () => {
    const policies = [BASE_STOCK, `${folder}/group`, `${folder}/other`, `${folder}/policy.json`];
    const result = await evaluateJson(...policies);
    expect(result).toMatchObject({ scenario: "kotecha-6", episodes: 32, periods: 9, warmup: 0, seed: 5 });
    const [classical, group, single, file] = result.policies;
    expect(result.policies.map(({ name, seeds }: { name: string; seeds: number }) => [name, seeds])).toEqual([
      ["base-stock", 1],
      ["mappo (3 seeds)", 3],
      ["ppo, seed 0", 1],
      ["s-S on on-hand", 1],
    ]);
    expect(classical.difference).toEqual({ mean: 0, stderr: 0 });
    expect(group.perSeed.map(({ run, seed, iteration }: Record<string, unknown>) => [run, seed, iteration]))
      .toEqual([0, 1, 2].map((seed) => [`${folder}/group/seed-${seed}`, seed, 6]));
    expect(single.perSeed[0]).toMatchObject({ run: `${folder}/other`, seed: 0, iteration: 2 });
    expect(Object.keys(file.perSeed[0])).toEqual(["profitPerEpisode", "costPerPeriod"]);

    const network = await shortNetwork();
    const profits = async (json: unknown) =>
      (await run(network, await loadPolicy(json, network), OPTIONS)).episodeProfits;
    const base = await profits(JSON.parse(BASE_STOCK));
    const learned = await profits({ kind: "learned", run: `${folder}/other` });
    expect(single.difference).toEqual(pairedDifference(learned, base));
    const means = [];
    for (const seed of [0, 1, 2]) {
      const values = await profits({ kind: "learned", run: `${folder}/group/seed-${seed}` });
      means.push(values.reduce((sum, value) => sum + value, 0) / values.length);
    }
    expect(group.profitPerEpisode.mean).toBeCloseTo((means[0]! + means[1]! + means[2]!) / 3, 6);
  });

  test("--set changes the network for all", async () => {
    const settings = "evaluation.periods=4,demand.mean=7,nodes.3.backorderCost=9,arcs.supply->0.leadTime=2";
    const result = await evaluateJson(`${folder}/other`, BASE_STOCK, "--set", settings);
    expect(result.periods).toBe(4);
    const network = changedNetwork(await loadNetwork("kotecha-6"), settings.split(","));
    const learned = await run(
      network,
      await loadPolicy({ kind: "learned", run: `${folder}/other` }, network),
      OPTIONS,
    );
    expect(result.policies[0].profitPerEpisode).toEqual(learned.profitPerEpisode);
  });

  test("--set takes values with commas", async () => {
    const settings = 'nodes.3.demand={"kind":"normal","mean":5,"stdDev":1},evaluation.periods=6';
    const changed = await evaluateJson(BASE_STOCK, "--network", "kotecha-6", "--set", settings);
    expect(changed).toMatchObject({ periods: 6, changes: settings });
  });

  test("prints a table; what has the same name is told apart, and what is not done is said", async () => {
    const line = [`${folder}/group`, `${folder}/other`, `${folder}/group`, ...SHORT];
    const { code, stdout } = await runInProcess(evaluate, ...line);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^kotecha-6, 32 episodes of 9 periods, seed 5:$/m);
    expect(stdout.match(/^mappo \(3 seeds\) \(.*\) +-?\d/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^ppo, seed 0 +/m);
    expect(stdout).toContain(`${folder}/other is not done: it has been trained for 2 of 6 iterations.\n`);
    expect(stdout).not.toContain("seed-1 is not done");
  });

  test("uses another network where it has the same nodes", async () => {
    const result = await evaluateJson(`${folder}/other`, "--network", "kotecha-6-published");
    expect(result.scenario).toBe("kotecha-6-published");
  });
});

describe("is refused in one line", () => {
  test.each<[what: string, line: () => string[], message: RegExp]>([
    ["nothing to evaluate", () => [], /^expected POLICY \(/],
    [
      "a policy without a network",
      () => [BASE_STOCK],
      /^--network: expected a network, since no policy comes from/,
    ],
    ["a folder that is not there", () => ["nowhere"], /^nowhere: no such folder; expected a run's/],
    [
      "a folder without runs",
      () => [folder],
      /: holds no run; expected config\.json or folders seed-N in it$/,
    ],
    ["a file that is not there", () => ["nowhere.json"], /^nowhere\.json: no such file/],
    ["broken JSON", () => ["{kind:1}"], /^POLICY:1:2: expected a key in double quotes/],
    ["no policy", () => ['{"kind":"guess"}', "--network", "kotecha-6"], /kind: expected "base-stock"/],
    [
      "a run on other nodes",
      () => [`${folder}/other`, "--network", "kotecha-12"],
      /^ppo, seed 0: it decides for nodes 0, 1, 2, 3, 4, 5; the network kotecha-12 has /,
    ],
    [
      "no such setting",
      () => [`${folder}/other`, "--set", "wings=2"],
      /^--set: no node, arc or field of .* has wings$/,
    ],
    ["a wrong value", () => [`${folder}/other`, "--set", "horizon=-2"], /^--set: horizon: /],
    ["too long a warm-up", () => [`${folder}/other`, "--warmup", "9"], /^--warmup: /],
  ])("%s", async (_, line, message) => {
    const { code, stdout, stderr } = await runInProcess(evaluate, ...line(), "--json");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deno task evaluate: [^\n]*\n$/);
    expect(stderr.slice("deno task evaluate: ".length, -1)).toMatch(message);
  });
});

describe("deno task simulate with a learned policy", () => {
  test("simulates a run's actors as evaluate does", async () => {
    const policy = JSON.stringify({ kind: "learned", run: `${folder}/other` });
    await Deno.writeTextFile(`${folder}/network.json`, JSON.stringify(await shortNetwork()));
    const line = [`${folder}/network.json`, "--policy", policy, ...SHORT];
    const { code, stdout, stderr } = await runInProcess(simulate, ...line, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const result = JSON.parse(stdout);
    expect(result.policy).toEqual(JSON.parse(policy));
    const [{ profitPerEpisode }] = (await evaluateJson(`${folder}/other`)).policies;
    expect(result.profitPerEpisode).toEqual(profitPerEpisode);
    const [network] = line;
    const byFolder = await runInProcess(simulate, network!, "--policy", `${folder}/other`, ...SHORT);
    expect(byFolder.stdout).toContain("kotecha-6 under ppo, seed 0");
  });

  test.each([
    ["group", /^--policy: \S+ holds 3 runs; expected one, such as \S+seed-0$/],
    ["nowhere", /nowhere: no such folder/],
  ])("is refused in one line for %s", async (run, message) => {
    const policy = JSON.stringify({ kind: "learned", run: `${folder}/${run}` });
    const { code, stdout, stderr } = await runInProcess(simulate, "kotecha-6", "--policy", policy, ...SHORT);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.slice("deno task simulate: ".length, -1)).toMatch(message);
  });
});
