/**
 * Whatever is in the files and on the command line, a command ends with exit code 0, 1 or 2, and says what is
 * wrong in one line.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadNetwork, planningMethods } from "../../engine/mod.ts";
import * as plan from "../../scripts/plan.ts";
import * as simulate from "../../scripts/simulate.ts";
import { runInProcess } from "./in_process.ts";
import { mutatedJson, mutatedText } from "./mutations.ts";

const SEED = 20_261_121;
const RUNS = { seed: SEED, numRuns: 150 };
const SHORT = ["--episodes", "2", "--periods", "3", "--warmup", "0", "--workers", "1"];
const CONSTANT = ["--policy", '{"kind":"constant","quantity":3}'];

const SERIAL = {
  name: "serial-2",
  horizon: 20,
  quantities: "real",
  nodes: [
    { id: "w", holdingCost: 1, initialOnHand: 10, capacity: 90, initialInTransit: [1, 2], maxOrder: 50 },
    {
      id: "r",
      price: 9,
      holdingCost: 2,
      backorderCost: 9,
      unmetDemand: "backorder",
      demand: { kind: "normal", mean: 5, stdDev: 1, profile: [1, 0.5, 2] },
      demandLeadTime: 1,
      sourcing: "random",
    },
  ],
  arcs: [
    { from: "supply", to: "w", leadTime: { kind: "empirical", values: [0, 2], probabilities: [0.5, 0.5] } },
    { from: "w", to: "r", leadTime: 1, orderLeadTime: 1, yield: 0.9 },
    { from: "supply", to: "r", leadTime: { kind: "trace", values: [1, 2, 1], repeat: true }, share: 2 },
  ],
  control: { rule: "s-S", basis: "on-hand", bounds: [0, 50] },
  evaluation: { periods: 10, warmup: 2, episodes: 3 },
};

const POLICIES = [
  { kind: "base-stock", levels: { w: 20, r: 12 } },
  { kind: "s-S", reorderPoint: { w: 5, r: 3 }, orderUpTo: 30, basis: "on-hand" },
  { kind: "s-Q", reorderPoint: 4, quantity: { w: 9, r: 3 } },
];

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/serial.json`, JSON.stringify(SERIAL));
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = `${folder}/${name}`;
  await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  return path;
}

/** Ends as the contract says, in one line and without a stack trace. */
function checkEnd({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }): void {
  if (code === 0) {
    expect(stderr).toBe("");
    expect(stdout).toMatch(/\n$/);
    expect(stdout).not.toMatch(/NaN|Infinity|undefined/);
    return;
  }
  expect(code === 1 || code === 2, stderr).toBe(true);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^deno task (simulate|plan): [^\n]+\n$/);
  expect(stderr).not.toContain("this is a bug");
  expect(stderr.length).toBeLessThan(1000);
}

const content = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary", maxLength: 100 }));

describe("a command never ends in any way but its own", () => {
  test("with a network of any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        checkEnd(await runInProcess(simulate, await file("network.json", bytes), ...SHORT));
      }),
      RUNS,
    );
  });

  test.each([true, false])("with a changed network (a policy given: %s)", async (given) => {
    const published = await loadNetwork("kotecha-6-published");
    const networks = fc.oneof(mutatedJson(SERIAL), mutatedJson(published));
    await fc.assert(
      fc.asyncProperty(networks, fc.boolean(), async (network, json) => {
        const path = await file("network.json", network);
        const line = [path, ...SHORT, ...(given ? CONSTANT : []), ...(json ? ["--json"] : [])];
        checkEnd(await runInProcess(simulate, ...line));
      }),
      RUNS,
    );
  });

  test("with a changed network to plan for", async () => {
    const method = fc.constantFrom("search", ...planningMethods.map(({ name }) => name));
    await fc.assert(
      fc.asyncProperty(mutatedJson(SERIAL), method, async (network, name) => {
        const line = [await file("network.json", network), ...SHORT, "--method", name];
        checkEnd(await runInProcess(plan, ...line, ...(name === "search" ? ["--budget", "90000"] : [])));
      }),
      RUNS,
    );
  });

  test("with the text of a network changed", async () => {
    await fc.assert(
      fc.asyncProperty(mutatedText(JSON.stringify(SERIAL, undefined, 1)), async (text) => {
        checkEnd(await runInProcess(simulate, await file("network.json", text), ...SHORT, ...CONSTANT));
      }),
      RUNS,
    );
  });

  test("with any policy, on the line or in a file", async () => {
    const policies = fc.oneof(
      ...POLICIES.map((policy) => mutatedJson(policy)),
      ...POLICIES.map((policy) => mutatedText(JSON.stringify(policy))),
      fc.json(),
      fc.string({ unit: "binary", maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(policies, fc.boolean(), async (policy, inFile) => {
        const argument = inFile ? await file("policy.json", policy) : policy;
        checkEnd(
          await runInProcess(simulate, `${folder}/serial.json`, ...SHORT, `--policy=${argument}`),
        );
      }),
      RUNS,
    );
  });

  test("with any demand file", async () => {
    const tables = fc.oneof(mutatedText("r\n4\n5\n0\n7.5\n"), mutatedText('"r"\r\n4\r\n5\r\n6\r\n'), content);
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        const path = await file("demand.csv", table);
        checkEnd(
          await runInProcess(simulate, `${folder}/serial.json`, ...SHORT, ...CONSTANT, "--demand", path),
        );
      }),
      RUNS,
    );
  });

  test("with anything on the line", async () => {
    const numbers = fc.oneof(
      fc.integer().map(String),
      fc.double().map(String),
      fc.constantFrom("", "-1", "0", "1", "3", "1e3", "NaN", "4294967296", "99999999999999999999"),
    );
    const words = fc.oneof(
      numbers,
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.constantFrom(
        "base-stock",
        "s-S",
        "serial",
        "on-hand",
        "poisson",
        "kotecha-6",
        "zhang-bg",
        "-",
        "--",
      ),
    );
    const flags = [...new Set([...Object.keys(simulate.command.flags), ...Object.keys(plan.command.flags)])]
      // These write files.
      .filter((key) => key !== "trace" && key !== "out")
      .map((key) => `--${key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`);
    const extra = fc.array(fc.tuple(fc.constantFrom(...flags, "--json", "-x"), words), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), words, extra, async (plans, word, more) => {
        const short = plans ? ["--method=service-level"] : [];
        const line = [word, ...more.flatMap(([flag, value]) => [flag, value])];
        const given = new Set(more.map(([flag]) => flag));
        for (const option of ["--episodes=2", "--periods=3", "--warmup=0", "--workers=1", ...short]) {
          if (!given.has(option.split("=")[0]!)) line.push(option);
        }
        if (more.some(([flag, value]) => /episodes|periods|workers/.test(flag) && Number(value) > 1000)) {
          return;
        }
        checkEnd(await (plans ? runInProcess(plan, ...line) : runInProcess(simulate, ...line)));
      }),
      RUNS,
    );
  });
});
