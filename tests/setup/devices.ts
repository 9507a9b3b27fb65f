/** One test body for every device: kernels are run on each and compared with the same reference. */

import { afterAll, beforeAll, describe, expect } from "vitest";
import { openDevice } from "../../engine/device/choose.ts";
import type { Device, DeviceArray } from "../../engine/device/device.ts";
import type { KernelCall } from "../../engine/device/kernel.ts";
import { WasmDevice } from "../../engine/device/wasm.ts";
import type { WebGpuDevice } from "../../engine/device/webgpu.ts";
import { useSwiftShader } from "./swiftshader.ts";

/** A fresh device, made before the tests of a suite run. */
export interface DeviceUnderTest {
  readonly device: Device;
  /** A new array that holds `values`. */
  upload(values: Float32Array | Int32Array | Uint32Array, label?: string): DeviceArray;
  /** Runs the calls once, in order. */
  run(...calls: KernelCall[]): Promise<void>;
}

const makers: Readonly<Record<Device["kind"], () => Promise<Device>>> = {
  wasm: () => WasmDevice.create(),
  webgpu: openTestGpu,
};

/** SwiftShader, or another adapter where that does not run; a test fails where there is none. */
export async function openTestGpu(): Promise<WebGpuDevice> {
  useSwiftShader();
  return await openDevice("webgpu") as WebGpuDevice;
}

/** Declares `suite` once for each device. `underTest()` is there from the first test on, the same for all. */
export function describeOnDevices(name: string, suite: (underTest: () => DeviceUnderTest) => void): void {
  for (const [kind, make] of Object.entries(makers)) {
    describe(`${name} on ${kind}`, () => {
      let current: DeviceUnderTest | undefined;
      beforeAll(async () => {
        current = underTestOf(await make());
      });
      afterAll(() => current?.device.close());
      suite(() => current!);
    });
  }
}

function underTestOf(device: Device): DeviceUnderTest {
  return {
    device,
    upload(values, label = "test") {
      const array = device.allocate(values.length, label);
      device.write(array, values);
      return array;
    },
    run: (...calls) => device.run(device.record(calls)),
  };
}

/**
 * Elementwise |actual - expected| <= rtol |expected| + atol max|expected|; NaN is never close.
 *
 * @param tolerance by default rtol 1e-3, atol 1e-5 of the largest
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol = 1e-3, atol = 1e-5 }: { rtol?: number; atol?: number } = {},
): void {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (error <= rtol * Math.abs(expected[i]!) + atol * largest) continue;
    expect.fail(`element ${i} is ${actual[i]}, expected ${expected[i]} (largest ${largest})`);
  }
}
