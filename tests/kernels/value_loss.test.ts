import { describe, expect, test } from "vitest";
import type { DeviceArray } from "../../engine/device/device.ts";
import { call } from "../../engine/device/kernel.ts";
import { VALUE_LOSSES, type ValueLoss, valueLoss } from "../../engine/device/kernels.ts";
import { viewParams } from "../../engine/device/view.ts";
import { differences } from "../reference/activation.ts";
import * as reference from "../reference/ppo_loss.ts";
import { readControl, uploadControl } from "../setup/control.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";
import { drawn } from "../setup/graphs.ts";
import { columnsOf, expectZeroPadding, rowsOf, scaled } from "../setup/policies.ts";
import type { Operand } from "../setup/views.ts";

const modes = Object.keys(VALUE_LOSSES) as ValueLoss[];
const clip = 0.5;
const coefficient = 0.7;
const scales = (seed: number) => ({ VALUE_MEAN: 5 - seed, VALUE_SCALE: 3 + seed });

const shapes = [
  { seeds: 1, rows: 1, columns: 1 },
  { seeds: 2, rows: 3, columns: 37 },
  { seeds: 3, rows: 2, columns: 523 },
];
type Shape = (typeof shapes)[number];
type Operands = Record<"value" | "oldValue" | "target" | "gradient", Operand>;

function operandsOf(underTest: DeviceUnderTest, { seeds, rows, columns }: Shape): Operands {
  const shape = { seeds, agents: 1, columns };
  return {
    value: columnsOf(underTest, "value", shape, rows, scaled(31, 1.5)),
    oldValue: columnsOf(underTest, "old_value", shape, rows, scaled(32, 1.5)),
    target: columnsOf(underTest, "target", shape, rows, scaled(33, 9)),
    gradient: columnsOf(underTest, "d_value", shape, rows, () => 7),
  };
}

function valueCall(
  { seeds, rows, columns }: Shape,
  { value, oldValue, target, gradient }: Operands,
  control: DeviceArray,
  mode: ValueLoss,
) {
  return call(valueLoss, {
    control,
    value: value.view.array,
    old_value: oldValue.view.array,
    target: target.view.array,
    d_value: gradient.view.array,
  }, {
    seeds,
    rows,
    columns,
    mode: VALUE_LOSSES[mode],
    clip,
    coefficient,
    ...viewParams("value", value.view),
    ...viewParams("old_value", oldValue.view),
    ...viewParams("target", target.view),
    ...viewParams("d_value", gradient.view),
  });
}

test.each(modes)("the reference's gradient is that of central differences: %s", (mode) => {
  for (let k = 0; k < 20; k++) {
    const row = (stream: number, scale: number) =>
      Float64Array.from({ length: 8 }, (_, i) => scale * drawn(stream)(k, i));
    const shared = { mode, clip, coefficient, mean: 5, scale: 3 };
    const [oldValue, target] = [[row(24, 1)], [row(25, 6)]];
    const evaluate = (x: Float64Array) => reference.valueLoss({ ...shared, value: [x], oldValue, target });
    const x = row(26, 1);
    const { gradient } = evaluate(x);
    expectClose(gradient[0]!, differences((x) => evaluate(x).loss, x), { rtol: 1e-6, atol: 1e-7 });
  }
  expect.hasAssertions();
});

describeOnDevices("value_loss", (underTest) => {
  describe.each(modes)("%s", (mode) => {
    test.each(shapes)("gives the loss and its gradient: %o", async (shape) => {
      const operands = operandsOf(underTest(), shape);
      const control = uploadControl(
        underTest(),
        shape.seeds,
        (seed) => ({ ...scales(seed), SUM_VALUE_LOSS: 2 }),
      );
      await underTest().run(valueCall(shape, operands, control, mode));
      const read = (source: Operand) => rowsOf(underTest(), source, shape.columns);
      const [value, oldValue, target, gradient] = [
        await read(operands.value),
        await read(operands.oldValue),
        await read(operands.target),
        await read(operands.gradient),
      ];
      const after = await readControl(underTest(), control);
      for (let seed = 0; seed < shape.seeds; seed++) {
        const { VALUE_MEAN: mean, VALUE_SCALE: scale } = scales(seed);
        const rows = { value: value[seed]!, oldValue: oldValue[seed]!, target: target[seed]! };
        const expected = reference.valueLoss({ ...rows, mode, clip, coefficient, mean, scale });
        for (const [r, row] of expected.gradient.entries()) {
          expectClose(gradient[seed]![r]!, row, { rtol: 1e-5, atol: 1e-6 });
        }
        expect(after[seed]!.SUM_VALUE_LOSS - 2).toBeCloseTo(expected.loss / coefficient / shape.rows, 4);
        expect(after[seed]!.MINIBATCHES).toBe(0);
      }
      await expectZeroPadding(underTest(), operands.gradient, shape.columns);
    });
  });

  test("clipping and capping leave out what is far off", async () => {
    const shape = { seeds: 1, rows: 1, columns: 300 };
    const operands = operandsOf(underTest(), shape);
    const zeros: number[] = [];
    for (const mode of modes) {
      await underTest().run(valueCall(shape, operands, uploadControl(underTest(), 1, scales), mode));
      const [[gradient]] = await rowsOf(underTest(), operands.gradient, shape.columns) as [[Float64Array]];
      zeros.push(gradient.filter((d) => d === 0).length);
    }
    expect(modes).toEqual(["plain", "clipped", "capped"]);
    expect(zeros[0]).toBe(0);
    expect(Math.min(zeros[1]!, zeros[2]!)).toBeGreaterThan(20);
  });

  test("adds nothing where a seed is not active", async () => {
    const shape = { seeds: 3, rows: 1, columns: 20 };
    const control = uploadControl(underTest(), shape.seeds, (seed) => ({ ACTIVE: seed === 1 ? 0 : 1 }));
    await underTest().run(valueCall(shape, operandsOf(underTest(), shape), control, "plain"));
    const after = await readControl(underTest(), control);
    expect(after.map(({ SUM_VALUE_LOSS }) => SUM_VALUE_LOSS === 0)).toEqual([false, true, false]);
  });

  test.each(modes)("says that something is not a number: %s", async (mode) => {
    const shape = { seeds: 1, rows: 1, columns: 20 };
    const broken = (_seed: number, _agent: number, _row: number, column: number) => column === 3 ? NaN : 0;
    const operands = {
      ...operandsOf(underTest(), shape),
      value: columnsOf(underTest(), "value", { ...shape, agents: 1 }, 1, broken),
    };
    const control = uploadControl(underTest(), 1);
    await underTest().run(valueCall(shape, operands, control, mode));
    expect((await readControl(underTest(), control))[0]!.SUM_VALUE_LOSS).toBeNaN();
  });
});
