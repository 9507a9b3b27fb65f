import { expect, test } from "vitest";
import { call } from "../../engine/device/kernel.ts";
import { valueNoise } from "../../engine/device/kernels.ts";
import { inverseNormal, PHASES, uniform } from "../../engine/random/mod.ts";
import { noiseOf, noiseWord } from "../reference/noise.ts";
import { uploadControl } from "../setup/control.ts";
import { describeOnDevices, expectClose } from "../setup/devices.ts";
import { draw } from "../setup/graphs.ts";

interface Case {
  seeds: number;
  samples: number;
  values: number;
  width: number;
  value_at: number;
  phase: keyof typeof PHASES;
}

const cases: Case[] = [
  { seeds: 1, samples: 1, values: 1, width: 4, value_at: 0, phase: "train" },
  { seeds: 3, samples: 67, values: 3, width: 8, value_at: 2, phase: "tests" },
  { seeds: 2, samples: 1000, values: 24, width: 48, value_at: 20, phase: "train" },
];

const DEVIATION = 0.3;

describeOnDevices("value_noise", (underTest) => {
  test.each(cases)("adds one draw to all values of a sample: %o", async ({ phase, ...shape }) => {
    const { seeds, samples, values, width, value_at } = shape;
    const samples_seed = samples * width + 4;
    const before = Float32Array.from({ length: seeds * samples_seed }, (_, k) => 10 * draw(1, k));
    const control = uploadControl(
      underTest(),
      seeds,
      (s) => ({ SEED: 4_000_000_000 + s, ITERATION: 77 * s }),
    );
    const array = underTest().upload(before);
    const args = { control, samples: array };
    const params = { ...shape, samples_seed, deviation: DEVIATION, phase: PHASES[phase] };
    await underTest().run(call(valueNoise, args, params));

    const expected = Float64Array.from(before);
    const rounded = before.slice();
    for (let s = 0; s < seeds; s++) {
      for (let n = 0; n < samples; n++) {
        const word = noiseWord(4_000_000_000 + s, 77 * s, n, phase);
        const noise = Math.fround(Math.fround(DEVIATION) * inverseNormal(uniform(word)));
        for (let v = 0; v < values; v++) {
          const at = s * samples_seed + n * width + value_at + v;
          expected[at]! += DEVIATION * noiseOf(word);
          rounded[at]! += noise;
        }
      }
    }
    const after = await underTest().device.read(array);
    expectClose(after, expected, { rtol: 1e-6, atol: 2e-7 });
    if (underTest().device.kind === "wasm") expect(after).toEqual(rounded);
  });
});
