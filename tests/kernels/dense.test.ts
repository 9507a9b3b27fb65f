import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { call } from "../../engine/device/kernel.ts";
import {
  type Activation,
  ACTIVATIONS,
  denseActivationGradient,
  denseBackwardInput,
  denseBackwardWeights,
  denseForward,
} from "../../engine/device/kernels.ts";
import { blockCount, rowStride, type View, viewParams } from "../../engine/device/view.ts";
import { threefryWord, uniform } from "../../engine/random/mod.ts";
import * as reference from "../reference/dense.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";

interface Shape {
  seeds: number;
  /** The weight group of each agent. */
  groups: readonly number[];
  columns: number;
  inputs: number;
  outputs: number;
  activation: Activation;
  /** All agents read the same input rows. */
  shared?: boolean;
}

/** What no kernel writes. */
const UNTOUCHED = 77;

/** Between -1 and 1, by the number of the tensor and of the element. */
function value(tensor: number, element: number): number {
  return 2 * uniform(threefryWord(tensor, 0, 0, element)) - 1;
}

function paddedColumns(columns: number): number {
  return Math.ceil(columns / 8) * 8;
}

interface Extent {
  seeds: number;
  agents: number;
  rows: number;
  columns: number;
  shared?: boolean;
}

/** Rows that lie in a larger array: a row before each agent's, and some words at the end of each seed. */
type Operand = View & { words: Float32Array; extent: Extent };

/** With `fill` undefined it is for a kernel's result; else words outside of the columns are NaN, padding 0. */
function operand(
  { upload }: DeviceUnderTest,
  extent: Extent,
  fill?: (s: number, a: number, r: number, c: number) => number,
): Operand {
  const { seeds, rows, columns, shared = false } = extent;
  const agents = shared ? 1 : extent.agents;
  const row = rowStride(columns);
  const agent = (rows + 1) * row;
  const block = agents * agent;
  const seed = blockCount(columns) * block + 8;
  const words = new Float32Array(seeds * seed + row).fill(fill === undefined ? UNTOUCHED : NaN);
  const view = { at: row, seed, block, agent: shared ? 0 : agent, row };
  if (fill !== undefined) {
    for (let s = 0; s < seeds; s++) {
      for (let a = 0; a < agents; a++) {
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < paddedColumns(columns); c++) {
            words[wordOf(view, s, a, r, c)] = c < columns ? fill(s, a, r, c) : 0;
          }
        }
      }
    }
  }
  return { ...view, array: upload(words), words, extent };
}

function wordOf(view: Omit<View, "array">, s: number, a: number, r: number, c: number): number {
  return view.at + s * view.seed + (c >> 8) * view.block + a * view.agent + r * view.row + (c & 255);
}

function rowsOf(view: Operand, words: Float32Array, s: number, a: number): Float64Array[] {
  const { rows, columns } = view.extent;
  return Array.from(
    { length: rows },
    (_, r) => Float64Array.from({ length: columns }, (_, c) => words[wordOf(view, s, a, r, c)]!),
  );
}

const flat = (rows: readonly ArrayLike<number>[]) => rows.flatMap((row) => [...Array.from(row)]);

/** Every row equals what `expected` says, and nothing outside of the columns was written. */
async function expectRows(
  { device }: DeviceUnderTest,
  result: Operand,
  expected: (s: number, a: number) => readonly ArrayLike<number>[],
): Promise<void> {
  const words = await device.read(result.array);
  const { seeds, agents, rows, columns } = result.extent;
  for (let s = 0; s < seeds; s++) {
    for (let a = 0; a < agents; a++) {
      expectClose(flat(rowsOf(result, words, s, a)), flat(expected(s, a)));
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < paddedColumns(columns); c++) words[wordOf(result, s, a, r, c)] = UNTOUCHED;
      }
    }
  }
  expect(words.every((word) => word === UNTOUCHED)).toBe(true);
}

/** Everything that a layer of a shape is called with. */
function layerOf(t: DeviceUnderTest, shape: Shape) {
  const { seeds, groups, columns, inputs, outputs, shared = false } = shape;
  const agents = groups.length;
  const group_count = Math.max(...groups) + 1;
  const size = (inputs + 1) * outputs;
  const place = { w_at: 3, w_group: size + 2, w_seed: group_count * (size + 2) + 1 };
  const weights = Float32Array.from({ length: place.w_at + seeds * place.w_seed }, (_, k) => value(1, k));
  const common = { seeds, agents, columns, inputs, outputs };
  // x is what a layer below gave: where that is relu, half of it is 0.
  const below = (k: number) => reference.activate(value(2, k), shape.activation);
  const x = operand(
    t,
    { seeds, agents, rows: inputs, columns, shared },
    (s, a, r, c) => below(((s * 16 + a) * 256 + r) * 1024 + c),
  );
  const dy = operand(
    t,
    { seeds, agents, rows: outputs, columns },
    (s, a, r, c) => value(3, ((s * 16 + a) * 256 + r) * 1024 + c),
  );
  const layer = (s: number, g: number): reference.Layer => {
    const at = place.w_at + s * place.w_seed + g * place.w_group;
    return { inputs, outputs, weights: weights.subarray(at, at + size) };
  };
  return {
    shape,
    agents,
    size,
    place,
    group_count,
    common,
    x,
    dy,
    layer,
    weights: t.upload(weights),
    groups: t.upload(Uint32Array.from(groups)),
    activation: ACTIVATIONS[shape.activation],
  };
}
type LayerCase = ReturnType<typeof layerOf>;

function forward(t: DeviceUnderTest, { x, weights, groups, common, place, activation }: LayerCase) {
  const { seeds, agents, columns, outputs } = common;
  const y = operand(t, { seeds, agents, rows: outputs, columns });
  const params = { ...common, ...place, activation, ...viewParams("x", x), ...viewParams("y", y) };
  return { y, step: call(denseForward, { x: x.array, weights, groups, y: y.array }, params) };
}

function backwardInput(t: DeviceUnderTest, c: LayerCase, accumulate: 0 | 1) {
  const { x, dy, weights, groups, common, place, activation } = c;
  const { seeds, agents, columns, inputs } = common;
  const start = accumulate === 1
    ? (s: number, a: number, r: number, column: number) => value(4, ((s * 16 + a) * 256 + r) * 1024 + column)
    : undefined;
  const dx = operand(t, { seeds, agents, rows: inputs, columns }, start);
  const views = { ...viewParams("dy", dy), ...viewParams("x", x), ...viewParams("dx", dx) };
  const step = call(
    denseBackwardInput,
    { dy: dy.array, weights, groups, x: x.array, dx: dx.array },
    { ...common, ...place, activation, accumulate, ...views },
  );
  return { dx, step };
}

function backwardWeights(t: DeviceUnderTest, c: LayerCase) {
  const { x, dy, groups, common, place, group_count } = c;
  const gradients = t.upload(new Float32Array(place.w_at + common.seeds * place.w_seed).fill(UNTOUCHED));
  const views = { ...viewParams("dy", dy), ...viewParams("x", x) };
  const step = call(
    denseBackwardWeights,
    { dy: dy.array, x: x.array, groups, gradients },
    { ...common, ...place, group_count, ...views },
  );
  return { gradients, step };
}

async function expectForward(t: DeviceUnderTest, shape: Shape): Promise<void> {
  const c = layerOf(t, shape);
  const { y, step } = forward(t, c);
  await t.run(step);
  await expectRows(t, y, (s, a) => {
    const layer = c.layer(s, shape.groups[a]!);
    return reference.denseForward(layer, rowsOf(c.x, c.x.words, s, a), shape.columns, shape.activation);
  });
}

async function expectBackwardInput(t: DeviceUnderTest, shape: Shape, accumulate: 0 | 1): Promise<void> {
  const c = layerOf(t, shape);
  const { dx, step } = backwardInput(t, c, accumulate);
  await t.run(step);
  const before = dx.words;
  if (accumulate === 1) {
    // Outside of the columns such an array is NaN.
    const words = await t.device.read(dx.array);
    t.device.write(dx.array, words.map((word, k) => Number.isNaN(before[k]!) ? UNTOUCHED : word));
  }
  await expectRows(t, dx, (s, a) => {
    const [x, dy] = [rowsOf(c.x, c.x.words, s, a), rowsOf(c.dy, c.dy.words, s, a)];
    const layer = c.layer(s, shape.groups[a]!);
    const result = reference.denseBackwardInput(layer, dy, x, shape.columns, shape.activation);
    if (accumulate === 0) return result;
    const start = rowsOf(dx, before, s, a);
    return result.map((row, r) => row.map((v, column) => v + start[r]![column]!));
  });
}

async function expectBackwardWeights(t: DeviceUnderTest, shape: Shape): Promise<void> {
  const c = layerOf(t, shape);
  const { gradients, step } = backwardWeights(t, c);
  await t.run(step);
  const words = await t.device.read(gradients);
  for (let s = 0; s < shape.seeds; s++) {
    for (let g = 0; g < c.group_count; g++) {
      const expected = new Float64Array(c.size);
      for (let a = 0; a < c.agents; a++) {
        if (shape.groups[a] !== g) continue;
        const [x, dy] = [rowsOf(c.x, c.x.words, s, a), rowsOf(c.dy, c.dy.words, s, a)];
        const part = reference.denseBackwardWeights(shape, dy, x, shape.columns);
        for (let k = 0; k < c.size; k++) expected[k]! += part[k]!;
      }
      const at = c.place.w_at + s * c.place.w_seed + g * c.place.w_group;
      expectClose(words.subarray(at, at + c.size), expected);
      words.fill(UNTOUCHED, at, at + c.size);
    }
  }
  expect(words.every((word) => word === UNTOUCHED)).toBe(true);
}

const one: Shape = { seeds: 1, groups: [0], columns: 1, inputs: 1, outputs: 1, activation: "none" };
const shapes: readonly Shape[] = [
  one,
  { ...one, columns: 7, inputs: 3, outputs: 5, activation: "relu" },
  { ...one, columns: 257, inputs: 13, outputs: 17, activation: "tanh" },
  { seeds: 2, groups: [0, 1, 2, 3, 4, 5], columns: 300, inputs: 5, outputs: 64, activation: "tanh" },
  { seeds: 1, groups: [0, 1, 2, 3, 4, 5], columns: 40, inputs: 64, outputs: 64, activation: "tanh" },
  { seeds: 2, groups: [0, 1, 2], columns: 300, inputs: 64, outputs: 2, activation: "tanh" },
  { seeds: 3, groups: [1, 0, 1, 2, 1], columns: 100, inputs: 21, outputs: 6, activation: "relu" },
  { seeds: 2, groups: [0, 0, 0, 0], columns: 33, inputs: 6, outputs: 1, activation: "none", shared: true },
  { seeds: 1, groups: [0], columns: 520, inputs: 20, outputs: 128, activation: "relu" },
  { seeds: 1, groups: [0], columns: 264, inputs: 128, outputs: 4, activation: "none" },
];
const titled = shapes.map((shape) => ({ ...shape, title: JSON.stringify(shape) }));

const anyShape = fc.record({
  seeds: fc.integer({ min: 1, max: 2 }),
  groups: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 4 }),
  columns: fc.integer({ min: 1, max: 60 }),
  inputs: fc.integer({ min: 1, max: 40 }),
  outputs: fc.integer({ min: 1, max: 40 }),
  activation: fc.constantFrom<Activation>("none", "relu", "tanh"),
  shared: fc.boolean(),
});

describeOnDevices("dense", (underTest) => {
  test.each(titled)("forward $title", (shape) => expectForward(underTest(), shape));

  test.each(titled)("gradient of the inputs $title", async (shape) => {
    await expectBackwardInput(underTest(), shape, 0);
    await expectBackwardInput(underTest(), shape, 1);
  });

  test.each(titled)("gradient of the weights $title", (shape) => expectBackwardWeights(underTest(), shape));

  test("any shape", async () => {
    const property = fc.asyncProperty(anyShape, async (shape) => {
      await expectForward(underTest(), shape);
      await expectBackwardInput(underTest(), shape, 0);
      await expectBackwardWeights(underTest(), shape);
    });
    await fc.assert(property, { seed: 20261122, numRuns: 40, endOnFailure: true });
  });

  test("without inputs the output is the activated bias, and only it has a gradient", async () => {
    for (const activation of ["none", "relu", "tanh"] as const) {
      const shape: Shape = { seeds: 2, groups: [0, 1, 0], columns: 20, inputs: 0, outputs: 7, activation };
      await expectForward(underTest(), shape);
      await expectBackwardWeights(underTest(), shape);
    }
  });

  test("gradient of an activation", async () => {
    const t = underTest();
    for (const activation of ["none", "relu", "tanh"] as const) {
      const extent = { seeds: 2, agents: 3, rows: 5, columns: 261 };
      const y = operand(
        t,
        extent,
        (s, a, r, c) => reference.activate(value(5, s + a + 7 * r + c), activation),
      );
      const dy = operand(t, extent, (s, a, r, c) => value(6, s + a + 7 * r + c));
      const { seeds, agents, rows, columns } = extent;
      const params = { seeds, agents, rows, columns, ...viewParams("y", y), ...viewParams("dy", dy) };
      const arrays = { y: y.array, dy: dy.array };
      await t.run(call(denseActivationGradient, arrays, { ...params, activation: ACTIVATIONS[activation] }));
      const words = await t.device.read(dy.array);
      for (let s = 0; s < seeds; s++) {
        for (let a = 0; a < agents; a++) {
          const before = rowsOf(dy, dy.words, s, a);
          const result = reference.denseActivationGradient(
            rowsOf(y, y.words, s, a),
            before,
            columns,
            activation,
          );
          expectClose(flat(rowsOf(dy, words, s, a)), flat(result));
        }
      }
    }
  });

  test("a NaN stays one through relu and tanh, so that faults are found", async () => {
    const t = underTest();
    for (const activation of ["none", "relu", "tanh"] as const) {
      const c = layerOf(t, { ...one, inputs: 2, outputs: 2, columns: 8, activation });
      c.x.words[wordOf(c.x, 0, 0, 1, 3)] = NaN;
      t.device.write(c.x.array, c.x.words);
      const { y, step } = forward(t, c);
      await t.run(step);
      const [first, second] = rowsOf(y, await t.device.read(y.array), 0, 0);
      expect([...first!].map(Number.isNaN)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((column) => column === 3));
      expect(second![3]).toBeNaN();
    }
  });

  test("a seed alone gives the same bits as among others", async () => {
    const t = underTest();
    const shape: Shape = {
      seeds: 3,
      groups: [0, 1, 0],
      columns: 300,
      inputs: 13,
      outputs: 11,
      activation: "tanh",
    };
    const all = layerOf(t, shape);
    const results = async (c: LayerCase) => {
      const [f, i, w] = [forward(t, c), backwardInput(t, c, 0), backwardWeights(t, c)];
      await t.run(f.step, i.step, w.step);
      const gradients = await t.device.read(w.gradients);
      return { f, i, y: await t.device.read(f.y.array), dx: await t.device.read(i.dx.array), gradients };
    };
    const together = await results(all);
    for (let s = 0; s < shape.seeds; s++) {
      const part = <Rows extends Operand>(rows: Rows) => ({ ...rows, at: rows.at + s * rows.seed });
      const { w_at, w_seed } = all.place;
      const alone = await results({
        ...all,
        common: { ...all.common, seeds: 1 },
        place: { ...all.place, w_at: w_at + s * w_seed },
        x: part(all.x),
        dy: part(all.dy),
      });
      const { f, i } = alone;
      for (let a = 0; a < shape.groups.length; a++) {
        expect(rowsOf(f.y, alone.y, 0, a)).toEqual(rowsOf(together.f.y, together.y, s, a));
        expect(rowsOf(i.dx, alone.dx, 0, a)).toEqual(rowsOf(together.i.dx, together.dx, s, a));
      }
      const at = w_at + s * w_seed;
      const end = at + all.group_count * all.place.w_group - 2;
      expect(alone.gradients.subarray(at, end)).toEqual(together.gradients.subarray(at, end));
    }
  });
});

describe("the reference of dense", () => {
  /** The loss is a fixed weighting of the second layer's results. */
  const columns = 4;
  const sizes = [3, 5, 2] as const;
  const numbers = (tensor: number, length: number) =>
    Float64Array.from({ length }, (_, k) => value(tensor, k));
  const rows = (tensor: number, count: number) =>
    Array.from({ length: count }, (_, r) => numbers(100 * tensor + r, columns));

  test.each(["none", "relu", "tanh"] as const)(
    "has the gradients of central differences: %s",
    (activation) => {
      const [x, dy] = [rows(1, sizes[0]), rows(2, sizes[2])];
      const first = { inputs: sizes[0], outputs: sizes[1], weights: numbers(3, (sizes[0] + 1) * sizes[1]) };
      const second = { inputs: sizes[1], outputs: sizes[2], weights: numbers(4, (sizes[1] + 1) * sizes[2]) };
      const hiddenOf = () => reference.denseForward(first, x, columns, activation);
      const loss = () => {
        const y = reference.denseForward(second, hiddenOf(), columns, "none");
        return flat(y).reduce((sum, v, k) => sum + v * flat(dy)[k]!, 0);
      };
      const hidden = hiddenOf();
      const dHidden = reference.denseBackwardInput(second, dy, hidden, columns, activation);
      const dx = reference.denseBackwardInput(first, dHidden, x, columns, "none");
      const gradients: [Float64Array, ArrayLike<number>][] = [
        [first.weights, reference.denseBackwardWeights(first, dHidden, x, columns)],
        [second.weights, reference.denseBackwardWeights(second, dy, hidden, columns)],
        ...x.map((row, r): [Float64Array, ArrayLike<number>] => [row, dx[r]!]),
      ];
      const step = 1e-5;
      for (const [parameters, gradient] of gradients) {
        const differences = parameters.map((start, k) => {
          parameters[k] = start + step;
          const above = loss();
          parameters[k] = start - step;
          const below = loss();
          parameters[k] = start;
          return (above - below) / (2 * step);
        });
        expectClose(gradient, differences, { rtol: 1e-7, atol: 1e-8 });
      }
      // The derivative alone is the same as the one inside of the gradient of the inputs.
      const plain = reference.denseBackwardInput(second, dy, hidden, columns, "none");
      expectClose(
        flat(reference.denseActivationGradient(hidden, plain, columns, activation)),
        flat(dHidden),
        { rtol: 1e-12, atol: 1e-12 },
      );
    },
  );
});
