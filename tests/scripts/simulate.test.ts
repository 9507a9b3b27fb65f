import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadNetwork, numericColumn, readCsvFile } from "../../engine/mod.ts";
import * as simulate from "../../scripts/simulate.ts";
import { runInProcess } from "./in_process.ts";
import { SERIAL, SERIAL_LEVELS } from "./networks.ts";
import { runScript } from "./run_script.ts";

let folder: string;
let serial: string;

beforeAll(async () => {
  folder = await Deno.makeTempDir();
  serial = `${folder}/serial.json`;
  await Deno.writeTextFile(serial, JSON.stringify(SERIAL));
  await Deno.writeTextFile(`${folder}/demand.csv`, "1\n4\n5.5\n0\n");
});
afterAll(() => Deno.remove(folder, { recursive: true }));

const SERIAL_POLICY = JSON.stringify({ kind: "base-stock", levels: SERIAL_LEVELS });

async function simulateJson(...line: string[]) {
  const { code, stdout, stderr } = await runInProcess(simulate, ...line, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("deno task simulate --json", () => {
  test("is one object with every figure of the design", async () => {
    const result = await simulateJson("kotecha-6", "--episodes", "20", "--seed", "7");
    expect(Object.keys(result)).toEqual([
      "scenario",
      "policy",
      "episodes",
      "periods",
      "warmup",
      "seed",
      "costPerPeriod",
      "profitPerPeriod",
      "profitPerEpisode",
      "onHand",
      "backorders",
      "medianOnHand",
      "medianBackorders",
      "fillRate",
      "cycleServiceLevel",
      "stockOutFrequency",
      "inventoryTurnover",
      "echelons",
      "discarded",
      "nodes",
      "plannedBy",
    ]);
    expect(result).toMatchObject({ scenario: "kotecha-6", episodes: 20, periods: 50, warmup: 0, seed: 7 });
    expect(result.policy.kind).toBe("base-stock");
    expect(Object.keys(result.policy.levels)).toEqual(["0", "1", "2", "3", "4", "5"]);
    for (const key of ["costPerPeriod", "profitPerPeriod", "profitPerEpisode", "fillRate"]) {
      expect(result[key], key).toEqual({ mean: expect.any(Number), stderr: expect.any(Number) });
    }
    expect(result.profitPerEpisode.mean).toBeCloseTo(50 * result.profitPerPeriod.mean, 6);
    expect(result.echelons.map(({ nodes }: { nodes: string[] }) => nodes)).toEqual([
      ["3", "4", "5"],
      ["1", "2"],
      ["0"],
    ]);
    expect(Object.keys(result.nodes[0])).toEqual([
      "id",
      "onHand",
      "backorders",
      "inTransit",
      "order",
      "received",
      "demand",
      "shipped",
      "costPerPeriod",
      "profitPerPeriod",
      "fillRate",
      "stockOutFrequency",
      "bullwhip",
    ]);
  });

  test("costs what independent simulators found", async () => {
    const { costPerPeriod } = await simulateJson(serial, "--policy", SERIAL_POLICY);
    // 17.66 ± 0.03 (design, section 2); with this run's own error a difference of 4 standard errors.
    expect(Math.abs(costPerPeriod.mean - 17.66)).toBeLessThan(4 * Math.hypot(0.03, costPerPeriod.stderr));
    expect(costPerPeriod.stderr).toBeLessThan(0.1);
  });

  test("writes null where there is no number", async () => {
    const { costPerPeriod, nodes } = await simulateJson("kotecha-6", "--episodes", "1", "--periods", "1");
    expect(costPerPeriod.stderr).toBeNull();
    expect(nodes[0].bullwhip).toBeNull();
  });

  test("gives back a policy that gives the same result", async () => {
    const planned = await simulateJson("ziegner-a1", "--episodes", "5");
    expect(planned.plannedBy).toBe("decomposition-aggregation");
    const given = await simulateJson(
      "ziegner-a1",
      "--episodes",
      "5",
      "--policy",
      JSON.stringify(planned.policy),
    );
    expect(given).toEqual({ ...planned, plannedBy: null });
  });

  test("plans for a service level where decomposition does not fit the network", async () => {
    const { plannedBy } = await simulateJson("kotecha-6", "--episodes", "5");
    expect(plannedBy).toBe("service-level");
  });

  test("does not depend on the workers, and depends on the seed", async () => {
    const line = ["kotecha-6", "--episodes", "2100", "--periods", "10"];
    const [one, two, other] = [
      await simulateJson(...line, "--workers", "1"),
      await simulateJson(...line, "--workers", "2"),
      await simulateJson(...line, "--seed", "1"),
    ];
    expect(two).toEqual(one);
    expect(other.costPerPeriod).not.toEqual(one.costPerPeriod);
  });

  test("takes the options of scenarios", async () => {
    const levels = async (...line: string[]) => {
      const { policy } = await simulateJson("zhang-bg", "--episodes", "5", ...line);
      return Object.values<number>(policy.levels);
    };
    expect(Math.min(...await levels("--lead-time", "3"))).toBeGreaterThan(Math.max(...await levels()));
  });
});

describe("deno task simulate", () => {
  test("shows the network, the nodes and the echelons", async () => {
    const { code, stdout, stderr } = await runInProcess(simulate, "kotecha-6", "--episodes", "50");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^kotecha-6 under base-stock planned by service-level\n\n50 episodes of 50 periods, seed 0\n/,
    );
    expect(stdout).toMatch(/^profit per episode +-?\d+ ± \d+$/m);
    expect(stdout).toMatch(/^fill rate +0\.\d+ ± 0\.\d+$/m);
    expect(stdout).toMatch(/^ +5( +-?[\d.]+){9}$/m);
    expect(stdout).toMatch(/^ +1 +1\.\d+ ± 0\.\d+ +3 4 5$/m);
    expect(stdout).not.toMatch(/NaN|undefined|null/);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
  });

  test("--demand takes the place of drawn demand", async () => {
    const line = [serial, "--demand", `${folder}/demand.csv`, "--periods", "3", "--episodes", "2"];
    const { nodes, warmup } = await simulateJson(...line);
    expect(warmup).toBe(0);
    expect(nodes[2].demand).toBeCloseTo(9.5 / 3, 6);
  });

  test("--trace writes what happened, and nothing else", async () => {
    const out = `${folder}/traces/trace.csv`;
    const line = ["kotecha-6", "--episodes", "3", "--periods", "12", "--seed", "5"];
    const result = await simulateJson(...line, "--trace", out);
    expect([...Deno.readDirSync(`${folder}/traces`)].map(({ name }) => name)).toEqual(["trace.csv"]);
    expect((await Deno.readTextFile(out)).split("\n")[0]).toBe(
      "episode,period,node,onHand,backorders,inTransit,onOrder,inventoryPosition,order,received,demand,shipped," +
        "cost,profit",
    );
    const table = await readCsvFile(out);
    const { nodes } = await loadNetwork("kotecha-6");
    expect(table.rows.map((row) => row.slice(0, 3).join(" "))).toEqual(
      Array.from(
        { length: 3 * 12 * 6 },
        (_, i) => `${Math.floor(i / 72)} ${Math.floor(i / 6) % 12} ${nodes[i % 6]!.id}`,
      ),
    );
    const mean = (column: string) => numericColumn(table, column, out).reduce((a, b) => a + b) / (3 * 12);
    expect(mean("cost")).toBeCloseTo(result.costPerPeriod.mean, 4);
    expect(mean("profit")).toBeCloseTo(result.profitPerPeriod.mean, 4);
    expect(mean("onHand")).toBeCloseTo(result.onHand.mean, 4);
    const shipped = result.nodes.reduce((sum: number, node: { shipped: number }) => sum + node.shipped, 0);
    expect(mean("shipped")).toBeCloseTo(shipped, 4);
  });
});

describe("deno task simulate refuses in one line", () => {
  const levels = '{"kind":"base-stock","levels":30}';
  test.each<[string, string[], RegExp]>([
    ["no network", [], /^expected NETWORK/],
    ["two networks", ["kotecha-6", "kotecha-12"], /^expected only NETWORK, got "kotecha-12" too/],
    ["an unknown scenario", ["kotecha6"], /^unknown scenario "kotecha6"; did you mean "kotecha-6"\?/],
    ["a missing file", ["nosuch.json"], /^nosuch\.json: no such file/],
    ["a folder", ["tests/scripts"], /^tests\/scripts: is a folder/],
    [
      "an unknown flag",
      ["kotecha-6", "--episode", "3"],
      /^--episode: unknown flag; did you mean --episodes\?/,
    ],
    [
      "negative periods",
      ["kotecha-6", "--periods", "-3"],
      /^--periods: expected an integer from 1 to \d+, got "-3"/,
    ],
    ["no episodes", ["kotecha-6", "--episodes", "0"], /^--episodes: expected an integer from 1/],
    [
      "too many episodes",
      ["kotecha-24", "--episodes", "16000000"],
      /^--episodes: expected a whole number from 1 to/,
    ],
    [
      "a warm-up that is too long",
      ["kotecha-6", "--warmup", "50"],
      /^--warmup: expected .* 0 to 49 .*got 50/,
    ],
    ["a seed over 32 bits", ["kotecha-6", "--seed", "4294967296"], /^--seed: expected an integer from 0/],
    ["bad JSON", ["kotecha-6", "--policy", '{"kind":'], /^--policy:1:9: expected a value .*got the end/],
    [
      "a policy's bare name",
      ["kotecha-6", "--policy", "s-S"],
      /^--policy: expected a file ending in \.json or JSON/,
    ],
    ["a missing policy file", ["kotecha-6", "--policy", "no.json"], /^no\.json: no such file/],
    [
      "an unknown kind",
      ["kotecha-6", "--policy", '{"kind":"s-s"}'],
      /^--policy: kind: expected "base-stock"/,
    ],
    [
      "a policy for another network",
      ["kotecha-6", "--policy", '{"kind":"base-stock","levels":{"r1":3}}'],
      /^--policy: levels: network "kotecha-6" has no node "r1"/,
    ],
    ["a missing demand file", ["kotecha-6", "--demand", "no.csv"], /^no\.csv: no such file/],
    ["an option of another scenario", ["kotecha-6", "--lead-time", "2"], /^kotecha-6: --lead-time/],
    [
      "a trace that is a folder",
      ["kotecha-6", "--policy", levels, "--trace", "."],
      /^--trace: \. is a folder; expected a file's path/,
    ],
    [
      "a trace under a file",
      ["kotecha-6", "--policy", levels, "--trace", "deno.json/trace.csv"],
      /^--trace: deno\.json\/trace\.csv lies under a file/,
    ],
    [
      "a trace without end",
      ["kotecha-6", "--trace", "t.csv", "--episodes", "1000000"],
      /^--trace: expected at most 4000000 rows/,
    ],
  ])("%s", async (_, line, message) => {
    const { code, stdout, stderr } = await runInProcess(simulate, ...line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deno task simulate: [^\n]+\n$/);
    expect(stderr.slice("deno task simulate: ".length)).toMatch(message);
  });

  test.each<[string, string, RegExp]>([
    ["shorter than the run", "1\n4\n", /demand\.csv: has 1 rows?, expected one for each of the 200 periods/],
    ["of a node without customers", "2\n4\n", /column "2" is no node with customer demand; expected "1"/],
    ["with a word", "1\nfour\n", /line 2, column "1": expected a number, got "four"/],
    ["with a negative number", "1\n-4\n", /column "1", period 0: expected units from 0 to 2\^24, got -4/],
  ])("demand %s", async (_, text, message) => {
    const path = `${folder}/wrong_demand.csv`;
    await Deno.writeTextFile(path, text);
    const { code, stdout, stderr } = await runInProcess(simulate, serial, "--demand", path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n").length).toBe(1);
  });
});

describe("the process of deno task simulate", () => {
  test("prints its result and ends with 0", async () => {
    const { code, stdout, stderr } = await runScript(
      "scripts/simulate.ts",
      "kotecha-6",
      "--episodes",
      "10",
      "--json",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout).episodes).toBe(10);
  });

  test("ends with 2 and one line for wrong input", async () => {
    const { code, stdout, stderr } = await runScript("scripts/simulate.ts", serial, "--policy", "{");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deno task simulate: --policy:1:2: [^\n]+\n$/);
  });

  test("ends with 1 and one line where the machine cannot do it", async () => {
    // A million periods of shipments on their way, for many episodes side by side.
    const network = { ...SERIAL, arcs: SERIAL.arcs.map((arc) => ({ ...arc, leadTime: 1_000_000 })) };
    await Deno.writeTextFile(`${folder}/long.json`, JSON.stringify(network));
    const line = [`${folder}/long.json`, "--policy", '{"kind":"constant","quantity":1}'];
    const { code, stdout, stderr } = await runScript("scripts/simulate.ts", ...line);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^deno task simulate: [^\n]*MiB[^\n]+\n$/);
  });
});
