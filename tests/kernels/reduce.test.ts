import { expect, test } from "vitest";
import { call } from "../../engine/device/kernel.ts";
import {
  checkLosses,
  envStep as L,
  rolloutProfit,
  rowMoments,
  SEGMENT_WORDS,
  squaredNorms,
} from "../../engine/device/kernels.ts";
import * as reference from "../reference/reduce.ts";
import { readControl, uploadControl } from "../setup/control.ts";
import { describeOnDevices, expectClose } from "../setup/devices.ts";
import { draw } from "../setup/graphs.ts";
import { segmentWords } from "../setup/segments.ts";

const HEAVIEST = 1e7;

const stored = [
  { seeds: 1, samples: 1, rows: 1, width: 4, first: 3 },
  { seeds: 2, samples: 37, rows: 7, width: 12, first: 2 },
  { seeds: 3, samples: 515, rows: 18, width: 20, first: 0 },
];

describeOnDevices("row_moments", (underTest) => {
  /** Word w of a sample lies about 30 w, apart by 1 / (1 + w); one word is 5 in every sample. */
  function samplesOf({ seeds, samples, rows, width }: typeof stored[number], round: number): Float32Array {
    return Float32Array.from({ length: seeds * (samples * width + 4) }, (_, k) => {
      const word = k % (samples * width + 4) % width;
      return word === rows - 1 ? 5 : 30 * word + draw(round, k) / (1 + word);
    });
  }

  async function run(shape: typeof stored[number], rounds: number, weight: number) {
    const { seeds, samples, rows, width, first } = shape;
    const state_seed = 4 * rows + 4;
    const moments_seed = 2 * rows + 2;
    const before = Float32Array.from(
      { length: seeds * state_seed },
      (_, k) => k % state_seed < 4 * rows ? [weight, 2, 3 * weight, -1][k % 4]! : 77,
    );
    const state = underTest().upload(before);
    const moments = underTest().upload(new Float32Array(seeds * moments_seed).fill(77));
    const seen: number[][][] = Array.from({ length: seeds }, () => Array.from({ length: rows }, () => []));
    for (let round = 0; round < rounds; round++) {
      const words = samplesOf(shape, round);
      const samples_seed = words.length / seeds;
      await underTest().run(
        call(rowMoments, { state, moments, samples: underTest().upload(words) }, {
          ...shape,
          samples_seed,
          state_seed,
          moments_seed,
        }),
      );
      for (let s = 0; s < seeds; s++) {
        for (let r = 0; r < rows; r++) {
          for (let k = 0; k < samples; k++) {
            seen[s]![r]!.push(words[s * samples_seed + k * width + first + r]!);
          }
        }
      }
    }
    const after = await underTest().device.read(state);
    const factors = await underTest().device.read(moments);
    for (let s = 0; s < seeds; s++) {
      // What lies behind a seed's rows stays.
      expect([...after.subarray(s * state_seed + 4 * rows, (s + 1) * state_seed)]).toEqual([77, 77, 77, 77]);
      expect(factors[(s + 1) * moments_seed - 1]).toBe(77);
    }
    return {
      seen,
      actual: (s: number, r: number) => [...after.subarray(s * state_seed + 4 * r).subarray(0, 4)],
      normaliser: (s: number, r: number) => [...factors.subarray(s * moments_seed + 2 * r).subarray(0, 2)],
    };
  }

  test.each(stored)("are those of all samples so far: %o", async (shape) => {
    const { seen, actual, normaliser } = await run(shape, 3, 0);
    for (const [s, rows] of seen.entries()) {
      for (const [r, values] of rows.entries()) {
        const expected = reference.momentsOf(values);
        const [weight, mean, m2, unused] = actual(s, r);
        expect(weight).toBe(expected.weight);
        expect(unused).toBe(-1);
        const deviation = Math.sqrt(expected.m2 / expected.weight);
        expect(Math.abs(mean! - expected.mean)).toBeLessThanOrEqual(
          1e-6 * (Math.abs(expected.mean) + deviation),
        );
        // A mean is off by 1e-7 of itself; so is the distance from it.
        const noise = values.length * (1e-6 * expected.mean) ** 2;
        expect(Math.abs(m2! - expected.m2)).toBeLessThanOrEqual(1e-3 * expected.m2 + noise);
        expect(normaliser(s, r)[0]).toBe(mean);
        expectClose([normaliser(s, r)[1]!], [reference.factorOf(expected)], { rtol: 1e-3, atol: 0 });
      }
    }
  });

  test("keep at most 1e7 of the past", async () => {
    const shape = stored[1]!;
    const weight = HEAVIEST - 3;
    const { seen, actual, normaliser } = await run(shape, 1, weight);
    for (const [s, rows] of seen.entries()) {
      for (const [r, values] of rows.entries()) {
        const past = { weight, mean: 2, m2: 3 * weight };
        const expected = reference.merge(past, reference.momentsOf(values), HEAVIEST);
        expect(expected.weight).toBe(HEAVIEST);
        expectClose(actual(s, r), [HEAVIEST, expected.mean, expected.m2, -1], { rtol: 1e-6, atol: 0 });
        expectClose(normaliser(s, r), [expected.mean, reference.factorOf(expected)], { rtol: 1e-6 });
      }
    }
  });

  test("the reference's merge is that of all values at once", () => {
    const values = Array.from({ length: 20 }, (_, k) => 3 * draw(9, k));
    const both = reference.merge(
      reference.momentsOf(values.slice(0, 7)),
      reference.momentsOf(values.slice(7)),
      HEAVIEST,
    );
    const expected = reference.momentsOf(values);
    expectClose([both.weight, both.mean, both.m2], [expected.weight, expected.mean, expected.m2], {
      rtol: 1e-12,
    });
  });
});

describeOnDevices("squared_norms", (underTest) => {
  const segments = [
    { start: 1, length: 1, fault: 11 },
    { start: 5, length: 37, fault: 12 },
    { start: 44, length: 20_003, fault: 13 },
    { start: 20_050, length: 256, fault: 14 },
  ];
  const w_seed = 20_312;
  const count = segments.length;

  /** Gradients of `seeds` seeds, with NaN between the segments. */
  function gradientsOf(seeds: number): Float32Array {
    const words = new Float32Array(seeds * w_seed).fill(NaN);
    for (let s = 0; s < seeds; s++) {
      for (const { start, length } of segments) {
        for (let k = 0; k < length; k++) words[s * w_seed + start + k] = draw(s, start + k);
      }
    }
    return words;
  }

  async function run(
    seeds: number,
    gradients: Float32Array,
    words: Parameters<typeof uploadControl>[2],
    times = 1,
  ) {
    const control = uploadControl(underTest(), seeds, words);
    const norms = underTest().device.allocate(seeds * count, "norms");
    const args = {
      gradients: underTest().upload(gradients),
      segments: underTest().upload(segmentWords(segments)),
      control,
      norms,
    };
    const step = call(squaredNorms, args, { seeds, count, w_seed });
    await underTest().run(...Array.from({ length: times }, () => step));
    return { norms: await underTest().device.read(norms), control: await readControl(underTest(), control) };
  }

  test.each([1, 3])("are sums over segments; their root is noted: %i seeds", async (seeds) => {
    const gradients = gradientsOf(seeds);
    const { norms, control } = await run(seeds, gradients, () => ({ SUM_GRADIENT_NORM: 0.5 }), 2);
    for (let s = 0; s < seeds; s++) {
      const expected = segments.map(({ start, length }) =>
        reference.squaredNorm(gradients.subarray(s * w_seed + start).subarray(0, length))
      );
      expectClose(norms.subarray(s * count, (s + 1) * count), expected, { rtol: 2e-6, atol: 0 });
      const total = Math.sqrt(expected.reduce((sum, square) => sum + square));
      expectClose([control[s]!.SUM_GRADIENT_NORM], [0.5 + 2 * total], { rtol: 2e-6 });
      expect(control[s]!.FAULT).toBe(0);
    }
  });

  test("do not depend on the seeds beside them", async () => {
    const all = gradientsOf(3);
    const together = await run(3, all, undefined);
    for (let s = 0; s < 3; s++) {
      const alone = await run(1, all.slice(s * w_seed, (s + 1) * w_seed), undefined);
      expect(alone.norms).toEqual(together.norms.slice(s * count, (s + 1) * count));
      expect(alone.control[0]).toEqual(together.control[s]);
    }
  });

  test.each([NaN, Infinity, -Infinity, 1e30])("name the first segment with a %d", async (broken) => {
    const gradients = gradientsOf(5);
    // Seed 0 is sound, 1 broken twice, 2 broken before, 3 no longer active, 4 broken in one odd place.
    for (const s of [1, 2, 3]) {
      gradients[s * w_seed + 44 + 19_999] = broken;
      gradients[s * w_seed + 20_051] = broken;
    }
    gradients[4 * w_seed + 1] = broken;
    const words = [{}, {}, { FAULT: 7 }, { ACTIVE: 0 }, {}];
    const { norms, control } = await run(5, gradients, (s) => words[s]!);
    expect(control.map(({ FAULT }) => FAULT)).toEqual([0, 13, 7, 0, 11]);
    const finite = [...norms].map((norm) => Number.isFinite(norm));
    const [good, bad, fifth] = [[true, true, true, true], [true, true, false, false], [
      false,
      true,
      true,
      true,
    ]];
    expect(finite).toEqual([good, bad, bad, bad, fifth].flat());
    const noted = control.map(({ SUM_GRADIENT_NORM }) => SUM_GRADIENT_NORM > 0);
    expect(noted).toEqual([true, false, false, false, false]);
  });

  test("have segments of four words", () => {
    expect(segmentWords(segments).length).toBe(count * SEGMENT_WORDS);
  });
});

describeOnDevices("rollout_profit", (underTest) => {
  test.each([
    { seeds: 1, columns: 1, nodes: 1 },
    { seeds: 2, columns: 37, nodes: 3 },
    { seeds: 3, columns: 523, nodes: 6 },
  ])("sums the profits of nodes and environments, and clears them: %o", async (shape) => {
    const { seeds, columns, nodes } = shape;
    const blocks = Math.ceil(columns / L.BLOCK_COLUMNS);
    const rows = nodes * L.METRIC_ROWS;
    const before = Float32Array.from(
      { length: seeds * blocks * rows * L.ROW_COLUMNS },
      (_, k) => draw(3, k) - 0.25,
    );
    const expected = new Float64Array(seeds);
    const after = before.slice();
    for (let s = 0; s < seeds; s++) {
      for (let c = 0; c < Math.ceil(columns / 8) * 8; c++) {
        for (let n = 0; n < nodes; n++) {
          const row = (s * blocks + Math.floor(c / L.BLOCK_COLUMNS)) * rows + n * L.METRIC_ROWS + L.M_PROFIT;
          const at = row * L.ROW_COLUMNS + c % L.BLOCK_COLUMNS;
          if (c < columns) expected[s]! += before[at]!;
          else before[at] = NaN;
          after[at] = 0;
        }
      }
    }
    const metrics = underTest().upload(before);
    const control = uploadControl(underTest(), seeds, () => ({ ROLLOUT_PROFIT: 1000 }));
    await underTest().run(call(rolloutProfit, { metrics, control }, shape));
    const profits = (await readControl(underTest(), control)).map(({ ROLLOUT_PROFIT }) => ROLLOUT_PROFIT);
    expectClose(profits, expected, { rtol: 1e-5, atol: 1e-5 });
    expect(await underTest().device.read(metrics)).toEqual(after);
  });
});

describeOnDevices("check_losses", (underTest) => {
  test("sets the fault of the first loss that is not finite", async () => {
    const cases = [
      { words: { SUM_POLICY_LOSS: -3e38, SUM_VALUE_LOSS: 1e-40 }, fault: 0 },
      { words: { SUM_POLICY_LOSS: NaN, SUM_VALUE_LOSS: 1 }, fault: 21 },
      { words: { SUM_POLICY_LOSS: 1, SUM_VALUE_LOSS: -Infinity }, fault: 22 },
      { words: { SUM_POLICY_LOSS: Infinity, SUM_VALUE_LOSS: NaN }, fault: 21 },
      { words: { SUM_POLICY_LOSS: NaN, FAULT: 3 }, fault: 3 },
    ];
    const seeds = cases.length;
    const control = uploadControl(underTest(), seeds, (s) => cases[s]!.words);
    await underTest().run(call(checkLosses, { control }, { seeds, policy_fault: 21, value_fault: 22 }));
    const faults = (await readControl(underTest(), control)).map(({ FAULT }) => FAULT);
    expect(faults).toEqual(cases.map(({ fault }) => fault));
  });
});
