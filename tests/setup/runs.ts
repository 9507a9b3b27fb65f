/** Trainings of a fraction of a second for tests, and what they leave behind. */

import type { Device } from "../../engine/device/device.ts";
import { WasmDevice } from "../../engine/device/wasm.ts";
import { readSafetensors } from "../../engine/files/safetensors.ts";
import { changedNetwork, resolveConfigs, type RunConfig } from "../../engine/experiment/mod.ts";
import { RunFolder } from "../../engine/experiment/run_folder.ts";
import { type RunOptions, runSeeds, STOPPED } from "../../engine/experiment/run_seeds.ts";
import type { Hyperparameters } from "../../engine/learning/mod.ts";
import type { Network } from "../../engine/network/mod.ts";
import { loadNetwork } from "../../engine/scenarios/registry.ts";

/** Rollouts end in the midst of episodes. What tests rest on is said here, whatever the defaults are. */
export const TINY: Partial<Hyperparameters> = {
  iterations: 6,
  environments: 8,
  periods: 7,
  epochs: 2,
  minibatch: 16,
  learningRate: 1e-3,
  clip: 0.2,
  actorWidths: [4],
  criticWidths: [4],
  graphWidths: [4],
  attentionHeads: 1,
  klCoefficient: 0.2,
};

/** The flags that say the same. */
export const TINY_FLAGS = Object.entries(TINY).flatMap(([name, value]) => [
  `--${name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`,
  String(value),
]);

/** Kotecha's six nodes for nine periods. */
export async function shortNetwork(): Promise<Network> {
  return changedNetwork(await loadNetwork("kotecha-6"), ["horizon=9", "evaluation.periods=9"]);
}

export async function tinyConfig(
  changes: { method?: string; seed?: number; hyperparameters?: Partial<Hyperparameters> } = {},
): Promise<RunConfig> {
  const [config] = await resolveConfigs({
    network: await shortNetwork(),
    method: changes.method ?? "reg-p-gcn-mappo",
    hyperparameters: { ...TINY, ...changes.hyperparameters },
    seeds: [changes.seed ?? 0],
    device: "wasm",
  });
  return config!;
}

/** Trains in a folder, in this thread, with a checkpoint after every iteration. @returns whether it was stopped */
export async function trainIn(
  path: string,
  config: RunConfig,
  options: RunOptions & { device?: Device } = {},
): Promise<boolean> {
  const { device = await WasmDevice.create() } = options;
  const folders = [await RunFolder.prepare(path, config)];
  const training = runSeeds(device, [config], {
    folders,
    checkpointSeconds: 0,
    ...options,
  });
  let next = await training.next();
  while (!next.done) next = await training.next();
  return next.value === STOPPED;
}

/** To stop after so many iterations. */
export function after(iterations: number): () => boolean {
  let asked = -1;
  return () => ++asked === iterations;
}

/** A device on which every run of a program ends with `pause`. */
export async function pausingDevice(pause: () => void | Promise<void>): Promise<Device> {
  const device = await WasmDevice.create();
  return {
    kind: device.kind,
    adapter: device.adapter,
    allocatedBytes: 0,
    allocate: (length, label) => device.allocate(length, label),
    write: (array, words, at) => device.write(array, words, at),
    read: (array, at, length) => device.read(array, at, length),
    record: (calls) => device.record(calls),
    async run(program, times, profile) {
      await device.run(program, times, profile);
      await pause();
    },
    close: () => device.close(),
  };
}

/** Names of files and their bytes. */
export type FolderState = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

export function readFolder(path: string): FolderState {
  const names = [...Deno.readDirSync(path)].filter(({ isFile }) => isFile).map(({ name }) => name).sort();
  return new Map(names.map((name) => [name, Deno.readFileSync(`${path}/${name}`)]));
}

export async function writeFolder(path: string, state: FolderState): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
  for (const [name, bytes] of state) await Deno.writeFile(`${path}/${name}`, bytes);
}

/** Columns and fields that hold times: they may differ between two runs of the same. */
const TIMES = ["seconds", "charts/sps"];

/** All that a run has come to, as text and words: equal for equal runs. */
export async function outcomeOf(path: string) {
  const { tensors, metadata } = await readSafetensors(`${path}/checkpoint.safetensors`);
  const [header, ...rows] = (await Deno.readTextFile(`${path}/metrics.csv`)).trimEnd().split("\n")
    .map((line) => line.split(","));
  const summary = await Deno.readTextFile(`${path}/summary.json`).then(JSON.parse).catch(() => ({}));
  return {
    files: [...readFolder(path).keys()],
    iteration: metadata.get("iteration"),
    tensors: [...tensors].map(([name, { data }]) => [
      name,
      new Uint32Array(data.buffer, data.byteOffset, data.length),
    ]),
    metrics: rows.map((cells) => cells.filter((_, k) => !TIMES.includes(header![k]!)).join(",")),
    summary: { ...summary, seconds: 0 },
  };
}
