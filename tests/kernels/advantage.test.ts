import { describe, expect, test } from "vitest";
import type { DeviceArray } from "../../engine/device/device.ts";
import { call } from "../../engine/device/kernel.ts";
import { advantage, advantageMoments, valueMoments } from "../../engine/device/kernels.ts";
import * as reference from "../reference/advantage.ts";
import { readControl, uploadControl } from "../setup/control.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";
import { drawn } from "../setup/graphs.ts";
import { UNTOUCHED } from "../setup/views.ts";

/** A rollout's storage: rows of `values` words with a free word after each. */
interface Storage {
  seeds: number;
  environments: number;
  periods: number;
  values: number;
  /** Whole periods of final observations. */
  finals: number;
}

function layoutOf({ environments, periods, values, finals }: Storage) {
  const row = values + 1;
  const width = Math.ceil((4 * row + 1) / 4) * 4;
  const last_from = periods * environments;
  const final_from = last_from + environments;
  const count = final_from + finals * environments;
  return {
    values,
    samples_seed: count * width + 4,
    width,
    reward_at: 1,
    value_at: 1 + row,
    advantage_at: 1 + 2 * row,
    target_at: 1 + 3 * row,
    last_from,
    final_from,
  };
}

type Layout = ReturnType<typeof layoutOf>;
type RowName = "reward_at" | "value_at" | "advantage_at" | "target_at";

/** Word of a value row in a sample. */
function wordAt(layout: Layout, row: RowName, seed: number, sample: number, k: number): number {
  return seed * layout.samples_seed + sample * layout.width + layout[row] + k;
}

/** Fills `rows` of all samples from `first` to before `end`; other words hold `UNTOUCHED`. */
function fill(
  words: Float32Array,
  storage: Storage,
  [first, end]: readonly [number, number],
  rows: Partial<Record<RowName, (seed: number, sample: number, k: number) => number>>,
): void {
  const layout = layoutOf(storage);
  for (const [row, valueOf] of Object.entries(rows)) {
    for (let seed = 0; seed < storage.seeds; seed++) {
      for (let sample = first; sample < end; sample++) {
        for (let k = 0; k < storage.values; k++) {
          words[wordAt(layout, row as RowName, seed, sample, k)] = valueOf(seed, sample, k);
        }
      }
    }
  }
}

function emptyStorage(storage: Storage): Float32Array {
  return new Float32Array(storage.seeds * layoutOf(storage).samples_seed).fill(UNTOUCHED);
}

const reward = (...at: number[]) => Math.fround(2 * drawn(1)(...at) - 1);
const value = (...at: number[]) => Math.fround(drawn(2)(...at));

const scales = (seed: number) => ({ VALUE_MEAN: 2 - seed, VALUE_SCALE: 3 + seed });
const discount = 0.97;
const lambda = 0.9;

/** The seed's value in units of reward. */
function scaledValue(seed: number, sample: number, k: number): number {
  const { VALUE_MEAN, VALUE_SCALE } = scales(seed);
  return VALUE_MEAN + VALUE_SCALE * value(seed, sample, k);
}

function trajectory(
  { environments, periods }: Storage,
  { last_from, final_from }: Layout,
  ends: readonly number[],
  bootstraps: boolean,
  [seed, environment, k]: [number, number, number],
): reference.Trajectory {
  const samples = Array.from({ length: periods }, (_, t) => t * environments + environment);
  const finals = ends.flatMap((end, t): [number, number][] =>
    end === 0 ? [] : [[t, scaledValue(seed, final_from + (end - 1) * environments + environment, k)]]
  );
  return {
    rewards: samples.map((sample) => reward(seed, sample, k)),
    values: samples.map((sample) => scaledValue(seed, sample, k)),
    lastValue: scaledValue(seed, last_from + environment, k),
    finalValues: new Map(finals),
    discount,
    lambda,
    bootstraps,
  };
}

async function estimate(
  { upload, run, device }: DeviceUnderTest,
  storage: Storage,
  ends: readonly number[],
  bootstraps: boolean,
  words: Float32Array,
): Promise<Float32Array> {
  const { seeds, environments, periods } = storage;
  const samples = upload(words, "samples");
  const control = uploadControl({ upload, run, device }, seeds, scales);
  await run(
    call(advantage, { control, ends: upload(Uint32Array.from(ends), "ends"), samples }, {
      seeds,
      environments,
      periods,
      ...layoutOf(storage),
      discount,
      lambda,
      bootstraps: Number(bootstraps),
    }),
  );
  return await device.read(samples);
}

const rollouts: { name: string; storage: Storage; ends: number[] }[] = [
  {
    name: "one period that goes on",
    storage: { seeds: 1, environments: 8, periods: 1, values: 1, finals: 0 },
    ends: [0],
  },
  {
    name: "an end in the middle",
    storage: { seeds: 2, environments: 8, periods: 6, values: 3, finals: 1 },
    ends: [0, 0, 1, 0, 0, 0],
  },
  {
    name: "ends in the middle and at the end",
    storage: { seeds: 3, environments: 16, periods: 7, values: 6, finals: 2 },
    ends: [0, 0, 0, 1, 0, 0, 2],
  },
  {
    name: "an end in every period, slots in any order",
    storage: { seeds: 1, environments: 72, periods: 3, values: 4, finals: 3 },
    ends: [2, 3, 1],
  },
];

describe("the reference", () => {
  test("is what the recursion gives", () => {
    // By hand: deltas 1 + 0.5 * 3 - 2 = 0.5 and 4 + 0.5 * 6 - 3 = 4, discount * lambda = 0.4.
    const path = {
      rewards: [1, 4],
      values: [2, 3],
      lastValue: 6,
      finalValues: new Map<number, number>(),
      discount: 0.5,
      lambda: 0.8,
      bootstraps: true,
    };
    expectClose(reference.advantages(path), [0.5 + 0.4 * 4, 4], { rtol: 1e-12 });
    expectClose(reference.advantages({ ...path, finalValues: new Map([[0, 8]]) }), [1 + 0.5 * 8 - 2, 4]);
    expectClose(reference.advantages({ ...path, finalValues: new Map([[1, 8]]) }), [0.5 + 0.4 * 5, 5]);
    const terminated = { ...path, bootstraps: false, finalValues: new Map([[1, 8]]) };
    expectClose(reference.advantages(terminated), [0.5 + 0.4 * 1, 1]);
  });
});

describeOnDevices("advantage", (underTest) => {
  describe.each([true, false])("bootstraps %s", (bootstraps) => {
    test.each(rollouts)("estimates advantages and targets: $name", async ({ storage, ends }) => {
      const { seeds, environments, periods, values, finals } = storage;
      const layout = layoutOf(storage);
      const words = emptyStorage(storage);
      fill(words, storage, [0, periods * environments], { reward_at: reward, value_at: value });
      // What must not be read is not a number.
      const truncated = ends.at(-1) !== 0;
      const lastValue = truncated ? () => NaN : value;
      fill(words, storage, [layout.last_from, layout.final_from], { value_at: lastValue });
      const finalValue = bootstraps ? value : () => NaN;
      const finalEnd = layout.final_from + finals * environments;
      fill(words, storage, [layout.final_from, finalEnd], { value_at: finalValue });
      const expected = Float64Array.from(words);
      for (let seed = 0; seed < seeds; seed++) {
        for (let environment = 0; environment < environments; environment++) {
          for (let k = 0; k < values; k++) {
            const path = trajectory(storage, layout, ends, bootstraps, [seed, environment, k]);
            for (const [t, value] of reference.advantages(path).entries()) {
              const sample = t * environments + environment;
              expected[wordAt(layout, "advantage_at", seed, sample, k)] = value;
              expected[wordAt(layout, "target_at", seed, sample, k)] = value + path.values[t]!;
            }
          }
        }
      }
      const actual = await estimate(underTest(), storage, ends, bootstraps, words);
      // Nothing but advantages and targets is written.
      for (const [at, value] of words.entries()) {
        if (Object.is(expected[at], value)) expect(actual[at], `word ${at}`).toBe(value);
      }
      const changed = [...expected.keys()].filter((at) => !Object.is(expected[at], words[at]));
      expect(changed.length).toBe(2 * seeds * environments * periods * values);
      const picked = (from: ArrayLike<number>) => changed.map((at) => from[at]!);
      expectClose(picked(actual), picked(expected), { rtol: 1e-5, atol: 1e-6 });
    });
  });

  const storages: Storage[] = [
    { seeds: 1, environments: 8, periods: 1, values: 1, finals: 0 },
    { seeds: 2, environments: 16, periods: 5, values: 7, finals: 1 },
    { seeds: 3, environments: 104, periods: 9, values: 4, finals: 1 },
  ];

  /** All of a row's values: [seed][value row][sample]. */
  function rowsOf(words: Float32Array, storage: Storage, row: RowName): number[][][] {
    const samples = storage.environments * storage.periods;
    return Array.from(
      { length: storage.seeds },
      (_, seed) =>
        Array.from(
          { length: storage.values },
          (_, k) =>
            Array.from({ length: samples }, (_, n) => words[wordAt(layoutOf(storage), row, seed, n, k)]!),
        ),
    );
  }

  async function normalise(storage: Storage, words: Float32Array, mode: number): Promise<Float32Array> {
    const { seeds, environments, periods, values } = storage;
    const { samples_seed, width, advantage_at } = layoutOf(storage);
    const samples = underTest().upload(words, "samples");
    await underTest().run(call(advantageMoments, { samples }, {
      seeds,
      samples: environments * periods,
      values,
      samples_seed,
      width,
      advantage_at,
      mode,
    }));
    return await underTest().device.read(samples);
  }

  describe("advantage_moments", () => {
    test.each(storages)("normalises each value row: %o", async (storage) => {
      const words = emptyStorage(storage);
      // Means far from 0, so that a variance from the mean of squares would be wrong in f32.
      const given = (seed: number, sample: number, k: number) => 100 * (k + 1) + reward(seed, sample, k);
      fill(words, storage, [0, storage.environments * storage.periods], { advantage_at: given });
      const before = rowsOf(words, storage, "advantage_at");
      const result = await normalise(storage, words, 1);
      const after = rowsOf(result, storage, "advantage_at");
      for (const [seed, rows] of before.entries()) {
        for (const [k, row] of rows.entries()) {
          const { mean, variance } = reference.moments(row);
          const expected = row.map((value) => (value - mean) / (Math.sqrt(variance) + 1e-8));
          expectClose(after[seed]![k]!, expected, { rtol: 1e-4, atol: 1e-4 });
        }
      }
      fill(result, storage, [0, storage.environments * storage.periods], { advantage_at: given });
      expect(result).toEqual(words);
    });

    test("makes equal advantages 0, and leaves them alone in mode 0", async () => {
      const storage = storages[1]!;
      const words = emptyStorage(storage);
      fill(words, storage, [0, 80], { advantage_at: () => 0.1 });
      const rows = rowsOf(await normalise(storage, words, 1), storage, "advantage_at").flat(2);
      expect(rows.every((value) => Math.abs(value) < 1e-6)).toBe(true);
      expect(await normalise(storage, words, 0)).toEqual(words);
    });
  });

  describe("value_moments", () => {
    function moments(storage: Storage, words: Float32Array, control: DeviceArray, update: number) {
      const { seeds, environments, periods, values } = storage;
      const { samples_seed, width, value_at, target_at } = layoutOf(storage);
      const samples = underTest().upload(words, "samples");
      return underTest().run(call(valueMoments, { control, samples }, {
        seeds,
        samples: environments * periods,
        values,
        samples_seed,
        width,
        value_at,
        target_at,
        update,
        decay: 0.9,
      }));
    }

    const target = (...at: number[]) => Math.fround(30 + 8 * drawn(4)(...at));

    test.each(storages)(
      "gives the moments with the scale before, then moves the scale: %o",
      async (storage) => {
        const words = emptyStorage(storage);
        fill(words, storage, [0, storage.environments * storage.periods], {
          value_at: value,
          target_at: target,
        });
        const before = (seed: number) => ({
          ...scales(seed),
          VALUE_WEIGHT: 0.3,
          VALUE_FIRST: 0.3 * 20,
          VALUE_SECOND: 0.3 * (20 ** 2 + 5 ** 2),
        });
        for (const update of [0, 1]) {
          const control = uploadControl(underTest(), storage.seeds, before);
          await moments(storage, words, control, update);
          const [values, targets] = [rowsOf(words, storage, "value_at"), rowsOf(words, storage, "target_at")];
          for (const [seed, after] of (await readControl(underTest(), control)).entries()) {
            const { VALUE_MEAN, VALUE_SCALE, VALUE_WEIGHT, VALUE_FIRST, VALUE_SECOND } = before(seed);
            const all = targets[seed]!.flat();
            const estimates = values[seed]!.flat().map((value) => VALUE_MEAN + VALUE_SCALE * value);
            const { mean, variance } = reference.moments(all);
            const residual = reference.moments(all.map((value, n) => value - estimates[n]!));
            expectClose([after.TARGET_MEAN, after.TARGET_VARIANCE, after.RESIDUAL_VARIANCE], [
              mean,
              variance,
              residual.variance,
            ], { rtol: 1e-4, atol: 0 });
            const scale = {
              weight: VALUE_WEIGHT,
              first: VALUE_FIRST,
              second: VALUE_SECOND,
              mean: VALUE_MEAN,
              scale: VALUE_SCALE,
            };
            const expected = update === 1 ? reference.updateScale(scale, all, 0.9) : scale;
            expectClose(
              [
                after.VALUE_WEIGHT,
                after.VALUE_FIRST,
                after.VALUE_SECOND,
                after.VALUE_MEAN,
                after.VALUE_SCALE,
              ],
              [expected.weight, expected.first, expected.second, expected.mean, expected.scale],
              { rtol: 1e-4, atol: 0 },
            );
          }
        }
      },
    );

    test("starts from nothing, and never scales by less than 0.01", async () => {
      const storage = storages[1]!;
      const words = emptyStorage(storage);
      fill(words, storage, [0, 80], { value_at: () => 0, target_at: () => 7 });
      const control = uploadControl(underTest(), storage.seeds);
      await moments(storage, words, control, 1);
      const [after] = await readControl(underTest(), control);
      expect(after!.VALUE_MEAN).toBeCloseTo(7, 4);
      expect(after!.VALUE_SCALE).toBeCloseTo(0.01, 4);
      expect(after!.TARGET_VARIANCE).toBeCloseTo(0, 6);
    });
  });
});
