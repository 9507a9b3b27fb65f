/** The array `control` (kernels/control.ts) for tests, by the names of its words. */

import type { DeviceArray } from "../../engine/device/device.ts";
import * as control from "../../kernels/control.ts";
import type { DeviceUnderTest } from "./devices.ts";

type Name = Exclude<keyof typeof control, "CONTROL_STRIDE">;
export type Control = Record<Name, number>;

const names = Object.keys(control).filter((name) => name !== "CONTROL_STRIDE") as Name[];
const integers: ReadonlySet<Name> = new Set<Name>(
  ["SEED", "ITERATION", "STEP", "UPDATE", "ACTIVE", "FAULT", "ADAM_STEP"],
);

/** A new array with what `wordsOf` gives for a seed; by default ACTIVE and VALUE_SCALE are 1, all else 0. */
export function uploadControl(
  { upload }: DeviceUnderTest,
  seeds: number,
  wordsOf: (seed: number) => Partial<Control> = () => ({}),
): DeviceArray {
  const words = new Uint32Array(seeds * control.CONTROL_STRIDE);
  const floats = new Float32Array(words.buffer);
  for (let seed = 0; seed < seeds; seed++) {
    for (const [name, value] of Object.entries({ ACTIVE: 1, VALUE_SCALE: 1, ...wordsOf(seed) })) {
      const at = seed * control.CONTROL_STRIDE + control[name as Name];
      if (integers.has(name as Name)) words[at] = value;
      else floats[at] = value;
    }
  }
  return upload(words, "control");
}

/** The words of each seed. */
export async function readControl({ device }: DeviceUnderTest, array: DeviceArray): Promise<Control[]> {
  const floats = await device.read(array);
  const words = new Uint32Array(floats.buffer);
  return Array.from({ length: array.length / control.CONTROL_STRIDE }, (_, seed) => {
    const at = (name: Name) => seed * control.CONTROL_STRIDE + control[name];
    return Object.fromEntries(
      names.map((name) => [name, integers.has(name) ? words[at(name)]! : floats[at(name)]!]),
    ) as Control;
  });
}
