import { isSoftware, requestAdapter } from "../../engine/device/adapter.ts";
import type { Device, Profile } from "../../engine/device/device.ts";
import { WasmDevice } from "../../engine/device/wasm.ts";
import { WebGpuDevice } from "../../engine/device/webgpu.ts";
import {
  findMethod,
  type Hyperparameters,
  presetValues,
  resolveHyperparameters,
  Trainer,
} from "../../engine/learning/mod.ts";
import type { BenchCase } from "./case.ts";
import { kotecha6 } from "./networks.ts";

/** Whole training iterations: rollout, values, advantages, every epoch. */
interface Setting {
  readonly name: string;
  readonly doc: string;
  readonly method: string;
  readonly hyperparameters: Partial<Hyperparameters>;
}

/** 64 environments x 50 periods, actors 5-64-64-2, critic 30-64-64-1: what was measured in PyTorch, too. */
const SMALL: Partial<Hyperparameters> = {
  environments: 64,
  periods: 50,
  epochs: 4,
  actorWidths: [64, 64],
  actorActivation: "tanh",
  deviation: "learned",
  criticWidths: [64, 64],
  criticActivation: "tanh",
  klLimit: 0,
};

const settings: readonly Setting[] = [
  {
    name: "ppo iteration kotecha-6 reg-p-gcn-mappo fast",
    doc: "an iteration of the preset fast",
    method: "reg-p-gcn-mappo",
    hyperparameters: {},
  },
  {
    name: "ppo iteration kotecha-6 mappo 64-64 mb800",
    doc: "64 environments x 50 periods, six actors 5-64-64-2, a critic 30-64-64-1, tanh, 4 epochs of 800",
    method: "mappo",
    hyperparameters: { ...SMALL, minibatch: 800 },
  },
  {
    name: "ppo iteration kotecha-6 mappo 64-64 mb128",
    doc: "the same with minibatches of 128",
    method: "mappo",
    hyperparameters: { ...SMALL, minibatch: 128 },
  },
];

/** Seeds side by side, where a GPU has room for them. */
const SEED_COUNTS = [10, 100];

/** On one core, and where there is an adapter on that, too; on a GPU with more seeds. */
export async function trainingCases(): Promise<BenchCase[]> {
  const onWasm = settings.map((setting) => trainingCase(setting, 1, "", () => WasmDevice.create()));
  const adapter = await requestAdapter();
  if (adapter === undefined) return onWasm;
  const counts = isSoftware(adapter) ? [1] : [1, ...SEED_COUNTS];
  const onGpu = settings.flatMap((setting) =>
    counts.map((seeds) =>
      trainingCase(setting, seeds, ` webgpu${seeds === 1 ? "" : ` x${seeds} seeds`}`, async () => {
        // An adapter gives one device.
        const own = await requestAdapter();
        return await WebGpuDevice.create(own ?? adapter);
      })
    )
  );
  return [...onWasm, ...onGpu];
}

function trainingCase(
  setting: Setting,
  seeds: number,
  suffix: string,
  open: () => Promise<Device>,
): BenchCase {
  return {
    name: `${setting.name}${suffix}`,
    unit: "steps/s",
    doc: `${setting.doc}${suffix === "" ? ", one core" : ","}${suffix}`,
    async prepare() {
      const { network } = await kotecha6();
      const device = await open();
      const trainer = await Trainer.create({
        device,
        network,
        method: findMethod(setting.method),
        hyperparameters: resolveHyperparameters(setting.hyperparameters, presetValues("fast")),
        seeds: Array.from({ length: seeds }, (_, seed) => seed),
      });
      const iterate = async (profile?: Profile) => {
        await (await trainer.iterate(profile)).metrics;
      };
      return {
        work: trainer.steps * seeds,
        run: async () => await iterate(),
        ...(device.kind === "webgpu" ? { adapter: device.adapter } : {}),
        async profile() {
          const profile: Profile = new Map();
          await iterate(profile);
          return profile;
        },
        close: () => trainer.close(),
      };
    },
  };
}
