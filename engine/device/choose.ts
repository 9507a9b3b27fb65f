/** Which device a command computes on. */

import { RunError } from "../errors.ts";
import { isSoftware, requestAdapter } from "./adapter.ts";
import type { Device } from "./device.ts";
import { WasmDevice } from "./wasm.ts";
import { WebGpuDevice } from "./webgpu.ts";

/** Values of `--device`: "auto" is the GPU where there is one. */
export const DEVICE_CHOICES = ["auto", "wasm", "webgpu"] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

/**
 * Opens a device. "auto" takes WebGPU on a GPU and WebAssembly where there is none or only a driver in
 * software, which "webgpu" accepts.
 *
 * @param findAdapter how an adapter is found
 * @throws RunError in one line when "webgpu" is asked for and there is no adapter
 */
export async function openDevice(
  choice: DeviceChoice,
  findAdapter: () => Promise<GPUAdapter | undefined> = requestAdapter,
): Promise<Device> {
  if (choice === "wasm") return await WasmDevice.create();
  const adapter = await findAdapter();
  if (choice === "webgpu") {
    if (adapter === undefined) throw new RunError(NO_ADAPTER);
    return await WebGpuDevice.create(adapter);
  }
  if (adapter === undefined || isSoftware(adapter)) return await WasmDevice.create();
  return await WebGpuDevice.create(adapter);
}

const NO_ADAPTER =
  "webgpu: no adapter was found; install a Vulkan driver (a GPU's, or in software: Debian's package " +
  "mesa-vulkan-drivers), or choose the device wasm";
