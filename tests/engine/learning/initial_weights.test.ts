import { describe, expect, test } from "vitest";
import { initialise, orthogonal } from "../../../engine/learning/initial_weights.ts";
import { findMethod } from "../../../engine/learning/methods.ts";
import {
  type DenseLayer,
  denseLayers,
  type NetworkSpec,
  weightWords,
} from "../../../engine/learning/network_spec.ts";
import { Model } from "../../../engine/learning/model.ts";
import { compileForTraining } from "../../../engine/learning/training_network.ts";
import { WasmDevice } from "../../../engine/device/wasm.ts";
import { draw } from "../../setup/graphs.ts";
import { tiny, twoShops } from "../../setup/training.ts";

/** Products of all rows, or of all columns where there are fewer. */
function products(matrix: ArrayLike<number>, rows: number, columns: number): number[][] {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const at = (v: number, e: number) => matrix[rows <= columns ? v * columns + e : e * columns + v]!;
  return Array.from(
    { length: count },
    (_, u) =>
      Array.from({ length: count }, (_, v) => {
        let sum = 0;
        for (let e = 0; e < length; e++) sum += at(u, e) * at(v, e);
        return sum;
      }),
  );
}

function expectOrthogonal(matrix: ArrayLike<number>, rows: number, columns: number, gain: number): void {
  products(matrix, rows, columns).forEach((row, u) =>
    row.forEach((product, v) => expect(product / gain ** 2).toBeCloseTo(u === v ? 1 : 0, 5))
  );
}

test.each([[3, 7], [7, 3], [5, 5], [1, 4], [4, 1], [64, 64]])(
  "%i x %i is made orthogonal",
  (rows, columns) => {
    const matrix = Float64Array.from({ length: rows * columns }, (_, k) => draw(3, k));
    const before = matrix.slice();
    expectOrthogonal(orthogonal(matrix, rows, columns), rows, columns, 1);
    expect(matrix).toEqual(before);
  },
);

async function modelOf(
  method: string,
  seeds: number[],
  changes = {},
): Promise<{ model: Model; words: Float32Array }> {
  const device = await WasmDevice.create();
  const h = tiny({ initialDeviation: 0.4, ...changes });
  const compiled = compileForTraining(twoShops(), findMethod(method), h);
  const model = new Model(device, compiled, findMethod(method), h, seeds);
  return { model, words: await device.read(model.weights) };
}

/** A layer's matrix and bias in a group of a seed's words. */
function partsOf(words: Float32Array, spec: NetworkSpec, group: number, { inputs, outputs, at }: DenseLayer) {
  const first = spec.base + group * spec.groupSize + at;
  const bias = first + inputs * outputs;
  return { matrix: words.subarray(first, bias), bias: words.subarray(bias, bias + outputs) };
}

describe("a new model", () => {
  test.each(["marl", "marl-gnn", "ippo", "ppo"])(
    "of %s has orthogonal layers with their gains",
    async (method) => {
      const { model, words } = await modelOf(method, [12]);
      for (const { spec } of [model.actor, model.critic]) {
        for (let group = 0; group < spec.groupCount; group++) {
          for (const layer of denseLayers(spec)) {
            const { matrix, bias } = partsOf(words, spec, group, layer);
            if (layer.inputs > 0) expectOrthogonal(matrix, layer.outputs, layer.inputs, layer.gain);
            for (const value of bias) expect(value).toBeCloseTo(layer.bias, 6);
          }
        }
      }
    },
  );

  test("acts with the initial deviation, around 0, everywhere", async () => {
    for (const deviation of ["learned", "state"]) {
      const { model: { actor: { spec } }, words } = await modelOf("mappo", [12], { deviation });
      const [means, deviations] = spec.heads as readonly [DenseLayer, DenseLayer];
      expect(means.gain).toBeLessThan(0.05);
      expect(partsOf(words, spec, 2, means).bias.every((value) => value === 0)).toBe(true);
      expect(partsOf(words, spec, 2, deviations).bias[0]).toBeCloseTo(Math.log(0.4), 6);
    }
  });

  test("draws every tensor of every seed anew, and the same alone or among others", async () => {
    const { model, words } = await modelOf("marl-gnn", [12, 13]);
    const [one, other] = [words.subarray(0, model.words), words.subarray(model.words)];
    expect((await modelOf("marl-gnn", [13])).words).toEqual(other.slice());
    const firsts = [one, other].flatMap((own) =>
      [model.actor.spec, model.critic.spec].flatMap((spec) =>
        Array.from(
          { length: spec.groupCount },
          (_, group) =>
            spec.layers.flatMap((layer) =>
              "at" in layer ? [own[spec.base + group * spec.groupSize + layer.at]!] : []
            ),
        ).flat()
      )
    );
    expect(firsts.length).toBeGreaterThan(12);
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test("draws attention vectors within Glorot's bound", async () => {
    const { model: { critic: { spec } }, words } = await modelOf("marl-gnn", [12], { graphWidths: [64, 64] });
    const [layer] = spec.layers.filter((layer) => layer.kind === "attention");
    const { heads, features, at } = layer!;
    const vectors = words.subarray(spec.base + at, spec.base + at + 2 * heads * features);
    const limit = Math.sqrt(6 / (2 * features + 1));
    const largest = Math.max(...vectors.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(limit);
    expect(largest).toBeGreaterThan(0.9 * limit);
  });
});

test("only the words of the network are written", () => {
  const spec: NetworkSpec = {
    name: "n",
    agents: 2,
    inputs: 2,
    layers: [],
    heads: [{ kind: "dense", inputs: 2, outputs: 1, activation: "none", at: 0, gain: 1, bias: 5 }],
    groups: [0, 1],
    groupCount: 2,
    groupSize: 4,
    base: 8,
  };
  const weights = new Float32Array(20).fill(-9);
  const numbers = { next: 3 };
  initialise(weights, spec, 1, numbers);
  expect(numbers.next).toBe(5);
  expect(weightWords(spec)).toBe(8);
  const kept = [0, 1, 2, 3, 4, 5, 6, 7, 11, 15, 16, 17, 18, 19];
  expect(kept.every((k) => weights[k] === -9)).toBe(true);
  expect([weights[10], weights[14]]).toEqual([5, 5]);
  expect(Math.hypot(weights[8]!, weights[9]!)).toBeCloseTo(1, 6);
  expect(weights.slice(8, 10)).not.toEqual(weights.slice(12, 14));
});
