import { describe, expect, test } from "vitest";
import { call } from "../../engine/device/kernel.ts";
import { categoricalSample, gaussianSample } from "../../engine/device/kernels.ts";
import { viewParams } from "../../engine/device/view.ts";
import { counter0, counter1, key1, PHASES, STREAMS, threefryWord } from "../../engine/random/mod.ts";
import * as reference from "../reference/policy_head.ts";
import { uploadControl } from "../setup/control.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";
import {
  agentRows,
  bounds,
  choicesDrawn,
  columnsOf,
  type DistributionName,
  distributionNames,
  distributions,
  forwardCall,
  logBounds,
  type PolicyShape,
  termOperands,
} from "../setup/policies.ts";
import { type Operand, readColumns } from "../setup/views.ts";

const phase = PHASES.tests;

const shapes = [
  { seeds: 1, agents: 1, columns: 1, rows: 1 },
  { seeds: 2, agents: 3, columns: 37, rows: 4 },
  { seeds: 3, agents: 2, columns: 523, rows: 3 },
];

const counters = (seed: number) => ({ SEED: 77 + seed, ITERATION: 9 + seed, STEP: 3 * seed });

/** The random word of an action row, or of an agent. */
function wordAt(seed: number, column: number, entity: number): number {
  const { SEED, ITERATION, STEP } = counters(seed);
  const k1 = key1(phase, STREAMS.actionNoise, ITERATION);
  return threefryWord(SEED, k1, counter0(column), counter1(STEP, entity));
}

interface Drawn {
  seed: number;
  column: number;
  agent: number;
  distribution: Float64Array;
  action: Float64Array;
  logProbability: number;
}

/** Samples, and says what came out in every column of every agent and seed. */
async function sample(
  underTest: DeviceUnderTest,
  name: DistributionName,
  { seeds, agents, columns, rows }: PolicyShape,
  distribution: Operand,
  deterministic = false,
): Promise<{ action: Operand; draws: Drawn[] }> {
  const shape = { seeds, agents, columns };
  const action = columnsOf(underTest, "action", shape, name === "gaussian" ? rows : 1);
  const logProbability = columnsOf(underTest, "log_probability", shape, 1);
  const arrays = {
    control: uploadControl(underTest, seeds, counters),
    distribution: distribution.view.array,
    action: action.view.array,
    log_probability: logProbability.view.array,
  };
  const params = {
    ...shape,
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
  const [inputs, actions, logProbabilities] = [
    await readColumns(underTest, distribution),
    await readColumns(underTest, action),
    await readColumns(underTest, logProbability),
  ];
  const cells = inputs.flatMap((all, seed) =>
    all.slice(0, columns).flatMap((_, column) =>
      Array.from({ length: agents }, (_, agent) => ({ seed, column, agent }))
    )
  );
  const draws = cells.map(({ seed, column, agent }) => ({
    seed,
    column,
    agent,
    distribution: agentRows(inputs[seed]![column]!, agent, agents),
    action: agentRows(actions[seed]![column]!, agent, agents),
    logProbability: logProbabilities[seed]![column]![agent]!,
  }));
  return { action, draws };
}

describeOnDevices("policy_head samples", (underTest) => {
  test.each(distributionNames)("%s: what was sampled is as probable as sampling said", async (name) => {
    const shape = shapes[2]!;
    const operands = distributions[name].operands(underTest(), shape);
    const { action, draws } = await sample(underTest(), name, shape, operands.distribution);
    const results = termOperands(underTest(), shape);
    await underTest().run(forwardCall(name, shape, { ...operands, action }, results));
    const later = await readColumns(underTest(), results.logProbability);
    // So the first minibatch's ratios are 1, to the bit where one compiler made both.
    const exact = name === "gaussian" && underTest().device.kind === "wasm";
    expectClose(
      draws.map(({ seed, column, agent }) => later[seed]![column]![agent]!),
      draws.map(({ logProbability }) => logProbability),
      exact ? { rtol: 0, atol: 0 } : { rtol: 1e-6, atol: 1e-6 },
    );
  });

  describe("gaussian", () => {
    test.each(shapes)("draws mean + deviation * noise at the noise's address: %o", async (shape) => {
      const { distribution } = distributions.gaussian.operands(underTest(), shape);
      const { draws } = await sample(underTest(), "gaussian", shape, distribution);
      const expected = draws.map(({ seed, column, agent, distribution }) => {
        const words = Array.from(
          { length: shape.rows },
          (_, i) => wordAt(seed, column, agent * shape.rows + i),
        );
        const action = reference.gaussianSample(distribution, bounds, words);
        return { action, ...reference.gaussian(distribution, distribution, action, bounds) };
      });
      const tolerance = { rtol: 1e-5, atol: 1e-5 };
      expectClose(
        draws.flatMap(({ action }) => [...action]),
        expected.flatMap(({ action }) => [...action]),
        tolerance,
      );
      const logProbabilities = expected.map(({ logProbability }) => logProbability);
      expectClose(draws.map(({ logProbability }) => logProbability), logProbabilities, tolerance);
    });

    test("draws the very bits of engine/random", async () => {
      const shape = shapes[2]!;
      const standard = columnsOf(underTest(), "distribution", shape, 2 * shape.rows);
      const { draws } = await sample(underTest(), "gaussian", shape, standard);
      const actual = draws.flatMap(({ action }) => [...action]);
      const expected = draws.flatMap(({ seed, column, agent, distribution }) => {
        const words = Array.from(
          { length: shape.rows },
          (_, i) => wordAt(seed, column, agent * shape.rows + i),
        );
        return [...reference.gaussianSample(distribution, bounds, words)];
      });
      if (underTest().device.kind === "wasm") expect(actual).toEqual(expected);
      else expectClose(actual, expected, { rtol: 1e-6, atol: 1e-6 });
    });

    test("gives the mean, and its density, when deterministic", async () => {
      const shape = shapes[1]!;
      const { distribution } = distributions.gaussian.operands(underTest(), shape);
      const { draws } = await sample(underTest(), "gaussian", shape, distribution, true);
      for (const { distribution, action, logProbability } of draws) {
        expect(action).toEqual(distribution.slice(0, shape.rows));
        const expected = reference.gaussian(distribution, distribution, action, bounds);
        expect(Math.abs(logProbability - expected.logProbability)).toBeLessThan(1e-5);
      }
    });
  });

  describe("categorical", () => {
    test.each([...shapes, { seeds: 1, agents: 2, columns: 700, rows: 17 }])(
      "draws the choice at which the probabilities pass the uniform number: %o",
      async (shape) => {
        const { distribution } = distributions.categorical.operands(underTest(), shape);
        const { draws } = await sample(underTest(), "categorical", shape, distribution);
        let compared = 0;
        for (const { seed, column, agent, distribution, action, logProbability } of draws) {
          const word = wordAt(seed, column, agent);
          const { choice, distance } = reference.categoricalSample(distribution, word);
          // Rounding may decide.
          if (distance < 1e-6) continue;
          expect(action[0]).toBe(choice);
          const expected = reference.categorical(distribution, distribution, choice);
          expect(Math.abs(logProbability - expected.logProbability)).toBeLessThan(1e-5);
          compared++;
        }
        expect(compared).toBeGreaterThanOrEqual(0.99 * draws.length);
      },
    );

    test("never draws what is impossible", async () => {
      const shape = { seeds: 1, agents: 1, columns: 4096, rows: 5 };
      const possible = (choice: number) => choice === 1 || choice === 3;
      const logit = (_seed: number, _agent: number, row: number) => possible(row) ? 60 : -60;
      const distribution = columnsOf(underTest(), "distribution", shape, shape.rows, logit);
      const { draws } = await sample(underTest(), "categorical", shape, distribution);
      const choices = draws.map(({ action }) => action[0]!);
      expect(choices.every(possible)).toBe(true);
      expect(choices.filter((choice) => choice === 3).length / 4096).toBeCloseTo(0.5, 1);
    });

    test("gives the lowest index of the largest logit when deterministic", async () => {
      const shape = { seeds: 2, agents: 2, columns: 300, rows: 6 };
      // Few values: ties are common.
      const distribution = columnsOf(underTest(), "distribution", shape, shape.rows, choicesDrawn(6, 3));
      const { draws } = await sample(underTest(), "categorical", shape, distribution, true);
      for (const { distribution, action, logProbability } of draws) {
        const { choice } = reference.categoricalSample(distribution);
        expect(action[0]).toBe(choice);
        const expected = reference.categorical(distribution, distribution, choice);
        expect(Math.abs(logProbability - expected.logProbability)).toBeLessThan(1e-5);
      }
    });
  });
});
