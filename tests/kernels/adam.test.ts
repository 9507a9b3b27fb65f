import { expect, test } from "vitest";
import { call } from "../../engine/device/kernel.ts";
import { adam, advance, control as C, squaredNorms } from "../../engine/device/kernels.ts";
import { Adam, type AdamOptions } from "../reference/adam.ts";
import { type Control, readControl, uploadControl } from "../setup/control.ts";
import { describeOnDevices, expectClose } from "../setup/devices.ts";
import { draw } from "../setup/graphs.ts";
import { segmentWords } from "../setup/segments.ts";

const segments = [
  { start: 0, length: 1, factor: 1, fault: 11 },
  { start: 3, length: 7, factor: 0.25, fault: 12 },
  { start: 12, length: 1001, factor: 2, fault: 13 },
  { start: 1016, length: 8, factor: 1, fault: 14 },
];
const count = segments.length;
const w_seed = 1030;
const RATE = 0.01;

const plain: AdamOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0, clip: 0 };

/** Of step `step`: segments have norms between 0.05 and some 100, more at some steps than at others. */
function gradientAt(step: number, seed: number, k: number): number {
  return Math.fround((1 + step % 3) * draw(100 + step, seed, k) * (k < 12 ? 0.05 : 3));
}

describeOnDevices("adam", (underTest) => {
  /** `steps` updates of all seeds as a training records them; arrays before and after, and control words. */
  async function train(
    options: AdamOptions,
    seeds: number,
    steps: number,
    words: (seed: number) => Partial<Control> = () => ({}),
    gradient = gradientAt,
  ) {
    const { upload, device, run } = underTest();
    const { beta1, beta2, epsilon, decay, clip } = options;
    const before = Float32Array.from({ length: seeds * w_seed }, (_, k) => draw(5, k));
    const control = uploadControl(
      underTest(),
      seeds,
      (s) => ({ LEARNING_RATE: RATE, BETA1_POWER: 1, BETA2_POWER: 1, ...words(s) }),
    );
    const gradients = device.allocate(before.length, "gradients");
    const norms = device.allocate(seeds * count, "norms");
    const arrays = { control, gradients, segments: upload(segmentWords(segments)), norms };
    const moved = { weights: upload(before), first: upload(before), second: upload(before) };
    device.write(moved.first, new Float32Array(before.length));
    device.write(moved.second, new Float32Array(before.length));
    const update = [
      call(squaredNorms, arrays, { seeds, count, w_seed }),
      call(adam, { ...arrays, ...moved }, { seeds, count, w_seed, beta1, beta2, epsilon, decay, clip }),
      call(advance, { control }, { seeds, word: C.UPDATE, adam: 1, beta1, beta2 }),
    ];
    for (let step = 0; step < steps; step++) {
      device.write(
        gradients,
        Float32Array.from(before, (_, k) => gradient(step, Math.floor(k / w_seed), k % w_seed)),
      );
      await run(...update);
    }
    return {
      before,
      weights: await device.read(moved.weights),
      first: await device.read(moved.first),
      second: await device.read(moved.second),
      control: await readControl(underTest(), control),
    };
  }

  const cases: Record<string, AdamOptions> = {
    "with the usual options": plain,
    "with a large epsilon and quick means": { ...plain, beta1: 0.5, beta2: 0.9, epsilon: 0.1 },
    "clipping": { ...plain, clip: 0.5 },
    "decaying": { ...plain, decay: 0.3 },
    "clipping and decaying": { ...plain, epsilon: 1e-5, clip: 4, decay: 0.1 },
  };

  test.each(Object.entries(cases))("is the textbook's %s", async (_, options) => {
    const seeds = 3;
    const steps = 6;
    const { before, weights, first, second, control } = await train(options, seeds, steps);
    const rounded = {
      ...options,
      beta1: Math.fround(options.beta1),
      beta2: Math.fround(options.beta2),
    };
    const covered = new Uint8Array(before.length);
    let clipped = 0;
    for (let s = 0; s < seeds; s++) {
      for (const { start, length, factor } of segments) {
        const at = s * w_seed + start;
        covered.fill(1, at, at + length);
        const own = Float64Array.from(before.subarray(at, at + length));
        const reference = new Adam(own.slice(), rounded);
        for (let step = 0; step < steps; step++) {
          const gradient = own.map((_, k) => gradientAt(step, s, start + k));
          clipped += Number(Math.hypot(...gradient) > options.clip);
          reference.step(gradient, RATE * factor);
        }
        const part = (array: Float32Array) => array.subarray(at, at + length);
        const change = Float64Array.from(part(weights), (weight, k) => weight - own[k]!);
        expectClose(change, reference.weights.map((weight, k) => weight - own[k]!), {
          rtol: 1e-3,
          atol: 1e-5,
        });
        expectClose(part(first), reference.first, { rtol: 1e-5, atol: 1e-6 });
        expectClose(part(second), reference.second, { rtol: 2e-5, atol: 1e-6 });
      }
      const { ADAM_STEP, UPDATE, BETA1_POWER, BETA2_POWER, FAULT } = control[s]!;
      expect([ADAM_STEP, UPDATE, FAULT]).toEqual([steps, steps, 0]);
      expectClose([BETA1_POWER, BETA2_POWER], [options.beta1 ** steps, options.beta2 ** steps], {
        rtol: 1e-6,
      });
    }
    if (options.clip > 0) {
      expect(clipped).toBeGreaterThan(0);
      expect(clipped).toBeLessThan(seeds * count * steps);
    }
    // Words between the segments stay.
    for (const [k, weight] of weights.entries()) {
      if (covered[k] === 0) expect([weight, first[k], second[k]]).toEqual([before[k], 0, 0]);
    }
  });

  test("decays weights apart from the gradient", async () => {
    const steps = 4;
    const { before, weights, first, second } = await train(
      { ...plain, decay: 0.5 },
      1,
      steps,
      undefined,
      () => 0,
    );
    for (const { start, length, factor } of segments) {
      const expected = before.subarray(start, start + length).map((w) =>
        w * (1 - RATE * factor * 0.5) ** steps
      );
      expectClose(weights.subarray(start, start + length), expected, { rtol: 1e-6, atol: 0 });
    }
    expect(first.every((m) => m === 0) && second.every((v) => v === 0)).toBe(true);
  });

  test("leaves seeds alone that have stopped, are faulty or have a gradient that is not finite", async () => {
    const seeds = 5;
    const words = [{}, { ACTIVE: 0 }, { FAULT: 7 }, {}, {}];
    const broken = (step: number, s: number, k: number) =>
      s === 3 && k === 20 ? NaN : s === 4 && k === 1020 && step === 1 ? Infinity : gradientAt(step, s, k);
    const sound = await train(plain, seeds, 1);
    const { before, weights, first, second, control } = await train(
      plain,
      seeds,
      3,
      (s) => words[s]!,
      broken,
    );
    expect(control.map(({ FAULT }) => FAULT)).toEqual([0, 0, 7, 13, 14]);
    expect(control.map(({ ADAM_STEP }) => ADAM_STEP)).toEqual([3, 0, 0, 0, 1]);
    expect(control.map(({ UPDATE }) => UPDATE)).toEqual([3, 3, 3, 3, 3]);
    const seed = (array: Float32Array, s: number) => array.slice(s * w_seed, (s + 1) * w_seed);
    expect(seed(weights, 0)).not.toEqual(seed(before, 0));
    for (const s of [1, 2, 3]) {
      expect(seed(weights, s)).toEqual(seed(before, s));
      expect([...seed(first, s), ...seed(second, s)].every((value) => value === 0)).toBe(true);
    }
    // The last good update stays.
    expect(seed(weights, 4)).toEqual(seed(sound.weights, 4));
    expect(seed(first, 4)).toEqual(seed(sound.first, 4));
    expect(seed(second, 4)).toEqual(seed(sound.second, 4));
  });
});

describeOnDevices("advance", (underTest) => {
  test.each(["ITERATION", "STEP", "UPDATE"] as const)("counts %s and nothing else", async (word) => {
    const seeds = 3;
    const before = (s: number) => ({
      ITERATION: s,
      STEP: 10 * s,
      UPDATE: 5,
      BETA1_POWER: 0.5,
      BETA2_POWER: 0.25,
    });
    const start = await readControl(underTest(), uploadControl(underTest(), seeds, before));
    const control = uploadControl(underTest(), seeds, before);
    const params = { seeds, word: C[word], adam: 0, beta1: 0.9, beta2: 0.999 };
    await underTest().run(call(advance, { control }, params));
    const expected = start.map((words) => ({ ...words, [word]: words[word] + 1 }));
    expect(await readControl(underTest(), control)).toEqual(expected);
  });
});
