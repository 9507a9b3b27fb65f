import { expect, test } from "vitest";
import { call } from "../../engine/device/kernel.ts";
import { graphConvolution, graphConvolutionBackward } from "../../engine/device/kernels.ts";
import { ACTIVATIONS } from "../../engine/device/kernels/dense.ts";
import { viewParams } from "../../engine/device/view.ts";
import { convolutionTable } from "../../engine/learning/graph.ts";
import { differences, dot, slopeAt } from "../reference/activation.ts";
import * as reference from "../reference/graph_convolution.ts";
import { describeOnDevices, expectClose } from "../setup/devices.ts";
import { drawn, type Links, randomLinks, scenarioLinks, star, withSelf } from "../setup/graphs.ts";
import { operand, readColumns } from "../setup/views.ts";

const cases: { name: string; links: Links; rows: number; columns: number; seeds: number }[] = [
  { name: "a single node", links: [[]], rows: 1, columns: 1, seeds: 1 },
  { name: "a star", links: star(7), rows: 5, columns: 37, seeds: 2 },
  { name: "kotecha-6", links: await scenarioLinks("kotecha-6"), rows: 3, columns: 523, seeds: 2 },
  { name: "a random graph", links: randomLinks(24, 0.2, 5), rows: 2, columns: 9, seeds: 3 },
  { name: "a node alone", links: [[2], [], [0]], rows: 4, columns: 100, seeds: 1 },
];

test("the reference's gradient is that of central differences", () => {
  const links = randomLinks(9, 0.4, 6);
  const x = Float64Array.from({ length: 18 }, (_, k) => Math.sin(k));
  const dy = Float64Array.from({ length: 18 }, (_, k) => Math.cos(k));
  const expected = differences((x) => dot(dy, reference.graphConvolution(links, x)), x);
  expectClose(reference.graphConvolutionBackward(links, dy), expected, { rtol: 1e-7, atol: 1e-8 });
});

test("the reference averages what is alike on a regular graph", () => {
  const ring = [[1, 3], [0, 2], [1, 3], [0, 2]];
  expectClose(
    reference.graphConvolution(ring, Float64Array.of(3, 0, 0, 6)),
    Float64Array.of(3, 1, 2, 3),
    { rtol: 1e-12 },
  );
});

describeOnDevices("graph_convolution", (underTest) => {
  test.each(cases)("sums over neighbours: $name", async ({ links, rows, columns, seeds }) => {
    const { agents, edges, words } = convolutionTable(withSelf(links));
    const shape = { seeds, agents, rows, columns };
    const x = operand(underTest(), "x", shape, drawn(1));
    const y = operand(underTest(), "y", shape, () => 7);
    await underTest().run(
      call(graphConvolution, { graph: underTest().upload(words), x: x.view.array, y: y.view.array }, {
        ...shape,
        edges,
        ...viewParams("x", x.view),
        ...viewParams("y", y.view),
      }),
    );
    const [inputs, results] = [await readColumns(underTest(), x), await readColumns(underTest(), y)];
    for (const [seed, all] of inputs.entries()) {
      for (const [column, values] of all.entries()) {
        expectClose(results[seed]![column]!, reference.graphConvolution(links, values));
      }
    }
    expect.hasAssertions();
  });

  test.each(cases)("returns gradients through each activation: $name", async (given) => {
    const { links, rows, columns, seeds } = given;
    const { agents, edges, words } = convolutionTable(withSelf(links));
    const shape = { seeds, agents, rows, columns };
    const graph = underTest().upload(words);
    for (const activation of ["none", "relu", "tanh"] as const) {
      const dy = operand(underTest(), "dy", shape, drawn(2));
      const x = operand(underTest(), "x", shape, drawn(3));
      const dx = operand(underTest(), "dx", shape, () => 7);
      const arrays = { graph, dy: dy.view.array, x: x.view.array, dx: dx.view.array };
      await underTest().run(
        call(graphConvolutionBackward, arrays, {
          ...shape,
          edges,
          activation: ACTIVATIONS[activation],
          ...viewParams("dy", dy.view),
          ...viewParams("x", x.view),
          ...viewParams("dx", dx.view),
        }),
      );
      const gradients = await readColumns(underTest(), dy);
      const layer = await readColumns(underTest(), x);
      const results = await readColumns(underTest(), dx);
      for (const [seed, all] of gradients.entries()) {
        for (const [column, gradient] of all.entries()) {
          const expected = reference.graphConvolutionBackward(links, gradient)
            .map((value, k) => value * slopeAt(layer[seed]![column]![k]!, activation));
          expectClose(results[seed]![column]!, expected);
        }
      }
    }
    expect.hasAssertions();
  });
});
