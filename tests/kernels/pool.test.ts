import { expect, test } from "vitest";
import { call } from "../../engine/device/kernel.ts";
import { pool, poolBackward } from "../../engine/device/kernels.ts";
import { ACTIVATIONS } from "../../engine/device/kernels/dense.ts";
import { viewParams } from "../../engine/device/view.ts";
import { differences, dot, slopeAt } from "../reference/activation.ts";
import * as reference from "../reference/pool.ts";
import { describeOnDevices, expectClose } from "../setup/devices.ts";
import { drawn } from "../setup/graphs.ts";
import { operand, readColumns } from "../setup/views.ts";

const shapes = [
  { seeds: 1, agents: 1, rows: 1, columns: 1 },
  { seeds: 2, agents: 3, rows: 5, columns: 37 },
  { seeds: 3, agents: 24, rows: 2, columns: 523 },
];

test("the reference's gradient is that of central differences", () => {
  const x = Float64Array.from({ length: 12 }, (_, k) => Math.sin(k));
  const dy = Float64Array.from({ length: 3 }, (_, k) => Math.cos(k));
  const expected = differences((x) => dot(dy, reference.pool(4, x)), x);
  expectClose(reference.poolBackward(4, dy), expected, { rtol: 1e-8 });
});

describeOnDevices("pool", (underTest) => {
  test.each(shapes)("is the mean: %o", async (shape) => {
    const x = operand(underTest(), "x", shape, drawn(1));
    const y = operand(underTest(), "y", { ...shape, agents: 1 });
    await underTest().run(
      call(pool, { x: x.view.array, y: y.view.array }, {
        ...shape,
        ...viewParams("x", x.view),
        ...viewParams("y", y.view),
      }),
    );
    const [inputs, results] = [await readColumns(underTest(), x), await readColumns(underTest(), y)];
    for (const [seed, columns] of inputs.entries()) {
      for (const [column, values] of columns.entries()) {
        expectClose(results[seed]![column]!, reference.pool(shape.agents, values));
      }
    }
  });

  test.each(shapes)("spreads gradients through each activation: %o", async (shape) => {
    for (const activation of ["none", "relu", "tanh"] as const) {
      const dy = operand(underTest(), "dy", { ...shape, agents: 1 }, drawn(2));
      const x = operand(underTest(), "x", shape, drawn(3));
      const dx = operand(underTest(), "dx", shape, () => 7);
      await underTest().run(
        call(poolBackward, { dy: dy.view.array, x: x.view.array, dx: dx.view.array }, {
          ...shape,
          activation: ACTIVATIONS[activation],
          ...viewParams("dy", dy.view),
          ...viewParams("x", x.view),
          ...viewParams("dx", dx.view),
        }),
      );
      const gradients = await readColumns(underTest(), dy);
      const layer = await readColumns(underTest(), x);
      const results = await readColumns(underTest(), dx);
      for (const [seed, columns] of gradients.entries()) {
        for (const [column, gradient] of columns.entries()) {
          const expected = reference.poolBackward(shape.agents, gradient)
            .map((value, k) => value * slopeAt(layer[seed]![column]![k]!, activation));
          expectClose(results[seed]![column]!, expected);
        }
      }
    }
    expect.hasAssertions();
  });
});
