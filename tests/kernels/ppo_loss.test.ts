import { expect, test } from "vitest";
import { call } from "../../engine/device/kernel.ts";
import { earlyStop, ppoAdapt } from "../../engine/device/kernels.ts";
import { differences } from "../reference/activation.ts";
import * as reference from "../reference/ppo_loss.ts";
import { type Control, readControl, uploadControl } from "../setup/control.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";
import { drawn } from "../setup/graphs.ts";
import {
  CLIP,
  columnsOf,
  expectZeroPadding,
  type LossOperands,
  policyCall,
  rowsOf,
  scaled,
} from "../setup/policies.ts";
import type { Operand } from "../setup/views.ts";

const shapes = [
  { seeds: 1, agents: 1, columns: 1, values: 1 },
  { seeds: 2, agents: 3, columns: 37, values: 2 },
  { seeds: 3, agents: 5, columns: 523, values: 3 },
];
type Shape = (typeof shapes)[number];

/** A log-probability whose ratio is not within rounding of a bound of the clipping range. */
function awayFromKinks(logProbability: number, old: number): number {
  const ratio = Math.exp(logProbability - old);
  return Math.abs(Math.abs(ratio - 1) - CLIP) < 1e-3 ? logProbability + 0.01 : logProbability;
}

function lossOperands(underTest: DeviceUnderTest, shape: Shape): LossOperands {
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

/** What the reference makes of each seed's operands. */
async function referenceOf(underTest: DeviceUnderTest, { columns }: Shape, operands: LossOperands) {
  const read = (source: Operand) => rowsOf(underTest, source, columns);
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
      clip: CLIP,
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

test("the reference's gradient is that of central differences", () => {
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
        clip: CLIP,
      });
    const gradient = evaluate(x).gradient.flatMap((row) => [...row]);
    expectClose(gradient, differences((x) => evaluate(x).loss, x), { rtol: 1e-7, atol: 1e-8 });
    for (const d of gradient) signs.add(Math.sign(d));
  }
  expect([...signs].sort()).toEqual([-1, 0, 1]);
});

describeOnDevices("ppo_loss", (underTest) => {
  test.each(shapes)("policy_loss gives the surrogate, its gradient and statistics: %o", async (shape) => {
    const operands = lossOperands(underTest(), shape);
    const before = { UPDATE: 6, SUM_POLICY_LOSS: 0.25, SUM_KL: 0.5, MINIBATCHES: 4, LAST_APPROX_KL: 9 };
    const control = uploadControl(underTest(), shape.seeds, () => before);
    await underTest().run(policyCall(underTest(), shape, operands, control, 6));
    const gradients = await rowsOf(underTest(), operands.gradient, shape.columns);
    const after = await readControl(underTest(), control);
    for (const [seed, expected] of (await referenceOf(underTest(), shape, operands)).entries()) {
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
    const operands = lossOperands(underTest(), shape);
    const control = uploadControl(underTest(), shape.seeds, (seed) => ({ UPDATE: 7 + seed }));
    const once = policyCall(underTest(), shape, operands, control, 8);
    await underTest().run(once, once);
    const expected = await referenceOf(underTest(), shape, operands);
    const after = await readControl(underTest(), control);
    expect(after.map(({ MINIBATCHES }) => MINIBATCHES)).toEqual([2, 2, 2]);
    expect(after.map(({ LAST_MINIBATCHES }) => LAST_MINIBATCHES)).toEqual([0, 2, 2]);
    expectClose(
      after.map(({ LAST_KL }) => LAST_KL),
      expected.map(({ divergence }, seed) => seed === 0 ? 0 : 2 * divergence),
    );
  });

  test("policy_loss adds nothing where a seed is not active", async () => {
    const shape = { seeds: 3, agents: 2, columns: 20, values: 1 };
    const operands = lossOperands(underTest(), shape);
    const control = uploadControl(underTest(), shape.seeds, (seed) => ({ ACTIVE: seed === 1 ? 0 : 1 }));
    await underTest().run(policyCall(underTest(), shape, operands, control));
    const after = (await readControl(underTest(), control)).map(statisticsOf);
    expect(after.map((sums) => sums.every((value) => value === 0))).toEqual([false, true, false]);
  });

  test("policy_loss says that something is not a number", async () => {
    const shape = { seeds: 1, agents: 2, columns: 20, values: 1 };
    const broken = (_seed: number, agent: number, _row: number, column: number) =>
      agent === 0 && column === 3 ? NaN : 0;
    const operands = {
      ...lossOperands(underTest(), shape),
      logProbability: columnsOf(underTest(), "log_probability", shape, 1, broken),
    };
    const control = uploadControl(underTest(), 1);
    await underTest().run(policyCall(underTest(), shape, operands, control));
    expect((await readControl(underTest(), control))[0]!.SUM_POLICY_LOSS).toBeNaN();
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
});
