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
import { viewParams } from "../../engine/device/view.ts";
import { activate, differences, dot } from "../reference/activation.ts";
import * as reference from "../reference/dense.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";
import { draw, drawn } from "../setup/graphs.ts";
import { type Operand, operand, readColumns, UNTOUCHED } from "../setup/views.ts";

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

/** Everything that a layer of a shape is called with. */
function layerOf(t: DeviceUnderTest, shape: Shape) {
  const { seeds, groups, columns, inputs, outputs, activation, shared = false } = shape;
  const agents = groups.length;
  const group_count = Math.max(...groups) + 1;
  const size = (inputs + 1) * outputs;
  // Odd numbers: weights are aligned to words only.
  const place = { w_at: 3, w_group: size + 2, w_seed: group_count * (size + 2) + 1 };
  const weights = Float32Array.from({ length: place.w_at + seeds * place.w_seed }, (_, k) => draw(1, k));
  // What a layer below with this activation could have given.
  const below = (...at: number[]) => Math.fround(activate(drawn(2)(...at), activation));
  const x = operand(t, "x", { seeds, agents: shared ? 1 : agents, rows: inputs, columns }, below);
  return {
    shape,
    size,
    place,
    group_count,
    common: { seeds, agents, columns, inputs, outputs },
    x: shared ? { ...x, view: { ...x.view, agent: 0 } } : x,
    dy: operand(t, "dy", { seeds, agents, rows: outputs, columns }, drawn(3)),
    layer: (s: number, g: number): reference.Layer => {
      const at = place.w_at + s * place.w_seed + g * place.w_group;
      return { inputs, outputs, weights: weights.subarray(at, at + size) };
    },
    weights: t.upload(weights),
    groups: t.upload(Uint32Array.from(groups)),
    activation: ACTIVATIONS[activation],
  };
}
type Layer = ReturnType<typeof layerOf>;

function forward(t: DeviceUnderTest, { x, weights, groups, common, place, activation }: Layer) {
  const { seeds, agents, columns, outputs } = common;
  const y = operand(t, "y", { seeds, agents, rows: outputs, columns });
  const params = { ...common, ...place, activation, ...viewParams("x", x.view), ...viewParams("y", y.view) };
  return { y, step: call(denseForward, { x: x.view.array, weights, groups, y: y.view.array }, params) };
}

function backwardInput(t: DeviceUnderTest, layer: Layer, accumulate: 0 | 1) {
  const { x, dy, weights, groups, common, place, activation } = layer;
  const { seeds, agents, columns, inputs } = common;
  const dx = operand(t, "dx", { seeds, agents, rows: inputs, columns }, drawn(4));
  const views = { ...viewParams("dy", dy.view), ...viewParams("x", x.view), ...viewParams("dx", dx.view) };
  const arrays = { dy: dy.view.array, weights, groups, x: x.view.array, dx: dx.view.array };
  return {
    dx,
    step: call(denseBackwardInput, arrays, { ...common, ...place, activation, accumulate, ...views }),
  };
}

function backwardWeights(t: DeviceUnderTest, { x, dy, groups, common, place, group_count }: Layer) {
  const gradients = t.upload(new Float32Array(place.w_at + common.seeds * place.w_seed).fill(UNTOUCHED));
  const views = { ...viewParams("dy", dy.view), ...viewParams("x", x.view) };
  const arrays = { dy: dy.view.array, x: x.view.array, groups, gradients };
  return {
    gradients,
    step: call(denseBackwardWeights, arrays, { ...common, ...place, group_count, ...views }),
  };
}

/** An agent's rows of one column. */
function rowsOf(
  all: Float64Array[][],
  { shape, view }: Operand,
  s: number,
  a: number,
  c: number,
): Float64Array {
  const agent = view.agent === 0 ? 0 : a;
  return all[s]![c]!.subarray(agent * shape.rows, (agent + 1) * shape.rows);
}

/** Calls `check` with an agent's column of each operand, for every seed, agent and column. */
async function forEachColumn(
  t: DeviceUnderTest,
  { shape }: Layer,
  operands: readonly Operand[],
  visit: (s: number, a: number, rows: Float64Array[]) => void,
): Promise<void> {
  const all: Float64Array[][][] = [];
  for (const one of operands) all.push(await readColumns(t, one));
  for (let s = 0; s < shape.seeds; s++) {
    for (let a = 0; a < shape.groups.length; a++) {
      for (let c = 0; c < shape.columns; c++) {
        visit(s, a, operands.map((one, k) => rowsOf(all[k]!, one, s, a, c)));
      }
    }
  }
}

async function expectForward(t: DeviceUnderTest, shape: Shape): Promise<void> {
  const layer = layerOf(t, shape);
  const { y, step } = forward(t, layer);
  await t.run(step);
  const [results, expected]: number[][] = [[], []];
  await forEachColumn(t, layer, [layer.x, y], (s, a, [x, y]) => {
    results!.push(...y!);
    expected!.push(...reference.denseForward(layer.layer(s, shape.groups[a]!), x!, shape.activation));
  });
  expectClose(results!, expected!);
}

async function expectBackwardInput(t: DeviceUnderTest, shape: Shape, accumulate: 0 | 1): Promise<void> {
  const layer = layerOf(t, shape);
  const { dx, step } = backwardInput(t, layer, accumulate);
  const [results, expected]: number[][] = [[], []];
  await forEachColumn(t, layer, [layer.x, layer.dy, dx], (s, a, [x, dy, before]) => {
    const part = reference.denseBackwardInput(layer.layer(s, shape.groups[a]!), dy!, x!, shape.activation);
    expected!.push(...part.map((value, i) => value + accumulate * before![i]!));
  });
  await t.run(step);
  await forEachColumn(t, layer, [dx], (_s, _a, [dx]) => void results!.push(...dx!));
  expectClose(results!, expected!);
}

async function expectBackwardWeights(t: DeviceUnderTest, shape: Shape): Promise<void> {
  const layer = layerOf(t, shape);
  const { gradients, step } = backwardWeights(t, layer);
  await t.run(step);
  const words = await t.device.read(gradients);
  const expected = new Float64Array(words.length).fill(UNTOUCHED);
  const { place, size, group_count } = layer;
  const partOf = (s: number, g: number) => {
    const at = place.w_at + s * place.w_seed + g * place.w_group;
    return expected.subarray(at, at + size);
  };
  for (let s = 0; s < shape.seeds; s++) for (let g = 0; g < group_count; g++) partOf(s, g).fill(0);
  await forEachColumn(t, layer, [layer.x, layer.dy], (s, a, [x, dy]) => {
    reference.addWeightGradients(partOf(s, shape.groups[a]!), shape, dy!, x!);
  });
  const largest = expected.reduce(
    (most, value) => value === UNTOUCHED ? most : Math.max(most, Math.abs(value)),
    0,
  );
  expectClose(words, expected, { atol: 1e-5 * largest / UNTOUCHED });
}

const one: Shape = { seeds: 1, groups: [0], columns: 1, inputs: 1, outputs: 1, activation: "none" };
const shapes: readonly Shape[] = [
  one,
  { ...one, columns: 7, inputs: 3, outputs: 5, activation: "relu" },
  { ...one, columns: 257, inputs: 13, outputs: 17, activation: "tanh" },
  { seeds: 1, groups: [0, 1, 2, 3, 4, 5], columns: 300, inputs: 5, outputs: 64, activation: "tanh" },
  { seeds: 1, groups: [0, 1, 2, 3, 4, 5], columns: 40, inputs: 64, outputs: 64, activation: "tanh" },
  { seeds: 2, groups: [0, 1], columns: 300, inputs: 64, outputs: 2, activation: "tanh" },
  { seeds: 3, groups: [1, 0, 1, 2, 1], columns: 100, inputs: 21, outputs: 6, activation: "relu" },
  { seeds: 2, groups: [0, 0, 0, 0], columns: 33, inputs: 6, outputs: 1, activation: "none", shared: true },
  { seeds: 1, groups: [0], columns: 264, inputs: 20, outputs: 128, activation: "relu" },
  { seeds: 1, groups: [0], columns: 72, inputs: 128, outputs: 4, activation: "none" },
];
const cases = shapes.map((shape) => {
  const { inputs, outputs, groups, columns, seeds, activation } = shape;
  return {
    title: `${inputs}-${outputs} ${activation}, groups ${groups}, ${columns} columns, ${seeds} seeds`,
    shape,
  };
});

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
  test.each(cases)("forward: $title", ({ shape }) => expectForward(underTest(), shape));

  test.each(cases)("gradients of inputs: $title", async ({ shape }) => {
    await expectBackwardInput(underTest(), shape, 0);
    await expectBackwardInput(underTest(), shape, 1);
  });

  test.each(cases)("gradients of weights: $title", ({ shape }) => expectBackwardWeights(underTest(), shape));

  test("any shape", async () => {
    const property = fc.asyncProperty(anyShape, async (shape) => {
      await expectForward(underTest(), shape);
      await expectBackwardInput(underTest(), shape, 0);
      await expectBackwardWeights(underTest(), shape);
    });
    await fc.assert(property, { seed: 20261122, numRuns: 15, endOnFailure: true });
  });

  test.each(["none", "relu", "tanh"] as const)(
    "without inputs, a row is the bias: %s",
    async (activation) => {
      const shape: Shape = { seeds: 2, groups: [0, 1, 0], columns: 20, inputs: 0, outputs: 7, activation };
      await expectForward(underTest(), shape);
      await expectBackwardWeights(underTest(), shape);
    },
  );

  test.each(["none", "relu", "tanh"] as const)("gradient through an activation: %s", async (activation) => {
    const t = underTest();
    const shape = { seeds: 2, agents: 3, rows: 5, columns: 261 };
    const y = operand(t, "y", shape, (...at) => Math.fround(activate(drawn(5)(...at), activation)));
    const dy = operand(t, "dy", shape, drawn(6));
    const [results, before] = [await readColumns(t, y), await readColumns(t, dy)];
    const params = { ...shape, ...viewParams("y", y.view), ...viewParams("dy", dy.view) };
    const arrays = { y: y.view.array, dy: dy.view.array };
    await t.run(call(denseActivationGradient, arrays, { ...params, activation: ACTIVATIONS[activation] }));
    const after = await readColumns(t, dy);
    const expected = before.map((all, s) =>
      all.map((d, c) => [...reference.denseActivationGradient(results[s]![c]!, d, activation)])
    );
    expectClose(after.flatMap((all) => all.flatMap((d) => [...d])), expected.flat(2));
  });

  test.each(["none", "relu", "tanh"] as const)(
    "NaN stays NaN, so that faults are found: %s",
    async (activation) => {
      const t = underTest();
      const layer = layerOf(t, { ...one, inputs: 2, outputs: 2, columns: 8, activation });
      const { at, row, array } = layer.x.view;
      t.device.write(array, Float32Array.of(NaN), at + row + 3);
      const { y, step } = forward(t, layer);
      await t.run(step);
      const [columns] = await readColumns(t, y);
      expect(columns!.map((results) => [...results].map(Number.isNaN))).toEqual(
        columns!.map((_, c) => [c === 3, c === 3]),
      );
    },
  );

  test("a seed alone gives the same bits as among others", async () => {
    const t = underTest();
    const shape: Shape = {
      seeds: 3,
      groups: [0, 1, 0],
      columns: 270,
      inputs: 13,
      outputs: 11,
      activation: "tanh",
    };
    const all = layerOf(t, shape);
    const { w_at, w_seed, w_group } = all.place;
    const results = async (layer: Layer) => {
      const [f, i, w] = [forward(t, layer), backwardInput(t, layer, 0), backwardWeights(t, layer)];
      await t.run(f.step, i.step, w.step);
      const gradients = await t.device.read(w.gradients);
      return { y: await readColumns(t, f.y), dx: await readColumns(t, i.dx), gradients };
    };
    const together = await results(all);
    for (let s = 0; s < shape.seeds; s++) {
      const part = ({ shape, view }: Operand): Operand => ({
        shape: { ...shape, seeds: 1 },
        view: { ...view, at: view.at + s * view.seed },
      });
      const at = w_at + s * w_seed;
      const alone = await results({
        ...all,
        common: { ...all.common, seeds: 1 },
        place: { ...all.place, w_at: at },
        x: part(all.x),
        dy: part(all.dy),
      });
      expect(alone.y[0]).toEqual(together.y[s]);
      expect(alone.dx[0]).toEqual(together.dx[s]);
      const end = at + all.group_count * w_group;
      expect(alone.gradients.subarray(at, end)).toEqual(together.gradients.subarray(at, end));
    }
  });
});

describe("the reference of dense", () => {
  const sizes = { inputs: 3, hidden: 5, outputs: 2 };
  const numbers = (stream: number, length: number) =>
    Float64Array.from({ length }, (_, k) => draw(stream, k));

  test.each(["none", "relu", "tanh"] as const)(
    "has the gradients of central differences: %s",
    (activation) => {
      const { inputs, hidden, outputs } = sizes;
      const [x, dy] = [numbers(1, inputs), numbers(2, outputs)];
      const first = { inputs, outputs: hidden, weights: numbers(3, (inputs + 1) * hidden) };
      const second = { inputs: hidden, outputs, weights: numbers(4, (hidden + 1) * outputs) };
      /** A fixed weighting of the second layer's results. */
      const loss = (of: { x?: Float64Array; first?: Float64Array; second?: Float64Array }) => {
        const below = { ...first, weights: of.first ?? first.weights };
        const above = { ...second, weights: of.second ?? second.weights };
        const results = reference.denseForward(below, of.x ?? x, activation);
        return dot(reference.denseForward(above, results, "none"), dy);
      };
      const results = reference.denseForward(first, x, activation);
      const dHidden = reference.denseBackwardInput(second, dy, results, activation);
      const gradients = [
        new Float64Array(first.weights.length),
        new Float64Array(second.weights.length),
      ] as const;
      reference.addWeightGradients(gradients[0], first, dHidden, x);
      reference.addWeightGradients(gradients[1], second, dy, results);
      const close = { rtol: 1e-7, atol: 1e-8 };
      expectClose(gradients[0], differences((weights) => loss({ first: weights }), first.weights), close);
      expectClose(gradients[1], differences((weights) => loss({ second: weights }), second.weights), close);
      const dx = reference.denseBackwardInput(first, dHidden, x, "none");
      expectClose(dx, differences((x) => loss({ x }), x), close);
      // An activation's part alone is the one inside of the gradient of the inputs.
      const plain = reference.denseBackwardInput(second, dy, results, "none");
      expectClose(reference.denseActivationGradient(results, plain, activation), dHidden, {
        rtol: 1e-12,
        atol: 0,
      });
    },
  );
});
