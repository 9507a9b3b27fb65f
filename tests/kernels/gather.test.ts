import fc from "fast-check";
import { expect, test } from "vitest";
import type { DeviceArray } from "../../engine/device/device.ts";
import { call } from "../../engine/device/kernel.ts";
import { copy, gather, NOWHERE, ONES, scatter, select, ZEROS } from "../../engine/device/kernels.ts";
import { type Shape, viewParams } from "../../engine/device/view.ts";
import * as reference from "../reference/gather.ts";
import { uploadControl } from "../setup/control.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";
import { draw, drawn } from "../setup/graphs.ts";
import { type Operand, operand, readColumns } from "../setup/views.ts";

const shapes: Shape[] = [
  { seeds: 1, agents: 1, rows: 1, columns: 1 },
  { seeds: 2, agents: 3, rows: 3, columns: 37 },
  { seeds: 2, agents: 1, rows: 64, columns: 512 },
  { seeds: 3, agents: 2, rows: 5, columns: 523 },
  { seeds: 1, agents: 24, rows: 10, columns: 260 },
];

const anyShape = fc.record({
  seeds: fc.integer({ min: 1, max: 3 }),
  agents: fc.integer({ min: 1, max: 4 }),
  rows: fc.integer({ min: 1, max: 11 }),
  columns: fc.integer({ min: 1, max: 50 }),
});

/** An operand whose agents follow one another without a gap. */
function packed(
  underTest: DeviceUnderTest,
  label: string,
  shape: Shape,
  values: Parameters<typeof operand>[3],
): Operand {
  const { agents, rows } = shape;
  const { view } = operand(underTest, label, { ...shape, agents: 1, rows: agents * rows }, values);
  return { view: { ...view, agent: rows * view.row }, shape };
}

/** A result whose columns hold 9 before the kernel runs, those of the padding too. */
function filled(make: typeof operand, underTest: DeviceUnderTest, label: string, shape: Shape): Operand {
  return { ...make(underTest, label, withPadding({ shape }).shape, () => 9), shape };
}

/** The operand, its padding columns being columns like any other. */
function withPadding<T extends { shape: Shape }>(result: T): T {
  return { ...result, shape: { ...result.shape, columns: Math.ceil(result.shape.columns / 8) * 8 } };
}

interface Storage {
  readonly array: DeviceArray;
  readonly words: Float32Array;
  readonly count: number;
  readonly width: number;
  readonly seed: number;
  ofSeed(s: number): Float32Array;
}

/** Samples whose words are all different, with a gap between seeds. */
function storage({ upload }: DeviceUnderTest, seeds: number, count: number, width: number): Storage {
  const seed = count * width + 8;
  const words = Float32Array.from({ length: seeds * seed }, (_, k) => k + 0.5);
  const ofSeed = (s: number) => words.subarray(s * seed, s * seed + count * width);
  return { array: upload(words, "samples"), words, count, width, seed, ofSeed };
}

/** The least width that holds the rows behind `first` words. */
const widthFor = ({ agents, rows }: Shape, first: number) => Math.ceil((first + agents * rows) / 4) * 4;

/** Numbers of samples: each seed's in an order of its own, repeats included. */
function orders(seeds: number, length: number, count: number): Uint32Array {
  return Uint32Array.from(
    { length: seeds * length },
    (_, k) => Math.floor((draw(7, k) + 1) / 2 * count),
  );
}

describeOnDevices("gather", (underTest) => {
  async function check(shape: Shape, first: number, update: number, result: Operand): Promise<void> {
    const { seeds, agents, rows, columns } = shape;
    const samples = storage(underTest(), seeds, 61, widthFor(shape, first));
    const perSeed = 3 * columns + 1;
    const indices = orders(seeds, perSeed, samples.count);
    for (const by of [0, 1]) {
      const args = {
        control: uploadControl(underTest(), seeds, (s) => ({ UPDATE: (update + s) % 3 })),
        indices: underTest().upload(indices),
        samples: samples.array,
        y: result.view.array,
      };
      await underTest().run(call(gather, args, {
        ...shape,
        indices_seed: perSeed,
        samples_seed: samples.seed,
        width: samples.width,
        first,
        by,
        ...viewParams("y", result.view),
      }));
      const actual = await readColumns(underTest(), withPadding(result));
      for (let s = 0; s < seeds; s++) {
        const start = s * perSeed + by * ((update + s) % 3) * columns;
        const stored = { width: samples.width, first, rows: agents * rows };
        const expected = reference.gather(
          samples.ofSeed(s),
          indices.subarray(start, start + columns),
          stored,
        );
        expect(actual[s]!.slice(0, columns)).toEqual(expected);
        for (const column of actual[s]!.slice(columns)) {
          expect(column).toEqual(new Float64Array(agents * rows));
        }
      }
    }
  }

  test.each(shapes)("fetches samples and clears the padding: %o", async (shape) => {
    await check(shape, 3, 1, filled(operand, underTest(), "y", shape));
  });

  test.each(shapes)("fetches into rows without gaps: %o", async (shape) => {
    await check(shape, 0, 2, filled(packed, underTest(), "y", shape));
  });

  test("fetches any shape", async () => {
    await fc.assert(
      fc.asyncProperty(anyShape, fc.nat(6), fc.nat(2), fc.boolean(), async (shape, first, update, gaps) => {
        await check(shape, first, update, filled(gaps ? operand : packed, underTest(), "y", shape));
      }),
      { seed: 1, numRuns: 25, endOnFailure: true },
    );
  });
});

describeOnDevices("scatter", (underTest) => {
  async function check(shape: Shape, first: number, x: Operand): Promise<void> {
    const { seeds, agents, rows, columns } = shape;
    const samples = storage(underTest(), seeds, 3 * columns + 5, widthFor(shape, first));
    // The second period's samples lie right before the first one's.
    const slots = Uint32Array.of(columns + 5, 5, NOWHERE, 2 * columns + 5);
    const values = await readColumns(underTest(), x);
    const expected = samples.words.slice();
    for (const [by_step, step] of [[0, 1], [1, 1], [1, 2], [1, 3]] as const) {
      const args = {
        control: uploadControl(underTest(), seeds, () => ({ STEP: step })),
        slots: underTest().upload(slots),
        x: x.view.array,
        samples: samples.array,
      };
      await underTest().run(call(scatter, args, {
        ...shape,
        samples_seed: samples.seed,
        width: samples.width,
        first,
        by_step,
        ...viewParams("x", x.view),
      }));
      const slot = slots[by_step * step]!;
      if (slot !== NOWHERE) {
        for (let s = 0; s < seeds; s++) {
          const part = expected.subarray(s * samples.seed, s * samples.seed + samples.count * samples.width);
          part.set(
            reference.scatter(part, values[s]!, slot, { width: samples.width, first, rows: agents * rows }),
          );
        }
      }
      expect(await underTest().device.read(samples.array)).toEqual(expected);
    }
  }

  test.each(shapes)("stores columns and nothing beside them: %o", async (shape) => {
    await check(shape, 2, operand(underTest(), "x", shape, drawn(2)));
  });

  test("stores any shape, of agents with and without gaps", async () => {
    await fc.assert(
      fc.asyncProperty(anyShape, fc.nat(6), fc.boolean(), async (shape, first, gaps) => {
        await check(shape, first, (gaps ? operand : packed)(underTest(), "x", shape, drawn(3)));
      }),
      { seed: 2, numRuns: 20, endOnFailure: true },
    );
  });
});

describeOnDevices("select", (underTest) => {
  const sources = 9;
  const clip = 0.75;

  async function check(shape: Shape, normalises: boolean): Promise<void> {
    const { seeds, agents, rows } = shape;
    const x = operand(underTest(), "x", { ...shape, agents: 1, rows: sources }, drawn(4));
    const y = filled(operand, underTest(), "y", shape);
    const table = Int32Array.from(
      { length: agents * rows },
      (_, k) => [ZEROS, ONES][k % 7] ?? Math.floor((draw(5, k) + 1) / 2 * sources),
    );
    const perSeed = 2 * sources + 2;
    const moments = Float32Array.from({ length: seeds * perSeed }, (_, k) => draw(6, k) / 2 + k % 2);
    const args = {
      table: underTest().upload(table),
      moments: underTest().upload(moments),
      x: x.view.array,
      y: y.view.array,
    };
    await underTest().run(call(select, args, {
      ...shape,
      normalises: Number(normalises),
      clip,
      moments_seed: perSeed,
      // Rows count from the first: what x's agents are does not matter.
      ...viewParams("x", { ...x.view, agent: 123 }),
      ...viewParams("y", y.view),
    }));
    const values = await readColumns(underTest(), x);
    const actual = await readColumns(underTest(), y);
    let cut = 0;
    for (let s = 0; s < seeds; s++) {
      const normaliser = {
        moments: Array.from({ length: sources }, (_, r) => {
          const at = s * perSeed + 2 * r;
          return [moments[at]!, moments[at + 1]!] as const;
        }),
        clip,
      };
      for (const [c, column] of values[s]!.entries()) {
        const expected = reference.select(column, table, normalises ? normaliser : undefined);
        expectClose(actual[s]![c]!, expected, { rtol: 1e-6, atol: 1e-7 });
        cut += expected.filter((value) => Math.abs(value) === clip).length;
      }
    }
    if (normalises && agents * rows > 2) expect(cut).toBeGreaterThan(0);
  }

  test.each(shapes)("takes rows: %o", (shape) => check(shape, false));
  test.each(shapes)("takes and normalises rows: %o", (shape) => check(shape, true));
});

describeOnDevices("copy", (underTest) => {
  test.each(shapes)("copies: %o", async (shape) => {
    const x = operand(underTest(), "x", shape, drawn(8));
    const y = filled(operand, underTest(), "y", shape);
    const params = { ...shape, ...viewParams("x", x.view), ...viewParams("y", y.view) };
    await underTest().run(call(copy, { x: x.view.array, y: y.view.array }, params));
    expect(await readColumns(underTest(), y)).toEqual(await readColumns(underTest(), x));
  });

  test("shows all agents the same rows where the stride is 0", async () => {
    const shape = { seeds: 2, agents: 3, rows: 2, columns: 9 };
    const x = operand(underTest(), "x", { ...shape, agents: 1 }, drawn(9));
    const y = operand(underTest(), "y", shape);
    const params = { ...shape, ...viewParams("x", { ...x.view, agent: 0 }), ...viewParams("y", y.view) };
    await underTest().run(call(copy, { x: x.view.array, y: y.view.array }, params));
    const [from, to] = [await readColumns(underTest(), x), await readColumns(underTest(), y)];
    expect(to).toEqual(from.map((columns) => columns.map((c) => Float64Array.of(...c, ...c, ...c))));
  });
});
