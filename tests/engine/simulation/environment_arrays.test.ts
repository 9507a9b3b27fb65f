import { describe, expect, test } from "vitest";
import type { DeviceArray } from "../../../engine/device/device.ts";
import type { View } from "../../../engine/device/view.ts";
import { WasmDevice } from "../../../engine/device/wasm.ts";
import type { Network } from "../../../engine/network/types.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { EnvironmentArrays } from "../../../engine/simulation/environment_arrays.ts";
import { BatchEnvironment } from "../../../engine/simulation/mod.ts";
import { compileNetwork } from "../../../engine/simulation/tables.ts";
import { rulesOfControl } from "../../../engine/simulation/order_rules.ts";
import { messageOf } from "../../setup/messages.ts";

const network = await loadNetwork("kotecha-6");
const SEEDS = [7, 11, 7];
/** Two blocks, the second one with padding. */
const ENVIRONMENTS = 259;
/** More than an episode. */
const PERIODS = 70;

function fill(arrays: EnvironmentArrays): void {
  const { actions } = arrays;
  const values = new Float32Array(actions.array.length);
  // s = 40, S = 80 of [0, 100] on every node.
  for (let at = 0, row = 0; at < values.length; at += actions.row, row++) {
    values.fill(row % 2 === 0 ? -0.2 : 0.6, at, at + actions.row);
  }
  arrays.device.write(actions.array, values);
}

async function run(arrays: EnvironmentArrays, periods: number, atOnce = 1): Promise<void> {
  const { device } = arrays;
  await device.run(device.record(arrays.stepCalls(atOnce)), periods / atOnce);
}

async function started(seeds = SEEDS): Promise<EnvironmentArrays> {
  const device = await WasmDevice.create();
  const arrays = EnvironmentArrays.create(device, network, {
    seeds,
    environments: ENVIRONMENTS,
    metrics: "all",
  });
  fill(arrays);
  await device.run(device.record([arrays.resetCall()]));
  return arrays;
}

function words({ device }: EnvironmentArrays, array: DeviceArray): Uint32Array {
  return (device as WasmDevice).u32(array).slice();
}

const views = (arrays: EnvironmentArrays): View[] => [arrays.observations, arrays.finals, arrays.rewards];

describe("environments of several seeds on one device", () => {
  test("are those of each seed alone, and those of a BatchEnvironment", async () => {
    const arrays = await started();
    await run(arrays, PERIODS, 5);
    const env = await BatchEnvironment.create(network, {
      environments: ENVIRONMENTS,
      seed: SEEDS[1]!,
      metrics: "all",
    });
    env.fillActions(Array.from({ length: 12 }, (_, row) => row % 2 === 0 ? -0.2 : 0.6));
    env.step(PERIODS);
    const seedOf = (array: DeviceArray, s: number) => {
      const all = words(arrays, array);
      const length = all.length / SEEDS.length;
      return all.slice(s * length, (s + 1) * length);
    };
    const bits = (values: Float32Array) => new Uint32Array(values.slice().buffer);
    expect(seedOf(arrays.state, 1)).toEqual(bits(env.state));
    expect(seedOf(arrays.observations.array, 1)).toEqual(bits(env.observations));
    expect(seedOf(arrays.finals.array, 1)).toEqual(bits(env.finalObservations));
    expect(seedOf(arrays.rewards.array, 1)).toEqual(bits(env.rewards));
    expect(seedOf(arrays.metrics, 1)).toEqual(bits(env.metrics));
    for (const array of [arrays.state, arrays.metrics, ...views(arrays).map(({ array }) => array)]) {
      expect(seedOf(array, 0)).toEqual(seedOf(array, 2));
      expect(seedOf(array, 0)).not.toEqual(seedOf(array, 1));
    }
    expect([env.period, env.episode]).toEqual([20, 1]);
  });

  test("go on from what is saved with the same bits", async () => {
    const whole = await started();
    await run(whole, PERIODS);
    const first = await started();
    await run(first, PERIODS - 15);
    const resumed = await started([1, 2, 3]);
    const targets = new Map(resumed.saved().map(({ name, array }) => [name, array]));
    for (const { name, array } of first.saved()) {
      resumed.device.write(targets.get(name)!, await first.device.read(array));
    }
    await run(resumed, 15);
    for (const pick of [...views(whole).keys()].filter((k) => k !== 1)) {
      expect(words(resumed, views(resumed)[pick]!.array)).toEqual(words(whole, views(whole)[pick]!.array));
    }
    const saved = whole.saved();
    resumed.saved().forEach(({ name, array }, k) => {
      expect(words(resumed, array), name).toEqual(words(whole, saved[k]!.array));
    });
  });

  test("are viewed node by node", async () => {
    const { observations, actions, rewards, compiled } = await started();
    const shape = (
      { agents, rows, agent, row, block, seed }: EnvironmentArrays["actions"],
    ) => [agents, rows, agent / row, block / row, seed / block];
    expect(shape(observations)).toEqual([6, 5, 5, 30, 2]);
    expect(shape(actions)).toEqual([6, 2, 2, 12, 2]);
    expect(shape(rewards)).toEqual([6, 1, 1, 6, 2]);
    expect(compiled.observations.length).toBe(30);
  });

  test("are viewed as one agent's where nodes have different numbers of rows", async () => {
    const device = await WasmDevice.create();
    const observing = {
      ...network,
      observation: { features: ["onHand", "inTransitSlots"], lags: 0, bounds: {} },
    } satisfies Network;
    const { observations } = EnvironmentArrays.create(device, observing, { seeds: [0], environments: 8 });
    expect(observations.agents).toBe(1);
    expect(observations.rows).toBe(observations.block / observations.row);
  });

  test("take a compiled network as it is", async () => {
    const compiled = compileNetwork(network, {
      rules: rulesOfControl(network),
      recordsAll: false,
      observes: true,
      horizon: 9,
    });
    const arrays = EnvironmentArrays.create(await WasmDevice.create(), compiled, {
      seeds: [0],
      environments: 1,
    });
    expect(arrays.horizon).toBe(9);
    expect(arrays.compiled).toBe(compiled);
  });

  test("are refused without a seed, and with one that is no u32", async () => {
    const device = await WasmDevice.create();
    const make = (seeds: number[]) => () =>
      EnvironmentArrays.create(device, network, { seeds, environments: 1 });
    expect(await messageOf(make([]))).toBe("seeds: expected at least one");
    expect(await messageOf(make([1, -1]))).toBe("seed: expected a whole number from 0 to 4294967295, got -1");
  });
});
