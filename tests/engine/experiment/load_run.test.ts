import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadPolicy, loadRun, loadRuns, type RunConfig } from "../../../engine/experiment/mod.ts";
import { isPolicy, simulate } from "../../../engine/simulation/mod.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { messageOf } from "../../setup/messages.ts";
import { after, shortNetwork, tinyConfig, trainIn } from "../../setup/runs.ts";

let folder: string;
let config: RunConfig;
let group: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
  config = await tinyConfig({ seed: 2 });
  group = `${folder}/group`;
  await trainIn(`${group}/seed-2`, config);
  await trainIn(`${group}/seed-10`, { ...config, seed: 10 }, { stops: after(2) });
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function summaryOf(path: string) {
  return JSON.parse(await Deno.readTextFile(`${path}/summary.json`)).evaluation;
}

describe("a run that is loaded", () => {
  test("decides as it did when it was trained", async () => {
    const run = await loadRun(`${group}/seed-2`);
    expect(run).toMatchObject({ path: `${group}/seed-2`, iteration: 6, config });
    expect(run.policy.name).toBe("reg-p-gcn-mappo, seed 2");
    expect(run.policy.actors.map(({ nodes }) => nodes.join())).toEqual(["0", "1", "2", "3", "4", "5"]);
    const policy = await loadPolicy({ kind: "learned", run: run.path }, await shortNetwork());
    const { profitPerEpisode, costPerPeriod } = await simulate(await shortNetwork(), policy);
    const { profitPerEpisode: profit, costPerPeriod: cost } = await summaryOf(run.path);
    expect({ profitPerEpisode, costPerPeriod }).toEqual({ profitPerEpisode: profit, costPerPeriod: cost });
  });

  test("may be under way", async () => {
    expect((await loadRun(`${group}/seed-10`)).iteration).toBe(2);
  });

  test("is found in the folder of a training, seeds in their order", async () => {
    expect((await loadRuns(group)).map(({ config: { seed } }) => seed)).toEqual([2, 10]);
    expect((await loadRuns(`${group}/seed-10`)).map(({ config: { seed } }) => seed)).toEqual([10]);
  });
});

describe("what is no run is refused in one line", () => {
  test.each([
    ["nothing", "nowhere", "nowhere: no such folder; expected a run's, as `deno task train` writes it"],
    ["a file", "group/seed-2/config.json", "config.json: no such folder; expected a run's"],
    ["an empty folder", "empty", "empty: holds no run; expected config.json or folders seed-N in it"],
    ["a run without a checkpoint", "fresh", "fresh: has no checkpoint yet; train for longer, or name a run"],
    ["a group with one such", "half", "half/seed-3: has no checkpoint yet"],
    ["a group of different runs", "mixed", 'seed-3: has method "mappo", not "reg-p-gcn-mappo" as '],
  ])("%s", async (_, path, message) => {
    await Deno.mkdir(`${folder}/empty`, { recursive: true });
    await trainIn(`${folder}/fresh`, config, { stops: () => true });
    for (const name of ["half", "mixed"]) {
      await trainIn(`${folder}/${name}/seed-2`, config, { stops: after(1) });
    }
    await trainIn(`${folder}/half/seed-3`, { ...config, seed: 3 }, { stops: () => true });
    await trainIn(`${folder}/mixed/seed-3`, await tinyConfig({ method: "mappo", seed: 3 }), {
      stops: after(1),
    });
    expect(await messageOf(() => loadRuns(`${folder}/${path}`))).toContain(message);
  });
});

describe("a policy's JSON", () => {
  test("stands for parameters, or for the actors of a run", async () => {
    const network = await shortNetwork();
    const classical = await loadPolicy({ kind: "base-stock", levels: 20 }, network);
    const learned = await loadPolicy({ kind: "learned", run: `${group}/seed-2` }, network);
    expect(isPolicy(classical)).toBe(true);
    expect(isPolicy(learned)).toBe(false);
    expect(learned).toMatchObject({ name: "reg-p-gcn-mappo, seed 2" });
  });

  test.each<[what: string, json: unknown, message: string]>([
    [
      "a learned one without its run",
      { kind: "learned" },
      'p: expected {"kind":"learned","run":FOLDER}, got ',
    ],
    [
      "with an empty one",
      { kind: "learned", run: "" },
      'expected {"kind":"learned","run":FOLDER}, got {"kind"',
    ],
    ["with more", { kind: "learned", run: "x", levels: 3 }, 'expected {"kind":"learned","run":FOLDER}, got '],
    ["of nowhere", { kind: "learned", run: "nowhere" }, "nowhere: no such folder"],
    ["of no kind", { kind: "guess" }, "p: kind: "],
    ["no object", 7, "p: "],
  ])("is refused in one line: %s", async (_, json, message) => {
    expect(await messageOf(async () => loadPolicy(json, await shortNetwork(), "p"))).toContain(message);
  });

  test("is refused for several runs, and for a network with other nodes", async () => {
    const network = await shortNetwork();
    expect(await messageOf(() => loadPolicy({ kind: "learned", run: group }, network, "p")))
      .toBe(`p: ${group} holds 2 runs; expected one, such as ${group}/seed-2`);
    const other = await loadNetwork("kotecha-12");
    expect(await messageOf(() => loadPolicy({ kind: "learned", run: `${group}/seed-2` }, other)))
      .toMatch(
        /^reg-p-gcn-mappo, seed 2: it decides for nodes 0, 1, 2, 3, 4, 5; the network kotecha-12 has 0/,
      );
  });
});
