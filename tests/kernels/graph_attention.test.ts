import { expect, test } from "vitest";
import { graphAttentionRows } from "../../engine/device/kernels.ts";
import type { Activation } from "../../engine/device/kernels/dense.ts";
import { graphAttentionBackward, graphAttentionForward } from "../../engine/learning/attention.ts";
import { attentionTable } from "../../engine/learning/graph.ts";
import { activate, differences, dot } from "../reference/activation.ts";
import * as reference from "../reference/graph_attention.ts";
import { describeOnDevices, expectClose } from "../setup/devices.ts";
import { draw, drawn, type Links, randomLinks, scenarioLinks, star, withSelf } from "../setup/graphs.ts";
import { operand, readColumns, UNTOUCHED } from "../setup/views.ts";

interface Case {
  name: string;
  neighbours: Links;
  heads: number;
  features: number;
  columns: number;
  seeds: number;
  activation: Activation;
}

const kotecha = withSelf(await scenarioLinks("kotecha-6"));
const cases: Case[] = [
  {
    name: "a single node",
    neighbours: [[0]],
    heads: 1,
    features: 1,
    columns: 1,
    seeds: 1,
    activation: "none",
  },
  {
    name: "a star",
    neighbours: withSelf(star(7)),
    heads: 4,
    features: 5,
    columns: 37,
    seeds: 2,
    activation: "tanh",
  },
  {
    name: "kotecha-6",
    neighbours: kotecha,
    heads: 4,
    features: 2,
    columns: 523,
    seeds: 2,
    activation: "relu",
  },
  {
    name: "a random graph",
    neighbours: withSelf(randomLinks(24, 0.2, 5)),
    heads: 1,
    features: 4,
    columns: 9,
    seeds: 3,
    activation: "none",
  },
  {
    name: "nodes that listen to nobody, or in one direction",
    neighbours: [[1, 2], [], [1], [0, 3]],
    heads: 4,
    features: 9,
    columns: 40,
    seeds: 1,
    activation: "tanh",
  },
];

/** Words of other weights before each seed's vectors. */
const A_AT = 3;

test("the reference's gradients are those of central differences", () => {
  const heads = { neighbours: [[0, 1, 2], [1], [], [3, 0]], heads: 2 };
  const values = (stream: number, length: number) => Float64Array.from({ length }, (_, k) => draw(stream, k));
  const [x, vectors, dy] = [values(1, 24), values(2, 12), values(3, 24)];
  const { dx, dVectors } = reference.graphAttentionBackward(heads, x, vectors, dy);
  const loss = (x: Float64Array, vectors: Float64Array) =>
    dot(dy, reference.graphAttention(heads, x, vectors));
  const tolerance = { rtol: 1e-6, atol: 1e-8 };
  expectClose(dx, differences((x) => loss(x, vectors), x), tolerance);
  expectClose(dVectors, differences((vectors) => loss(x, vectors), vectors), tolerance);
});

test("the reference has the paper's coefficients", () => {
  const heads = { neighbours: [[0, 1], [1]], heads: 1 };
  // Scores 2 * 1 - 1 * 1 = 1 and 2 * 1 - 1 * 4 = -2, which leaky relu makes -0.4.
  const weight = 1 / (1 + Math.exp(-1.4));
  const expected = Float64Array.of(weight * 1 + (1 - weight) * 4, 4);
  const result = reference.graphAttention(heads, Float64Array.of(1, 4), Float64Array.of(2, -1));
  expectClose(result, expected, { rtol: 1e-12 });
});

describeOnDevices("graph_attention", (underTest) => {
  test.each(cases)("attends forward and backward: $name", async (given) => {
    const { neighbours, heads, features, columns, seeds, activation } = given;
    const { agents, edges, words } = attentionTable(neighbours);
    const shape = { seeds, agents, rows: heads * features, columns };
    const scores = { ...shape, agents: 1, rows: graphAttentionRows({ agents, heads, edges }) };
    const [x, dy] = [operand(underTest(), "x", shape, drawn(1)), operand(underTest(), "dy", shape, drawn(2))];
    const [y, dx] = [operand(underTest(), "y", shape, () => 7), operand(underTest(), "dx", shape, () => 7)];
    const attention = operand(underTest(), "attention", scores, () => 7);
    const d_attention = operand(underTest(), "d_attention", scores, () => 7);
    const length = 2 * heads * features;
    const w_seed = A_AT + length + 2;
    const a = Float32Array.from({ length: seeds * w_seed }, (_, k) => draw(3, k));
    const weights = underTest().upload(a);
    const gradients = underTest().upload(a.map(() => UNTOUCHED));
    const size = { graph: underTest().upload(words), seeds, agents, columns, heads, features, edges };
    const views = { x: x.view, attention: attention.view };
    const at = { weights, a_at: A_AT, w_seed };
    await underTest().run(
      ...graphAttentionForward(size, { ...views, y: y.view }, { ...at, activation }),
      ...graphAttentionBackward(size, { ...views, dy: dy.view, d_attention: d_attention.view, dx: dx.view }, {
        ...at,
        gradients,
      }),
    );
    const [xs, dys] = [await readColumns(underTest(), x), await readColumns(underTest(), dy)];
    const [ys, dxs] = [await readColumns(underTest(), y), await readColumns(underTest(), dx)];
    await readColumns(underTest(), attention);
    await readColumns(underTest(), d_attention);
    const expectedGradients = new Float64Array(a.length).fill(UNTOUCHED);
    for (let seed = 0; seed < seeds; seed++) {
      const first = seed * w_seed + A_AT;
      const vectors = Float64Array.from(a.subarray(first, first + length));
      const sum = expectedGradients.subarray(first, first + length).fill(0);
      for (let column = 0; column < columns; column++) {
        const [values, gradient] = [xs[seed]![column]!, dys[seed]![column]!];
        const sums = reference.graphAttention({ neighbours, heads }, values, vectors);
        expectClose(ys[seed]![column]!, sums.map((value) => activate(value, activation)));
        const expected = reference.graphAttentionBackward({ neighbours, heads }, values, vectors, gradient);
        expectClose(dxs[seed]![column]!, expected.dx);
        for (const [n, value] of expected.dVectors.entries()) sum[n]! += value;
      }
    }
    const actual = await underTest().device.read(gradients);
    for (let seed = 0; seed < seeds; seed++) {
      const [from, to] = [seed * w_seed + A_AT, seed * w_seed + A_AT + length];
      // Sums of many terms of both signs: relative to the largest.
      expectClose(actual.subarray(from, to), expectedGradients.subarray(from, to), { atol: 1e-4 });
      actual.fill(UNTOUCHED, from, to);
    }
    expect(actual.every((word) => word === UNTOUCHED)).toBe(true);
  });

  test("gives the same bits whichever seeds run beside", async () => {
    const { agents, edges, words } = attentionTable(kotecha);
    const size = { agents, columns: 300, heads: 2, features: 3, edges };
    const gradientsOf = async (seeds: number) => {
      const shape = { seeds, agents, rows: 6, columns: 300 };
      const scores = { ...shape, agents: 1, rows: graphAttentionRows({ agents, heads: 2, edges }) };
      const [x, dy] = [
        operand(underTest(), "x", shape, drawn(1)),
        operand(underTest(), "dy", shape, drawn(2)),
      ];
      const [y, dx] = [operand(underTest(), "y", shape), operand(underTest(), "dx", shape)];
      const [attention, d_attention] = [
        operand(underTest(), "alpha", scores),
        operand(underTest(), "d", scores),
      ];
      const weights = underTest().upload(
        Float32Array.from({ length: seeds * 12 }, (_, k) => draw(3, k % 12)),
      );
      const gradients = underTest().upload(new Float32Array(seeds * 12));
      const graph = underTest().upload(words);
      const views = { x: x.view, attention: attention.view };
      const at = { weights, a_at: 0, w_seed: 12 };
      await underTest().run(
        ...graphAttentionForward({ ...size, graph, seeds }, { ...views, y: y.view }, {
          ...at,
          activation: "none",
        }),
        ...graphAttentionBackward(
          { ...size, graph, seeds },
          { ...views, dy: dy.view, d_attention: d_attention.view, dx: dx.view },
          { ...at, gradients },
        ),
      );
      return [...await underTest().device.read(gradients, 0, 12)];
    };
    expect(await gradientsOf(3)).toEqual(await gradientsOf(1));
  });
});
