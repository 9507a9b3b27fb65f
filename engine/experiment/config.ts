/** What a run is: everything needed to repeat it, with every default resolved. */

import { createHash } from "node:crypto";
import * as z from "zod";
import { type DeviceChoice, openDevice } from "../device/choose.ts";
import { InputError } from "../errors.ts";
import {
  findMethod,
  findPreset,
  type Hyperparameters,
  presetValues,
  requireTrainable,
  resolveHyperparameters,
} from "../learning/mod.ts";
import { type Network, parseNetworkSync } from "../network/mod.ts";
import { loadNetwork } from "../scenarios/registry.ts";
import { VERSION } from "../version.ts";

/** What a user asks for. */
export interface TrainingOptions {
  /** A scenario's name, a JSON file's path, or a network. */
  network: string | Network;
  method: string;
  /** Default "fast". */
  preset?: string;
  /** Over those of the preset. */
  hyperparameters?: Partial<Hyperparameters>;
  /** Independent runs. Default [0]. */
  seeds?: readonly number[];
  /** Default "auto": a GPU where there is one. */
  device?: DeviceChoice;
}

/** One seed's run; what config.json holds. */
export interface RunConfig {
  readonly version: string;
  readonly network: Network;
  readonly method: string;
  readonly preset: string;
  readonly hyperparameters: Hyperparameters;
  readonly seed: number;
  /** Runs are repeated bit for bit on the same device. */
  readonly device: "wasm" | "webgpu";
}

const MOST_SEEDS = 10_000;

/**
 * A config for every seed.
 *
 * @throws InputError for an unknown network, method, preset or hyperparameter, a value out of range, or a method that
 *   does not fit the network
 * @throws RunError where the device that is asked for is not there
 */
export async function resolveConfigs(options: TrainingOptions): Promise<RunConfig[]> {
  const network = typeof options.network === "string" ? await loadNetwork(options.network) : options.network;
  const method = findMethod(options.method);
  const preset = findPreset(options.preset ?? "fast");
  const hyperparameters = resolveHyperparameters(options.hyperparameters ?? {}, presetValues(preset.name));
  // Before anything is written.
  requireTrainable(network, method, hyperparameters);
  const seeds = checkedSeeds(options.seeds ?? [0]);
  const device = await deviceKind(options.device ?? "auto");
  return seeds.map((seed) => ({
    version: VERSION,
    network,
    method: method.name,
    preset: preset.name,
    hyperparameters,
    seed,
    device,
  }));
}

/** What a choice comes to on this machine. @throws RunError where it is not there */
export async function deviceKind(choice: DeviceChoice): Promise<"wasm" | "webgpu"> {
  if (choice === "wasm") return choice;
  const device = await openDevice(choice);
  device.close();
  return device.kind;
}

function checkedSeeds(seeds: readonly number[]): readonly number[] {
  if (seeds.length === 0 || seeds.length > MOST_SEEDS) {
    throw new InputError("seeds", `expected 1 to ${MOST_SEEDS} seeds, got ${seeds.length}`);
  }
  const wrong = seeds.find((seed) => !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32);
  if (wrong !== undefined) throw new InputError("seeds", `expected whole numbers below 2^32, got ${wrong}`);
  if (new Set(seeds).size < seeds.length) throw new InputError("seeds", "expected each seed once");
  return seeds;
}

const schema = z.strictObject({
  version: z.string(),
  network: z.unknown(),
  method: z.string(),
  preset: z.string(),
  hyperparameters: z.record(z.string(), z.unknown()),
  seed: z.int().min(0).max(2 ** 32 - 1),
  device: z.enum(["wasm", "webgpu"]),
});

/**
 * The config in a run's config.json.
 *
 * @throws InputError, one line that begins with the path
 */
export function parseConfig(value: unknown, path: string): RunConfig {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new InputError(path, `is no run's config: ${issue.path.join(".") || "it"}: ${issue.message}`);
  }
  const { data } = parsed;
  return {
    ...data,
    network: parseNetworkSync(data.network, { where: `${path}: network` }),
    method: within(path, () => findMethod(data.method)).name,
    hyperparameters: resolveHyperparameters(data.hyperparameters, undefined, `${path}: hyperparameters`),
  };
}

function within<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(path, error.message);
    throw error;
  }
}

/**
 * 16 hexadecimal digits that two runs share only where they are the same.
 *
 * @param config as config.json holds it: what a later version adds by default does not change it
 */
export function fingerprint(config: unknown): string {
  return fingerprintOf(sortedJson(config));
}

/** JSON with the keys of every object in order: the same text for the same content. */
export function sortedJson(value: unknown): string {
  const sorted = (_: string, inner: unknown) =>
    isObject(inner) && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
      : inner;
  return JSON.stringify(value, sorted);
}

/** Of a value as `sortedJson` writes it. */
export function fingerprintOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The first difference between two configs, as `seed 1, not 2`; undefined where they are the same. */
export function differenceOf(a: RunConfig, b: RunConfig): string | undefined {
  return firstDifference(a, b, "");
}

function firstDifference(a: object, b: object, path: string): string | undefined {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    const [left, right] = [(a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]];
    const here = path === "" ? key : `${path}.${key}`;
    const difference = isObject(left) && isObject(right)
      ? firstDifference(left, right, here)
      : JSON.stringify(left) === JSON.stringify(right)
      ? undefined
      : `${here} ${shown(left)}, not ${shown(right)}`;
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
