import { expect, test } from "vitest";
import { differences } from "../reference/activation.ts";
import * as reference from "../reference/ppo_loss.ts";
import { uploadControl } from "../setup/control.ts";
import { describeOnDevices, expectClose } from "../setup/devices.ts";
import {
  agentRows,
  backwardCall,
  choicesDrawn,
  CLIP,
  columnsOf,
  type DistributionName,
  distributionNames,
  distributions,
  forwardCall,
  policyCall,
  scaled,
  termOperands,
} from "../setup/policies.ts";
import { readColumns } from "../setup/views.ts";

const coefficients = (seed: number) => ({ ENTROPY_COEFFICIENT: 0.3 + seed, KL_COEFFICIENT: 0.8 - seed / 2 });

/** One column of one agent. */
interface Cell {
  old: Float64Array;
  action: Float64Array;
  advantage: number;
}

/** What a seed's actor minimises there, of the distribution's rows. */
function objective(name: DistributionName, seed: number, columns: number, { old, action, advantage }: Cell) {
  const { ENTROPY_COEFFICIENT, KL_COEFFICIENT } = coefficients(seed);
  const { terms } = distributions[name];
  const oldLogProbability = [Float64Array.of(terms(old, old, action).logProbability)];
  return (distribution: Float64Array): number => {
    const { logProbability, entropy, divergence } = terms(distribution, old, action);
    const surrogate = reference.policyLoss({
      logProbability: [Float64Array.of(logProbability)],
      oldLogProbability,
      advantage: [Float64Array.of(advantage)],
      valueOf: [0],
      clip: CLIP,
    }).loss;
    return (surrogate - ENTROPY_COEFFICIENT * entropy + KL_COEFFICIENT * divergence) / columns;
  };
}

describeOnDevices("forward, loss and backward together", (underTest) => {
  test.each(distributionNames)("are the gradient of the %s objective", async (name) => {
    const shape = { seeds: 2, agents: 3, columns: 37, rows: name === "gaussian" ? 3 : 5 };
    const { seeds, agents, columns, rows } = shape;
    const width = name === "gaussian" ? 2 * rows : rows;
    const moved = (...at: number[]) => scaled(41, 1)(...at) + scaled(42, 0.25)(...at);
    const operands = {
      distribution: columnsOf(underTest(), "distribution", shape, width, scaled(41, 1)),
      old: columnsOf(underTest(), "old_distribution", shape, width, moved),
      action: name === "gaussian"
        ? columnsOf(underTest(), "action", shape, rows, scaled(43, 2))
        : columnsOf(underTest(), "action", shape, 1, choicesDrawn(43, rows)),
    };
    const [distribution, old, action] = [
      await readColumns(underTest(), operands.distribution),
      await readColumns(underTest(), operands.old),
      await readColumns(underTest(), operands.action),
    ];
    const oldLogProbability = (seed: number, agent: number, _row: number, column: number) => {
      const rows = agentRows(old[seed]![column]!, agent, agents);
      const taken = agentRows(action[seed]![column]!, agent, agents);
      return distributions[name].terms(rows, rows, taken).logProbability;
    };
    const terms = termOperands(underTest(), shape);
    const losses = {
      ...terms,
      old: columnsOf(underTest(), "old_log_probability", shape, 1, oldLogProbability),
      advantage: columnsOf(underTest(), "advantage", { ...shape, agents: 1 }, 2, scaled(44, 2)),
      valueOf: [1, 0, 1],
      gradient: columnsOf(underTest(), "d_log_probability", shape, 1),
    };
    const result = columnsOf(underTest(), "d_distribution", shape, width);
    const control = uploadControl(underTest(), seeds, coefficients);
    await underTest().run(
      forwardCall(name, shape, operands, terms),
      policyCall(underTest(), shape, losses, control),
      backwardCall(name, shape, operands, control, losses.gradient, result),
    );
    const results = await readColumns(underTest(), result);
    const advantages = await readColumns(underTest(), losses.advantage);
    const [actual, expected]: [number[], number[]] = [[], []];
    for (let seed = 0; seed < seeds; seed++) {
      for (let column = 0; column < columns; column++) {
        for (let agent = 0; agent < agents; agent++) {
          const of = (all: Float64Array[][]) => agentRows(all[seed]![column]!, agent, agents);
          const advantage = advantages[seed]![column]![losses.valueOf[agent]!]!;
          const loss = objective(name, seed, columns, { old: of(old), action: of(action), advantage });
          const [coarse, fine] = [1e-4, 1e-6].map((h) => differences(loss, of(distribution), h)) as [
            Float64Array,
            Float64Array,
          ];
          // Near a kink of a clipping the two differ: one of them straddles it.
          if (coarse.some((d, k) => Math.abs(d - fine[k]!) > 1e-4)) continue;
          expected.push(...fine);
          actual.push(...of(results));
        }
      }
    }
    expect(actual.length).toBeGreaterThan(0.9 * seeds * agents * columns * width);
    expectClose(actual, expected, { rtol: 1e-3, atol: 1e-4 });
  });
});
