import { describe, expect, test } from "vitest";
import type { DeviceArray } from "../../engine/device/device.ts";
import { call } from "../../engine/device/kernel.ts";
import {
  categoricalBackward,
  categoricalForward,
  earlyStop,
  gaussianBackward,
  gaussianForward,
  policyLoss,
  ppoAdapt,
  VALUE_LOSSES,
  type ValueLoss,
  valueLoss,
} from "../../engine/device/kernels.ts";
import { viewParams } from "../../engine/device/view.ts";
import { differences } from "../reference/activation.ts";
import * as heads from "../reference/policy_head.ts";
import * as reference from "../reference/ppo_loss.ts";
import { type Control, readControl, uploadControl } from "../setup/control.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";
import { drawn } from "../setup/graphs.ts";
import { type Operand, operand, readColumns } from "../setup/views.ts";

const clip = 0.2;

const shapes = [
  { seeds: 1, agents: 1, columns: 1, values: 1 },
  { seeds: 2, agents: 3, columns: 37, values: 2 },
  { seeds: 3, agents: 5, columns: 523, values: 3 },
];
type Shape = (typeof shapes)[number];

/** Whole vectors of columns, as in policy_head.test.ts. */
function columnsOf(
  underTest: DeviceUnderTest,
  label: string,
  { seeds, agents, columns }: Omit<Shape, "values">,
  rows: number,
  values?: (seed: number, agent: number, row: number, column: number) => number,
): Operand {
  return operand(underTest, label, { seeds, agents, rows, columns: Math.ceil(columns / 8) * 8 }, values);
}

const scaled = (stream: number, scale: number) => (...at: number[]) =>
  Math.fround(scale * drawn(stream)(...at));

/** [row][column] of a seed, without the padding; a row may stand for an agent. */
async function rowsOf(underTest: DeviceUnderTest, from: Operand, columns: number): Promise<Float64Array[][]> {
  const seeds = await readColumns(underTest, from);
  const rows = from.shape.agents * from.shape.rows;
  return seeds.map((all) =>
    Array.from({ length: rows }, (_, r) => Float64Array.from(all.slice(0, columns), (column) => column[r]!))
  );
}

async function expectZeroPadding(
  underTest: DeviceUnderTest,
  gradient: Operand,
  columns: number,
): Promise<void> {
  for (const seed of await readColumns(underTest, gradient)) {
    for (const padded of seed.slice(columns)) {
      expect([...padded].every((value) => Object.is(value, 0))).toBe(true);
    }
  }
}

/** A log-probability whose ratio is not within rounding of a bound of the clipping range. */
function awayFromKinks(logProbability: number, old: number): number {
  const ratio = Math.exp(logProbability - old);
  return Math.abs(Math.abs(ratio - 1) - clip) < 1e-3 ? logProbability + 0.01 : logProbability;
}

interface PolicyOperands {
  logProbability: Operand;
  old: Operand;
  advantage: Operand;
  entropy: Operand;
  divergence: Operand;
  gradient: Operand;
  valueOf: number[];
}

function policyOperands(underTest: DeviceUnderTest, shape: Shape): PolicyOperands {
  const old = scaled(1, 3);
  const near = (...at: number[]) =>
    awayFromKinks(Math.fround(old(...at) + 0.6 * drawn(2)(...at)), old(...at));
  return {
    logProbability: columnsOf(underTest, "log_probability", shape, 1, near),
    old: columnsOf(underTest, "old_log_probability", shape, 1, old),
    advantage: columnsOf(underTest, "advantage", { ...shape, agents: 1 }, shape.values, scaled(3, 2)),
    entropy: columnsOf(underTest, "entropy", shape, 1, scaled(4, 2)),
    divergence: columnsOf(underTest, "divergence", shape, 1, (...at) => 0.1 + scaled(5, 0.1)(...at)),
    gradient: columnsOf(underTest, "d_log_probability", shape, 1, () => 7),
    valueOf: Array.from({ length: shape.agents }, (_, agent) => (agent + 1) % shape.values),
  };
}

function policyCall(
  { upload }: DeviceUnderTest,
  { seeds, agents, columns, values }: Shape,
  { logProbability, old, advantage, entropy, divergence, gradient, valueOf }: PolicyOperands,
  control: DeviceArray,
  lastEpochFrom = 0,
) {
  return call(policyLoss, {
    control,
    log_probability: logProbability.view.array,
    old_log_probability: old.view.array,
    advantage: advantage.view.array,
    entropy: entropy.view.array,
    divergence: divergence.view.array,
    value_of: upload(Uint32Array.from(valueOf), "value_of"),
    d_log_probability: gradient.view.array,
  }, {
    seeds,
    agents,
    columns,
    values,
    clip,
    last_epoch_from: lastEpochFrom,
    ...viewParams("log_probability", logProbability.view),
    ...viewParams("old_log_probability", old.view),
    ...viewParams("advantage", advantage.view),
    ...viewParams("entropy", entropy.view),
    ...viewParams("divergence", divergence.view),
    ...viewParams("d_log_probability", gradient.view),
  });
}

/** What the reference makes of a seed's operands. */
async function policyReference(underTest: DeviceUnderTest, { columns }: Shape, operands: PolicyOperands) {
  const read = (from: Operand) => rowsOf(underTest, from, columns);
  const [logProbability, old, advantage, entropy, divergence] = [
    await read(operands.logProbability),
    await read(operands.old),
    await read(operands.advantage),
    await read(operands.entropy),
    await read(operands.divergence),
  ];
  const mean = (rows: Float64Array[]) => {
    const all = rows.flatMap((row) => [...row]);
    return all.reduce((sum, value) => sum + value, 0) / all.length;
  };
  return logProbability.map((rows, seed) => ({
    ...reference.policyLoss({
      logProbability: rows,
      oldLogProbability: old[seed]!,
      advantage: advantage[seed]!,
      valueOf: operands.valueOf,
      clip,
    }),
    entropy: mean(entropy[seed]!),
    divergence: mean(divergence[seed]!),
  }));
}

const statistics = [
  "MINIBATCHES",
  "SUM_POLICY_LOSS",
  "SUM_ENTROPY",
  "SUM_KL",
  "SUM_APPROX_KL",
  "SUM_CLIP_FRACTION",
  "LAST_APPROX_KL",
  "LAST_KL",
  "LAST_MINIBATCHES",
] as const satisfies readonly (keyof Control)[];

function statisticsOf(control: Control): number[] {
  return statistics.map((name) => control[name]);
}

describe("the references' gradients are those of central differences", () => {
  test("of the policy loss", () => {
    const signs = new Set<number>();
    for (let k = 0; k < 20; k++) {
      const old = Float64Array.from({ length: 12 }, (_, i) => 3 * drawn(21)(k, i));
      const advantage = [0, 1].map((r) => Float64Array.from({ length: 4 }, (_, i) => 2 * drawn(22)(k, r, i)));
      const x = old.map((value, i) => awayFromKinks(value + 0.6 * drawn(23)(k, i), value));
      const rows = (all: Float64Array) => [0, 4, 8].map((at) => all.slice(at, at + 4));
      const evaluate = (x: Float64Array) =>
        reference.policyLoss({
          logProbability: rows(x),
          oldLogProbability: rows(old),
          advantage,
          valueOf: [1, 0, 1],
          clip,
        });
      const gradient = evaluate(x).gradient.flatMap((row) => [...row]);
      expectClose(gradient, differences((x) => evaluate(x).loss, x), { rtol: 1e-7, atol: 1e-8 });
      for (const d of gradient) signs.add(Math.sign(d));
    }
    expect([...signs].sort()).toEqual([-1, 0, 1]);
  });

  test.each(Object.keys(VALUE_LOSSES) as ValueLoss[])("of the %s value loss", (mode) => {
    for (let k = 0; k < 20; k++) {
      const row = (stream: number, scale: number) =>
        Float64Array.from({ length: 8 }, (_, i) => scale * drawn(stream)(k, i));
      const shared = { mode, clip: 0.5, coefficient: 0.7, mean: 5, scale: 3 };
      const [oldValue, target] = [[row(24, 1)], [row(25, 6)]];
      const evaluate = (x: Float64Array) => reference.valueLoss({ ...shared, value: [x], oldValue, target });
      const x = row(26, 1);
      const { gradient } = evaluate(x);
      expectClose(gradient[0]!, differences((x) => evaluate(x).loss, x), { rtol: 1e-6, atol: 1e-7 });
    }
    expect.hasAssertions();
  });
});

describeOnDevices("ppo_loss", (underTest) => {
  test.each(shapes)("policy_loss gives the surrogate, its gradient and statistics: %o", async (shape) => {
    const operands = policyOperands(underTest(), shape);
    const before = { UPDATE: 6, SUM_POLICY_LOSS: 0.25, SUM_KL: 0.5, MINIBATCHES: 4, LAST_APPROX_KL: 9 };
    const control = uploadControl(underTest(), shape.seeds, () => before);
    await underTest().run(policyCall(underTest(), shape, operands, control, 6));
    const gradients = await rowsOf(underTest(), operands.gradient, shape.columns);
    const after = await readControl(underTest(), control);
    for (const [seed, expected] of (await policyReference(underTest(), shape, operands)).entries()) {
      for (const [agent, row] of expected.gradient.entries()) {
        expectClose(gradients[seed]![agent]!, row, { rtol: 1e-5 });
      }
      expectClose(statisticsOf(after[seed]!), [
        5,
        0.25 + expected.loss / shape.agents,
        expected.entropy,
        0.5 + expected.divergence,
        expected.approximateDivergence,
        expected.clipFraction,
        expected.approximateDivergence,
        expected.divergence,
        1,
      ], { rtol: 1e-4, atol: 1e-6 });
    }
    await expectZeroPadding(underTest(), operands.gradient, shape.columns);
  });

  test("policy_loss counts the last epoch apart, and seeds by themselves", async () => {
    const shape = { seeds: 3, agents: 2, columns: 20, values: 1 };
    const operands = policyOperands(underTest(), shape);
    const control = uploadControl(underTest(), shape.seeds, (seed) => ({ UPDATE: 7 + seed }));
    const once = policyCall(underTest(), shape, operands, control, 8);
    await underTest().run(once, once);
    const expected = await policyReference(underTest(), shape, operands);
    for (
      const [seed, { MINIBATCHES, LAST_MINIBATCHES, LAST_KL }] of (await readControl(underTest(), control))
        .entries()
    ) {
      expect(MINIBATCHES).toBe(2);
      expect(LAST_MINIBATCHES).toBe(seed === 0 ? 0 : 2);
      expect(LAST_KL).toBeCloseTo(seed === 0 ? 0 : 2 * expected[seed]!.divergence, 5);
    }
  });

  test("losses add nothing where a seed is not active", async () => {
    const shape = { seeds: 3, agents: 2, columns: 20, values: 1 };
    const operands = policyOperands(underTest(), shape);
    const control = uploadControl(underTest(), shape.seeds, (seed) => ({ ACTIVE: seed === 1 ? 0 : 1 }));
    const critic = valueOperands(underTest(), { seeds: 3, rows: 1, columns: 20 });
    await underTest().run(
      policyCall(underTest(), shape, operands, control),
      valueCall({ seeds: 3, rows: 1, columns: 20 }, critic, control, "plain"),
    );
    for (const [seed, words] of (await readControl(underTest(), control)).entries()) {
      const sums = [...statisticsOf(words), words.SUM_VALUE_LOSS];
      expect(sums.every((value) => value === 0), `seed ${seed}`).toBe(seed === 1);
    }
  });

  test("policy_loss says that something is not a number", async () => {
    const shape = { seeds: 1, agents: 2, columns: 20, values: 1 };
    const operands = policyOperands(underTest(), shape);
    const broken = {
      ...operands,
      logProbability: columnsOf(underTest(), "log_probability", shape, 1, brokenAt(0)),
    };
    const control = uploadControl(underTest(), 1);
    await underTest().run(policyCall(underTest(), shape, broken, control));
    expect((await readControl(underTest(), control))[0]!.SUM_POLICY_LOSS).toBeNaN();
  });

  /** NaN in column 3 of an agent. */
  function brokenAt(broken: number) {
    return (_seed: number, agent: number, _row: number, column: number) =>
      agent === broken && column === 3 ? NaN : 0;
  }

  interface ValueShape {
    seeds: number;
    rows: number;
    columns: number;
  }
  type ValueOperands = Record<"value" | "oldValue" | "target" | "gradient", Operand>;

  const valueClip = 0.5;
  const coefficient = 0.7;
  const scales = (seed: number) => ({ VALUE_MEAN: 5 - seed, VALUE_SCALE: 3 + seed });

  function valueOperands(underTest: DeviceUnderTest, { seeds, rows, columns }: ValueShape): ValueOperands {
    const shape = { seeds, agents: 1, columns };
    return {
      value: columnsOf(underTest, "value", shape, rows, scaled(31, 1.5)),
      oldValue: columnsOf(underTest, "old_value", shape, rows, scaled(32, 1.5)),
      target: columnsOf(underTest, "target", shape, rows, scaled(33, 9)),
      gradient: columnsOf(underTest, "d_value", shape, rows, () => 7),
    };
  }

  function valueCall(
    { seeds, rows, columns }: ValueShape,
    { value, oldValue, target, gradient }: ValueOperands,
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
      clip: valueClip,
      coefficient,
      ...viewParams("value", value.view),
      ...viewParams("old_value", oldValue.view),
      ...viewParams("target", target.view),
      ...viewParams("d_value", gradient.view),
    });
  }

  const valueShapes = [
    { seeds: 1, rows: 1, columns: 1 },
    { seeds: 2, rows: 3, columns: 37 },
    { seeds: 3, rows: 2, columns: 523 },
  ];

  describe.each(Object.keys(VALUE_LOSSES) as ValueLoss[])("value_loss, %s", (mode) => {
    test.each(valueShapes)("gives the loss and its gradient: %o", async (shape) => {
      const operands = valueOperands(underTest(), shape);
      const control = uploadControl(
        underTest(),
        shape.seeds,
        (seed) => ({ ...scales(seed), SUM_VALUE_LOSS: 2 }),
      );
      await underTest().run(valueCall(shape, operands, control, mode));
      const read = (from: Operand) => rowsOf(underTest(), from, shape.columns);
      const [value, oldValue, target, gradient] = [
        await read(operands.value),
        await read(operands.oldValue),
        await read(operands.target),
        await read(operands.gradient),
      ];
      const after = await readControl(underTest(), control);
      for (let seed = 0; seed < shape.seeds; seed++) {
        const { VALUE_MEAN: mean, VALUE_SCALE: scale } = scales(seed);
        const expected = reference.valueLoss({
          value: value[seed]!,
          oldValue: oldValue[seed]!,
          target: target[seed]!,
          mode,
          clip: valueClip,
          coefficient,
          mean,
          scale,
        });
        for (const [r, row] of expected.gradient.entries()) {
          expectClose(gradient[seed]![r]!, row, { rtol: 1e-5, atol: 1e-6 });
        }
        expect(after[seed]!.SUM_VALUE_LOSS - 2).toBeCloseTo(expected.loss / coefficient / shape.rows, 4);
        expect(after[seed]!.MINIBATCHES).toBe(0);
      }
      await expectZeroPadding(underTest(), operands.gradient, shape.columns);
    });
  });

  test("value losses differ, and clip what is far off", async () => {
    const shape = { seeds: 1, rows: 1, columns: 300 };
    const operands = valueOperands(underTest(), shape);
    const zeros: Record<string, number> = {};
    for (const mode of Object.keys(VALUE_LOSSES) as ValueLoss[]) {
      await underTest().run(valueCall(shape, operands, uploadControl(underTest(), 1, scales), mode));
      const [[gradient]] = await rowsOf(underTest(), operands.gradient, shape.columns) as [[Float64Array]];
      zeros[mode] = gradient.filter((d) => d === 0).length;
    }
    expect(zeros.plain).toBe(0);
    expect(zeros.clipped).toBeGreaterThan(20);
    expect(zeros.capped).toBeGreaterThan(20);
  });

  test("ppo_adapt keeps the divergence near its target", async () => {
    // Target 0.01: mean divergences 0.0201 and 0.0049 are out of bounds, 0.0199 and 0.0051 are not.
    const cases = [[0.0402, 2, 1.5], [0.0398, 2, 1], [0.0153, 3, 1], [0.0147, 3, 0.5], [0, 0, 1], [
      0,
      1,
      0.5,
    ]];
    const control = uploadControl(underTest(), cases.length, (seed) => ({
      KL_COEFFICIENT: 0.2,
      LAST_KL: cases[seed]![0]!,
      LAST_MINIBATCHES: cases[seed]![1]!,
    }));
    await underTest().run(call(ppoAdapt, { control }, { seeds: cases.length, target: 0.01 }));
    const after = await readControl(underTest(), control);
    expectClose(after.map((words) => words.KL_COEFFICIENT), cases.map(([, , factor]) => 0.2 * factor!), {
      rtol: 1e-6,
      atol: 0,
    });
  });

  test("early_stop ends the updates of the seeds that have gone too far", async () => {
    const divergences = [0.02, 0.03, 0, 0.0301];
    const control = uploadControl(
      underTest(),
      4,
      (seed) => ({ LAST_APPROX_KL: divergences[seed]!, FAULT: 3 }),
    );
    await underTest().run(call(earlyStop, { control }, { seeds: 4, limit: 0.03 }));
    const after = await readControl(underTest(), control);
    expect(after.map(({ ACTIVE }) => ACTIVE)).toEqual([1, 1, 1, 0]);
    expect(after.map(({ FAULT }) => FAULT)).toEqual([3, 3, 3, 3]);
  });

  describe("forward, loss and backward together", () => {
    const bounds = { low: -3, high: 3 };
    const shape = { seeds: 2, agents: 3, columns: 37, values: 2 };
    const coefficients = (seed: number) => ({
      ENTROPY_COEFFICIENT: 0.3 + seed,
      KL_COEFFICIENT: 0.8 - seed / 2,
    });
    const rows = { gaussian: 6, categorical: 5 };

    /** What a seed's actors minimise, given the distribution rows of one column of one agent. */
    function objective(
      name: "gaussian" | "categorical",
      seed: number,
      cell: Record<"old" | "action", Float64Array> & { oldLogProbability: number; gain: number },
    ) {
      const { ENTROPY_COEFFICIENT, KL_COEFFICIENT } = coefficients(seed);
      return (distribution: Float64Array) => {
        const { logProbability, entropy, divergence } = name === "gaussian"
          ? heads.gaussian(distribution, cell.old, cell.action, bounds)
          : heads.categorical(distribution, cell.old, cell.action[0]!);
        const surrogate = reference.policyLoss({
          logProbability: [Float64Array.of(logProbability)],
          oldLogProbability: [Float64Array.of(cell.oldLogProbability)],
          advantage: [Float64Array.of(cell.gain)],
          valueOf: [0],
          clip,
        }).loss;
        return (surrogate - ENTROPY_COEFFICIENT * entropy + KL_COEFFICIENT * divergence) / shape.columns;
      };
    }

    test.each(["gaussian", "categorical"] as const)("are the gradient of the %s objective", async (name) => {
      const { seeds, agents, columns, values } = shape;
      const distribution = columnsOf(underTest(), "distribution", shape, rows[name], scaled(41, 1));
      const moved = (...at: number[]) => scaled(41, 1)(...at) + scaled(42, 0.25)(...at);
      const old = columnsOf(underTest(), "old_distribution", shape, rows[name], moved);
      const action = name === "gaussian"
        ? columnsOf(underTest(), "action", shape, 3, scaled(43, 2))
        : columnsOf(underTest(), "action", shape, 1, (...at) => Math.floor((drawn(43)(...at) / 2 + 0.5) * 5));
      const read = async (from: Operand) => await readColumns(underTest(), from);
      const [olds, actions, distributions] = [await read(old), await read(action), await read(distribution)];
      const ofAgent = (all: Float64Array[][], seed: number, agent: number, column: number) => {
        const cell = all[seed]![column]!;
        return cell.slice(agent * cell.length / agents, (agent + 1) * cell.length / agents);
      };
      const oldLogProbability = (seed: number, agent: number, column: number) => {
        const cell = [olds, olds, actions].map((all) => ofAgent(all, seed, agent, column));
        return name === "gaussian"
          ? heads.gaussian(cell[0]!, cell[1]!, cell[2]!, bounds).logProbability
          : heads.categorical(cell[0]!, cell[1]!, cell[2]![0]!).logProbability;
      };
      const operands: PolicyOperands = {
        logProbability: columnsOf(underTest(), "log_probability", shape, 1),
        old: columnsOf(
          underTest(),
          "old_log_probability",
          shape,
          1,
          (seed, agent, _row, column) => oldLogProbability(seed, agent, column),
        ),
        advantage: columnsOf(underTest(), "advantage", { ...shape, agents: 1 }, values, scaled(44, 2)),
        entropy: columnsOf(underTest(), "entropy", shape, 1),
        divergence: columnsOf(underTest(), "divergence", shape, 1),
        gradient: columnsOf(underTest(), "d_log_probability", shape, 1),
        valueOf: [1, 0, 1],
      };
      const dDistribution = columnsOf(underTest(), "d_distribution", shape, rows[name]);
      const control = uploadControl(underTest(), seeds, coefficients);
      const inputs = {
        distribution: distribution.view.array,
        old_distribution: old.view.array,
        action: action.view.array,
      };
      const views = {
        ...viewParams("distribution", distribution.view),
        ...viewParams("old_distribution", old.view),
        ...viewParams("action", action.view),
      };
      const forward = {
        arrays: {
          ...inputs,
          log_probability: operands.logProbability.view.array,
          entropy: operands.entropy.view.array,
          divergence: operands.divergence.view.array,
        },
        params: {
          seeds,
          agents,
          columns,
          ...views,
          ...viewParams("log_probability", operands.logProbability.view),
          ...viewParams("entropy", operands.entropy.view),
          ...viewParams("divergence", operands.divergence.view),
        },
      };
      const backward = {
        arrays: {
          control,
          ...inputs,
          d_log_probability: operands.gradient.view.array,
          d_distribution: dDistribution.view.array,
        },
        params: {
          seeds,
          agents,
          columns,
          ...views,
          ...viewParams("d_log_probability", operands.gradient.view),
          ...viewParams("d_distribution", dDistribution.view),
        },
      };
      const ofGaussian = { actions: 3, log_low: bounds.low, log_high: bounds.high };
      await underTest().run(
        name === "gaussian"
          ? call(gaussianForward, forward.arrays, { ...forward.params, ...ofGaussian })
          : call(categoricalForward, forward.arrays, { ...forward.params, choices: 5 }),
        policyCall(underTest(), shape, operands, control),
        name === "gaussian"
          ? call(gaussianBackward, backward.arrays, { ...backward.params, ...ofGaussian })
          : call(categoricalBackward, backward.arrays, { ...backward.params, choices: 5 }),
      );
      const results = await read(dDistribution);
      const gains = await read(operands.advantage);
      const [actual, expected]: [number[], number[]] = [[], []];
      for (let seed = 0; seed < seeds; seed++) {
        for (let agent = 0; agent < agents; agent++) {
          for (let column = 0; column < columns; column++) {
            const loss = objective(name, seed, {
              old: ofAgent(olds, seed, agent, column),
              action: ofAgent(actions, seed, agent, column),
              oldLogProbability: oldLogProbability(seed, agent, column),
              gain: gains[seed]![column]![operands.valueOf[agent]!]!,
            });
            const at = ofAgent(distributions, seed, agent, column);
            const [coarse, fine] = [differences(loss, at, 1e-4), differences(loss, at, 1e-6)];
            // At a kink of the clipping the two differ: one of them straddles it.
            if (coarse.some((d, k) => Math.abs(d - fine[k]!) > 1e-4)) continue;
            expected.push(...fine);
            actual.push(...ofAgent(results, seed, agent, column));
          }
        }
      }
      expect(actual.length).toBeGreaterThan(0.9 * seeds * agents * columns * rows[name]);
      expectClose(actual, expected, { rtol: 1e-3, atol: 1e-4 });
    });
  });
});
