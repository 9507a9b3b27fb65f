import { describe, expect, test } from "vitest";
import type { DeviceArray } from "../../engine/device/device.ts";
import { call } from "../../engine/device/kernel.ts";
import {
  categoricalBackward,
  categoricalForward,
  categoricalSample,
  gaussianBackward,
  gaussianForward,
  gaussianSample,
} from "../../engine/device/kernels.ts";
import { viewParams } from "../../engine/device/view.ts";
import { counter0, counter1, key1, PHASES, STREAMS, threefryWord } from "../../engine/random/mod.ts";
import { differences } from "../reference/activation.ts";
import * as reference from "../reference/policy_head.ts";
import { uploadControl } from "../setup/control.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";
import { drawn } from "../setup/graphs.ts";
import { type Operand, operand, readColumns } from "../setup/views.ts";

const bounds = { low: -1.5, high: 0.5 };
const logBounds = { log_low: bounds.low, log_high: bounds.high };
const phase = PHASES.tests;

const shapes = [
  { seeds: 1, agents: 1, columns: 1, rows: 1 },
  { seeds: 2, agents: 3, columns: 37, rows: 4 },
  { seeds: 3, agents: 2, columns: 523, rows: 3 },
];
type Shape = (typeof shapes)[number];

/** Operands have whole vectors of columns: what kernels do with the padding shows. */
function columnsOf(
  underTest: DeviceUnderTest,
  label: string,
  { seeds, agents, columns }: Shape,
  rows: number,
  values?: (seed: number, agent: number, row: number, column: number) => number,
): Operand {
  return operand(underTest, label, { seeds, agents, rows, columns: Math.ceil(columns / 8) * 8 }, values);
}

const scaled = (stream: number, scale: number) => (...at: number[]) =>
  Math.fround(scale * drawn(stream)(...at));

/** Indices of choices. */
const choicesDrawn = (stream: number, choices: number) => (...at: number[]) =>
  Math.floor((drawn(stream)(...at) / 2 + 0.5) * choices);

/** The rows of an agent in a column. */
function agentRows(values: Float64Array, agent: number, agents: number): Float64Array {
  const rows = values.length / agents;
  return values.subarray(agent * rows, (agent + 1) * rows);
}

const counters = (seed: number) => ({ SEED: 77 + seed, ITERATION: 9 + seed, STEP: 3 * seed });

/** The random word of an action row. */
function wordAt(seed: number, column: number, entity: number): number {
  const { SEED, ITERATION, STEP } = counters(seed);
  return threefryWord(
    SEED,
    key1(phase, STREAMS.actionNoise, ITERATION),
    counter0(column),
    counter1(STEP, entity),
  );
}

interface Family {
  distribution: Operand;
  old: Operand;
  action: Operand;
}

function gaussianInputs(underTest: DeviceUnderTest, shape: Shape): Family {
  return {
    distribution: columnsOf(underTest, "distribution", shape, 2 * shape.rows, scaled(1, 2)),
    old: columnsOf(underTest, "old_distribution", shape, 2 * shape.rows, scaled(2, 2)),
    action: columnsOf(underTest, "action", shape, shape.rows, scaled(3, 2)),
  };
}

function categoricalInputs(underTest: DeviceUnderTest, shape: Shape): Family {
  return {
    distribution: columnsOf(underTest, "distribution", shape, shape.rows, scaled(1, 4)),
    old: columnsOf(underTest, "old_distribution", shape, shape.rows, scaled(2, 4)),
    action: columnsOf(underTest, "action", shape, 1, choicesDrawn(3, shape.rows)),
  };
}

const families = {
  gaussian: {
    inputs: gaussianInputs,
    terms: (row: Float64Array, old: Float64Array, action: Float64Array) =>
      reference.gaussian(row, old, action, bounds),
    backward: (row: Float64Array, old: Float64Array, action: Float64Array, gradient: reference.Terms) =>
      reference.gaussianBackward(row, old, action, bounds, gradient),
  },
  categorical: {
    inputs: categoricalInputs,
    terms: (row: Float64Array, old: Float64Array, action: Float64Array) =>
      reference.categorical(row, old, action[0]!),
    backward: (row: Float64Array, old: Float64Array, action: Float64Array, gradient: reference.Terms) =>
      reference.categoricalBackward(row, old, action[0]!, gradient),
  },
};
type FamilyName = keyof typeof families;
const familyNames = Object.keys(families) as FamilyName[];

/** Log-probability, entropy and divergence: [seed][column][agent] each. */
async function evaluate(
  underTest: DeviceUnderTest,
  name: FamilyName,
  { seeds, agents, columns, rows }: Shape,
  { distribution, old, action }: Family,
) {
  const [logProbability, entropy, divergence] = ["log_probability", "entropy", "divergence"].map((label) =>
    columnsOf(underTest, label, { seeds, agents, columns, rows }, 1)
  ) as [Operand, Operand, Operand];
  const arrays = {
    distribution: distribution.view.array,
    old_distribution: old.view.array,
    action: action.view.array,
    log_probability: logProbability.view.array,
    entropy: entropy.view.array,
    divergence: divergence.view.array,
  };
  const views = {
    ...viewParams("distribution", distribution.view),
    ...viewParams("old_distribution", old.view),
    ...viewParams("action", action.view),
    ...viewParams("log_probability", logProbability.view),
    ...viewParams("entropy", entropy.view),
    ...viewParams("divergence", divergence.view),
  };
  await underTest.run(
    name === "gaussian"
      ? call(gaussianForward, arrays, { seeds, agents, columns, actions: rows, ...logBounds, ...views })
      : call(categoricalForward, arrays, { seeds, agents, columns, choices: rows, ...views }),
  );
  return {
    logProbability: await readColumns(underTest, logProbability),
    entropy: await readColumns(underTest, entropy),
    divergence: await readColumns(underTest, divergence),
  };
}

/** The distribution's gradient, [seed][column][agent * rows + row]. */
async function differentiate(
  underTest: DeviceUnderTest,
  name: FamilyName,
  { seeds, agents, columns, rows }: Shape,
  { distribution, old, action }: Family,
  control: DeviceArray,
  dLogProbability: Operand,
): Promise<Float64Array[][]> {
  const gradient = columnsOf(
    underTest,
    "d_distribution",
    { seeds, agents, columns, rows },
    distribution.shape.rows,
    () => 7,
  );
  const arrays = {
    control,
    distribution: distribution.view.array,
    old_distribution: old.view.array,
    action: action.view.array,
    d_log_probability: dLogProbability.view.array,
    d_distribution: gradient.view.array,
  };
  const views = {
    ...viewParams("distribution", distribution.view),
    ...viewParams("old_distribution", old.view),
    ...viewParams("action", action.view),
    ...viewParams("d_log_probability", dLogProbability.view),
    ...viewParams("d_distribution", gradient.view),
  };
  await underTest.run(
    name === "gaussian"
      ? call(gaussianBackward, arrays, { seeds, agents, columns, actions: rows, ...logBounds, ...views })
      : call(categoricalBackward, arrays, { seeds, agents, columns, choices: rows, ...views }),
  );
  return await readColumns(underTest, gradient);
}

async function sample(
  underTest: DeviceUnderTest,
  name: FamilyName,
  { seeds, agents, columns, rows }: Shape,
  distribution: Operand,
  deterministic = false,
) {
  const action = columnsOf(
    underTest,
    "action",
    { seeds, agents, columns, rows },
    name === "gaussian" ? rows : 1,
  );
  const logProbability = columnsOf(underTest, "log_probability", { seeds, agents, columns, rows }, 1);
  const arrays = {
    control: uploadControl(underTest, seeds, counters),
    distribution: distribution.view.array,
    action: action.view.array,
    log_probability: logProbability.view.array,
  };
  const params = {
    seeds,
    agents,
    columns,
    phase,
    deterministic: Number(deterministic),
    ...viewParams("distribution", distribution.view),
    ...viewParams("action", action.view),
    ...viewParams("log_probability", logProbability.view),
  };
  await underTest.run(
    name === "gaussian"
      ? call(gaussianSample, arrays, { ...params, actions: rows, ...logBounds })
      : call(categoricalSample, arrays, { ...params, choices: rows }),
  );
  return {
    action,
    actions: await readColumns(underTest, action),
    logProbabilities: await readColumns(underTest, logProbability),
  };
}

/** Calls `visit` for every seed, column that is no padding, and agent. */
function forEachCell(
  { seeds, agents, columns }: Shape,
  visit: (seed: number, column: number, agent: number) => void,
): void {
  for (let seed = 0; seed < seeds; seed++) {
    for (let column = 0; column < columns; column++) {
      for (let agent = 0; agent < agents; agent++) visit(seed, column, agent);
    }
  }
}

test.each(familyNames)("the %s reference's gradient is that of central differences", (name) => {
  const { terms, backward } = families[name];
  const gradient = { logProbability: 0.7, entropy: -0.3, divergence: 1.9 };
  for (let k = 0; k < 20; k++) {
    const row = Float64Array.from({ length: 6 }, (_, i) => 2 * drawn(11)(k, i));
    const old = Float64Array.from({ length: 6 }, (_, i) => 2 * drawn(12)(k, i));
    const action = Float64Array.from({ length: 3 }, (_, i) => name === "gaussian" ? drawn(13)(k, i) : k % 6);
    const loss = (row: Float64Array) => {
      const { logProbability, entropy, divergence } = terms(row, old, action);
      return gradient.logProbability * logProbability + gradient.entropy * entropy +
        gradient.divergence * divergence;
    };
    expectClose(backward(row, old, action, gradient), differences(loss, row), { rtol: 1e-6, atol: 1e-7 });
  }
  expect.hasAssertions();
});

describeOnDevices("policy_head", (underTest) => {
  describe.each(familyNames)("%s", (name) => {
    const { inputs, terms, backward } = families[name];

    test.each(shapes)("gives log-probability, entropy and divergence: %o", async (shape) => {
      const family = inputs(underTest(), shape);
      const result = await evaluate(underTest(), name, shape, family);
      const rows = await readColumns(underTest(), family.distribution);
      const olds = await readColumns(underTest(), family.old);
      const actions = await readColumns(underTest(), family.action);
      const [actual, expected]: [number[], number[]] = [[], []];
      forEachCell(shape, (seed, column, agent) => {
        const of = (values: Float64Array[][]) => agentRows(values[seed]![column]!, agent, shape.agents);
        const { logProbability, entropy, divergence } = terms(of(rows), of(olds), of(actions));
        expected.push(logProbability, entropy, divergence);
        actual.push(of(result.logProbability)[0]!, of(result.entropy)[0]!, of(result.divergence)[0]!);
      });
      expectClose(actual, expected, { rtol: 1e-5, atol: 1e-6 });
    });

    test.each(shapes)("gives the gradient, 0 in the padding: %o", async (shape) => {
      const { seeds, agents, columns } = shape;
      const family = inputs(underTest(), shape);
      const coefficients = (seed: number) => ({
        ENTROPY_COEFFICIENT: 0.5 + seed,
        KL_COEFFICIENT: 1.5 - seed / 4,
      });
      const control = uploadControl(underTest(), seeds, coefficients);
      const dLogProbability = columnsOf(underTest(), "d_log_probability", shape, 1, scaled(4, 1 / columns));
      const result = await differentiate(underTest(), name, shape, family, control, dLogProbability);
      const rows = await readColumns(underTest(), family.distribution);
      const olds = await readColumns(underTest(), family.old);
      const actions = await readColumns(underTest(), family.action);
      const gradients = await readColumns(underTest(), dLogProbability);
      const [actual, expected]: [number[], number[]] = [[], []];
      forEachCell(shape, (seed, column, agent) => {
        const of = (values: Float64Array[][]) => agentRows(values[seed]![column]!, agent, agents);
        const { ENTROPY_COEFFICIENT, KL_COEFFICIENT } = coefficients(seed);
        actual.push(...of(result));
        expected.push(...backward(of(rows), of(olds), of(actions), {
          logProbability: of(gradients)[0]!,
          entropy: -ENTROPY_COEFFICIENT / columns,
          divergence: KL_COEFFICIENT / columns,
        }));
      });
      expectClose(actual, expected, { rtol: 1e-4, atol: 1e-6 });
      for (const padded of result.flatMap((seed) => seed.slice(columns))) {
        expect([...padded].every((value) => Object.is(value, 0))).toBe(true);
      }
    });

    test("finds what it has just sampled as probable as sampling said", async () => {
      const shape = shapes[2]!;
      const family = inputs(underTest(), shape);
      const { action, logProbabilities } = await sample(underTest(), name, shape, family.distribution);
      const { logProbability } = await evaluate(underTest(), name, shape, { ...family, action });
      // So the first minibatch's ratios are 1, to the bit where one compiler made both.
      const ofWasm = name === "gaussian" && underTest().device.kind === "wasm";
      const tolerance = ofWasm ? { rtol: 0, atol: 0 } : { rtol: 1e-6, atol: 1e-6 };
      for (const [seed, columns] of logProbabilities.entries()) {
        for (const [column, values] of columns.entries()) {
          expectClose(values, logProbability[seed]![column]!, tolerance);
        }
      }
    });

    test("is as far from itself as 0, and as far from its neighbours as it should be", async () => {
      const shape = shapes[1]!;
      const { distribution, action } = inputs(underTest(), shape);
      const same = await evaluate(underTest(), name, shape, { distribution, old: distribution, action });
      expectClose(
        same.divergence.flatMap((seed) => seed.flatMap((row) => [...row])),
        new Array(2 * 40 * 3).fill(0),
      );
      // Further apart for a categorical: its divergence is a difference of larger numbers.
      const step = name === "gaussian" ? 2 ** -9 : 2 ** -5;
      const near = (...at: number[]) =>
        (name === "gaussian" ? scaled(1, 2)(...at) : scaled(1, 4)(...at)) + step * drawn(5)(...at);
      const old = columnsOf(underTest(), "old_distribution", shape, distribution.shape.rows, near);
      const { divergence } = await evaluate(underTest(), name, shape, { distribution, old, action });
      const rows = await readColumns(underTest(), distribution);
      const olds = await readColumns(underTest(), old);
      const [actual, expected]: [number[], number[]] = [[], []];
      forEachCell(shape, (seed, column, agent) => {
        const of = (values: Float64Array[][]) => agentRows(values[seed]![column]!, agent, shape.agents);
        expected.push(terms(of(rows), of(olds), new Float64Array(shape.rows)).divergence);
        actual.push(of(divergence)[0]!);
      });
      expectClose(actual, expected, { rtol: 2e-3, atol: 1e-3 });
    });
  });

  describe("gaussian_sample", () => {
    test.each(shapes)("draws mean + deviation * noise at the noise's address: %o", async (shape) => {
      const { seeds, agents, columns, rows } = shape;
      const { distribution } = gaussianInputs(underTest(), shape);
      const { actions, logProbabilities } = await sample(underTest(), "gaussian", shape, distribution);
      const values = await readColumns(underTest(), distribution);
      const [actual, expected]: [number[], number[]] = [[], []];
      forEachCell({ seeds, agents, columns, rows }, (seed, column, agent) => {
        const of = (values: Float64Array[][]) => agentRows(values[seed]![column]!, agent, agents);
        const words = Array.from({ length: rows }, (_, i) => wordAt(seed, column, agent * rows + i));
        const action = reference.gaussianSample(of(values), bounds, words);
        expected.push(...action, reference.gaussian(of(values), of(values), action, bounds).logProbability);
        actual.push(...of(actions), of(logProbabilities)[0]!);
      });
      expectClose(actual, expected, { rtol: 1e-5, atol: 1e-5 });
    });

    test("draws the very bits of engine/random", async () => {
      const shape = shapes[2]!;
      const distribution = columnsOf(underTest(), "distribution", shape, 2 * shape.rows);
      const { actions } = await sample(underTest(), "gaussian", shape, distribution);
      const [actual, expected]: [number[], number[]] = [[], []];
      forEachCell(shape, (seed, column, agent) => {
        actual.push(...agentRows(actions[seed]![column]!, agent, shape.agents));
        const words = Array.from(
          { length: shape.rows },
          (_, i) => wordAt(seed, column, agent * shape.rows + i),
        );
        expected.push(...reference.gaussianSample(new Float64Array(2 * shape.rows), bounds, words));
      });
      if (underTest().device.kind === "wasm") expect(actual).toEqual(expected);
      else expectClose(actual, expected, { rtol: 1e-6, atol: 1e-6 });
    });

    test("gives the mean, and its density, when deterministic", async () => {
      const shape = shapes[1]!;
      const { distribution } = gaussianInputs(underTest(), shape);
      const { actions, logProbabilities } = await sample(underTest(), "gaussian", shape, distribution, true);
      const values = await readColumns(underTest(), distribution);
      forEachCell(shape, (seed, column, agent) => {
        const of = (values: Float64Array[][]) => agentRows(values[seed]![column]!, agent, shape.agents);
        const mean = of(values).subarray(0, shape.rows);
        expect(of(actions)).toEqual(mean);
        const { logProbability } = reference.gaussian(of(values), of(values), mean, bounds);
        expect(Math.abs(of(logProbabilities)[0]! - logProbability)).toBeLessThan(1e-5);
      });
    });
  });

  describe("categorical_sample", () => {
    test.each([...shapes, { seeds: 1, agents: 2, columns: 700, rows: 17 }])(
      "draws the choice at which the probabilities pass the uniform number: %o",
      async (shape) => {
        const { distribution } = categoricalInputs(underTest(), shape);
        const { actions, logProbabilities } = await sample(underTest(), "categorical", shape, distribution);
        const values = await readColumns(underTest(), distribution);
        let compared = 0;
        forEachCell(shape, (seed, column, agent) => {
          const of = (values: Float64Array[][]) => agentRows(values[seed]![column]!, agent, shape.agents);
          const { choice, distance } = reference.categoricalSample(of(values), wordAt(seed, column, agent));
          if (distance < 1e-6) return;
          expect(of(actions)[0]).toBe(choice);
          const { logProbability } = reference.categorical(of(values), of(values), choice);
          expect(Math.abs(of(logProbabilities)[0]! - logProbability)).toBeLessThan(1e-5);
          compared++;
        });
        expect(compared).toBeGreaterThanOrEqual(0.99 * shape.seeds * shape.agents * shape.columns);
      },
    );

    test("never draws what is impossible", async () => {
      const shape = { seeds: 1, agents: 1, columns: 4096, rows: 5 };
      const possible = (row: number) => row === 1 || row === 3;
      const distribution = columnsOf(
        underTest(),
        "distribution",
        shape,
        shape.rows,
        (_seed, _agent, row) => possible(row) ? 60 : -60,
      );
      const { actions } = await sample(underTest(), "categorical", shape, distribution);
      const choices = actions[0]!.map(([choice]) => choice!);
      expect(choices.every(possible)).toBe(true);
      expect(choices.filter((choice) => choice === 3).length / 4096).toBeCloseTo(0.5, 1);
    });

    test("gives the lowest index of the largest logit when deterministic", async () => {
      const shape = { seeds: 2, agents: 2, columns: 300, rows: 6 };
      // Few values: ties are common.
      const distribution = columnsOf(underTest(), "distribution", shape, shape.rows, choicesDrawn(6, 3));
      const { actions, logProbabilities } = await sample(
        underTest(),
        "categorical",
        shape,
        distribution,
        true,
      );
      const values = await readColumns(underTest(), distribution);
      forEachCell(shape, (seed, column, agent) => {
        const of = (values: Float64Array[][]) => agentRows(values[seed]![column]!, agent, shape.agents);
        const { choice } = reference.categoricalSample(of(values));
        expect(of(actions)[0]).toBe(choice);
        const { logProbability } = reference.categorical(of(values), of(values), choice);
        expect(Math.abs(of(logProbabilities)[0]! - logProbability)).toBeLessThan(1e-5);
      });
    });
  });

  test("logits may be far apart", async () => {
    const shape = { seeds: 1, agents: 1, columns: 64, rows: 4 };
    const distribution = columnsOf(underTest(), "distribution", shape, 4, scaled(7, 80));
    const old = columnsOf(underTest(), "old_distribution", shape, 4, scaled(8, 80));
    const action = columnsOf(underTest(), "action", shape, 1, choicesDrawn(9, 4));
    const result = await evaluate(underTest(), "categorical", shape, { distribution, old, action });
    const rows = await readColumns(underTest(), distribution);
    const olds = await readColumns(underTest(), old);
    const choices = await readColumns(underTest(), action);
    const expected = rows[0]!.map((row, c) => reference.categorical(row, olds[0]![c]!, choices[0]![c]![0]!));
    for (const term of ["logProbability", "entropy", "divergence"] as const) {
      expectClose(result[term][0]!.map(([value]) => value!), expected.map((terms) => terms[term]));
    }
  });
});
