/** Environments on two devices, and what must be the same on both: env_step's tests of WGSL against WebAssembly. */

import { expect } from "vitest";
import type { Device } from "../../engine/device/device.ts";
import { envStep as L } from "../../engine/device/kernels.ts";
import type { Network } from "../../engine/network/types.ts";
import {
  EnvironmentArrays,
  type EnvironmentArraysOptions,
  type EnvironmentView,
} from "../../engine/simulation/environment_arrays.ts";

/** Of money, observations and rewards, where rounding may differ. */
const TOLERANCE = 1e-5;

/** Environments of a network in the phase "tests", with fixed actions and, unless said otherwise, all metrics. */
export type Setting = Omit<EnvironmentArraysOptions, "phase"> & {
  network: Network;
  /** Value of an action row in an environment of a seed. */
  action: (arrays: EnvironmentArrays, row: number, environment: number, seed: number) => number;
};

/** New environments at the start of their first episode. */
export async function start(
  device: Device,
  { network, action, ...options }: Setting,
): Promise<EnvironmentArrays> {
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

/** One call of env_step. */
export async function step(arrays: EnvironmentArrays, periods: number): Promise<void> {
  await arrays.device.run(arrays.device.record(arrays.stepCalls(periods)));
}

/** What the kernel has written. */
export async function contents({ device, ...arrays }: EnvironmentArrays) {
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
export function expectSame(arrays: EnvironmentArrays, wasm: Contents, webgpu: Contents, when: string): void {
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
