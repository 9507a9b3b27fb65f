import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WasmDevice } from "../../engine/device/wasm.ts";
import type { WebGpuDevice } from "../../engine/device/webgpu.ts";
import { parseNetworkSync } from "../../engine/network/mod.ts";
import type { Network, Observation, RewardScheme } from "../../engine/network/types.ts";
import { loadNetwork, scenarios } from "../../engine/scenarios/registry.ts";
import type { EnvironmentArrays } from "../../engine/simulation/environment_arrays.ts";
import type { NodeRule } from "../../engine/simulation/order_rules.ts";
import { arbitraryCase, type Case, ruleOf } from "../setup/decisions.ts";
import { openTestGpu } from "../setup/devices.ts";
import { contents, expectSame, type Setting, start, step } from "../setup/environment_pairs.ts";

const SEED = 20261122;
const builtIn = (await Promise.all(
  scenarios.filter(({ needsData }) => !needsData).map(({ name }) => loadNetwork(name)),
)).filter(({ quantities }) => quantities === "integer");
let gpu: WebGpuDevice;
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterAll(() => gpu?.close());

/** Runs both devices side by side, with steps of these lengths. */
async function expectSameTrajectory(setting: Setting, steps: readonly number[]): Promise<void> {
  const wasm = await start(await WasmDevice.create(), setting);
  const webgpu = await start(gpu, setting);
  expectSame(wasm, await contents(wasm), await contents(webgpu), "after reset");
  let period = 0;
  for (const periods of steps) {
    await step(wasm, periods);
    await step(webgpu, periods);
    period += periods;
    expectSame(wasm, await contents(wasm), await contents(webgpu), `after period ${period}`);
  }
}

/** The same, but every step starts from what WebAssembly has made of the one before. */
async function expectSameSteps(setting: Setting, steps: readonly number[]): Promise<void> {
  const wasm = await start(await WasmDevice.create(), setting);
  const webgpu = await start(gpu, setting);
  for (const [k, periods] of steps.entries()) {
    await step(wasm, periods);
    await step(webgpu, periods);
    const expected = await contents(wasm);
    expectSame(wasm, expected, await contents(webgpu), `after step ${k}`);
    gpu.write(webgpu.state, expected.state);
    gpu.write(webgpu.metrics, expected.metrics);
    gpu.write(webgpu.observations.array, expected.observations);
  }
}

const FEATURES: Observation["features"] = [
  "onHand",
  "backorders",
  "inTransit",
  "inTransitSlots",
  "onOrder",
  "inventoryPosition",
  "received",
  "demand",
  "order",
  "fillRate",
  "time",
];

/** The parameters of the case's decisions, a little higher from column to column. */
function settingOf({ network, decisions, seed }: Case, environments: number, scheme: RewardScheme): Setting {
  const rules = decisions.map(ruleOf);
  const parameters = rules.flatMap((rule) => rule.parameters);
  return {
    network: {
      ...network,
      observation: { features: FEATURES, lags: { demand: 2, order: 1 }, bounds: {} },
      reward: { scheme, scale: 0.01 },
    },
    seeds: [seed, 5],
    environments,
    firstMember: 3,
    horizon: 17,
    rules: rules.map(({ rule }) => rule),
    recordsAll: true,
    action: (_, row, environment, s) => parameters[row]! + (environment + s) % 5,
  };
}

const caseOf = (quantities: Network["quantities"]) =>
  fc.record({
    drawn: arbitraryCase(quantities),
    // A driver in software takes long for the second block.
    environments: fc.constantFrom(1, 3, 9, 9, 33, 60, 60, 60, 60, 260),
    scheme: fc.constantFrom<RewardScheme[]>("total", "team-mean", "own", "own-and-downstream"),
  });

/** Somewhere in what a rule takes and a little beyond it: the decoding of actions is not exact in general. */
function anyAction({ compiled }: EnvironmentArrays, row: number, environment: number, seed: number): number {
  const rules: NodeRule[] = compiled.rules.flatMap((rule) => Array(rule.actions).fill(rule));
  const [low, high] = rules[row]!.decode?.clip ?? [0, 40];
  const spread = (row * 0.618034 + environment * 0.414214 + seed * 0.271828) % 1;
  return low + (high - low) * (1.1 * spread - 0.05);
}

const BUYER = { unmetDemand: "lost", maxBackorder: 900_000, initialOnHand: 200_000 } as const;
const LARGE_DEMAND = {
  kind: "empirical",
  values: [299_993, 524_287, 777_777],
  probabilities: [0.25, 0.5, 0.25],
  profile: [1.2345, 0.9999, 1],
} as const;

/** Two warehouses, each short in its own way, and three shops that buy from both, each in its own way. */
const LARGE = parseNetworkSync({
  name: "large",
  horizon: 40,
  quantities: "integer",
  nodes: [
    { id: "w1", allocation: "proportional", maxBackorder: 1_000_003, initialOnHand: 700_001 },
    { id: "w2", allocation: "fair", maxBackorder: 1_000_003, initialOnHand: 650_003 },
    { id: "a", sourcing: "split", demand: LARGE_DEMAND, ...BUYER },
    { id: "b", sourcing: "available", demand: LARGE_DEMAND, ...BUYER },
    { id: "c", sourcing: "random", demand: LARGE_DEMAND, ...BUYER },
  ],
  arcs: [
    { from: "supply", to: "w1", leadTime: 1, yield: 0.9373 },
    { from: "supply", to: "w2", leadTime: 2, yield: 0.7 },
    ...["a", "b", "c"].flatMap((to) => [
      { from: "w1", to, leadTime: 1, share: 1.337, yield: 0.9999 },
      { from: "w2", to, leadTime: 0, share: 2.5 },
    ]),
  ],
});

describe("env_step on webgpu agrees with wasm", () => {
  test("integer networks: every quantity and word, over several episodes, seeds and blocks", async () => {
    await fc.assert(
      fc.asyncProperty(
        caseOf("integer"),
        ({ drawn, environments, scheme }) =>
          expectSameTrajectory(settingOf(drawn, environments, scheme), [1, 9, 29]),
      ),
      { numRuns: 50, seed: SEED, endOnFailure: true },
    );
  });

  test("shares of quantities whose products pass 32 bits", async () => {
    const setting = { network: LARGE, seeds: [1, 2], environments: 60, recordsAll: true, horizon: 40 };
    const action: Setting["action"] = (_, row, environment) => 400_000 + 37_123 * row + 1001 * environment;
    await expectSameTrajectory({ ...setting, action }, [1, 9, 29]);
  });

  test("real networks: every step from the same state, to 1e-5 of the largest quantity", async () => {
    await fc.assert(
      fc.asyncProperty(
        caseOf("real"),
        ({ drawn, environments, scheme }) =>
          expectSameSteps({ ...settingOf(drawn, environments, scheme), horizon: 6 }, Array(8).fill(1)),
      ),
      { numRuns: 20, seed: SEED + 1, endOnFailure: true },
    );
  });

  test("with nothing kept, and past the horizon without autoreset", async () => {
    const network = builtIn[0]!;
    const options = {
      seeds: [1],
      environments: 9,
      recordsAll: true,
      horizon: 5,
      observes: false,
      autoreset: false,
    };
    for (const metrics of ["none", "objective"] as const) {
      await expectSameTrajectory({ network, ...options, metrics, action: anyAction }, [3, 4]);
    }
  });

  test("and goes on from what is saved with the same bits", async () => {
    const network = builtIn[0]!;
    const setting = {
      network,
      seeds: [1, 2],
      environments: 9,
      recordsAll: true,
      horizon: 20,
      action: anyAction,
    };
    const whole = await start(gpu, setting);
    await step(whole, 33);
    const resumed = await start(gpu, { ...setting, seeds: [3, 4] });
    const targets = new Map(resumed.saved().map(({ name, array }) => [name, array]));
    for (const { name, array } of whole.saved()) gpu.write(targets.get(name)!, await gpu.read(array));
    for (const arrays of [whole, resumed]) await step(arrays, 12);
    const { finals: _, ...expected } = await contents(whole);
    expect(await contents(resumed)).toMatchObject(expected);
  });

  test.each(builtIn)("$name, with random actions", async (network) => {
    const setting = {
      network,
      seeds: [1, 2],
      environments: 20,
      recordsAll: true,
      horizon: 40,
      action: anyAction,
    };
    await expectSameTrajectory(setting, [1, 2, 57]);
  });
});
