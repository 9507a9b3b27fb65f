import { afterAll, beforeAll, expect, test } from "vitest";
import * as C from "../../../kernels/control.ts";
import type { Device, DeviceArray } from "../../../engine/device/device.ts";
import { WasmDevice } from "../../../engine/device/wasm.ts";
import { Experience } from "../../../engine/learning/experience.ts";
import type { Hyperparameters } from "../../../engine/learning/hyperparameters.ts";
import { findMethod } from "../../../engine/learning/methods.ts";
import { Model } from "../../../engine/learning/model.ts";
import { Updates } from "../../../engine/learning/ppo.ts";
import type { SampleLayout } from "../../../engine/learning/sample_layout.ts";
import { compileForTraining } from "../../../engine/learning/training_network.ts";
import type { Network } from "../../../engine/network/types.ts";
import { EnvironmentArrays } from "../../../engine/simulation/mod.ts";
import { expectClose, openTestGpu } from "../../setup/devices.ts";
import { tiny, twoShops } from "../../setup/training.ts";

const SEEDS = [5, 6];

interface Case {
  name: string;
  method: string;
  network: Network;
  changes: Partial<Hyperparameters>;
}

const CASES: Case[] = [
  {
    name: "shared retailers and attention",
    method: "marl-gnn",
    network: twoShops(),
    changes: { periods: 7, klCoefficient: 0.2, klTarget: 1e-3, entropyCoefficient: 0.01 },
  },
  {
    name: "a central agent with deviations by state",
    method: "ppo",
    network: twoShops({ control: { rule: "quantity" } }),
    changes: {
      deviation: "state",
      actionSquash: "tanh",
      valueLoss: "clipped",
      valueClip: 0.2,
      endIs: "termination",
    },
  },
  {
    name: "choices and convolutions",
    method: "reg-p-gcn-mappo",
    network: twoShops({ horizon: 2, control: { rule: "choice", choices: [0, 3.5, 8] } }),
    changes: { valueNoise: 0.3, valueLoss: "capped", valueClip: 1, minibatch: 20 },
  },
];

let gpu: Device;
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterAll(() => gpu.close());

/** What a trainer is made of, on one device. */
class Parts {
  readonly env: EnvironmentArrays;
  readonly model: Model;
  readonly experience: Experience;
  readonly updates: Updates;

  constructor(readonly device: Device, { method: name, network }: Case, readonly h: Hyperparameters) {
    const method = findMethod(name);
    this.env = EnvironmentArrays.create(device, compileForTraining(network, method, h), {
      seeds: SEEDS,
      environments: h.environments,
      metrics: "objective",
    });
    this.model = new Model(device, this.env.compiled, method, h, SEEDS);
    this.experience = new Experience(this.model, this.env, method, h);
    this.updates = new Updates(this.model, this.experience, h);
  }

  static async create(device: Device, options: Case): Promise<Parts> {
    const parts = new Parts(device, options, tiny(options.changes));
    await device.run(device.record([parts.env.resetCall()]));
    return parts;
  }

  async collect(iteration: number): Promise<void> {
    this.model.startIteration(iteration, this.h);
    await this.experience.collect(iteration * this.h.periods % this.env.horizon);
  }

  async floats(array: DeviceArray): Promise<Float32Array[]> {
    const words = await this.device.read(array);
    const size = words.length / SEEDS.length;
    return SEEDS.map((_, s) => words.slice(s * size, (s + 1) * size));
  }
}

/** The same arrays of two devices. */
async function copy(from: Parts, to: Parts, ...arrays: ((parts: Parts) => DeviceArray)[]): Promise<void> {
  for (const array of arrays) to.device.write(array(to), await from.device.read(array(from)));
}

const LOSSES = {
  policy: C.SUM_POLICY_LOSS,
  value: C.SUM_VALUE_LOSS,
  entropy: C.SUM_ENTROPY,
  approxKl: C.SUM_APPROX_KL,
  clipFraction: C.SUM_CLIP_FRACTION,
  gradientNorm: C.SUM_GRADIENT_NORM,
  kl: C.LAST_KL,
};

test.each(CASES)("updates on the same rollouts are the same on both devices: $name", async (options) => {
  const wasm = await Parts.create(await WasmDevice.create(), options);
  const webgpu = await Parts.create(gpu, options);
  await copy(wasm, webgpu, ({ model }) => model.weights);
  for (let iteration = 0; iteration < 3; iteration++) {
    await wasm.collect(iteration);
    await copy(
      wasm,
      webgpu,
      ({ experience }) => experience.samples,
      ({ model }) => model.control,
      ({ model }) => model.moments,
      ({ model }) => model.momentSums,
    );
    const before = await wasm.floats(wasm.model.weights);
    for (const parts of [wasm, webgpu]) await parts.updates.run(iteration);
    const [expected, actual] = [
      await wasm.floats(wasm.model.control),
      await webgpu.floats(webgpu.model.control),
    ];
    const [weights, ours] = [
      await wasm.floats(wasm.model.weights),
      await webgpu.floats(webgpu.model.weights),
    ];
    SEEDS.forEach((seed, s) => {
      const [a, b] = [actual[s]!, expected[s]!];
      const what = `seed ${seed}, iteration ${iteration}`;
      expect(b[C.MINIBATCHES], what).toBe(wasm.updates.steps);
      expect(a[C.MINIBATCHES], what).toBe(wasm.updates.steps);
      for (const [name, word] of Object.entries(LOSSES)) {
        // Losses of both signs cancel: what is rounded are their terms, of size 1.
        const limit = 1e-3 * Math.abs(b[word]!) + 1e-5 * wasm.updates.steps;
        expect(Math.abs(a[word]! - b[word]!), `${what}: ${name} is ${a[word]}, not ${b[word]}`).toBeLessThan(
          limit,
        );
      }
      expect(a[C.KL_COEFFICIENT], what).toBe(b[C.KL_COEFFICIENT]);
      const moved = (to: Float32Array) => to.map((value, k) => value - before[s]![k]!);
      expectClose(moved(ours[s]!), moved(weights[s]!), { rtol: 5e-3, atol: 5e-3 });
    });
    expectClose(
      (await webgpu.floats(webgpu.model.moments)).flatMap((words) => [...words]),
      (await wasm.floats(wasm.model.moments)).flatMap((words) => [...words]),
    );
  }
});

test.each(CASES)("a rollout is the same on both devices: $name", async (options) => {
  const wasm = await Parts.create(await WasmDevice.create(), options);
  const webgpu = await Parts.create(gpu, options);
  // What the normalisers and the second rollout begin with comes from the first one.
  for (let iteration = 0; iteration < 2; iteration++) {
    for (const parts of [wasm, webgpu]) await parts.collect(iteration);
    const { layout } = wasm.model;
    const [samples, ours] = [
      await wasm.floats(wasm.experience.samples),
      await webgpu.floats(webgpu.experience.samples),
    ];
    SEEDS.forEach((seed, s) => {
      for (const [name, at] of Object.entries(layout) as [keyof SampleLayout, number][]) {
        if (name === "width") continue;
        const next = Math.min(layout.width, ...Object.values(layout).filter((other) => other > at));
        const part = (words: Float32Array) =>
          Array.from({ length: wasm.experience.count }, (_, n) => [
            ...words.subarray(n * layout.width + at, n * layout.width + next),
          ]).flat();
        try {
          expectClose(part(ours[s]!), part(samples[s]!), { atol: 1e-4 });
        } catch (error) {
          throw new Error(`seed ${seed}, iteration ${iteration}, ${name}: ${(error as Error).message}`);
        }
      }
    });
    const [a, b] = [await webgpu.floats(webgpu.model.control), await wasm.floats(wasm.model.control)];
    for (const word of [C.ROLLOUT_PROFIT, C.TARGET_MEAN, C.TARGET_VARIANCE, C.VALUE_MEAN, C.VALUE_SCALE]) {
      SEEDS.forEach((_, s) => expect(a[s]![word]! / b[s]![word]!).toBeCloseTo(1, 3));
    }
    await copy(wasm, webgpu, ({ model }) => model.control);
  }
});
