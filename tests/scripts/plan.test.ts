import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planningMethods } from "../../engine/mod.ts";
import * as plan from "../../scripts/plan.ts";
import * as simulate from "../../scripts/simulate.ts";
import { runInProcess } from "./in_process.ts";
import { SERIAL, SINGLE } from "./networks.ts";
import { runScript } from "./run_script.ts";

let folder: string;
let serial: string;
let single: string;

beforeAll(async () => {
  folder = await Deno.makeTempDir();
  serial = `${folder}/serial.json`;
  single = `${folder}/single.json`;
  await Deno.writeTextFile(serial, JSON.stringify(SERIAL));
  await Deno.writeTextFile(single, JSON.stringify(SINGLE));
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function planJson(...line: string[]) {
  const { code, stdout, stderr } = await runInProcess(plan, ...line, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("deno task plan", () => {
  const search = ["--policy", "s-S", "--budget", "2e6", "--seed", "3"];

  test("searches a policy near the best one", async () => {
    const { policy, method, search: spent, costPerPeriod, scenario } = await planJson(single, ...search);
    expect({ scenario, method }).toEqual({ scenario: "single", method: "search" });
    expect(policy).toEqual({
      kind: "s-S",
      reorderPoint: { shop: expect.any(Number) },
      orderUpTo: { shop: expect.any(Number) },
      basis: "inventory-position",
    });
    // 8.034 is the least cost there is; the search pays for a small budget with 3% at most.
    expect(costPerPeriod.mean).toBeGreaterThan(8.034 - 4 * costPerPeriod.stderr);
    expect(costPerPeriod.mean).toBeLessThan(8.034 * 1.03 + 4 * costPerPeriod.stderr);
    expect(spent.nodeSteps).toBeGreaterThan(0);
    expect(spent.nodeSteps).toBeLessThanOrEqual(2e6);
  });

  test("finds the same whatever the workers, and takes the basis that is asked for", async () => {
    const line = [single, ...search, "--basis", "on-hand"];
    const one = await planJson(...line, "--workers", "1");
    expect(await planJson(...line, "--workers", "2")).toEqual(one);
    expect(one.policy.basis).toBe("on-hand");
  });

  test("--out writes the policy, which simulate takes, and nothing else", async () => {
    const out = `${folder}/plans/policy.json`;
    const { policy } = await planJson(serial, "--method", "serial", "--out", out);
    expect([...Deno.readDirSync(`${folder}/plans`)].map(({ name }) => name)).toEqual(["policy.json"]);
    expect(JSON.parse(await Deno.readTextFile(out))).toEqual(policy);
    const { code, stdout } = await runInProcess(simulate, serial, "--policy", out, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).policy).toEqual(policy);
  });

  test("--method serial plans the textbook's levels, which cost what they should", async () => {
    const { policy, costPerPeriod, search } = await planJson(serial, "--method", "serial");
    expect(policy.kind).toBe("base-stock");
    expect(policy.levels["3"]).toBeCloseTo(10.69, 1);
    expect(policy.levels["2"]).toBeCloseTo(5.53, 1);
    expect(policy.levels["1"]).toBeCloseTo(6.49, 1);
    expect(Math.abs(costPerPeriod.mean - 17.66)).toBeLessThan(4 * Math.hypot(0.03, costPerPeriod.stderr));
    expect(search).toBeNull();
  });

  test("shows the policy and what it comes to on fresh episodes", async () => {
    const { code, stdout, stderr } = await runInProcess(plan, single, "--method", "order-up-to");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^single: s-S on inventory-position by order-up-to\n/);
    expect(stdout).toMatch(/^node +s +S\n-+ +-+ +-+\nshop +4 +10$/m);
    expect(stdout).toMatch(
      /^On fresh demand, other than `deno task simulate` draws, 2000 episodes of 60 periods, the first 10 not counted, seed 0:$/m,
    );
    expect(stdout).toMatch(/^cost per period +8\.0\d+ ± 0\.\d+$/m);
  });

  test("names every method in its help", async () => {
    const { stdout } = await runInProcess(plan, "--help");
    for (const { name } of planningMethods) expect(stdout).toContain(`  ${name}: `);
  });
});

describe("deno task plan refuses in one line", () => {
  test.each<[string, string[], RegExp]>([
    ["no network", [], /^expected NETWORK/],
    ["an unknown scenario", ["nosuch"], /^unknown scenario "nosuch"/],
    [
      "an unknown kind of policy",
      ["kotecha-6", "--policy", "s-s"],
      /^--policy: expected .*; did you mean s-S\?/,
    ],
    ["an unknown method", ["kotecha-6", "--method", "guess"], /^--method: expected search or single-stage/],
    [
      "a budget too small",
      ["kotecha-6", "--budget", "10"],
      /^--budget: expected at least 3000000 node-steps/,
    ],
    ["a budget that is no number", ["kotecha-6", "--budget", "much"], /^--budget: expected a number/],
    [
      "a basis that the kind does not take",
      ["kotecha-6", "--basis", "on-hand"],
      /^--basis: base-stock takes inventory-position, got on-hand/,
    ],
    [
      "a kind that the method does not plan",
      ["ziegner-s1", "--method", "service-level", "--policy", "s-S"],
      /^--policy: service-level plans base-stock, got s-S/,
    ],
    [
      "a basis for a method without one",
      ["ziegner-s1", "--method", "service-level", "--basis", "on-hand"],
      /^--basis: is for --method search only/,
    ],
    ["a method that does not fit", ["kotecha-6", "--method", "single-stage"], /^network: .* one node, got 6/],
    ["an --out that is a folder", ["kotecha-6", "--out", "tests"], /^--out: tests is a folder/],
    ["an --out under a file", ["kotecha-6", "--out", "deno.json/a.json"], /^--out: .* lies under a file/],
    ["a warm-up that is too long", ["kotecha-6", "--warmup", "50"], /^--warmup: expected .*got 50/],
  ])("%s", async (_, line, message) => {
    const { code, stdout, stderr } = await runInProcess(plan, ...line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deno task plan: [^\n]+\n$/);
    expect(stderr.slice("deno task plan: ".length)).toMatch(message);
  });
});

test("the process of deno task plan prints one object and no progress where there is no terminal", async () => {
  const { code, stdout, stderr } = await runScript("scripts/plan.ts", single, "--budget", "2e6", "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout).policy.kind).toBe("base-stock");
});
