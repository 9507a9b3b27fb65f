import { describe, expect, test } from "vitest";
import { differences } from "../reference/activation.ts";
import { uploadControl } from "../setup/control.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../setup/devices.ts";
import { drawn } from "../setup/graphs.ts";
import {
  agentRows,
  backwardCall,
  choicesDrawn,
  columnsOf,
  type DistributionName,
  distributionNames,
  distributions,
  expectZeroPadding,
  forwardCall,
  type PolicyOperands,
  type PolicyShape,
  scaled,
  termOperands,
} from "../setup/policies.ts";
import { readColumns } from "../setup/views.ts";

const shapes = [
  { seeds: 1, agents: 1, columns: 1, rows: 1 },
  { seeds: 2, agents: 3, columns: 37, rows: 4 },
  { seeds: 3, agents: 2, columns: 523, rows: 3 },
];

const termNames = ["logProbability", "entropy", "divergence"] as const;
type Terms = Record<(typeof termNames)[number], number[]>;

/** The terms in every column of every agent and seed, by the kernel and by the reference. */
async function evaluate(
  underTest: DeviceUnderTest,
  name: DistributionName,
  shape: PolicyShape,
  operands: PolicyOperands,
): Promise<{ actual: Terms; expected: Terms }> {
  const results = termOperands(underTest, shape);
  await underTest.run(forwardCall(name, shape, operands, results));
  const read = async () => await readOperands(underTest, operands);
  const { distribution, old, action } = await read();
  const empty = (): Terms => ({ logProbability: [], entropy: [], divergence: [] });
  const [actual, expected] = [empty(), empty()];
  for (const term of termNames) {
    const values = await readColumns(underTest, results[term]);
    forEachCell(shape, (seed, column, agent) => {
      const of = (all: Float64Array[][]) => agentRows(all[seed]![column]!, agent, shape.agents);
      actual[term].push(of(values)[0]!);
      expected[term].push(distributions[name].terms(of(distribution), of(old), of(action))[term]);
    });
  }
  return { actual, expected };
}

async function readOperands(underTest: DeviceUnderTest, { distribution, old, action }: PolicyOperands) {
  return {
    distribution: await readColumns(underTest, distribution),
    old: await readColumns(underTest, old),
    action: await readColumns(underTest, action),
  };
}

function forEachCell(
  { seeds, agents, columns }: PolicyShape,
  visit: (seed: number, column: number, agent: number) => void,
): void {
  for (let seed = 0; seed < seeds; seed++) {
    for (let column = 0; column < columns; column++) {
      for (let agent = 0; agent < agents; agent++) visit(seed, column, agent);
    }
  }
}

test.each(distributionNames)("the %s reference's gradient is that of central differences", (name) => {
  const { terms, backward } = distributions[name];
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
  describe.each(distributionNames)("%s", (name) => {
    const { operands: operandsOf, backward } = distributions[name];

    test.each(shapes)("gives log-probability, entropy and divergence: %o", async (shape) => {
      const { actual, expected } = await evaluate(underTest(), name, shape, operandsOf(underTest(), shape));
      for (const term of termNames) expectClose(actual[term], expected[term], { rtol: 1e-5, atol: 1e-6 });
    });

    test.each(shapes)("gives the gradient, 0 in the padding: %o", async (shape) => {
      const { seeds, agents, columns } = shape;
      const operands = operandsOf(underTest(), shape);
      const coefficients = (seed: number) => ({
        ENTROPY_COEFFICIENT: 0.5 + seed,
        KL_COEFFICIENT: 1.5 - seed / 4,
      });
      const control = uploadControl(underTest(), seeds, coefficients);
      const dLogProbability = columnsOf(underTest(), "d_log_probability", shape, 1, scaled(4, 1 / columns));
      const rows = operands.distribution.shape.rows;
      const result = columnsOf(underTest(), "d_distribution", shape, rows, () => 7);
      await underTest().run(backwardCall(name, shape, operands, control, dLogProbability, result));
      const { distribution, old, action } = await readOperands(underTest(), operands);
      const results = await readColumns(underTest(), result);
      const gradients = await readColumns(underTest(), dLogProbability);
      const [actual, expected]: [number[], number[]] = [[], []];
      forEachCell(shape, (seed, column, agent) => {
        const of = (all: Float64Array[][]) => agentRows(all[seed]![column]!, agent, agents);
        const { ENTROPY_COEFFICIENT, KL_COEFFICIENT } = coefficients(seed);
        actual.push(...of(results));
        expected.push(...backward(of(distribution), of(old), of(action), {
          logProbability: of(gradients)[0]!,
          entropy: -ENTROPY_COEFFICIENT / columns,
          divergence: KL_COEFFICIENT / columns,
        }));
      });
      expectClose(actual, expected, { rtol: 1e-4, atol: 1e-6 });
      await expectZeroPadding(underTest(), result, columns);
    });

    test("is as far from itself as 0, and as far from its neighbours as it should be", async () => {
      const shape = shapes[1]!;
      const { distribution, action } = operandsOf(underTest(), shape);
      const same = await evaluate(underTest(), name, shape, { distribution, old: distribution, action });
      expect(same.actual.divergence.every((value) => value === 0)).toBe(true);
      // A Gaussian's deviations alone, whose part cancels most; further apart for a categorical, whose
      // divergence is a difference of larger numbers.
      const moved = (row: number) => name === "categorical" ? 2 ** -5 : row < shape.rows ? 0 : 2 ** -9;
      const scale = name === "gaussian" ? 2 : 4;
      const near = (seed: number, agent: number, row: number, column: number) =>
        scaled(1, scale)(seed, agent, row, column) + moved(row) * drawn(5)(seed, agent, row, column);
      const old = columnsOf(underTest(), "old_distribution", shape, distribution.shape.rows, near);
      const { actual, expected } = await evaluate(underTest(), name, shape, { distribution, old, action });
      expectClose(actual.divergence, expected.divergence, { rtol: 2e-3, atol: 1e-3 });
    });
  });

  test("the agents may share a distribution", async () => {
    const shape = shapes[1]!;
    const alone = distributions.gaussian.operands(underTest(), { ...shape, agents: 1 });
    const shared = (from: typeof alone.old) => ({ ...from, view: { ...from.view, agent: 0 } });
    const { logProbability } = termOperands(underTest(), shape);
    const others = termOperands(underTest(), shape);
    const { action } = distributions.gaussian.operands(underTest(), shape);
    const operands = { distribution: shared(alone.distribution), old: shared(alone.old), action };
    await underTest().run(forwardCall("gaussian", shape, operands, { ...others, logProbability }));
    const rows = await readColumns(underTest(), alone.distribution);
    const actions = await readColumns(underTest(), action);
    const results = await readColumns(underTest(), logProbability);
    const [actual, expected]: [number[], number[]] = [[], []];
    forEachCell(shape, (seed, column, agent) => {
      const row = rows[seed]![column]!;
      const taken = agentRows(actions[seed]![column]!, agent, shape.agents);
      expected.push(distributions.gaussian.terms(row, row, taken).logProbability);
      actual.push(results[seed]![column]![agent]!);
    });
    expectClose(actual, expected, { rtol: 1e-5 });
  });

  test("logits may be far apart", async () => {
    const shape = { seeds: 1, agents: 1, columns: 64, rows: 4 };
    const { actual, expected } = await evaluate(underTest(), "categorical", shape, {
      distribution: columnsOf(underTest(), "distribution", shape, 4, scaled(7, 80)),
      old: columnsOf(underTest(), "old_distribution", shape, 4, scaled(8, 80)),
      action: columnsOf(underTest(), "action", shape, 1, choicesDrawn(9, 4)),
    });
    for (const term of termNames) expectClose(actual[term], expected[term]);
  });
});
