import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../engine/device/device.ts";
import { envStep as L } from "../../engine/device/kernels.ts";
import { WasmDevice } from "../../engine/device/wasm.ts";
import type { WebGpuDevice } from "../../engine/device/webgpu.ts";
import type { Network, Observation, RewardScheme } from "../../engine/network/types.ts";
import { loadNetwork, scenarios } from "../../engine/scenarios/registry.ts";
import {
  EnvironmentArrays,
  type EnvironmentArraysOptions,
  type EnvironmentView,
} from "../../engine/simulation/environment_arrays.ts";
import type { NodeRule } from "../../engine/simulation/order_rules.ts";
import { arbitraryCase, type Case, ruleOf } from "../setup/decisions.ts";
import { openTestGpu } from "../setup/devices.ts";

const SEED = 20261122;
const builtIn = (await Promise.all(
  scenarios.filter(({ needsData }) => !needsData).map(({ name }) => loadNetwork(name)),
)).filter(({ quantities }) => quantities === "integer");
/** Of money, observations and rewards, where rounding may differ. */
const TOLERANCE = 1e-5;

let gpu: WebGpuDevice;
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterAll(() => gpu?.close());

type Setting = Omit<EnvironmentArraysOptions, "phase"> & {
  network: Network;
  /** Value of an action row in an environment of a seed. */
  action: (arrays: EnvironmentArrays, row: number, environment: number, seed: number) => number;
};

async function start(device: Device, { network, action, ...options }: Setting): Promise<EnvironmentArrays> {
  const arrays = EnvironmentArrays.create(device, network, { metrics: "all", ...options, phase: "tests" });
  const { actions } = arrays;
  const values = new Float32Array(actions.array.length);
  for (let s = 0; s < arrays.seeds; s++) {
    for (let e = 0; e < arrays.environments; e++) {
      for (let row = 0; row < actions.block / actions.row; row++) {
        values[place(actions, s, e) + row * actions.row] = action(arrays, row, e, s);
      }
    }
  }
  device.write(actions.array, values);
  await device.run(device.record([arrays.resetCall()]));
  return arrays;
}

/** Index of an environment's value in the first row. */
function place(view: Pick<EnvironmentView, "seed" | "block">, seed: number, environment: number): number {
  return seed * view.seed + Math.floor(environment / 256) * view.block + environment % 256;
}

async function step(arrays: EnvironmentArrays, periods: number): Promise<void> {
  await arrays.device.run(arrays.device.record(arrays.stepCalls(periods)));
}

/** What the kernel has written. */
async function contents({ device, ...arrays }: EnvironmentArrays) {
  const views = [arrays.observations, arrays.finals, arrays.rewards].map(({ array }) => array);
  const [control, state, metrics, observations, finals, rewards] = await Promise.all(
    [arrays.control, arrays.state, arrays.metrics, ...views].map((array) => device.read(array)),
  );
  return {
    control: new Uint32Array(control!.buffer),
    state: state!,
    metrics: metrics!,
    observations: observations!,
    finals: finals!,
    rewards: rewards!,
  };
}

type Contents = Awaited<ReturnType<typeof contents>>;

/** Where things are. State rows that are not money, fill rates (`floats`) or words are quantities. */
function layoutOf({ compiled, blocks }: EnvironmentArrays) {
  const rowsAt = (rows: readonly number[]) => rows.map((at) => at / L.ROW_BYTES);
  const { nodeRows, stateRows } = compiled;
  const nodes = nodeRows.length;
  const size = (rows: number) => ({ seed: blocks * rows * L.ROW_COLUMNS, block: rows * L.ROW_COLUMNS });
  return {
    nodes,
    stateRows,
    state: size(stateRows),
    metrics: size(nodes * L.METRIC_ROWS),
    words: new Set(rowsAt([0, ...nodeRows.map((rows) => rows.sourceWords)])),
    floats: new Set(
      rowsAt(
        nodeRows.flatMap(({ base, cost, fill }) => [base + L.PROFIT * L.ROW_BYTES, cost, fill]),
      ),
    ),
    profit: rowsAt(nodeRows.map(({ base }) => base + L.PROFIT * L.ROW_BYTES)),
    cost: rowsAt(nodeRows.map(({ cost }) => cost)),
    fill: rowsAt(nodeRows.map(({ fill }) => fill)),
    demand: rowsAt(nodeRows.map(({ base }) => base + L.DEMAND * L.ROW_BYTES)),
  };
}

const MONEY = new Set([L.M_PROFIT, L.M_COST]);
const SQUARES = new Set([L.M_ORDER_SQUARED, L.M_DEMAND_SQUARED, L.M_CUSTOMER_DEMAND_SQUARED]);
const COUNTS = new Set([L.M_STOCK_OUTS, L.M_CUSTOMER_STOCK_OUTS]);

/** Both ends of every seed's environments and of every block, with the padding that is computed, and some between. */
function watched(arrays: EnvironmentArrays): [seed: number, environment: number][] {
  const padded = Math.ceil(arrays.environments / 8) * 8;
  const chosen = new Set([0, 1, 63, 64, 200, 255, 256, arrays.environments - 1, padded - 1]);
  return Array.from({ length: arrays.seeds }, (_, s) => s).flatMap((s) =>
    [...chosen].filter((e) => e < padded).map((e): [number, number] => [s, e])
  );
}

function expectNear(actual: number, expected: number, scale: number, what: () => string): void {
  if (Math.abs(actual - expected) <= TOLERANCE * scale) return;
  expect.fail(`${what()}: ${actual} on webgpu, ${expected} on wasm (scale ${scale})`);
}

/** Quantities in integer networks are the same bits; those of real ones are as close as everything else. */
function expectSame(arrays: EnvironmentArrays, wasm: Contents, webgpu: Contents, when: string): void {
  const { network } = arrays.compiled;
  expect(webgpu.control, when).toEqual(wasm.control);
  for (const [seed, environment] of watched(arrays)) {
    const where = (what: string) => `${when}, seed ${seed}, environment ${environment}, ${what}`;
    const scales = expectSameState(arrays, wasm, webgpu, seed, environment, where);
    expectSameMetrics(arrays, wasm, webgpu, seed, environment, where, scales);
    expectSameObservations(arrays, wasm, webgpu, seed, environment, where, scales);
    const scale = Math.max(1e-3, sum(scales.money) * (network.reward?.scale ?? 1));
    for (let agent = 0; agent < network.nodes.length; agent++) {
      const index = place(arrays.rewards, seed, environment) + agent * arrays.rewards.agent;
      expectNear(
        webgpu.rewards[index]!,
        wasm.rewards[index]!,
        scale,
        () => where(`reward of agent ${agent}`),
      );
    }
  }
}

/** What errors are measured by: an environment's largest quantity (0: quantities are exact), each node's money. */
interface Scales {
  units: number;
  money: number[];
  fill: number[];
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function expectSameState(
  arrays: EnvironmentArrays,
  wasm: Contents,
  webgpu: Contents,
  seed: number,
  environment: number,
  where: (what: string) => string,
): Scales {
  const layout = layoutOf(arrays);
  const at = place(layout.state, seed, environment);
  const cell = (row: number) => at + row * L.ROW_COLUMNS;
  const expected = (row: number) => wasm.state[cell(row)]!;
  const rows = Array.from({ length: layout.stateRows }, (_, row) => row);
  const quantities = rows.filter((row) => !layout.floats.has(row) && !layout.words.has(row));
  const largest = Math.max(1, ...quantities.map((row) => Math.abs(expected(row))));
  const units = arrays.compiled.network.quantities === "integer" ? 0 : largest;
  for (const row of quantities) {
    expectNear(webgpu.state[cell(row)]!, expected(row), units, () => where(`state row ${row}`));
  }
  for (const row of layout.words) {
    const [a, b] = [webgpu.state, wasm.state].map((state) => new Uint32Array(state.buffer)[cell(row)]);
    expect(a, where(`state row ${row}`)).toBe(b);
  }
  const money = layout.cost.map((costRow, n) => {
    const cost = expected(costRow);
    const scale = Math.max(1, 40 * units, Math.abs(cost), Math.abs(expected(layout.profit[n]!) + cost));
    for (const row of [costRow, layout.profit[n]!]) {
      expectNear(webgpu.state[cell(row)]!, expected(row), scale, () => where(`money of node ${n}`));
    }
    return scale;
  });
  const fill = layout.fill.map((row, n) => {
    const scale = Math.max(1, units / Math.max(1e-6, expected(layout.demand[n]!)));
    expectNear(webgpu.state[cell(row)]!, expected(row), scale, () => where(`fill rate of node ${n}`));
    return scale;
  });
  return { units, money, fill };
}

function expectSameMetrics(
  arrays: EnvironmentArrays,
  { metrics: expected }: Contents,
  { metrics: actual }: Contents,
  seed: number,
  environment: number,
  where: (what: string) => string,
  { units }: Scales,
): void {
  const { metrics, nodes } = layoutOf(arrays);
  for (let n = 0; n < nodes; n++) {
    const at = place(metrics, seed, environment) + n * L.METRIC_ROWS * L.ROW_COLUMNS;
    const value = (metric: number) => expected[at + metric * L.ROW_COLUMNS]!;
    const money = Math.abs(value(L.M_COST)) + Math.abs(value(L.M_PROFIT) + value(L.M_COST));
    for (let metric = 0; metric < L.METRIC_ROWS; metric++) {
      // Rounding decides whether a real number is above 0.
      if (units > 0 && COUNTS.has(metric)) continue;
      const scale = MONEY.has(metric)
        ? Math.max(1, money, 40 * units)
        : SQUARES.has(metric)
        ? Math.max(1, value(metric), units ** 2)
        : units > 0
        ? Math.max(units, value(metric))
        : 0;
      const what = () => where(`metric ${metric} of node ${n}`);
      expectNear(actual[at + metric * L.ROW_COLUMNS]!, value(metric), scale, what);
    }
  }
}

function expectSameObservations(
  { observations, compiled }: EnvironmentArrays,
  wasm: Contents,
  webgpu: Contents,
  seed: number,
  environment: number,
  where: (what: string) => string,
  { units, fill }: Scales,
): void {
  for (const [row, { node, feature, lag, bounds: [low, high] }] of compiled.observations.entries()) {
    const index = place(observations, seed, environment) + row * observations.row;
    const scale = Math.max(1, feature === "fillRate" ? fill[node]! : 2 * units / (high - low));
    const what = () => where(`${feature} of node ${node}, lag ${lag}`);
    expectNear(webgpu.observations[index]!, wasm.observations[index]!, scale, what);
    expectNear(webgpu.finals[index]!, wasm.finals[index]!, scale, () => `final ${what()}`);
  }
}

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
    environments: fc.constantFrom(1, 3, 9, 60, 300),
    scheme: fc.constantFrom<RewardScheme[]>("total", "team-mean", "own", "own-and-downstream"),
  });

/** Somewhere in what a rule takes and a little beyond it: the decoding of actions is not exact in general. */
function anyAction({ compiled }: EnvironmentArrays, row: number, environment: number, seed: number): number {
  const rules: NodeRule[] = compiled.rules.flatMap((rule) => Array(rule.actions).fill(rule));
  const [low, high] = rules[row]!.decode?.clip ?? [0, 40];
  const spread = (row * 0.618034 + environment * 0.414214 + seed * 0.271828) % 1;
  return low + (high - low) * (1.1 * spread - 0.05);
}

describe("env_step on webgpu agrees with wasm", () => {
  test("integer networks: every quantity and word, over several episodes, seeds and blocks", async () => {
    await fc.assert(
      fc.asyncProperty(
        caseOf("integer"),
        ({ drawn, environments, scheme }) =>
          expectSameTrajectory(settingOf(drawn, environments, scheme), [1, 1, 8, 20, 9]),
      ),
      { numRuns: 60, seed: SEED, endOnFailure: true },
    );
  });

  test("real networks: every step from the same state, to 1e-5 of the largest quantity", async () => {
    await fc.assert(
      fc.asyncProperty(
        caseOf("real"),
        ({ drawn, environments, scheme }) =>
          expectSameSteps(settingOf(drawn, environments, scheme), Array(19).fill(1)),
      ),
      { numRuns: 25, seed: SEED + 1, endOnFailure: true },
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
