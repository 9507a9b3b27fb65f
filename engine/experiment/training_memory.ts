/** What a training takes of a device's memory. */

import { WasmDevice } from "../device/wasm.ts";
import { findMethod, Trainer } from "../learning/mod.ts";
import { resolveConfigs, type TrainingOptions } from "./config.ts";

/**
 * Bytes of all arrays of one run on the CPU, from start to end: environments, networks, optimiser, experience and
 * workspace. A device holds up to 1 GiB; side by side seeds take as often as much.
 *
 * @throws InputError as `train`
 * @throws RunError when a device does not hold the arrays
 */
export async function trainingBytes(options: TrainingOptions): Promise<number> {
  const [config] = await resolveConfigs({ ...options, seeds: [0], device: "wasm" });
  const { network, method, hyperparameters, seed } = config!;
  const device = await WasmDevice.create();
  const trainer = await Trainer.create({
    device,
    network,
    method: findMethod(method),
    hyperparameters,
    seeds: [seed],
  });
  const { allocatedBytes } = device;
  trainer.close();
  return allocatedBytes;
}
