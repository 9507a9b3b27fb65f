/** A run's state as a safetensors file: named arrays, and in the metadata what they belong to. */

import { InputError } from "../errors.ts";
import { readSafetensors, type Tensor, writeSafetensors } from "../files/safetensors.ts";
import type { Snapshot } from "../learning/mod.ts";

export interface Checkpoint {
  /** Iterations completed. */
  readonly iteration: number;
  /** Seconds of work before it. */
  readonly seconds: number;
  /** Length of metrics.csv when it was written. */
  readonly metricsBytes: number;
  readonly snapshot: Snapshot;
}

const FORMAT = "bullwhip-checkpoint-1";

/** These hold f32 numbers; the other arrays are words of the engine's own. */
const IS_FLOAT = /^(weights|adam\.|observations\.)/;

/**
 * Writes it whole or not at all.
 *
 * @param run fingerprint of the run's config
 * @throws RunError where the disk refuses
 */
export async function writeCheckpoint(
  path: string,
  run: string,
  { iteration, seconds, metricsBytes, snapshot }: Checkpoint,
): Promise<void> {
  const tensors = new Map([...snapshot].map(([name, words]): [string, Tensor] => [
    name,
    { shape: [words.length], data: IS_FLOAT.test(name) ? words : new Uint32Array(words.buffer) },
  ]));
  const metadata = new Map([
    ["format", FORMAT],
    ["run", run],
    ["iteration", String(iteration)],
    ["seconds", String(seconds)],
    ["metricsBytes", String(metricsBytes)],
  ]);
  await writeSafetensors(path, { tensors, metadata });
}

/**
 * @param run fingerprint of the config of the run that it must be of
 * @param iterations of the run
 * @throws InputError where the file is cut short, damaged, of another run or of something else
 */
export async function readCheckpoint(path: string, run: string, iterations: number): Promise<Checkpoint> {
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata.get("format") !== FORMAT) {
    throw new InputError(path, `is no checkpoint of this version (${FORMAT})`);
  }
  if (metadata.get("run") !== run) {
    throw new InputError(path, "is the checkpoint of another run than config.json beside it describes");
  }
  const number = (name: string, fits: (value: number) => boolean) => {
    const text = metadata.get(name) ?? "";
    const value = text === "" ? NaN : Number(text);
    if (fits(value)) return value;
    throw new InputError(path, `its ${name} is ${JSON.stringify(text)}; it is damaged`);
  };
  return {
    iteration: number("iteration", (value) => Number.isInteger(value) && value > 0 && value <= iterations),
    seconds: number("seconds", (value) => Number.isFinite(value) && value >= 0),
    metricsBytes: number("metricsBytes", (value) => Number.isSafeInteger(value) && value >= 0),
    snapshot: new Map([...tensors].map(([name, { data }]) => [name, wordsOf(name, data, path)])),
  };
}

/** A copy: the file's bytes need not be aligned, nor kept. */
function wordsOf(name: string, data: Tensor["data"], path: string): Float32Array<ArrayBuffer> {
  if (data.BYTES_PER_ELEMENT !== 4) {
    throw new InputError(path, `tensor ${name}: expected elements of four bytes; it is damaged`);
  }
  return new Float32Array(data.slice().buffer as ArrayBuffer);
}
